/* SPDX-License-Identifier: GPL-3.0-or-later
 * Analytic KL divergence of a diagonal Gaussian from N(0, I). */
#include "config.h"
#include "fp_rules.h"
#include "ref/ref.h"

#include <math.h>

/* expm1(v) - v without cancellation near 0. For |v| < 1/2 the Taylor series sum_{n>=2} v^n / n!, whose terms after
 * the 17th are below one rounding of the first; elsewhere the two are far enough apart to subtract. */
static double expm1_minus(double v)
{
    if (fabs(v) >= 0.5)
        return expm1(v) - v;
    double sum = 0.0;
    for (int n = 17; n >= 2; n--)
        sum = (1.0 + sum) * v / (double)n;
    return sum * v;
}

/* [KL.1] */
void aevb_ref_kl(size_t B, size_t Z, const double *mu, const double *logvar, double *kl)
{
    for (size_t i = 0; i < B * Z; i++)
        kl[i] = 0.5 * (mu[i] * mu[i] + expm1_minus(logvar[i]));
}

/* [KL.2] */
void aevb_ref_kl_backward(size_t B, size_t Z, const double *mu, const double *logvar, const double *dkl, double *dmu,
                          double *dlogvar)
{
    for (size_t i = 0; i < B * Z; i++) {
        dmu[i] += dkl[i] * mu[i];
        dlogvar[i] += dkl[i] * (0.5 * expm1(logvar[i]));
    }
}
