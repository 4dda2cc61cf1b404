/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: the categorical likelihood, its gradient, and softmax. Each case is seen as one position of n classes and
 * as n positions of a few classes. */
#include "checkkern.h"

#include <math.h>
#include <stdlib.h>
#include "ref/ref.h"

enum { B = 2, MAX_ROWS = B * MAX_SAMPLES, SHAPES = 2 };

typedef struct shape { size_t C, P, X; } shape;

static shape shape_of(check *c, int which)
{
    const size_t few = 2 + random_below(c, 4);
    const shape s = which == 0 ? (shape){ c->n, 1, c->n } : (shape){ few, c->n, few * c->n };
    return s;
}

/* A 1 at a random class of each of n positions. */
static buf *in_one_hot(check *c, size_t n, size_t C)
{
    double *x = zeros(n * C);
    for (size_t p = 0; p < n; p++) {
        x[p * C + random_below(c, C)] = 1.0;
    }
    buf *made = in_values(c, n * C, x);
    free(x);
    return made;
}

/* The largest magnitude of a position's logits: what a - top is rounded by, times u. */
static double position_size(size_t C, const double *a)
{
    double size = 0.0;
    for (size_t i = 0; i < C; i++) {
        size = fmax(size, fabs(a[i]));
    }
    return size;
}

/* Of a row: two logits and a logarithm of a sum of at most C for each position, and the rounding of that sum. */
static double row_condition(shape s, const double *a)
{
    double sum = 0.0;
    for (size_t p = 0; p < s.P; p++) {
        sum += 2.0 * position_size(s.C, a + p * s.C) + 2.0 * log((double)s.C) + 1.0;
    }
    return sum;
}

/* [CAT.1] */
void check_categorical(check *c)
{
    const size_t K = samples(c, 2), rows = B * K;
    for (int which = 0; which < SHAPES && c->n > 1; which++) {
        const shape s = shape_of(c, which);
        buf *x = in_one_hot(c, B * s.P, s.C), *a = in_any(c, rows * s.X), *logpx = out_doubles(c, rows);
        double want[MAX_ROWS];
        KERN(c, categorical, (rows, K, s.X, s.C, x->p, a->p, logpx->p));
        REF(c, aevb_ref_categorical(B, K, s.X, s.C, x->v, a->v, want));
        c->items = (double)(rows * s.X);
        for (size_t r = 0; r < rows; r++) {
            expect_gamma(c, "logpx", r, at(logpx, r), want[r], row_condition(s, a->v + r * s.X), 8.0, (double)s.X);
        }
        end_case(c);
    }
}

/* [CAT.2] The relative error of a softmax is that of its exponent, so the size of the logits times u. */
void check_categorical_grad(check *c)
{
    const size_t K = samples(c, 2), rows = B * K;
    for (int which = 0; which < SHAPES && c->n > 1; which++) {
        const shape s = shape_of(c, which);
        buf *x = in_one_hot(c, B * s.P, s.C), *a = in_any(c, rows * s.X), *adjoint = in_doubles(c, rows, -4.0, 4.0);
        buf *logpx = out_doubles(c, rows), *da = out(c, rows * s.X), *place = inout_values(c, rows * s.X, a->v);
        double want[MAX_ROWS], *want_da = zeros(rows * s.X), *p = zeros(rows * s.X);
        KERN(c, categorical_grad, (rows, K, s.X, s.C, x->p, a->p, adjoint->p, logpx->p, da->p));
        REF(c, aevb_ref_categorical(B, K, s.X, s.C, x->v, a->v, want);
            aevb_ref_categorical_backward(B, K, s.X, s.C, x->v, a->v, adjoint->v, want_da));
        c->items = (double)(rows * s.X);
        if (!c->bench) {
            KERN(c, categorical_grad, (rows, K, s.X, s.C, x->p, place->p, adjoint->p, logpx->p, place->p));
        }
        aevb_ref_softmax(rows * s.P, s.C, a->v, p);
        for (size_t r = 0; r < rows && !c->bench; r++) {
            expect_gamma(c, "logpx", r, at(logpx, r), want[r], row_condition(s, a->v + r * s.X), 8.0, (double)s.X);
            for (size_t i = 0; i < s.X; i++) {
                const size_t k = r * s.X + i;
                const double size = 2.0 * position_size(s.C, a->v + r * s.X + i / s.C * s.C) + 1.0;
                const double softmax_part = p[k] * (isinf(size) ? 1.0 : size);
                const double condition = fabs(adjoint->v[r]) * (x->v[r / K * s.X + i] + softmax_part);
                expect_gamma(c, "da", k, at(da, k), want_da[k], condition, 8.0, (double)s.C);
                expect_exact(c, "da in place", k, at(place, k), at(da, k));
            }
        }
        free(want_da);
        free(p);
        end_case(c);
    }
}

/* [CAT.2] */
void check_softmax(check *c)
{
    const size_t rows = 3, C = c->n;
    if (C == 0) {
        return;
    }
    buf *a = in_any(c, rows * C), *p = out(c, rows * C), *place = inout_values(c, rows * C, a->v);
    double *want = zeros(rows * C);
    KERN(c, softmax, (rows, C, a->p, p->p));
    REF(c, aevb_ref_softmax(rows, C, a->v, want));
    c->items = (double)(rows * C);
    if (!c->bench) {
        KERN(c, softmax, (rows, C, place->p, place->p));
    }
    for (size_t i = 0; i < rows * C && !c->bench; i++) {
        const double size = 2.0 * position_size(C, a->v + i / C * C) + 1.0;
        expect_gamma(c, "p", i, at(p, i), want[i], want[i] * (isinf(size) ? 1.0 : size), 8.0, (double)C);
        expect_exact(c, "p in place", i, at(place, i), at(p, i));
    }
    free(want);
}
