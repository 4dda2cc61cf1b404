/* SPDX-License-Identifier: GPL-3.0-or-later
 * All random-number kernels of one level: built once for each with AEVB_BITS=64, and exports nothing but the table. */
#define AEVB_UNFUSED /* [RNG.3] asks for a rounding after each product */
#include "fast/kern.h"
#include "fast/vec.h"

#include "fast/elementary.inc.c"
#include "fast/noise.inc.c"

#define JOIN2(a, b) a##b
#define TABLE(level) JOIN2(aevb_draw_, level)
#define ENTRY(ret, name, args, ...) .name = k_##name,

const aevb_kern_draw TABLE(AEVB_KERN_LEVEL) = { AEVB_DRAW_LIST(ENTRY) };
