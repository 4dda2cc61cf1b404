/* SPDX-License-Identifier: GPL-3.0-or-later
 * Philox, uniforms, normals and permutations. Fixed seeds: the statistical tests either hold for good or not at all;
 * their thresholds have the false-alarm rates that are stated. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/rng.h"

#ifdef HAVE_RANDOM123
# pragma GCC diagnostic push
# pragma GCC diagnostic ignored "-Wconversion"
# pragma GCC diagnostic ignored "-Wpedantic"
# include <Random123/philox.h>
# pragma GCC diagnostic pop
#endif

enum { N = 200000 };
static const uint64_t seed = 20140514;

/* [RNG.1] The known answers that Random123 publishes: zeros, ones, and digits of pi. */
Test(rng, philox_known_answers)
{
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t out[4];
        aevb_philox4x32(known[i].counter, known[i].key, out);
        cr_expect_arr_eq(out, known[i].out, sizeof out, "known answer %zu", i);
    }
}

/* [RNG.1] */
Test(rng, philox_equals_random123)
{
#ifdef HAVE_RANDOM123
    for (uint32_t i = 0; i < 10000; i++) {
        const uint32_t counter[4] = {i * 2654435761u, ~i, i ^ 0xdeadbeef, i << 16}, key[2] = {i * 40503u, i + 7u};
        uint32_t out[4];
        aevb_philox4x32(counter, key, out);
        const philox4x32_ctr_t c = {{counter[0], counter[1], counter[2], counter[3]}};
        const philox4x32_key_t k = {{key[0], key[1]}};
        const philox4x32_ctr_t r = philox4x32(c, k);
        cr_assert(memcmp(out, r.v, sizeof out) == 0, "input %u", i);
    }
#else
    cr_skip_test("Random123 is not installed");
#endif
}

/* [RNG.2] Layout of the words, written out again from the clause. */
Test(rng, uniform_is_the_clause)
{
    const uint64_t stream = aevb_stream(AEVB_STREAM_TEST, 77), s = 0x0123456789abcdef;
    for (uint64_t index = 0; index < 1000; index += 37) {
        const uint64_t at = index + ((uint64_t)5 << 33), n = at / 2;
        uint32_t out[4];
        aevb_philox4x32((const uint32_t[4]){(uint32_t)n, (uint32_t)(n >> 32), (uint32_t)stream,
                                            (uint32_t)(stream >> 32)},
                        (const uint32_t[2]){0x89abcdef, 0x01234567}, out);
        const uint64_t word = (uint64_t)out[at % 2 * 2] << 32 | out[at % 2 * 2 + 1];
        const double u = ldexp((double)(word >> 12) + 0.5, -52);
        cr_expect_eq(aevb_uniform(s, stream, at), u);
        cr_expect(u > 0.0 && u < 1.0);
    }
    cr_expect_eq(stream >> 56, (uint64_t)AEVB_STREAM_TEST); /* [RNG.6] */
    cr_expect_eq(stream & 0xffffffffffffff, (uint64_t)77);
}

/* [RNG.2] [RNG.4] A range is the same however it is cut. */
Test(rng, fill_equals_single_elements)
{
    for (size_t first = 0; first < 5; first++)
        for (size_t n = 0; n < 9; n++) {
            double u[9], z[9];
            aevb_uniform_fill(seed, 3, first, n, u);
            aevb_normal_fill(seed, 3, first, n, z);
            for (size_t i = 0; i < n; i++) {
                cr_expect_eq(u[i], aevb_uniform(seed, 3, first + i));
                cr_expect_eq(z[i], aevb_normal(seed, 3, first + i));
            }
        }
}

/* [RNG.3] The distribution function of GSL, an independent program, leads back to u. An error d of the quantile moves
 * u by density(x) d; with |d| <= 4 ulp of x, and GSL's own few ulp of u, the bound below follows. */
Test(rng, quantile_inverts_the_distribution_function)
{
    size_t checked = 0;
    for (int i = -1000; i <= 1000; i++) {
        const double x = i * 0.037;
        if (fabs(x) > 37.0)
            continue;
        const double u = gsl_cdf_ugaussian_P(x);
        if (u == 0.0 || u > 0.999999)
            continue;
        const double density = exp(-0.5 * x * x) / sqrt(2.0 * M_PI);
        const double got = gsl_cdf_ugaussian_P(aevb_normal_quantile(u));
        cr_expect(fabs(got - u) <= (4.0 * fabs(x) * density * (1.0 + fabs(x)) + 16.0 * u) * DBL_EPSILON,
                  "x %g u %.17g got %.17g", x, u, got);
        checked++;
    }
    cr_expect_gt(checked, 1000);
}

