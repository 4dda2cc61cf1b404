/* SPDX-License-Identifier: GPL-3.0-or-later
 * Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011), stateless.
 * Any element of any stream can be computed alone: key = seed, counter = (index, stream). Docs: docs/spec/rng.md.
 * All functions are pure and thread-safe. */
#ifndef AEVB_RNG_H
#define AEVB_RNG_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Purposes, the top 8 bits of a stream number; the lower 56 bits are the epoch (0-based), or 0. [RNG.6] */
typedef enum aevb_purpose {
    AEVB_STREAM_INIT = 1,     /* index = offset in the parameter block */
    AEVB_STREAM_SHUFFLE = 2,  /* see aevb_permutation */
    AEVB_STREAM_NOISE = 3,    /* training noise eps: index = (datum * L + l) * Z + j */
    AEVB_STREAM_BINARISE = 4, /* index = datum * X + i */
    AEVB_STREAM_EVAL = 5,     /* evaluation noise: index = (datum * K + k) * Z + j; the low bits number the pass */
    AEVB_STREAM_PRIOR = 6,    /* samples from the prior: index = sample * Z + j; 1 in the low bits: [TEXT.3] */
    AEVB_STREAM_SPLIT = 7,    /* train/test split of data that come without one */
    AEVB_STREAM_EVAL_BINARISE = 8, /* dynamic binarisation of evaluation data */
    AEVB_STREAM_TEST = 255    /* for tests and examples */
} aevb_purpose;

AEVB_API uint64_t aevb_stream(aevb_purpose purpose, uint64_t epoch);

/* Ten rounds of Philox4x32. counter[0..1] = index (low word first), counter[2..3] = stream, key = seed. [RNG.1] */
AEVB_API void aevb_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* u = (k + 1/2) 2^-52, 0 < u < 1 exactly, from element `index` of a stream. [RNG.2] */
AEVB_API double aevb_uniform(uint64_t seed, uint64_t stream, uint64_t index);

/* Quantile of N(0,1), Wichura's AS241 PPND16: relative error about 1e-16 for 0 < u < 1;
 * -inf at 0, +inf at 1, NaN elsewhere. [RNG.3] */
AEVB_API double aevb_normal_quantile(double u);

/* N(0,1): the quantile of aevb_uniform. [RNG.4] */
AEVB_API double aevb_normal(uint64_t seed, uint64_t stream, uint64_t index);

/* out[i] = uniform or normal of index first + i, i < n. */
AEVB_API void aevb_uniform_fill(uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *out);
AEVB_API void aevb_normal_fill(uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *out);

/* Fisher-Yates permutation of 0..n-1, n <= 2^32 - 1. [RNG.5] */
AEVB_API void aevb_permutation(uint64_t seed, uint64_t stream, size_t n, uint32_t *out);

#ifdef __cplusplus
}
#endif
#endif
