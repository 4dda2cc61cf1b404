/* SPDX-License-Identifier: GPL-3.0-or-later
 * The two halves of aevb_gradcheck, apart so that tests can put a planted mistake between them. */
#ifndef AEVB_GRADCHECK_H
#define AEVB_GRADCHECK_H

#include "aevb/infer.h"

/* The question: one model, one objective, one batch and its noise. */
typedef struct aevb_gradcheck_case {
    const aevb_model *model;
    const aevb_objective *objective;
    size_t B, K;
    const double *x;   /* [B][X] */
    const double *eps; /* [B][K][Z] */
} aevb_gradcheck_case;

/* The gradient of the loss by the reference engine. grad[n_params]. */
aevb_status aevb_gradcheck_analytic(const aevb_gradcheck_case *c, double *grad, aevb_error *err);

/* Compares any gradient with differences of the reference engine's loss. */
aevb_status aevb_gradcheck_compare(const aevb_gradcheck_case *c, const double *grad, aevb_gradcheck_result *out,
                                   aevb_error *err);

#endif
