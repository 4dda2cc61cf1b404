/* SPDX-License-Identifier: GPL-3.0-or-later
 * Codes from the prior. */
#include "config.h"
#include "aevb/infer.h"
#include "aevb/rng.h"

void aevb_prior_draw(uint64_t seed, size_t first, size_t n, size_t Z, double *z)
{
    aevb_normal_fill(seed, aevb_stream(AEVB_STREAM_PRIOR, 0), (uint64_t)first * Z, n * Z, z);
}
