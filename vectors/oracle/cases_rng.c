/* SPDX-License-Identifier: GPL-3.0-or-later
 * philox.json, uniform.json, normal-quantile.json, normal.json, permutation.json. 64-bit numbers are pairs of words,
 * the low one first. */
#include "cases.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "draw.h"
#include "formulas.h"
#include "oracle.h"

/* [RNG.1] */
static void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t result[4])
{
    uint32_t c[4], k0 = key[0], k1 = key[1];
    memcpy(c, counter, sizeof c);
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53 * c[0], p1 = (uint64_t)0xCD9E8D57 * c[2];
        uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ c[1] ^ k0, (uint32_t)p1, (uint32_t)(p0 >> 32) ^ c[3] ^ k1,
            (uint32_t)p0};
        memcpy(c, next, sizeof c);
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    memcpy(result, c, sizeof c);
}

static void words(const char *name, uint32_t *to)
{
    for (size_t i = 0; i < oracle_size(name); i++)
        to[i] = (uint32_t)in_exact(name)[i];
}

/* The two words of element `index` of a stream. [RNG.2] */
static void element(uint64_t index, uint32_t w[2])
{
    uint32_t stream[2], seed[2], result[4];
    words("stream", stream);
    words("seed", seed);
    uint64_t block = index >> 1;
    philox((uint32_t[]){(uint32_t)block, (uint32_t)(block >> 32), stream[0], stream[1]}, seed, result);
    memcpy(w, &result[2 * (index & 1)], 2 * sizeof *w);
}

static double uniform_of_inputs(void)
{
    uint32_t index[2], w[2];
    words("index", index);
    element((uint64_t)index[1] << 32 | index[0], w);
    uint64_t k = ((uint64_t)w[0] << 32 | w[1]) >> 12;
    return ((double)k + 0.5) * 0x1p-52;
}

static void block(void)
{
    uint32_t counter[4], key[2], result[4];
    words("counter", counter);
    words("key", key);
    philox(counter, key, result);
    for (int i = 0; i < 4; i++)
        out("words")[i] = num_d(result[i]);
}

static void uniform(void)
{
    *out("u") = num_d(uniform_of_inputs());
}

static void normal(void)
{
    *out("x") = f_normal_quantile(uniform_of_inputs());
}

static void quantile(void)
{
    for (size_t i = 0; i < dim("n"); i++)
        out("x")[i] = f_normal_quantile(in_exact("u")[i]);
}

static void permutation(void)
{
    size_t n = dim("n");
    N *p = out("p");
    for (size_t i = 0; i < n; i++)
        p[i] = num_d((double)i);
    for (size_t i = n; i-- > 1;) {
        uint32_t w[2];
        element(i, w);
        size_t j = (size_t)((uint64_t)w[0] * (i + 1) >> 32);
        N swap = p[i];
        p[i] = p[j];
        p[j] = swap;
    }
}

static void fill_words(const char *name)
{
    for (size_t i = 0; i < oracle_size(name); i++)
        oracle_fill(name)[i] = (double)draw_below(65536) * 65536 + draw_below(65536);
}

