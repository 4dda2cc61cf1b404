/* SPDX-License-Identifier: GPL-3.0-or-later
 * Categorical likelihood: positions of C classes each, one-hot data, logits. */
#include "config.h"
#include "fp_rules.h"
#include "ref/ref.h"

#include <math.h>

/* The largest logit of a position, and the sum of the exponentials below it. */
static double exp_sum(size_t C, const double *a, double *top)
{
    *top = a[0];
    for (size_t c = 1; c < C; c++)
        if (a[c] > *top)
            *top = a[c];
    double sum = 0.0;
    for (size_t c = 0; c < C; c++)
        sum += exp(a[c] - *top);
    return sum;
}

/* [CAT.1] log p = sum_p a_chosen - log sum_c exp(a_c), the largest a taken out of both. */
void aevb_ref_categorical(size_t B, size_t K, size_t X, size_t C, const double *x, const double *a, double *logpx)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++) {
            double sum = 0.0;
            for (size_t p = 0; p < X; p += C) {
                const double *logits = a + (b * K + k) * X + p;
                double top, chosen = 0.0;
                const double scale = exp_sum(C, logits, &top);
                for (size_t c = 0; c < C; c++)
                    if (x[b * X + p + c] == 1.0)
                        chosen = logits[c] - top;
                sum += chosen - log(scale);
            }
            logpx[b * K + k] = sum;
        }
}

/* [CAT.2] */
void aevb_ref_softmax(size_t rows, size_t C, const double *a, double *p)
{
    for (size_t r = 0; r < rows; r++) {
        double top;
        const double scale = exp_sum(C, a + r * C, &top);
        for (size_t c = 0; c < C; c++)
            p[r * C + c] = exp(a[r * C + c] - top) / scale;
    }
}

/* [CAT.2] */
void aevb_ref_categorical_backward(size_t B, size_t K, size_t X, size_t C, const double *x, const double *a,
                                   const double *dlogpx, double *da)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++)
            for (size_t p = 0; p < X; p += C) {
                const size_t at = (b * K + k) * X + p;
                double top;
                const double scale = exp_sum(C, a + at, &top);
                for (size_t c = 0; c < C; c++)
                    da[at + c] += dlogpx[b * K + k] * (x[b * X + p + c] - exp(a[at + c] - top) / scale);
            }
}
