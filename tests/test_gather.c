/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows as numbers [DATA.1], threshold [DATA.2] and dynamic binarisation [DATA.3]. */
#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/data.h"
#include "aevb/rng.h"

enum { X = 256 };

/* n rows that each hold all byte values. */
static aevb_dataset ramps(size_t n)
{
    uint8_t *rows = malloc(n * X);
    cr_assert_not_null(rows);
    for (size_t i = 0; i < n * X; i++)
        rows[i] = (uint8_t)(i % X);
    return (aevb_dataset){.n = n, .x_dim = X, .u8 = rows};
}

/* [DATA.1] The correctly rounded v / 255: no neighbour is nearer. x * 255 - v is below 2^-44, and fma gives it to a
 * relative error of 2^-53, whereas the neighbours' residuals differ by 255 ulp(x). */
Test(gather, bytes_become_correctly_rounded_shares_of_255)
{
    static const uint32_t index[1] = {1};
    static const aevb_gather how = {.binarise = AEVB_BINARISE_NONE};
    aevb_dataset d = ramps(2);
    double x[X];
    size_t differ = 0;
    cr_assert_eq(aevb_dataset_gather(&d, &how, index, 1, x), AEVB_OK);
    for (int v = 0; v < X; v++) {
        double residual = fabs(fma(x[v], 255, -v));
        cr_expect_leq(residual, fabs(fma(nextafter(x[v], 2), 255, -v)));
        cr_expect_leq(residual, fabs(fma(nextafter(x[v], -1), 255, -v)));
        differ += x[v] != v * (1.0 / 255.0);
    }
    cr_expect(x[0] == 0.0 && x[255] == 1.0 && x[51] == 0.2);
    cr_expect_gt(differ, 0, "a rounded reciprocal would have been noticed");
    free(d.u8);
}

Test(gather, numbers_stay_as_they_are)
{
    static double rows[6] = {0, 0.1, 1.0 / 3, 0.5, 0.75, 1};
    static const aevb_gather how = {.binarise = AEVB_BINARISE_NONE};
    static const uint32_t index[3] = {1, 0, 1};
    static const double expected[9] = {0.5, 0.75, 1, 0, 0.1, 1.0 / 3, 0.5, 0.75, 1};
    aevb_dataset d = {.n = 2, .x_dim = 3, .f64 = rows};
    double x[9];
    cr_assert_eq(aevb_dataset_gather(&d, &how, index, 3, x), AEVB_OK);
    cr_expect_eq(memcmp(x, expected, sizeof x), 0);
}

/* [DATA.2] */
Test(gather, threshold_is_at_one_half)
{
    static const aevb_gather how = {.binarise = AEVB_BINARISE_THRESHOLD};
    static const uint32_t index[1] = {0};
    aevb_dataset d = ramps(1);
    double x[X], half[3] = {0.5, nextafter(0.5, 0), nextafter(0.5, 1)}, y[3];
    aevb_dataset numbers = {.n = 1, .x_dim = 3, .f64 = half};
    cr_assert_eq(aevb_dataset_gather(&d, &how, index, 1, x), AEVB_OK);
    for (int v = 0; v < X; v++)
        cr_expect_eq(x[v], v >= 128 ? 1.0 : 0.0);
    cr_assert_eq(aevb_dataset_gather(&numbers, &how, index, 1, y), AEVB_OK);
    cr_expect(y[0] == 1 && y[1] == 0 && y[2] == 1);
    free(d.u8);
}

/* [DATA.3] Each bit is a function of (seed, stream, n X + i), whatever the batch. */
Test(gather, dynamic_draws_are_recorded_by_seed_epoch_and_index)
{
    enum { N = 16 };
    static const uint32_t order[N] = {3, 15, 0, 7, 7, 2, 14, 1, 8, 9, 13, 4, 5, 6, 10, 11};
    aevb_dataset d = ramps(N);
    aevb_gather how = {AEVB_BINARISE_DYNAMIC, 42, aevb_stream(AEVB_STREAM_BINARISE, 5)};
    static double batch[N * X], single[X];
    cr_assert_eq(aevb_dataset_gather(&d, &how, order, N, batch), AEVB_OK);
    for (size_t b = 0; b < N; b++) {
        cr_assert_eq(aevb_dataset_gather(&d, &how, order + b, 1, single), AEVB_OK);
        cr_expect_eq(memcmp(batch + b * X, single, sizeof single), 0);
        for (size_t i = 0; i < X; i++) {
            double u = aevb_uniform(42, aevb_stream(AEVB_STREAM_BINARISE, 5), (uint64_t)order[b] * X + i);
            cr_assert_eq(single[i], (double)i / 255.0 > u ? 1.0 : 0.0);
        }
    }
    /* Another epoch, seed or purpose draws anew. */
    for (int change = 0; change < 3; change++) {
        aevb_gather other = how;
        size_t differ = 0;
        other.seed += change == 0;
        other.stream = change == 1 ? aevb_stream(AEVB_STREAM_BINARISE, 6)
            : change == 2 ? aevb_stream(AEVB_STREAM_EVAL_BINARISE, 5) : other.stream;
        cr_assert_eq(aevb_dataset_gather(&d, &other, order, 1, single), AEVB_OK);
        for (size_t i = 0; i < X; i++)
            differ += single[i] != batch[i];
        cr_expect_gt(differ, 0);
    }
    free(d.u8);
}

