/* SPDX-License-Identifier: GPL-3.0-or-later
 * The fast engine in float32. */
#include "config.h"

#define AEVB_BITS 32
#define KERNELS(level) aevb_kern_f32_table(level)
#include "fast/engine_body.inc.c"
