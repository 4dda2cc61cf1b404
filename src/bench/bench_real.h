/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the benchmarks of one precision share, types and the calls that are timed: AEVB_BITS is 32 or 64. */
#ifndef AEVB_BENCH_REAL_H
#define AEVB_BENCH_REAL_H

#include "config.h"
#include "bench/bench_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aevb/rng.h"
#include "error.h"
#include "fast/engine_real.h"
#include "ref/ref.h"

#if AEVB_BITS == 32
# define PRECISION AEVB_F32
# define KERNELS(level) aevb_kern_f32_table(level)
#else
# define PRECISION AEVB_F64
# define KERNELS(level) aevb_kern_f64_table(level)
#endif

/* A call that is timed, tier_name, on a case of the type: s in what it does. tier is fast, or ref for what src/ref (or
 * the C library) needs for the same. */
#define CALL(type, tier, name, ...) static void tier##_##name(void *p) { const type *s = p; __VA_ARGS__; }

#endif
