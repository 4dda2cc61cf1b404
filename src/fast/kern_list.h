/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels: one list that yields the table types (kern.h), their initialisers (kern.c, draw.c) and the registry of
 * checkkern, so that none can be forgotten.
 *   K(return type, name, (arguments), error model, bound float32, bound float64)
 * Error models, always against src/ref in float64; u is 2^-24 or 2^-53:
 *   EXACT     the same number, rounded once to the precision of the kernel
 *   ULP       at most `bound` units in the last place of the exact result
 *   GAMMA     at most gamma_(bound + n) times the condition sum (the sum of the absolute values of all terms), n =
 *             number of terms added one after the other in the precision of the kernel; gamma_n = n u / (1 - n u)
 * `real` is float or double. Matrices are row-major without gaps unless a stride is named. Row r of K samples per
 * datum belongs to datum r / K. Values of terms and their adjoints are double in every precision. Inputs and outputs
 * must not overlap except where "in place" is said. */
#ifndef AEVB_KERN_LIST_H
#define AEVB_KERN_LIST_H

#include "fast/gemm_list.h"

#define AEVB_KERN_LIST(K) \
    AEVB_KERN_ELEMENTARY(K) \
    AEVB_KERN_NETWORK(K) \
    AEVB_KERN_LATENT(K) \
    AEVB_KERN_LIKELIHOOD(K) \
    AEVB_KERN_OPTIM(K) \
    AEVB_KERN_BATCH(K)

/* y[i] = function of x[i], for every x; in place too. Bounds measured: float32 on all 2^32 inputs, float64 on dense
 * samples and hard cases (tests/checkkern/elementary_f32.c, elementary_f64.c). Worst found, avx2 and the same on all FMA
 * levels, then portable:
 *   float32  exp 0.78 0.78, expm1 1.27 1.27, log 0.79 0.87, log1p 1.38 1.44, tanh 1.47 1.46, sigmoid 1.97 1.97,
 *            softplus 1.87 2.23
 *   float64  exp 0.72 0.69, expm1 1.40, log 0.79, log1p 1.27, tanh 1.40, sigmoid 1.72, softplus 1.61, the rest on both */
#define AEVB_KERN_ELEMENTARY(K) \
    K(void, exp, (size_t n, const real *x, real *y), ULP, 1, 1) \
    K(void, expm1, (size_t n, const real *x, real *y), ULP, 2, 2) \
    K(void, log, (size_t n, const real *x, real *y), ULP, 1, 1) \
    K(void, log1p, (size_t n, const real *x, real *y), ULP, 2, 2) \
    K(void, tanh, (size_t n, const real *x, real *y), ULP, 2, 2) \
    K(void, sigmoid, (size_t n, const real *x, real *y), ULP, 2, 2) \
    K(void, softplus, (size_t n, const real *x, real *y), ULP, 3, 2)

/* f is an aevb_activation. */
#define AEVB_KERN_NETWORK(K) \
    /* h = f(a), in place too [ACT.1]..[ACT.5] */ \
    K(void, activation, (int f, size_t n, const real *a, real *h), ULP, 3, 2) \
    /* da = dh f'(a), f' from h = f(a) alone; in place (da = dh) too */ \
    K(void, activation_backward, (int f, size_t n, const real *h, const real *dh, real *da), GAMMA, 12, 12) \
    /* sum_i x[i]^2 */ \
    K(double, sum_squares, (size_t n, const real *x), GAMMA, 2, 2) \
    /* lse[r] = log sum_k exp(t[r][k]), weight[r][k] = exp(t[r][k] - lse[r]) unless weight is NULL; K >= 1 [IWAE.1] */ \
    K(void, log_sum_exp, (size_t rows, size_t K, const real *t, real *lse, real *weight), GAMMA, 8, 8)

