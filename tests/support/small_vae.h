/* SPDX-License-Identifier: GPL-3.0-or-later
 * A small model with its work arrays, parameters, data and noise drawn from fixed streams, for tests. */
#ifndef SMALL_VAE_H
#define SMALL_VAE_H

#include "aevb/objective.h"
#include "aevb/rng.h"
#include "ref/vae.h"

enum { SMALL_MAX = 4096 };

typedef struct small_vae {
    aevb_arch arch;
    aevb_layout layout;
    aevb_network net;
    size_t B, K;
    double params[SMALL_MAX], grad[SMALL_MAX];
    aevb_vae_work work;
    double arena[32 * SMALL_MAX];
    size_t used;
    double d_logpx[SMALL_MAX], d_logpz[SMALL_MAX], d_logq[SMALL_MAX], d_kl[SMALL_MAX];
} small_vae;

/* Fills v for an architecture: parameters N(0, scale^2), x in the likelihood's domain, eps N(0, 1), all of seed. */
void small_vae_make(small_vae *v, const aevb_arch *arch, size_t B, size_t K, double scale, uint64_t seed);

/* Terms of the parameters and inputs that v holds now. */
aevb_terms small_vae_terms(small_vae *v);

/* Loss of an objective; small_vae_gradient also fills v->grad and the gradients in v->work. */
double small_vae_loss(small_vae *v, const aevb_objective *objective);
double small_vae_gradient(small_vae *v, const aevb_objective *objective);

#endif
