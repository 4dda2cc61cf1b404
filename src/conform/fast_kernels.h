/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels of the fast engine as a kernel set. */
#ifndef AEVB_FAST_KERNELS_H
#define AEVB_FAST_KERNELS_H

#include "aevb/level.h"
#include "conform/kernel_set.h"

/* level >= 0, in this build and supported by the CPU. The sets hold for the calling thread until the next call. */
void aevb_fast_kernel_set_f64(aevb_level level, aevb_kernel_set *set);
void aevb_fast_kernel_set_f32(aevb_level level, aevb_kernel_set *set);

#endif