static void write_philox(const char *folder)
{
    static const uint32_t known[3][6] = {
        {0, 0, 0, 0, 0, 0},
        {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0},
    };
    /* What Random123 publishes: an answer that is not from this program. */
    static const uint32_t published[3][4] = {
        {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
        {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
        {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
    };
    draw_from("philox");
    oracle_begin(folder, "philox", "Philox4x32-10", "words of one block, from a counter and a key");
    oracle_group("philox", "RNG.1", block, NULL);
    oracle_dim("four", 4);
    oracle_dim("two", 2);
    oracle_integers("counter", "four");
    oracle_integers("key", "two");
    oracle_integer_output("words", "four");
    for (int i = 0; i < 40; i++) {
        oracle_test("WordOrder", i < 3 ? "known answer of Random123" : i < 20 ? "random words" : "one bit");
        if (i < 3) {
            uint32_t result[4];
            philox(known[i], known[i] + 4, result);
            if (memcmp(result, published[i], sizeof result) != 0)
                oracle_refuse("Philox disagrees with its published answers");
            for (int j = 0; j < 6; j++)
                oracle_fill(j < 4 ? "counter" : "key")[j < 4 ? j : j - 4] = known[i][j];
        } else if (i < 20) {
            fill_words("counter");
            fill_words("key");
        } else {
            oracle_fill(i < 36 ? "counter" : "key")[i < 36 ? i % 4 : i % 2] = ldexp(1, (i - 20) * 2 % 32);
        }
        oracle_valid();
    }
    oracle_end();
}

static void stream_group(const char *type, const char *clause, oracle_formula *formula, size_t n)
{
    oracle_group(type, clause, formula, NULL);
    oracle_dim("two", 2);
    if (n > 0)
        oracle_dim("n", n);
    oracle_integers("seed", "two");
    oracle_integers("stream", "two");
    if (n == 0)
        oracle_integers("index", "two");
}

static void elements(int count)
{
    for (int i = 0; i < count; i++) {
        oracle_test(i % 2 ? "WordOrder" : "WordOrder StreamOverlap", i < 8 ? "element %d of stream 0, seed 0"
                    : i < count - 1 ? "random seed, stream and index" : "largest seed, stream and index", i);
        if (i < 8) {
            oracle_fill("index")[0] = i;
        } else {
            static const char *const names[] = {"seed", "stream", "index"};
            for (int j = 0; j < 3; j++) {
                fill_words(names[j]);
                if (i == count - 1)
                    draw_all(names[j], 4294967295.0);
            }
        }
        oracle_valid();
    }
}

static void write_stream(const char *folder)
{
    draw_from("uniform");
    oracle_begin(folder, "uniform", "uniform numbers", "u = (k + 1/2) 2^-52, exact; seed, stream and index are pairs "
                                                        "of 32-bit words, the low one first");
    stream_group("uniform", "RNG.2 RNG.6", uniform, 0);
    oracle_output("u", "");
    elements(60);
    oracle_end();
    draw_from("normal");
    oracle_begin(folder, "normal", "normal numbers", "the quantile of the uniform number");
    stream_group("normal", "RNG.4", normal, 0);
    oracle_output("x", "");
    elements(60);
    oracle_end();
    draw_from("permutation");
    oracle_begin(folder, "permutation", "permutations", "Fisher and Yates from the top");
    static const size_t sizes[] = {1, 2, 3, 10, 16, 100};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        stream_group("permutation", "RNG.5", permutation, sizes[s]);
        oracle_integer_output("p", "n");
        for (int i = 0; i < 4; i++) {
            oracle_test("WordOrder", i < 1 ? "seed 1, stream (7, 0)" : "random seed and stream");
            fill_words("seed");
            fill_words("stream");
            if (i == 0) {
                oracle_fill("seed")[0] = 1;
                oracle_fill("seed")[1] = oracle_fill("stream")[0] = 0;
                oracle_fill("stream")[1] = 7u << 24;
            }
            oracle_valid();
        }
    }
    oracle_end();
}

static double inside(int kind)
{
    double k = (double)draw_below(1u << 26) * 0x1p26 + draw_below(1u << 26);
    double u = (k + 0.5) * 0x1p-52;
    if (kind == 1) /* down to 2^-100 */
        return ldexp(u, -(int)draw_below(48) * 2);
    if (kind == 2) /* next to the change of the approximation at |u - 1/2| = 0.425 */
        return 0.075 + (u - 0.5) * 0x1p-20;
    if (kind == 3) /* next to that at u = exp(-25) */
        return exp(-25) * (1 + (u - 0.5) * 0x1p-20);
    if (kind == 4)
        return 0.5 + (u - 0.5) * 0x1p-30;
    return u;
}

static void write_quantile(const char *folder)
{
    static const char *const about[] = {"over (0, 1)", "lower tail", "about |u - 1/2| = 0.425", "about u = exp(-25)",
        "about 1/2"};
    static const double edges[][8] = {
        {0, 1, NAN, -1, 2, INFINITY, -INFINITY, -0.0},
        {0x1p-53, 1 - 0x1p-53, 0x1.8p-52, 1 - 0x1.8p-52, 0.5, 0.5 + 0x1p-53, 0.5 - 0x1p-53, 0.25},
        {0.075, 0.925, 0.07499, 0.07501, 0.92499, 0.92501, 1e-11, 1.4e-11},
        {1e-300, 0x1p-1022, 0x1p-1074, 1e-100, 1e-50, 1e-30, 1e-20, 1e-16},
    };
    draw_from("normal-quantile");
    oracle_begin(folder, "normal-quantile", "quantile of the normal distribution", "x with Phi(x) = u");
    oracle_group("normal-quantile", "RNG.3", quantile, NULL);
    oracle_dim("n", 8);
    oracle_input("u", "n");
    oracle_output("x", "n");
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        oracle_test(i == 0 ? "NonFinite" : "QuantileTail", i == 0 ? "outside the domain" : "ends and special points");
        memcpy(oracle_fill("u"), edges[i], sizeof edges[i]);
        oracle_valid();
    }
    for (int kind = 0; kind < 5; kind++)
        for (int repeat = 0; repeat < 12; repeat++) {
            oracle_test("QuantileTail", "%s", about[kind]);
            for (size_t i = 0; i < 8; i++)
                oracle_fill("u")[i] = i % 2 && kind != 1 && kind != 3 ? 1 - inside(kind) : inside(kind);
            oracle_valid();
        }
    oracle_end();
}

void cases_rng(const char *folder)
{
    write_philox(folder);
    write_stream(folder);
    write_quantile(folder);
}
