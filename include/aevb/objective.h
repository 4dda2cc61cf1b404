/* SPDX-License-Identifier: GPL-3.0-or-later
 * Objectives: functions of the terms that a network yields, giving a loss and the adjoint of each term.
 * Float64 scalar code, written once for every tier; it never sees a matrix. Docs: docs/spec/objective.md. */
#ifndef AEVB_OBJECTIVE_H
#define AEVB_OBJECTIVE_H

#include <stddef.h>
#include "aevb/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Per datum b and importance (or Monte Carlo) sample k, all in nats; kl per datum and latent dimension. [TERMS.1] */
typedef struct aevb_terms {
    size_t B, K, Z;
    const double *logpx; /* [B][K] log p(x|z) */
    const double *logpz; /* [B][K] log p(z)   */
    const double *logq;  /* [B][K] log q(z|x) */
    const double *kl;    /* [B][Z] analytic KL(q(z_j|x) || N(0,1)) */
} aevb_terms;

/* d loss / d term, same shapes. */
typedef struct aevb_adjoints {
    double *logpx, *logpz, *logq; /* [B][K] */
    double *kl;                   /* [B][Z] */
} aevb_adjoints;

typedef enum aevb_objective_kind {
    AEVB_ELBO = 0,   /* SGVB-B: -(1/B) sum_b [ (1/K) sum_k logpx - beta sum_j kl ]        [SGVB.2] [SGVB.3] */
    AEVB_ELBO_MC = 1 /* SGVB-A: -(1/(BK)) sum_bk [ logpx + beta (logpz - logq) ]          [SGVB.1] [SGVB.3] */
} aevb_objective_kind;

typedef struct aevb_objective {
    aevb_objective_kind kind;
    double beta; /* weight of the KL (or of its Monte Carlo estimate), >= 0; 1 is the bound */
} aevb_objective;

/* Names "elbo", "elbo-mc". */
AEVB_API const char *aevb_objective_name(aevb_objective_kind kind);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_objective_parse(const char *name, aevb_objective_kind *out);

/* Loss (nats per datum, mean over the batch, to be minimised) and, when adjoints is not NULL, every adjoint.
 * EINVAL: B, K or Z is 0, beta is negative or NaN. Non-finite terms propagate. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_objective_eval(const aevb_objective *objective, const aevb_terms *terms,
                                                         double *loss, aevb_adjoints *adjoints);

/* The parts of the bound, per-datum means over the batch in nats: recon = -mean logpx, kl = mean sum_j kl,
 * and their sum is the negative ELBO. */
typedef struct aevb_parts { double recon, kl; } aevb_parts;
AEVB_API aevb_parts aevb_objective_parts(const aevb_terms *terms);

/* log (1/K) sum_k exp(logpx + logpz - logq) of each datum, by log-sum-exp. bound[B]. [IWAE.1] */
AEVB_API void aevb_iwae_bound(const aevb_terms *terms, double *bound);

/* N(0, 1/precision) prior over the n parameters (the paper's MAP variant, precision 1): adds
 * (precision / 2N) sum theta^2 to *loss and precision theta / N to grad, N = size of the data set, because the
 * loss is per datum. The constant of the density is dropped. loss or grad may be NULL. [MAP.1] [SGVB.4] */
AEVB_API void aevb_weight_prior(double precision, size_t n_data, size_t n, const double *theta, double *loss,
                                double *grad);

#ifdef __cplusplus
}
#endif
#endif
