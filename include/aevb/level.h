/* SPDX-License-Identifier: GPL-3.0-or-later
 * Instruction-set levels of the fast engine: which exist, which this build and CPU have, which one to use.
 * All functions are thread-safe as long as nobody changes the environment at the same time. */
#ifndef AEVB_LEVEL_H
#define AEVB_LEVEL_H

#include "aevb/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* avx2, avx512 and neon yield the same bits, sign and payload of a NaN excepted; portable has no fused multiply-add and
 * differs in the last places. */
typedef enum aevb_level {
    AEVB_LEVEL_REF = -2,     /* not a level of the fast engine: the reference is to be used instead */
    AEVB_LEVEL_PORTABLE = 0, /* vectors of 16 bytes in what every CPU of the architecture has */
    AEVB_LEVEL_AVX2 = 1,     /* x86-64: AVX2 and FMA */
    AEVB_LEVEL_AVX512 = 2,   /* x86-64: AVX-512 F, DQ, BW and VL, and AVX2 and FMA */
    AEVB_LEVEL_NEON = 3      /* aarch64 */
} aevb_level;
#define AEVB_LEVEL_BEST (-1) /* in place of a level: the best that may be used */
#define AEVB_LEVEL_COUNT 4   /* levels of the fast engine are 0 .. AEVB_LEVEL_COUNT - 1 */

/* Names "ref", "portable", "avx2", "avx512", "neon"; "unknown level" for a number that is none. */
AEVB_API const char *aevb_level_name(aevb_level level);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_level_parse(const char *name, aevb_level *out);

/* 1 when this build contains the level and this CPU can run it. PORTABLE and REF always. */
AEVB_API int aevb_level_supported(aevb_level level);

/* The highest supported level, whatever the environment says. */
AEVB_API aevb_level aevb_level_best(void);

/* The level to use. wanted is a level, or AEVB_LEVEL_BEST. The environment variable AEVB_LEVEL (a name, or empty)
 * can only lower the result. EUNSUPPORTED: wanted, or what AEVB_LEVEL names, is not in this build or this CPU lacks
 * it; the message says which of the two. EINVAL: AEVB_LEVEL names no level, or wanted is none. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_level_choose(int wanted, aevb_level *out, aevb_error *err);

#ifdef __cplusplus
}
#endif
#endif
