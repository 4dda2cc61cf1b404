/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bernoulli likelihood on logits; the same formula on x in [0,1] is the grey cross-entropy, a pseudo-likelihood. */
#include "config.h"
#include "fp_rules.h"
#include "ref/ref.h"

/* [BERN.1] [GREY.1] log p = x log s(a) + (1 - x) log(1 - s(a)) = x a - softplus(a). */
void aevb_ref_bernoulli(size_t B, size_t K, size_t X, const double *x, const double *a, double *logpx)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++) {
            double sum = 0.0;
            for (size_t i = 0; i < X; i++) {
                const double logit = a[(b * K + k) * X + i];
                sum += x[b * X + i] * logit - aevb_ref_softplus(logit);
            }
            logpx[b * K + k] = sum;
        }
}

/* [BERN.2] [GREY.2] */
void aevb_ref_bernoulli_backward(size_t B, size_t K, size_t X, const double *x, const double *a,
                                 const double *dlogpx, double *da)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++)
            for (size_t i = 0; i < X; i++) {
                const size_t at = (b * K + k) * X + i;
                da[at] += dlogpx[b * K + k] * (x[b * X + i] - aevb_ref_sigmoid(a[at]));
            }
}
