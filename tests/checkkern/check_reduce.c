/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: sums over rows. */
#include "checkkern.h"

#include <math.h>
#include <stdlib.h>
#include "aevb/objective.h"
#include "ref/ref.h"

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
    buf *alone = out(c, rows);
    double *none = zeros(rows * K), bound[2];
    const aevb_terms terms = { .B = rows, .K = K, .Z = 1, .logpx = t->v, .logpz = none, .logq = none, .kl = none };
    KERN(c, log_sum_exp, (rows, K, t->p, lse->p, weight->p));
    REF(c, aevb_iwae_bound(&terms, bound));
    if (!c->bench) {
        KERN(c, log_sum_exp, (rows, K, t->p, alone->p, NULL));
        expect_same(c, "lse without weights", alone, lse);
    }
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
