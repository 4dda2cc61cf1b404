/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fisher-Yates permutation of a stream. */
#include "config.h"
#include "aevb/rng.h"

/* [RNG.5] From the top: the first word w of element i chooses j = floor(w (i + 1) / 2^32) for place i. */
void aevb_permutation(uint64_t seed, uint64_t stream, size_t n, uint32_t *out)
{
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)i;
    for (size_t i = n; i-- > 1;) {
        const uint64_t number = (uint64_t)i / 2;
        const uint32_t counter[4] = {(uint32_t)number, (uint32_t)(number >> 32), (uint32_t)stream,
                                     (uint32_t)(stream >> 32)};
        uint32_t words[4];
        aevb_philox4x32(counter, key, words);
        size_t j = (size_t)(((uint64_t)words[2 * (i % 2)] * ((uint64_t)i + 1)) >> 32);
        uint32_t swap = out[i];
        out[i] = out[j];
        out[j] = swap;
    }
}
