/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole models and training through the public calls of an engine. */
#ifndef AEVB_ANSWER_ENGINE_H
#define AEVB_ANSWER_ENGINE_H

#include "conform/answer_parts.h"

/* From params, work.x and work.eps of the model: its terms, mu, logvar and grad, the loss, its parts and the bound of
 * [IWAE.1] of each datum. Statuses of the engine; EDOMAIN is the engine's own. */
aevb_status aevb_engine_answer_model(const aevb_engine_config *config, const aevb_objective *objective,
                                     aevb_composed *model, double *loss, aevb_parts *parts, double *bound);

/* A training run: the batches are rows index[t][b] of data, the noise is eps[t]. Losses before each step in loss,
 * recon and kl [T]; in the end params of the model and the optimiser's states. */
typedef struct aevb_engine_run {
    const aevb_objective *objective;
    const aevb_optim *optim;
    double precision;
    size_t N, T;
    double *loss, *recon, *kl, *state[2];
} aevb_engine_run;
/* load(context, t, model) fills in work.x and work.eps of step t. */
aevb_status aevb_engine_answer_run(const aevb_engine_config *config, const aevb_engine_run *run, aevb_composed *model,
                                   aevb_status (*load)(const void *context, aevb_composed *model, size_t t),
                                   const void *context);

#endif