/* Noise eps[b][k][j] is an input. The gradients are added to what is there, as in src/ref. */
#define AEVB_KERN_LATENT(K) \
    K(void, reparam, (size_t B, size_t K, size_t Z, const real *mu, const real *logvar, const real *eps, real *z), \
      GAMMA, 4, 4) /* [REP.1] */ \
    K(void, reparam_backward, (size_t B, size_t K, size_t Z, const real *logvar, const real *eps, const real *dz, \
                               real *dmu, real *dlogvar), GAMMA, 6, 6) /* [REP.2] */ \
    K(void, kl, (size_t n, const real *mu, const real *logvar, double *kl), GAMMA, 16, 16) /* [KL.1] */ \
    K(void, kl_backward, (size_t n, const real *mu, const real *logvar, const double *dkl, real *dmu, real *dlogvar), \
      GAMMA, 6, 6) /* [KL.2] */ \
    K(void, logq, (size_t B, size_t K, size_t Z, const real *logvar, const real *eps, double *logq), \
      GAMMA, 4, 4) /* [LOGQ.1] */ \
    K(void, logq_backward, (size_t B, size_t K, size_t Z, const double *dlogq, real *dlogvar), \
      GAMMA, 2, 2) /* [LOGQ.2] */ \
    K(void, logpz, (size_t rows, size_t Z, const real *z, double *logpz), GAMMA, 4, 4) /* [PRIOR.1] */ \
    K(void, logpz_backward, (size_t rows, size_t Z, const real *z, const double *dlogpz, real *dz), \
      GAMMA, 3, 3) /* [PRIOR.2] */

/* Values of rows r < rows, x[rows / K][X]; _grad: and the gradient, which overwrites (da = dlogpx[r] times the slope)
 * and may be in place (da = a, dmean = mean, dlogvar = logvar). */
#define AEVB_KERN_LIKELIHOOD(K) \
    K(void, bernoulli, (size_t rows, size_t K, size_t X, const real *x, const real *a, double *logpx), \
      GAMMA, 6, 6) /* [BERN.1] [GREY.1] */ \
    K(void, bernoulli_grad, (size_t rows, size_t K, size_t X, const real *x, const real *a, const double *dlogpx, \
                             double *logpx, real *da), GAMMA, 6, 6) /* [BERN.2] [GREY.2] */ \
    K(void, gaussian, (size_t rows, size_t K, size_t X, const real *x, const real *mean, const real *logvar, \
                       double *logpx), GAMMA, 8, 8) /* [GAUSS.1] */ \
    K(void, gaussian_grad, (size_t rows, size_t K, size_t X, const real *x, const real *mean, const real *logvar, \
                            const double *dlogpx, double *logpx, real *dmean, real *dlogvar), \
      GAMMA, 8, 8) /* [GAUSS.2] */ \
    /* precision = 1 / variance, constant = log 2 pi + log variance */ \
    K(void, gaussian_fixed, (size_t rows, size_t K, size_t X, const real *x, const real *mean, double precision, \
                             double constant, double *logpx), GAMMA, 8, 8) /* [GFIX.1] */ \
    K(void, gaussian_fixed_grad, (size_t rows, size_t K, size_t X, const real *x, const real *mean, double precision, \
                                  double constant, const double *dlogpx, double *logpx, real *dmean), \
      GAMMA, 8, 8) /* [GFIX.2] */ \
    /* X / C positions of C classes, x one-hot */ \
    K(void, categorical, (size_t rows, size_t K, size_t X, size_t C, const real *x, const real *a, double *logpx), \
      GAMMA, 8, 8) /* [CAT.1] */ \
    K(void, categorical_grad, (size_t rows, size_t K, size_t X, size_t C, const real *x, const real *a, \
                               const double *dlogpx, double *logpx, real *da), GAMMA, 8, 8) /* [CAT.2] */ \
    /* p = softmax of each of the rows a[C], in place too */ \
    K(void, softmax, (size_t rows, size_t C, const real *a, real *p), GAMMA, 8, 8) /* [CAT.2] */

