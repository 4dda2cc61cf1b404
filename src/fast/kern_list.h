/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels: one list that yields the table types (kern.h), their initialisers (kern.c, draw.c) and the registry of
 * checkkern, so that none can be forgotten.
 *   K(return type, name, (arguments), error model, bound float32, bound float64)
 * Error models, always against src/ref in float64; u is 2^-24 or 2^-53:
 *   EXACT     the same number (rounded once to the precision of the kernel)
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
    AEVB_KERN_OPTIM(K) \
    AEVB_KERN_DATA(K)

/* y[i] = function of x[i], for every x; in place too. Bounds measured: float32 on all 2^32 inputs, float64 on dense
 * samples and the worst known cases (tests/elementary). */
#define AEVB_KERN_ELEMENTARY(K) \
    K(void, exp, (size_t n, const real *x, real *y), ULP, 1, 1) \
    K(void, expm1, (size_t n, const real *x, real *y), ULP, 2, 2) \
    K(void, log, (size_t n, const real *x, real *y), ULP, 1, 1) \
    K(void, log1p, (size_t n, const real *x, real *y), ULP, 1, 1) \
    K(void, tanh, (size_t n, const real *x, real *y), ULP, 2, 2) \
    K(void, sigmoid, (size_t n, const real *x, real *y), ULP, 2, 2) \
    K(void, softplus, (size_t n, const real *x, real *y), ULP, 2, 2)

/* Optimiser steps in one pass, with the weight prior's gradient folded in; s as aevb_step_scalars says. */
#define AEVB_KERN_OPTIM(K) \
    /* v = momentum v + g; theta = theta - rate v  [SGD.1] */ \
    K(void, sgd, (const aevb_step_scalars *s, size_t n, real *theta, const real *g, real *v), GAMMA, 4, 4) \
    /* v = v + g^2; theta = theta - rate g / (sqrt(v) + eps)  [ADAGRAD.1] */ \
    K(void, adagrad, (const aevb_step_scalars *s, size_t n, real *theta, const real *g, real *v), GAMMA, 8, 8) \
    /* m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; theta = keep theta - rate m / (root sqrt(v) + eps)
       [ADAM.1] [ADAM.2] [ADAMW.1] */ \
    K(void, adam, (const aevb_step_scalars *s, size_t n, real *theta, const real *g, real *m, real *v), GAMMA, 12, 12)

/* Batches and conversions. */
#define AEVB_KERN_DATA(K) \
    /* x[b][i] = rows[index[b]][i] / 255, correctly rounded [DATA.1]; with threshold, 1 if that is >= 1/2, else 0
       [DATA.2] */ \
    K(void, gather_u8, (size_t B, size_t X, const uint8_t *rows, const uint32_t *index, int threshold, real *x), \
      EXACT, 0, 0) \
    K(void, gather_f64, (size_t B, size_t X, const double *rows, const uint32_t *index, int threshold, real *x), \
      EXACT, 0, 0) \
    K(void, from_f64, (size_t n, const double *x, real *y), EXACT, 0, 0) \
    K(void, to_f64, (size_t n, const real *x, double *y), EXACT, 0, 0)

/* Random numbers: integers and doubles, so compiled once per level; the same bits on every level, portable too. */
#define AEVB_DRAW_LIST(K) \
    /* out[i] = uniform of index first + i [RNG.2] */ \
    K(void, uniform, (uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *out), EXACT, 0, 0)

#endif
