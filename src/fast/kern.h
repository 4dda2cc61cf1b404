/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tables of kernels, one per (level, precision), generated from kern_list.h, and the functions that find them.
 * Kernels do not check arguments, allocate nothing and call nothing outside their object but memcpy. */
#ifndef AEVB_KERN_H
#define AEVB_KERN_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/level.h"
#include "aevb/optim.h"
#include "fast/kern_list.h"

/* Scalars of one optimiser step, worked out once per step in float64. */
typedef struct aevb_step_scalars {
    double prior;        /* the gradient used is g + prior * theta [MAP.1]; 0 for none */
    double keep;         /* theta is multiplied by this first: 1 - lr * decay for AdamW, else 1 */
    double rate;         /* lr, for Adam with its bias corrections */
    double momentum;     /* SGD */
    double beta1, beta2; /* Adam */
    double root;         /* factor of sqrt(v): 1 / sqrt(1 - beta2^t) for [ADAM.1], 1 for [ADAM.2] */
    double eps;
} aevb_step_scalars;

/* Those of step t, counted from 1; prior as above. */
aevb_step_scalars aevb_step_scalars_make(const aevb_optim *optim, uint64_t t, double prior);

#define AEVB_KERN_MEMBER(ret, name, args, ...) ret (*name) args;

#define real float
typedef struct aevb_kern_f32 { AEVB_KERN_LIST(AEVB_KERN_MEMBER) AEVB_GEMM_LIST(AEVB_KERN_MEMBER) } aevb_kern_f32;
#undef real
#define real double
typedef struct aevb_kern_f64 { AEVB_KERN_LIST(AEVB_KERN_MEMBER) AEVB_GEMM_LIST(AEVB_KERN_MEMBER) } aevb_kern_f64;
#undef real
typedef struct aevb_kern_draw { AEVB_DRAW_LIST(AEVB_KERN_MEMBER) } aevb_kern_draw;

/* The table of a level (>= 0), or NULL when the build left the level out. Whether the CPU can run it is another
 * question: aevb_level_supported. */
const aevb_kern_f32 *aevb_kern_f32_table(aevb_level level);
const aevb_kern_f64 *aevb_kern_f64_table(aevb_level level);
const aevb_kern_draw *aevb_kern_draw_table(aevb_level level);

/* The tables themselves: the only symbol of each kernel object. */
extern const aevb_kern_f32 aevb_kern_portable_f32, aevb_kern_avx2_f32, aevb_kern_avx512_f32, aevb_kern_neon_f32;
extern const aevb_kern_f64 aevb_kern_portable_f64, aevb_kern_avx2_f64, aevb_kern_avx512_f64, aevb_kern_neon_f64;
extern const aevb_kern_draw aevb_draw_portable, aevb_draw_avx2, aevb_draw_avx512, aevb_draw_neon;

#endif
