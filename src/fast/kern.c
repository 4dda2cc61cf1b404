/* SPDX-License-Identifier: GPL-3.0-or-later
 * All kernels of one (level, precision): built once for each, and exports nothing but the table. */
#include "fast/kern.h"
#include "fast/vec.h"

#include "fast/elementary.inc.c"
#include "fast/elementwise.inc.c"
#include "fast/activation.inc.c"
#include "fast/reduce.inc.c"
#include "fast/latent.inc.c"
#include "fast/likelihood.inc.c"
#include "fast/categorical.inc.c"
#include "fast/optim.inc.c"
#include "fast/batch.inc.c"
#include "fast/gemm.inc.c"
#include "fast/gemm_adam.inc.c"

#define JOIN3(a, b, c) a##b##c
#if AEVB_BITS == 32
# define TABLE_TYPE aevb_kern_f32
# define TABLE(level) JOIN3(aevb_kern_, level, _f32)
#else
# define TABLE_TYPE aevb_kern_f64
# define TABLE(level) JOIN3(aevb_kern_, level, _f64)
#endif
#define ENTRY(ret, name, args, ...) .name = k_##name,

const TABLE_TYPE TABLE(AEVB_KERN_LEVEL) = { AEVB_KERN_LIST(ENTRY) AEVB_GEMM_LIST(ENTRY) };
