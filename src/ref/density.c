/* SPDX-License-Identifier: GPL-3.0-or-later
 * Log densities of the posterior sample and of the prior. */
#include "config.h"
#include "fp_rules.h"
#include "ref/ref.h"

#define LOG_2PI 1.8378770664093454836 /* log(2 pi) */

/* [LOGQ.1] At z = mu + sigma eps the standardised distance is eps itself: nothing is divided, nothing overflows. */
void aevb_ref_logq(size_t B, size_t K, size_t Z, const double *logvar, const double *eps, double *logq)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++) {
            double sum = 0.0;
            for (size_t j = 0; j < Z; j++) {
                const double e = eps[(b * K + k) * Z + j];
                sum += -0.5 * (LOG_2PI + logvar[b * Z + j] + e * e);
            }
            logq[b * K + k] = sum;
        }
}

/* [LOGQ.2] */
void aevb_ref_logq_backward(size_t B, size_t K, size_t Z, const double *dlogq, double *dlogvar)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++)
            for (size_t j = 0; j < Z; j++)
                dlogvar[b * Z + j] -= 0.5 * dlogq[b * K + k];
}

/* [PRIOR.1] */
void aevb_ref_logpz(size_t R, size_t Z, const double *z, double *logpz)
{
    for (size_t r = 0; r < R; r++) {
        double sum = 0.0;
        for (size_t j = 0; j < Z; j++)
            sum += -0.5 * (LOG_2PI + z[r * Z + j] * z[r * Z + j]);
        logpz[r] = sum;
    }
}

/* [PRIOR.2] */
void aevb_ref_logpz_backward(size_t R, size_t Z, const double *z, const double *dlogpz, double *dz)
{
    for (size_t r = 0; r < R; r++)
        for (size_t j = 0; j < Z; j++)
            dz[r * Z + j] -= dlogpz[r] * z[r * Z + j];
}
