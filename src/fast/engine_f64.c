/* SPDX-License-Identifier: GPL-3.0-or-later
 * The fast engine in float64. */
#include "config.h"

#define AEVB_BITS 64
#define KERNELS(level) aevb_kern_f64_table(level)
#include "fast/engine_body.inc.c"
