/* SPDX-License-Identifier: GPL-3.0-or-later
 * Kernels and products for float32. */
#define AEVB_BITS 32
#include "bench/bench_real.h"
#include "bench/bench_kernels.inc.c"
#include "bench/bench_layer.inc.c"
#include "bench/bench_panels.inc.c"
#include "bench/bench_products.inc.c"
