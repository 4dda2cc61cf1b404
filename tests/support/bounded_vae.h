/* SPDX-License-Identifier: GPL-3.0-or-later
 * The whole model, its gradient and one optimiser step with a running error bound for every number. */
#ifndef BOUNDED_VAE_H
#define BOUNDED_VAE_H

#include "aevb/objective.h"
#include "aevb/optim.h"
#include "error_bound.h"
#include "model/network.h"

typedef struct bounded_hidden {
    num *a, *h, *da;
} bounded_hidden;

typedef struct bounded_vae {
    aevb_arch arch;
    aevb_layout layout;
    aevb_network net;
    size_t B, K;
    num *params, *x, *eps;             /* inputs, exact */
    bounded_hidden encoder[AEVB_MAX_HIDDEN], decoder[AEVB_MAX_HIDDEN];
    num *mu, *logvar, *z, *out[2];     /* out: logits or mean, log-variance */
    num *logpx, *logpz, *logq, *kl;
    num *dlogpx, *dlogpz, *dlogq, *dkl; /* adjoints of the terms */
    num *dmu, *dlogvar, *dz, *dout[2];
    num *grad;
} bounded_vae;

/* Everything exact: params[n_params], x[B][X], eps[B][K][Z]. */
bounded_vae *bounded_make(const aevb_arch *arch, size_t B, size_t K, const double *params, const double *x,
                          const double *eps);
void bounded_free(bounded_vae *m);

void bounded_terms(bounded_vae *m);
void bounded_gradient(bounded_vae *m, const aevb_adjoints *adjoints);
/* Rows of C logits become their softmax. [CAT.2] */
void bounded_softmax(size_t rows, size_t C, num *a);
num bounded_loss(const bounded_vae *m, const aevb_objective *objective);

/* Step t of an optimiser on parameter i, in place; prior = precision / N; states exact on entry. */
void bounded_step(const aevb_optim *o, double t, double prior, num *theta, num g, num *state1, num *state2);

#endif
