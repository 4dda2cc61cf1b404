/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reparameterisation of a diagonal Gaussian. */
#include "config.h"
#include "fp_rules.h"
#include "ref/ref.h"

#include <math.h>

/* [REP.1] The network emits logvar = log sigma^2, hence the half. */
void aevb_ref_reparam(size_t B, size_t K, size_t Z, const double *mu, const double *logvar, const double *eps,
                      double *z)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++)
            for (size_t j = 0; j < Z; j++)
                z[(b * K + k) * Z + j] = mu[b * Z + j] + exp(0.5 * logvar[b * Z + j]) * eps[(b * K + k) * Z + j];
}

/* [REP.2] dsigma/dlogvar = sigma / 2. */
void aevb_ref_reparam_backward(size_t B, size_t K, size_t Z, const double *logvar, const double *eps,
                               const double *dz, double *dmu, double *dlogvar)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++)
            for (size_t j = 0; j < Z; j++) {
                const double d = dz[(b * K + k) * Z + j];
                dmu[b * Z + j] += d;
                dlogvar[b * Z + j] += d * eps[(b * K + k) * Z + j] * (0.5 * exp(0.5 * logvar[b * Z + j]));
            }
}