/* Optimiser steps in one pass, with the weight prior's gradient folded in; s as aevb_step_scalars says. */
#define AEVB_KERN_OPTIM(K) \
    /* v = momentum v + g; theta = theta - rate v */ \
    K(void, sgd, (const aevb_step_scalars *s, size_t n, real *theta, const real *g, real *v), \
      GAMMA, 6, 6) /* [SGD.1] */ \
    /* v = v + g^2; theta = theta - rate g / (sqrt(v) + eps) */ \
    K(void, adagrad, (const aevb_step_scalars *s, size_t n, real *theta, const real *g, real *v), \
      GAMMA, 8, 8) /* [ADAGRAD.1] */ \
    /* m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; theta = keep theta - rate m / (root sqrt(v) + eps) */ \
    K(void, adam, (const aevb_step_scalars *s, size_t n, real *theta, const real *g, real *m, real *v), \
      GAMMA, 12, 12) /* [ADAM.1] [ADAM.2] [ADAMW.1] */

/* Batches and conversions. */
#define AEVB_KERN_BATCH(K) \
    /* x[b][i] = rows[index[b]][i] / 255, correctly rounded; with threshold, 1 if that is >= 1/2, else 0 */ \
    K(void, gather_u8, (size_t B, size_t X, const uint8_t *rows, const uint32_t *index, int threshold, real *x), \
      EXACT, 0, 0) /* [DATA.1] [DATA.2] */ \
    K(void, gather_f64, (size_t B, size_t X, const double *rows, const uint32_t *index, int threshold, real *x), \
      EXACT, 0, 0) /* [DATA.1] [DATA.2] */ \
    /* x[b][p C + c] = 1 where c = text[index[b] step + p], p < X / C, else 0 */ \
    K(void, gather_text, (size_t B, size_t X, size_t C, size_t step, const uint8_t *text, const uint32_t *index, \
                          real *x), EXACT, 0, 0) /* [TEXT.1] */ \
    /* index of the first x outside the domain of the aevb_likelihood, or n; C classes of categorical */ \
    K(size_t, domain, (int likelihood, size_t C, size_t n, const real *x), \
      EXACT, 0, 0) /* [BERN.3] [GREY.3] [GAUSS.3] [CAT.3] */ \
    K(void, from_f64, (size_t n, const double *x, real *y), EXACT, 0, 0) \
    K(void, to_f64, (size_t n, const real *x, double *y), EXACT, 0, 0)

/* Random numbers: integers and doubles, so compiled once per level; the same bits on every level, portable too. */
#define AEVB_DRAW_LIST(K) \
    /* out[i] = uniform or normal of index first + i; float: the double rounded. Normals and quantiles are those of
       src/rng but in the tails, where another logarithm makes one in 400 differ, by at most 6 ulp of 2 million. */ \
    K(void, uniform, (uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *out), \
      EXACT, 0, 0) /* [RNG.2] */ \
    K(void, normal_f64, (uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *out), \
      ULP, 8, 8) /* [RNG.4] */ \
    K(void, normal_f32, (uint64_t seed, uint64_t stream, uint64_t first, size_t n, float *out), \
      ULP, 1, 1) /* [RNG.4] */ \
    K(void, quantile, (size_t n, const double *u, double *x), ULP, 8, 8) /* [RNG.3] */ \
    /* x[b][i] = 1 if rows[index[b]][i] (bytes: / 255) > uniform of index index[b] X + i, else 0 */ \
    K(void, binarise_u8_f32, (uint64_t seed, uint64_t stream, size_t B, size_t X, const uint8_t *rows, \
                              const uint32_t *index, float *x), EXACT, 0, 0) /* [DATA.3] */ \
    K(void, binarise_u8_f64, (uint64_t seed, uint64_t stream, size_t B, size_t X, const uint8_t *rows, \
                              const uint32_t *index, double *x), EXACT, 0, 0) /* [DATA.3] */ \
    K(void, binarise_f64_f32, (uint64_t seed, uint64_t stream, size_t B, size_t X, const double *rows, \
                               const uint32_t *index, float *x), EXACT, 0, 0) /* [DATA.3] */ \
    K(void, binarise_f64_f64, (uint64_t seed, uint64_t stream, size_t B, size_t X, const double *rows, \
                               const uint32_t *index, double *x), EXACT, 0, 0) /* [DATA.3] */

#endif
