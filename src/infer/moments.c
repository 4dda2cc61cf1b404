/* SPDX-License-Identifier: GPL-3.0-or-later
 * Welford's running moments: no cancellation between a sum of squares and the square of a sum. [EVAL.2] */
#include "config.h"
#include "infer/moments.h"

#include <math.h>

void aevb_moments_add(aevb_moments *moments, double value)
{
    moments->n++;
    double before = value - moments->mean;
    moments->mean += before / (double)moments->n;
    moments->m2 += before * (value - moments->mean);
}

double aevb_moments_variance(const aevb_moments *moments)
{
    return moments->n < 2 ? (double)NAN : moments->m2 / (double)(moments->n - 1);
}

double aevb_moments_se(const aevb_moments *moments)
{
    return sqrt(aevb_moments_variance(moments) / (double)moments->n);
}
