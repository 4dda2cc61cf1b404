/* SPDX-License-Identifier: GPL-3.0-or-later
 * First-order optimisers: one step over a flat block. Docs: docs/spec/optim.md. */
#ifndef AEVB_OPTIM_H
#define AEVB_OPTIM_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum aevb_optimiser {
    AEVB_SGD = 0,      /* v <- momentum v + g; theta <- theta - lr v                          [SGD.1] */
    AEVB_ADAGRAD = 1,  /* s <- s + g^2; theta <- theta - lr g / (sqrt(s) + eps)               [ADAGRAD.1] */
    AEVB_ADAM = 2,     /* epsilon outside the bias-corrected root: Kingma & Ba, Algorithm 1   [ADAM.1] */
    AEVB_ADAM_HAT = 3, /* epsilon-hat: the reordered form at the end of their section 2        [ADAM.2] */
    AEVB_ADAMW = 4     /* ADAM.1 with decoupled decay theta <- (1 - lr decay) theta first     [ADAMW.1] */
} aevb_optimiser;

typedef struct aevb_optim {
    aevb_optimiser kind;
    double lr;
    double momentum;     /* SGD, in [0, 1) */
    double beta1, beta2; /* Adam family, in [0, 1) */
    double eps;          /* Adagrad and Adam family, >= 0 */
    double weight_decay; /* AdamW, >= 0 */
} aevb_optim;

/* Published defaults of a kind: lr 1e-3 (adagrad and sgd 1e-2), momentum 0.9, beta1 0.9, beta2 0.999, eps 1e-8
 * (adagrad 1e-10), weight_decay 1e-2. */
AEVB_API aevb_optim aevb_optim_default(aevb_optimiser kind);

/* Names "sgd", "adagrad", "adam", "adam-hat", "adamw". */
AEVB_API const char *aevb_optimiser_name(aevb_optimiser kind);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_optimiser_parse(const char *name, aevb_optimiser *out);

/* How many state arrays of n elements a kind keeps: 1 (v or s) or 2 (m, v). All start at 0. */
AEVB_API size_t aevb_optim_n_state(aevb_optimiser kind);

/* EINVAL names the field out of range. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_optim_check(const aevb_optim *optim, aevb_error *err);

/* One step in float64. t counts from 1 (first call). grad[n] in; theta[n], state1[n], state2[n] in and out
 * (state2 may be NULL where the kind keeps one array). Nothing may alias. */
AEVB_API void aevb_optim_step(const aevb_optim *optim, uint64_t t, size_t n, double *theta, const double *grad,
                              double *state1, double *state2);

#ifdef __cplusplus
}
#endif
#endif
