/* SPDX-License-Identifier: GPL-3.0-or-later
 * Welford's running moments: no cancellation between a sum of squares and the square of a sum. */
#include "config.h"
#include "fp_rules.h"
#include "infer/moments.h"

#include <math.h>

void aevb_moments_add(aevb_moments *moments, double value)
{
    moments->n++;
    moments->sum += value;
    double off = value - moments->centre;
    moments->centre += off / (double)moments->n;
    moments->m2 += off * (value - moments->centre);
}

double aevb_moments_mean(const aevb_moments *moments)
{
    return moments->n == 0 ? (double)NAN : moments->sum / (double)moments->n;
}

/* [EVAL.1] */
double aevb_moments_variance(const aevb_moments *moments)
{
    return moments->n == 0 ? (double)NAN : moments->m2 / (double)moments->n;
}

/* [EVAL.2] */
double aevb_moments_se(const aevb_moments *moments)
{
    return moments->n < 2 ? (double)NAN : sqrt(moments->m2 / (double)(moments->n - 1) / (double)moments->n);
}
