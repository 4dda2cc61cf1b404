/* SPDX-License-Identifier: GPL-3.0-or-later
 * The float32 kernels of the fast engine as a kernel set. */
#include "config.h"
#include "fast/kern.h"

typedef float real;
#define KERN aevb_kern_f32
#define KERN_TABLE aevb_kern_f32_table
#define KERNEL_SET aevb_fast_kernel_set_f32
#include "conform/fast_kernels.inc.c"
