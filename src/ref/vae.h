/* SPDX-License-Identifier: GPL-3.0-or-later
 * The whole model: terms and gradients of a batch, composed of the clauses. */
#ifndef AEVB_VAE_H
#define AEVB_VAE_H

#include "aevb/objective.h"
#include "ref/mlp.h"

/* Arrays of one batch, B data and K samples each, R = B K rows in the decoder. Everything the forward pass leaves for
 * the backward pass, and every gradient with respect to an intermediate. */
typedef struct aevb_vae_work {
    double *x, *eps;                                   /* [B][X], [B][K][Z]: the input */
    aevb_hidden encoder[AEVB_MAX_HIDDEN], decoder[AEVB_MAX_HIDDEN];
    double *mu, *logvar, *dmu, *dlogvar;               /* [B][Z] */
    double *z, *dz;                                    /* [B][K][Z] */
    double *out, *dout;                                /* [B][K][X] logits or means */
    double *out_logvar, *dout_logvar;                  /* [B][K][X], learned variance only, else NULL */
    double *logpx, *logpz, *logq, *kl;                 /* the terms */
} aevb_vae_work;

/* Encoder heads mu and logvar from x. [POST.1] */
void aevb_ref_encode(const aevb_arch *arch, const aevb_network *net, const double *params, size_t B,
                     aevb_vae_work *work);

/* Decoder outputs from the first R codes of z. */
void aevb_ref_decode(const aevb_arch *arch, const aevb_network *net, const double *params, size_t R,
                     aevb_vae_work *work);

/* All terms from x and eps. [TERMS.1] */
void aevb_ref_terms(const aevb_arch *arch, const aevb_network *net, const double *params, size_t B, size_t K,
                    aevb_vae_work *work);

/* Adds d loss / d parameter to grad, given the adjoints, after aevb_ref_terms; leaves the gradients of the
 * intermediates in work. [TERMS.2] */
void aevb_ref_gradient(const aevb_arch *arch, const aevb_network *net, const double *params, size_t B, size_t K,
                       aevb_vae_work *work, const aevb_adjoints *adjoints, double *grad);

#endif
