/* SPDX-License-Identifier: GPL-3.0-or-later
 * The default limits on files from outside. */
#include "config.h"
#include "aevb/limits.h"

aevb_limits aevb_limits_default(void)
{
    return (aevb_limits){
        .content_bytes = (uint64_t)16 << 30,
        .inflate_ratio = 200,
        .json_bytes = 100000000,
        .tensors = 10000,
        .entries = 2000000,
        .pixels = (uint64_t)1 << 26,
    };
}
