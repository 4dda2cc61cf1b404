/* SPDX-License-Identifier: GPL-3.0-or-later
 * Timing of repeated calls, and the median and range of several measurements. */
#ifndef AEVB_BENCH_CLOCK_H
#define AEVB_BENCH_CLOCK_H

#include "aevb/bench.h"

enum { AEVB_BENCH_MAX_SAMPLES = 101 };

typedef void (*aevb_bench_work)(void *context);


/* Seconds of one call of work: the mean over as many calls as fit into `seconds`, at least one. */
double aevb_bench_time(double seconds, aevb_bench_work work, void *context);

/* Median, smallest and largest of n values, which are sorted. */
void aevb_bench_summary(int n, double *values, aevb_bench_result *result);

/* Rates to times, or the other way round: one over median and range. */
void aevb_bench_invert(aevb_bench_result *result);

/* amount per second of a call as median and range over config->samples measurements, after one that does not count.
 * A measurement takes a tenth of config->seconds. */
void aevb_bench_rate(const aevb_bench_config *config, double amount, aevb_bench_work work, void *context,
                     aevb_bench_result *result);

#endif