/* [DATA.3] P(x' = 1) = x. Of N draws for each byte value v = 1..254, with p = v / 255, the terms
 * (k - N p)^2 / (N p (1 - p)) are summed: chi-squared with 254 degrees of freedom (N p >= 78, so the normal limit
 * holds well enough). Both tails are refused; false-alarm rate 2e-6 over the choice of the seed. Bytes 0 and 255 are
 * certain. */
Test(gather, dynamic_draws_have_the_grey_value_as_their_frequency)
{
    enum { N = 20000, CHUNK = 100 };
    aevb_dataset d = ramps(N);
    aevb_gather how = {AEVB_BINARISE_DYNAMIC, 7, aevb_stream(AEVB_STREAM_BINARISE, 0)};
    static double x[CHUNK * X], ones[X];
    double sum = 0;
    for (uint32_t first = 0; first < N; first += CHUNK) {
        uint32_t index[CHUNK];
        for (uint32_t b = 0; b < CHUNK; b++)
            index[b] = first + b;
        cr_assert_eq(aevb_dataset_gather(&d, &how, index, CHUNK, x), AEVB_OK);
        for (size_t i = 0; i < CHUNK * X; i++) {
            cr_assert(x[i] == 0 || x[i] == 1);
            ones[i % X] += x[i];
        }
    }
    for (int v = 1; v < 255; v++) {
        double p = v / 255.0;
        sum += (ones[v] - N * p) * (ones[v] - N * p) / (N * p * (1 - p));
    }
    cr_expect_eq(ones[0], 0);
    cr_expect_eq(ones[255], N);
    cr_expect_lt(sum, gsl_cdf_chisq_Qinv(1e-6, 254));
    cr_expect_gt(sum, gsl_cdf_chisq_Pinv(1e-6, 254));
    free(d.u8);
}

Test(gather, refuses_what_breaks_the_contract_and_leaves_x_alone)
{
    aevb_dataset d = ramps(3);
    aevb_gather how = {.binarise = AEVB_BINARISE_NONE}, bad = {.binarise = (aevb_binarise)3};
    static const uint32_t index[2] = {0, 3};
    double x[2 * X] = {17};
    cr_expect_eq(aevb_dataset_gather(&d, &how, index, 2, x), AEVB_EINVAL);
    cr_expect_eq(aevb_dataset_gather(&d, &bad, index, 1, x), AEVB_EINVAL);
    cr_expect_eq(aevb_dataset_gather(NULL, &how, index, 1, x), AEVB_EINVAL);
    cr_expect_eq(aevb_dataset_gather(&d, NULL, index, 1, x), AEVB_EINVAL);
    cr_expect_eq(aevb_dataset_gather(&d, &how, NULL, 1, x), AEVB_EINVAL);
    cr_expect_eq(aevb_dataset_gather(&d, &how, index, 1, NULL), AEVB_EINVAL);
    cr_expect_eq(x[0], 17);
    cr_expect_eq(aevb_dataset_gather(&d, &how, NULL, 0, NULL), AEVB_OK);
    free(d.u8);
}

Test(gather, modes_have_names)
{
    static const char *const names[] = {"none", "threshold", "dynamic"};
    aevb_binarise mode;
    for (int i = 0; i < 3; i++) {
        cr_expect_str_eq(aevb_binarise_name((aevb_binarise)i), names[i]);
        cr_assert_eq(aevb_binarise_parse(names[i], &mode), AEVB_OK);
        cr_expect_eq((int)mode, i);
    }
    cr_expect_null(aevb_binarise_name((aevb_binarise)3));
    cr_expect_eq(aevb_binarise_parse("Dynamic", &mode), AEVB_EINVAL);
    cr_expect_eq(aevb_binarise_parse(NULL, &mode), AEVB_EINVAL);
    cr_expect_eq((int)mode, 2);
}
