/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mean, variance and standard error of numbers that arrive one at a time. [EVAL.2] */
#ifndef AEVB_MOMENTS_H
#define AEVB_MOMENTS_H

#include <stddef.h>

/* Welford's recurrence: the mean and the sum of squared deviations from it. Starts as all zero. */
typedef struct aevb_moments {
    size_t n;
    double mean, m2;
} aevb_moments;

void aevb_moments_add(aevb_moments *moments, double value);

/* Unbiased variance, m2 / (n - 1); NaN when n < 2. */
double aevb_moments_variance(const aevb_moments *moments);

/* Standard error of the mean, sqrt(variance / n); NaN when n < 2. */
double aevb_moments_se(const aevb_moments *moments);

#endif
