/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models as groups of a vector file: dimensions, configuration and the tensors by their names. */
#ifndef ORACLE_MODEL_GROUP_H
#define ORACLE_MODEL_GROUP_H

#include "f_model.h"
#include "draw.h"

typedef struct model_plan {
    size_t B, K, X, Z, H, hidden[F_MAX_HIDDEN];
    const char *activation, *likelihood;
    size_t classes; /* of categorical */
} model_plan;

/* Declares dimensions, configuration and the inputs x, eps and every tensor. */
void model_declare(const model_plan *plan);
/* Declares an output for every tensor, named PREFIX.tensor. */
void model_declare_outputs(const model_plan *plan, const char *prefix);
/* Fills in the tensors (and not x and eps). */
void model_fill_tensors(draw_kind kind);
void model_fill_x(const char *input, draw_kind kind);

/* Begin groups of type "model" (cases_model.c) and "trajectory" (cases_trajectory.c), and fill in a test's inputs. */
void model_begin(const model_plan *plan, const char *objective, double beta);
void model_fill(draw_kind kind);
typedef struct run_plan {
    model_plan model;
    const char *objective, *optimiser;
    double beta, lr, eps, precision;
    size_t N, T;
} run_plan;
void trajectory_begin(const run_plan *plan);
void trajectory_fill(const run_plan *plan);

/* The model of the group, its tensors the inputs; dw and db the outputs PREFIXtensor, or room when prefix is NULL. */
f_model model_of_group(const char *prefix);

#endif
