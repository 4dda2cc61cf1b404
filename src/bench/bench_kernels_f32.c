/* SPDX-License-Identifier: GPL-3.0-or-later
 * bench_kernels.inc.c and bench_products.inc.c for float32. */
#define AEVB_BITS 32
#include "bench/bench_real.h"
#include "bench/bench_kernels.inc.c"
#include "bench/bench_products.inc.c"
