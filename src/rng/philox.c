/* SPDX-License-Identifier: GPL-3.0-or-later
 * Philox4x32-10 and what is drawn from it: uniforms and normals by (seed, stream, index). */
#include "config.h"
#include "aevb/rng.h"

/* [RNG.6] */
uint64_t aevb_stream(aevb_purpose purpose, uint64_t epoch)
{
    return (uint64_t)purpose << 56 | (epoch & (((uint64_t)1 << 56) - 1));
}

/* [RNG.1] Salmon et al. 2011: ten rounds, the key is bumped by the Weyl constants between rounds. */
void aevb_philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53 * c0;
        uint64_t p1 = (uint64_t)0xCD9E8D57 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

/* The block that holds elements 2 number and 2 number + 1 of a stream. */
static void block(uint64_t seed, uint64_t stream, uint64_t number, uint32_t out[4])
{
    const uint32_t counter[4] = {(uint32_t)number, (uint32_t)(number >> 32), (uint32_t)stream,
                                 (uint32_t)(stream >> 32)};
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    aevb_philox4x32(counter, key, out);
}

/* [RNG.2] 52 bits and one half: never 0 or 1, exact in float64. */
static double uniform_of_words(uint32_t high, uint32_t low)
{
    uint64_t k = ((uint64_t)high << 32 | low) >> 12;
    return ((double)k + 0.5) * 0x1p-52;
}

double aevb_uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint32_t words[4];
    block(seed, stream, index / 2, words);
    return uniform_of_words(words[2 * (index % 2)], words[2 * (index % 2) + 1]);
}

/* [RNG.4] */
double aevb_normal(uint64_t seed, uint64_t stream, uint64_t index)
{
    return aevb_normal_quantile(aevb_uniform(seed, stream, index));
}

/* Both elements of a block are used when the range holds both. */
void aevb_uniform_fill(uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *out)
{
    size_t i = 0;
    if (n > 0 && first % 2 == 1)
        out[i++] = aevb_uniform(seed, stream, first);
    for (; i + 1 < n; i += 2) {
        uint32_t words[4];
        block(seed, stream, (first + i) / 2, words);
        out[i] = uniform_of_words(words[0], words[1]);
        out[i + 1] = uniform_of_words(words[2], words[3]);
    }
    if (i < n)
        out[i] = aevb_uniform(seed, stream, first + i);
}

void aevb_normal_fill(uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *out)
{
    aevb_uniform_fill(seed, stream, first, n, out);
    for (size_t i = 0; i < n; i++)
        out[i] = aevb_normal_quantile(out[i]);
}
