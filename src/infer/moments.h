/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mean, variance and standard error of numbers that arrive one at a time. [EVAL.1] [EVAL.2] */
#ifndef AEVB_MOMENTS_H
#define AEVB_MOMENTS_H

#include <stddef.h>

/* The plain sum in order of arrival, and Welford's update of the mean and of the squared deviations from it. Starts
 * as all zero. */
typedef struct aevb_moments {
    size_t n;
    double sum, centre, m2;
} aevb_moments;

void aevb_moments_add(aevb_moments *moments, double value);

/* sum / n; NaN when n = 0. */
double aevb_moments_mean(const aevb_moments *moments);

/* Population variance, m2 / n; NaN when n = 0. [EVAL.1] */
double aevb_moments_variance(const aevb_moments *moments);

/* Standard error of the mean, sqrt(m2 / (n - 1) / n); NaN when n < 2. [EVAL.2] */
double aevb_moments_se(const aevb_moments *moments);

#endif
