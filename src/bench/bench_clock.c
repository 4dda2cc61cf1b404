/* SPDX-License-Identifier: GPL-3.0-or-later
 * Timing of repeated calls, and the median and range of several measurements. */
#include "config.h"
#include "bench/bench_clock.h"

#include <stdlib.h>

#include "clock.h"

double aevb_bench_time(double seconds, aevb_bench_work work, void *context)
{
    const double start = aevb_now();
    double spent;
    long calls = 0;
    do { /* the clock is read seldom, so that short calls are not timed with it */
        long burst = calls < 1 ? 1 : calls;
        for (long i = 0; i < burst; i++)
            work(context);
        calls += burst;
        spent = aevb_now() - start;
    } while (spent < 0.5 * seconds);
    return spent / (double)calls;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void aevb_bench_summary(int n, double *values, aevb_bench_result *result)
{
    qsort(values, (size_t)n, sizeof *values, ascending);
    result->low = values[0];
    result->high = values[n - 1];
    result->median = n % 2 != 0 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

void aevb_bench_invert(aevb_bench_result *result)
{
    const double lowest = result->low;
    result->median = 1.0 / result->median;
    result->low = 1.0 / result->high;
    result->high = 1.0 / lowest;
}

void aevb_bench_rate(const aevb_bench_config *config, double amount, aevb_bench_work work, void *context,
                     aevb_bench_result *result)
{
    double values[AEVB_BENCH_MAX_SAMPLES];
    const double seconds = 0.1 * config->seconds;
    aevb_bench_time(seconds, work, context);
    for (int i = 0; i < config->samples; i++)
        values[i] = amount / aevb_bench_time(seconds, work, context);
    aevb_bench_summary(config->samples, values, result);
}
