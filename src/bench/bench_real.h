/* SPDX-License-Identifier: GPL-3.0-or-later
 * The types of one precision, for the benchmarks of kernels and products: AEVB_BITS is 32 or 64. */
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

#endif
