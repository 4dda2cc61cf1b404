/* SPDX-License-Identifier: GPL-3.0-or-later
 * The float64 kernels of the fast engine as a kernel set. */
#include "config.h"
#include "fast/kern.h"

typedef double real;
#define KERN aevb_kern_f64
#define KERN_TABLE aevb_kern_f64_table
#define KERNEL_SET aevb_fast_kernel_set_f64
#include "conform/fast_kernels.inc.c"
