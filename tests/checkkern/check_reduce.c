/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: sums and small operations on rows. */
#include "checkkern.h"

#include <math.h>
#include <stdlib.h>
#include "aevb/objective.h"
#include "ref/ref.h"

/* The bias gradient of [AFFINE.2] is a column sum: the reference is given one input per row and its other results
 * are not looked at. */
void check_column_sums(check *c)
{
    const size_t B = 1 + c->n % 37, n = c->n, stride = n + c->n % 3;
    buf *dy = in_any(c, B * stride), *sum = inout_any(c, n);
    double *want = copy_values(sum), *packed = zeros(B * n), *x = zeros(B), *w = zeros(n), *dw = zeros(n);
    double *condition = zeros(n);
    for (size_t b = 0; b < B; b++) {
        for (size_t i = 0; i < n; i++) {
            packed[b * n + i] = dy->v[b * stride + i];
            condition[i] += fabs(dy->v[b * stride + i]);
        }
    }
    KERN(c, column_sums, (B, n, stride, dy->p, sum->p));
    REF(c, aevb_ref_affine_backward(B, 1, n, x, w, packed, NULL, dw, want));
    c->items = (double)(B * n);
    c->integers_exact = 1;
    for (size_t i = 0; i < n && !c->bench; i++) {
        expect_gamma(c, "dbias", i, at(sum, i), want[i], condition[i] + fabs(sum->v[i]), (double)B, (double)B);
    }
    free(want);
    free(packed);
    free(x);
    free(w);
    free(dw);
    free(condition);
}

/* Scales of size 1 in the bench, so that repeated calls stay in range. */
void check_scale_rows(check *c)
{
    const size_t rows = 3, n = c->n;
    buf *scale = c->bench ? in_doubles(c, rows, 1.0, 1.0) : in_doubles(c, rows, -4.0, 4.0);
    buf *x = inout_any(c, rows * n);
    double *want = copy_values(x);
    KERN(c, scale_rows, (rows, n, scale->p, x->p));
    REF(c, for (size_t i = 0; i < rows * n; i++) { want[i] *= scale->v[i / n]; });
    c->items = (double)(rows * n);
    c->integers_exact = 1;
    for (size_t i = 0; i < rows * n && !c->bench; i++) {
        expect_gamma(c, "x", i, at(x, i), want[i], fabs(want[i]), 0.0, 0.0);
    }
    free(want);
}

void check_add(check *c)
{
    buf *x = in_any(c, c->n), *y = inout_any(c, c->n);
    double *want = copy_values(y);
    KERN(c, add, (c->n, x->p, y->p));
    REF(c, for (size_t i = 0; i < c->n; i++) { want[i] += x->v[i]; });
    c->integers_exact = 1;
    for (size_t i = 0; i < c->n && !c->bench; i++) {
        expect_gamma(c, "y", i, at(y, i), want[i], fabs(x->v[i]) + fabs(y->v[i]), 0.0, 0.0);
    }
    free(want);
}

/* As much as a weight prior of precision 2 and one datum adds to a loss [MAP.1]. */
void check_sum_squares(check *c)
{
    buf *x = in_any(c, c->n);
    double got = 0.0, want = 0.0;
    KERN(c, sum_squares, (c->n, x->p));
    got = c->f32 != NULL ? c->f32->sum_squares(c->n, x->p) : c->f64->sum_squares(c->n, x->p);
    REF(c, want = 0.0; aevb_weight_prior(2.0, 1, c->n, x->v, &want, NULL));
    c->integers_exact = 1;
    expect_gamma(c, "sum", 0, got, want, want, 4.0, (double)c->n);
}

/* [IWAE.1] with log p(z) = log q = 0: the bound is lse - log K. Its condition: the largest term, the logarithm, and
 * log K. A weight's relative error is that of its exponent, so |t| + |lse| times its size. */
void check_log_sum_exp(check *c)
{
    const size_t rows = 2, K = c->n;
    if (K == 0) {
        return;
    }
    buf *t = in_exponent(c, rows * K), *lse = out(c, rows), *weight = out(c, rows * K);
    double *none = zeros(rows * K), bound[2];
    const aevb_terms terms = { .B = rows, .K = K, .Z = 1, .logpx = t->v, .logpz = none, .logq = none, .kl = none };
    KERN(c, log_sum_exp, (rows, K, t->p, lse->p, weight->p));
    REF(c, aevb_iwae_bound(&terms, bound));
    c->items = (double)(rows * K);
    for (size_t r = 0; r < rows; r++) {
        const double want = bound[r] + log((double)K);
        double top = 0.0;
        for (size_t k = 0; k < K; k++) {
            top = fmax(top, fabs(t->v[r * K + k]));
        }
        expect_gamma(c, "lse", r, at(lse, r), want, top + fabs(want) + 2.0 * log((double)K) + 1.0, 4.0, (double)K);
        for (size_t k = 0; k < K && isfinite(want); k++) {
            const double w = exp(t->v[r * K + k] - want);
            const double size = fabs(t->v[r * K + k]) + fabs(want) + 1.0;
            if (isfinite(size)) {
                expect_gamma(c, "weight", r * K + k, at(weight, r * K + k), w, w * size, 4.0, (double)K);
            }
        }
    }
    free(none);
}