/* [RNG.3] */
Test(rng, quantile_against_gsl_and_at_the_edges)
{
    for (size_t i = 0; i < 20000; i++) {
        double u = aevb_uniform(seed, 9, i);
        if (i % 4 == 1)
            u = pow(u, 40.0);
        if (i % 4 == 2)
            u = 1.0 - u * 1e-9;
        const double expected = gsl_cdf_ugaussian_Pinv(u), got = aevb_normal_quantile(u);
        cr_expect(fabs(got - expected) <= 4.0 * DBL_EPSILON * fabs(expected), "u %.17g: %.17g, GSL %.17g", u, got,
                  expected);
    }
    cr_expect_eq(aevb_normal_quantile(0.5), 0.0);
    cr_expect_eq(aevb_normal_quantile(0.25), -aevb_normal_quantile(0.75));
    cr_expect_eq(aevb_normal_quantile(0.0), -INFINITY);
    cr_expect_eq(aevb_normal_quantile(1.0), INFINITY);
    cr_expect(isnan(aevb_normal_quantile(-0.1)) && isnan(aevb_normal_quantile(1.1)) &&
              isnan(aevb_normal_quantile(NAN)));
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* [RNG.2] [RNG.4] Kolmogorov-Smirnov: sqrt(N) D > 2.7 has probability 2 exp(-2 2.7^2) < 1e-6. */
static void kolmogorov_smirnov(double *sorted, double (*cdf)(double), const char *what)
{
    qsort(sorted, N, sizeof *sorted, compare);
    double d = 0.0;
    for (size_t i = 0; i < N; i++) {
        const double p = cdf(sorted[i]);
        d = fmax(d, fmax(p - (double)i / N, (double)(i + 1) / N - p));
    }
    cr_expect_lt(sqrt(N) * d, 2.7, "%s: sqrt(N) D = %g", what, sqrt(N) * d);
}

static double uniform_cdf(double u)
{
    return u;
}

Test(rng, distribution_of_uniforms_and_normals)
{
    static double values[N];
    aevb_uniform_fill(seed, aevb_stream(AEVB_STREAM_TEST, 1), 0, N, values);
    kolmogorov_smirnov(values, uniform_cdf, "uniform");
    aevb_normal_fill(seed, aevb_stream(AEVB_STREAM_TEST, 2), 0, N, values);
    kolmogorov_smirnov(values, gsl_cdf_ugaussian_P, "normal");
}

/* [RNG.4] First four moments, each within 5 standard errors (false alarms 6e-7 each): the variances of x, x^2, x^3
 * and x^4 of a standard normal are 1, 2, 15 and 96. Neighbours and streams are uncorrelated, likewise. */
Test(rng, moments_and_correlations)
{
    static double z[N], other[N];
    aevb_normal_fill(seed, aevb_stream(AEVB_STREAM_TEST, 4), 0, N, z);
    aevb_normal_fill(seed, aevb_stream(AEVB_STREAM_TEST, 5), 0, N, other);
    const double expected[4] = {0.0, 1.0, 0.0, 3.0}, variance[4] = {1.0, 2.0, 15.0, 96.0};
    for (int p = 0; p < 4; p++) {
        double sum = 0.0;
        for (size_t i = 0; i < N; i++)
            sum += pow(z[i], p + 1);
        cr_expect_lt(fabs(sum / N - expected[p]), 5.0 * sqrt(variance[p] / N), "moment %d: %g", p + 1, sum / N);
    }
    double lag = 0.0, cross = 0.0;
    for (size_t i = 0; i + 1 < N; i++) {
        lag += z[i] * z[i + 1];
        cross += z[i] * other[i];
    }
    cr_expect_lt(fabs(lag) / N, 5.0 / sqrt(N));
    cr_expect_lt(fabs(cross) / N, 5.0 / sqrt(N));
}

/* [RNG.5] A permutation, and the clause once more by floating-point-free arithmetic on one place. */
Test(rng, permutation)
{
    enum { M = 1000 };
    uint32_t p[M], q[M];
    char seen[M] = {0};
    aevb_permutation(seed, 8, M, p);
    for (size_t i = 0; i < M; i++) {
        cr_assert_lt(p[i], M);
        cr_expect(!seen[p[i]]);
        seen[p[i]] = 1;
    }
    aevb_permutation(seed, 9, M, q);
    cr_expect_neq(memcmp(p, q, sizeof p), 0);
    aevb_permutation(seed, 8, 0, p);
    aevb_permutation(seed, 8, 1, q);
    cr_expect_eq(q[0], 0u);
    /* n = 2: place 1 swaps with floor(w 2 / 2^32), the top bit of the first word of element 1. */
    for (uint64_t stream = 0; stream < 64; stream++) {
        uint32_t words[4], pair[2];
        aevb_philox4x32((const uint32_t[4]){0, 0, (uint32_t)stream, 0},
                        (const uint32_t[2]){(uint32_t)seed, (uint32_t)(seed >> 32)}, words);
        aevb_permutation(seed, stream, 2, pair);
        cr_expect_eq(pair[1], words[2] >> 31 == 1 ? 1u : 0u);
    }
}

/* [RNG.5] Every order of 3 items equally often: chi-square with 5 degrees of freedom above 37.3 has probability
 * below 1e-6. */
Test(rng, permutations_are_uniform)
{
    enum { TRIALS = 60000 };
    size_t count[27] = {0};
    for (uint64_t i = 0; i < TRIALS; i++) {
        uint32_t p[3];
        aevb_permutation(seed, i, 3, p);
        count[p[0] * 9 + p[1] * 3 + p[2]]++;
    }
    double chi = 0.0;
    size_t orders = 0;
    for (size_t i = 0; i < 27; i++)
        if (count[i] > 0) {
            chi += pow((double)count[i] - TRIALS / 6.0, 2) / (TRIALS / 6.0);
            orders++;
        }
    cr_expect_eq(orders, 6);
    cr_expect_lt(chi, 37.3);
}
