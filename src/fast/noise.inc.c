/* SPDX-License-Identifier: GPL-3.0-or-later
 * Philox4x32-10 and uniforms, VL blocks of two elements at a time. */

enum { PAIRS = 2 * VL }; /* elements per call of uniform_pairs */

/* [RNG.1] Words are the lower halves of 64-bit lanes; what the upper halves hold never reaches a product, whose
 * operands are 32 bits, and is cut off at the end. */
VINLINE void philox(uvec c[4], uint64_t seed)
{
    const uvec m0 = u_set1(0xD2511F53u), m1 = u_set1(0xCD9E8D57u);
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        const uvec p0 = u_mul32(m0, c[0]), p1 = u_mul32(m1, c[2]);
        c[0] = (p1 >> 32) ^ c[1] ^ u_set1(k0);
        c[1] = p1;
        c[2] = (p0 >> 32) ^ c[3] ^ u_set1(k1);
        c[3] = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/* [RNG.2] k = the upper 52 bits of two words; (k + 1/2) 2^-52 exactly: k is placed in the mantissa of a number in
 * [1, 2), from which 1 - 2^-53 is taken away. */
VINLINE vec uniform_of_words(uvec high, uvec low)
{
    const uvec k = ((high << 32) | (low & u_set1(0xffffffffu))) >> 12;
    return (vec)(k | u_set1((ulane)EXP_BIAS << MANT_BITS)) - v_set1(1.0 - 0x1p-53);
}

/* Elements 2 block .. 2 block + PAIRS - 1 of a stream. */
VINLINE void uniform_pairs(uint64_t seed, uint64_t stream, uint64_t block, double out[PAIRS])
{
    uvec number = u_set1(block);
    for (int j = 0; j < VL; j++) {
        number[j] += (uint64_t)j;
    }
    uvec c[4] = { number, number >> 32, u_set1(stream), u_set1(stream >> 32) };
    philox(c, seed);
    const vec even = uniform_of_words(c[0], c[1]), odd = uniform_of_words(c[2], c[3]);
    for (int j = 0; j < VL; j++) {
        out[2 * j] = even[j];
        out[2 * j + 1] = odd[j];
    }
}

static void k_uniform(uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *out)
{
    size_t skip = (size_t)(first % 2); /* elements of the first block that come before `first` */
    uint64_t block = first / 2;
    for (size_t i = 0; i < n; block += VL) {
        double pairs[PAIRS];
        uniform_pairs(seed, stream, block, pairs);
        const size_t m = n - i < PAIRS - skip ? n - i : PAIRS - skip;
        memcpy(out + i, pairs + skip, m * sizeof *out);
        i += m;
        skip = 0;
    }
}
