/* SPDX-License-Identifier: GPL-3.0-or-later
 * Affine layer, forward and backward. */
#include "config.h"
#include "fp_rules.h"
#include "ref/ref.h"

/* [AFFINE.1] */
void aevb_ref_affine(size_t B, size_t in, size_t out, const double *x, const double *w, const double *bias,
                     double *y)
{
    for (size_t b = 0; b < B; b++)
        for (size_t o = 0; o < out; o++) {
            double sum = bias[o];
            for (size_t i = 0; i < in; i++)
                sum += w[o * in + i] * x[b * in + i];
            y[b * out + o] = sum;
        }
}

/* [AFFINE.2] Each gradient element is one sum, ascending in b (dw, dbias) or o (dx); the inner loops only walk memory
 * in order. */
void aevb_ref_affine_backward(size_t B, size_t in, size_t out, const double *x, const double *w, const double *dy,
                              double *dx, double *dw, double *dbias)
{
    for (size_t b = 0; b < B; b++)
        for (size_t o = 0; o < out; o++) {
            const double d = dy[b * out + o];
            dbias[o] += d;
            for (size_t i = 0; i < in; i++)
                dw[o * in + i] += d * x[b * in + i];
        }
    if (dx == NULL)
        return;
    for (size_t b = 0; b < B; b++)
        for (size_t o = 0; o < out; o++) {
            const double d = dy[b * out + o];
            for (size_t i = 0; i < in; i++)
                dx[b * in + i] += d * w[o * in + i];
        }
}
