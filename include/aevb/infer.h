/* SPDX-License-Identifier: GPL-3.0-or-later
 * Using a trained model: bounds and likelihood estimates, samples, reconstructions, codes, gradient checks. */
#ifndef AEVB_INFER_H
#define AEVB_INFER_H

#include "aevb/data.h"
#include "aevb/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Everything in nats per datum, means over the data set. Standard errors are of the mean over data. */
typedef struct aevb_evaluation {
    size_t n;                 /* data evaluated */
    size_t samples;           /* K of the importance-weighted bound */
    double recon, recon_se;   /* -E_q log p(x|z), one z ~ q(z|x) per datum (never z = mu) */
    double kl, kl_se;
    double elbo, elbo_se;     /* -(recon + kl) */
    double iwae, iwae_se;     /* log (1/K) sum_k w_k; NaN when K is 0 [IWAE.1] */
    size_t active_units;      /* latent dimensions with Var_x(mu_j) > 0.01 [EVAL.1] */
    double *kl_per_dim;       /* [Z] mean over data, owned by the caller, may be NULL on entry */
    double *mu_variance;      /* [Z] variance of mu_j over data, likewise */
} aevb_evaluation;

/* Evaluates the rows of a data set. On entry out->kl_per_dim and out->mu_variance point to [Z] or are NULL.
 * K = 0 skips the importance-weighted bound. pass numbers the noise (stream AEVB_STREAM_EVAL). */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_evaluate(aevb_engine *engine, const aevb_dataset *dataset,
                                                   aevb_binarise binarise, uint64_t seed, uint64_t pass, size_t K,
                                                   aevb_evaluation *out, aevb_error *err);

/* The encoder over a data set: mu[n][Z], logvar[n][Z]. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_encode_all(aevb_engine *engine, const aevb_dataset *dataset,
                                                     aevb_binarise binarise, uint64_t seed, double *mu,
                                                     double *logvar, aevb_error *err);

/* The first n <= dataset->n rows as the encoder sees them, x[n][X], and the mean of p(x|z) at one z ~ q(z|x) for each
 * (never z = mu), mean[n][X]; noise and binarisation are those of aevb_evaluate's pass 0. [REP.1] */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_reconstruct(aevb_engine *engine, const aevb_dataset *dataset,
                                                      aevb_binarise binarise, uint64_t seed, size_t n, double *x,
                                                      double *mean, aevb_error *err);

/* z[n][Z] ~ N(0, I) of stream AEVB_STREAM_PRIOR, first sample number `first`. */
AEVB_API void aevb_prior_draw(uint64_t seed, size_t first, size_t n, size_t Z, double *z);

/* Means of p(x|z) of a categorical model, probability[positions][C], as classes[positions] [TEXT.3]: the likeliest of
 * each position, or drawn, position i with the uniform of index first + i of stream (AEVB_STREAM_PRIOR, 1). */
AEVB_API void aevb_classes_likeliest(size_t positions, size_t C, const double *probability, uint32_t *classes);
AEVB_API void aevb_classes_draw(uint64_t seed, uint64_t first, size_t positions, size_t C, const double *probability,
                                uint32_t *classes);

/* Gradient check of every parameter, float64 reference, noise frozen: central differences in Richardson form at
 * several steps, each with an estimate of its own error; the best one judges. A parameter fails when
 * |analytic - numeric| > bound, bound = 16 * (that estimate) + the measured rounding of the loss / step. It is
 * unresolved when the bound is above 5e-5 |numeric|, so that an error of 1e-4 could hide (a vanishing gradient, or a
 * kink of relu at the very parameter); 0 against a loss that does not change in any bit counts as resolved. */
typedef struct aevb_gradcheck_result {
    int passed;                 /* every parameter checked, none failed, at most 1 in 100 unresolved */
    size_t checked, failed, unresolved;
    double noise;               /* standard deviation of the rounding errors of the loss, as measured */
    size_t worst;               /* offset of the parameter with the largest |difference| / bound */
    double worst_share;         /* that ratio */
    double worst_analytic, worst_numeric, worst_bound;
    double worst_relative;      /* |difference| / max(|analytic|, |numeric|) at the worst */
} aevb_gradcheck_result;
AEVB_API AEVB_MUST_CHECK aevb_status aevb_gradcheck(const aevb_model *model, const aevb_objective *objective,
                                                    size_t B, size_t K, const double *x, const double *eps,
                                                    aevb_gradcheck_result *out, aevb_error *err);

#ifdef __cplusplus
}
#endif
#endif
