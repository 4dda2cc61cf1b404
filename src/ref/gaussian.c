/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gaussian likelihoods, with learned and with one fixed variance, all constants included. */
#include "config.h"
#include "fp_rules.h"
#include "ref/ref.h"

#include <math.h>

#define LOG_2PI 1.8378770664093454836 /* log(2 pi) */

/* [GAUSS.1] */
void aevb_ref_gaussian(size_t B, size_t K, size_t X, const double *x, const double *mean, const double *logvar,
                       double *logpx)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++) {
            double sum = 0.0;
            for (size_t i = 0; i < X; i++) {
                const size_t at = (b * K + k) * X + i;
                const double d = x[b * X + i] - mean[at];
                sum += -0.5 * (LOG_2PI + logvar[at] + d * d * exp(-logvar[at]));
            }
            logpx[b * K + k] = sum;
        }
}

/* [GAUSS.2] */
void aevb_ref_gaussian_backward(size_t B, size_t K, size_t X, const double *x, const double *mean,
                                const double *logvar, const double *dlogpx, double *dmean, double *dlogvar)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++)
            for (size_t i = 0; i < X; i++) {
                const size_t at = (b * K + k) * X + i;
                const double d = x[b * X + i] - mean[at];
                const double precision = exp(-logvar[at]);
                dmean[at] += dlogpx[b * K + k] * (d * precision);
                dlogvar[at] += dlogpx[b * K + k] * (0.5 * (d * d * precision - 1.0));
            }
}

/* [GFIX.1] */
void aevb_ref_gaussian_fixed(size_t B, size_t K, size_t X, const double *x, const double *mean, double variance,
                             double *logpx)
{
    const double constant = LOG_2PI + log(variance);
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++) {
            double sum = 0.0;
            for (size_t i = 0; i < X; i++) {
                const double d = x[b * X + i] - mean[(b * K + k) * X + i];
                sum += -0.5 * (constant + d * d / variance);
            }
            logpx[b * K + k] = sum;
        }
}

/* [GFIX.2] */
void aevb_ref_gaussian_fixed_backward(size_t B, size_t K, size_t X, const double *x, const double *mean,
                                      double variance, const double *dlogpx, double *dmean)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++)
            for (size_t i = 0; i < X; i++) {
                const size_t at = (b * K + k) * X + i;
                dmean[at] += dlogpx[b * K + k] * ((x[b * X + i] - mean[at]) / variance);
            }
}
