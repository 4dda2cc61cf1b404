/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: matrix products on panels. */
#include "panels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "ref/ref.h"

/* A layer has at least one input, one output and one row. In pinned cases, from 300 on costs grow and nothing changes
 * any more. */
static int skipped(const check *c)
{
    return c->n == 0 || (!c->bench && c->pinned && c->n > 300);
}

/* The terms of a sum: n, but for one n so many that every level cuts them into several blocks (gemm.inc.c: 1152 at
 * most). */
static size_t terms(const check *c)
{
    return c->pinned && c->n == 257 ? 5 * c->n : c->n;
}

typedef void product(check *c, size_t terms, size_t rows, size_t columns);

/* One of the three grows with n, the others go through all remainders. Extra cases of few integers are every height of
 * a tile, and two of the highest, with every width of a panel, summed over more than one panel. */
static void products(check *c, size_t sum, size_t rows, product *check_one)
{
    const size_t P = panel_of(c);
    if (skipped(c)) {
        return;
    }
    if (c->pinned || c->kind != INTEGER || c->n > 17) {
        check_one(c, sum, rows, 1 + c->n * 7 % 53);
        return;
    }
    for (size_t columns = 1; columns <= P; columns++) {
        check_one(c, P + 1, c->n, columns);
        end_case(c);
    }
}

static double *transposed(size_t rows, size_t columns, const double *m)
{
    double *t = zeros(rows * columns);
    for (size_t i = 0; i < rows * columns; i++) {
        t[i % columns * rows + i / columns] = m[i];
    }
    return t;
}

/* Columns of the panel that begins at column i. */
static size_t width_of(panels l, size_t i)
{
    return l.n - i < l.P ? l.n - i : l.P;
}

/* [AFFINE.1] */
static void forward(check *c, size_t in, size_t R, size_t out_)
{
    const panels lx = panels_of(c, R, in), lw = panels_of(c, in, out_), ly = panels_of(c, R, out_);
    double *x = random_matrix(c, R * in), *w = random_matrix(c, in * out_), *bias = random_matrix(c, out_);
    double *turned = transposed(in, out_, w), *want = zeros(R * out_);
    buf *xp = panels_in(c, lx, x), *wp = panels_in(c, lw, w);
    buf *bp = panels_in(c, panels_of(c, 1, out_), bias), *y = panels_out(c, ly);
    for (size_t j = 0; j < out_; j += ly.P) {
        /* the sum in one piece, or a panel's worth of it and then the rest on top */
        const size_t piece = c->n % 2 == 0 && in > lx.P && !c->bench ? lx.P : in;
        void *to = from(y, place(ly, 0, j));
        KERN(c, gemm_forward, (R, piece, width_of(ly, j), xp->p, lx.stride, from(wp, place(lw, 0, j)),
                               from(bp, place(panels_of(c, 1, out_), 0, j)), to));
        if (piece < in) {
            KERN(c, gemm_forward, (R, in - piece, width_of(ly, j), from(xp, lx.stride), lx.stride,
                                   from(wp, place(lw, piece, j)), NULL, to));
        }
    }
    REF(c, aevb_ref_affine(R, in, out_, x, turned, bias, want));
    c->items = (double)(R * in * width_of(ly, 0));
    c->integers_exact = 1;
    for (size_t i = 0; i < R * out_; i++) {
        const size_t r = i / out_, o = i % out_;
        double condition = fabs(bias[o]);
        for (size_t k = 0; k < in; k++) {
            condition += fabs(x[r * in + k] * w[k * out_ + o]);
        }
        expect_gamma(c, "y", i, at(y, place(ly, r, o)), want[i], condition, (double)in, (double)in);
    }
    expect_rest(c, "y", ly, y, 1);
    free(x);
    free(w);
    free(bias);
    free(turned);
    free(want);
}

void check_gemm_forward(check *c)
{
    products(c, terms(c), 1 + c->n % 13, forward);
}

/* [AFFINE.2] dx: the sum runs over outputs. */
static void backward(check *c, size_t out_, size_t R, size_t in)
{
    const panels ldy = panels_of(c, R, out_), lw = panels_of(c, in, out_), ldx = panels_of(c, R, in);
    double *dy = random_matrix(c, R * out_), *w = random_matrix(c, in * out_), *none = zeros(R * in);
    double *turned = transposed(in, out_, w), *dw = zeros(in * out_), *db = zeros(out_);
    buf *dyp = panels_in(c, ldy, dy), *wp = panels_in(c, lw, w);
    for (int add = 0; add < 2; add++) {
        double *start = add ? random_matrix(c, R * in) : zeros(R * in), *want = zeros(R * in);
        buf *dx = add ? panels_inout(c, ldx, start) : panels_out(c, ldx);
        memcpy(want, start, R * in * sizeof *want);
        for (size_t i = 0; i < in; i += ldx.P) {
            KERN(c, gemm_backward, (R, out_, width_of(ldx, i), add, dyp->p, ldy.stride, from(wp, place(lw, i, 0)),
                                    lw.stride, i + ldx.P < in ? from(wp, place(lw, i + ldx.P, 0)) : NULL,
                                    from(dx, place(ldx, 0, i))));
        }
        REF(c, aevb_ref_affine_backward(R, in, out_, none, turned, dy, want, dw, db));
        c->items = (double)(R * out_ * width_of(ldx, 0));
        c->integers_exact = 1;
        for (size_t k = 0; k < R * in && !c->bench; k++) {
            const size_t r = k / in, i = k % in;
            double condition = fabs(start[k]);
            for (size_t o = 0; o < out_; o++) {
                condition += fabs(dy[r * out_ + o] * w[i * out_ + o]);
            }
            expect_gamma(c, "dx", k, at(dx, place(ldx, r, i)), want[k], condition, (double)out_, (double)out_);
        }
        expect_rest(c, "dx", ldx, dx, 1);
        free(start);
        free(want);
    }
    free(dy);
    free(w);
    free(none);
    free(turned);
    free(dw);
    free(db);
}

void check_gemm_backward(check *c)
{
    products(c, terms(c), 1 + c->n % 13, backward);
}

/* [AFFINE.2] dw: the sum runs over rows. */
static void weights(check *c, size_t R, size_t in, size_t out_)
{
    const panels lx = panels_of(c, R, in), ldy = panels_of(c, R, out_), ldw = panels_of(c, in, out_);
    double *x = random_matrix(c, R * in), *dy = random_matrix(c, R * out_), *w = zeros(in * out_);
    buf *xp = panels_in(c, lx, x), *dyp = panels_in(c, ldy, dy);
    for (int add = 0; add < 2; add++) {
        double *start = add ? random_matrix(c, in * out_) : zeros(in * out_);
        double *want = transposed(in, out_, start), *db = zeros(out_);
        buf *dw = add ? panels_inout(c, ldw, start) : panels_out(c, ldw);
        for (size_t i = 0; i < in; i += lx.P) {
            for (size_t j = 0; j < out_; j += ldw.P) {
                KERN(c, gemm_weights, (R, width_of(lx, i), width_of(ldw, j), add, from(xp, place(lx, 0, i)),
                                       from(dyp, place(ldy, 0, j)), from(dw, place(ldw, i, j))));
            }
        }
        REF(c, aevb_ref_affine_backward(R, in, out_, x, w, dy, NULL, want, db));
        c->items = (double)(R * width_of(lx, 0) * width_of(ldw, 0));
        c->integers_exact = 1;
        for (size_t k = 0; k < in * out_ && !c->bench; k++) {
            const size_t i = k / out_, o = k % out_;
            double condition = fabs(start[k]);
            for (size_t r = 0; r < R; r++) {
                condition += fabs(x[r * in + i] * dy[r * out_ + o]);
            }
            expect_gamma(c, "dw", k, at(dw, place(ldw, i, o)), want[o * in + i], condition, (double)R, (double)R);
        }
        expect_rest(c, "dw", ldw, dw, 1);
        free(start);
        free(want);
        free(db);
    }
    free(x);
    free(dy);
    free(w);
}

void check_gemm_weights(check *c)
{
    products(c, c->n, 1 + c->n * 3 % 29, weights);
}

/* [AFFINE.2] db, panel by panel. */
void check_gemm_bias(check *c)
{
    const size_t R = c->n, n = 1 + c->n * 7 % 53;
    const panels ldy = panels_of(c, R, n), ldb = panels_of(c, 1, n);
    double *dy = random_matrix(c, R * n), *x = zeros(R), *w = zeros(n), *dw = zeros(n);
    buf *dyp = panels_in(c, ldy, dy);
    for (int add = 0; add < 2; add++) {
        double *start = add ? random_matrix(c, n) : zeros(n), *want = zeros(n);
        memcpy(want, start, n * sizeof *want);
        buf *db = add ? panels_inout(c, ldb, start) : panels_out(c, ldb);
        for (size_t j = 0; j < n; j += ldb.P) {
            KERN(c, gemm_bias, (R, add, from(dyp, place(ldy, 0, j)), from(db, place(ldb, 0, j))));
        }
        REF(c, aevb_ref_affine_backward(R, 1, n, x, w, dy, NULL, dw, want));
        c->items = (double)(R * width_of(ldb, 0));
        c->integers_exact = 1;
        for (size_t j = 0; j < n && !c->bench; j++) {
            double condition = fabs(start[j]);
            for (size_t r = 0; r < R; r++) {
                condition += fabs(dy[r * n + j]);
            }
            expect_gamma(c, "db", j, at(db, place(ldb, 0, j)), want[j], condition, (double)R, (double)R);
        }
        expect_rest(c, "db", ldb, db, 0);
        free(want);
        free(start);
    }
    free(dy);
    free(x);
    free(w);
    free(dw);
}

/* [AFFINE.2] [ADAM.1] The gradient of a panel of weights, summed over the rows, and step 2 with it at beta1 = 1/2 and
 * beta2 = 3/4 (as in check_optim.c). The gradient's error is that of its sum; it comes twice into v, and from there
 * relatively into the step. Extra cases have a weight prior and decay [MAP.1] [ADAMW.1]. */
static void adam(check *c, size_t R, size_t in, size_t out_)
{
    const double lr = 0x1p-7, beta1 = 0.5, beta2 = 0.75, eps = 0x1p-10, decay = c->pinned ? 0.0 : 0.125;
    const aevb_step_scalars step = { .prior = c->pinned ? 0.0 : 0x1p-3, .keep = 1.0 - lr * decay, .rate = lr / 0.75,
                                     .beta1 = beta1, .beta2 = beta2, .root = 1.0 / sqrt(0.4375), .eps = eps };
    const panels lx = panels_of(c, R, in), ldy = panels_of(c, R, out_), l = panels_of(c, in, out_);
    const size_t n = in * out_;
    double *x = random_matrix(c, R * in), *dy = random_matrix(c, R * out_), *start = random_matrix(c, n);
    double *start_m = random_matrix(c, n), *start_v = zeros(n), *unused = zeros(n), *db = zeros(out_);
    for (size_t i = 0; i < n; i++) {
        start_v[i] = value_in(c, 0.0, 4.0);
    }
    buf *xp = panels_in(c, lx, x), *dyp = panels_in(c, ldy, dy);
    buf *tb = panels_inout(c, l, start), *mb = panels_inout(c, l, start_m), *vb = panels_inout(c, l, start_v);
    for (size_t j = 0; j < out_; j += l.P) {
        const size_t to = place(l, 0, j);
        KERN(c, gemm_adam, (R, in, width_of(l, j), xp->p, lx.stride, from(dyp, place(ldy, 0, j)), &step, from(tb, to),
                            from(mb, to), from(vb, to)));
    }
    /* the reference's weights are [out][in] */
    double *g = zeros(n), *theta = transposed(in, out_, start), *m = transposed(in, out_, start_m);
    double *v = transposed(in, out_, start_v);
    REF(c, aevb_ref_affine_backward(R, in, out_, x, unused, dy, NULL, g, db);
        for (size_t k = 0; k < n && step.prior > 0.0; k++) { g[k] += step.prior * theta[k]; }
        aevb_ref_adamw(n, 2, lr, beta1, beta2, eps, decay, theta, g, m, v));
    c->items = (double)(R * in * width_of(l, 0));
    for (size_t k = 0; k < n && !c->bench; k++) {
        const size_t i = k / out_, o = k % out_, at_k = place(l, i, o), turned = o * in + i;
        double size = step.prior > 0.0 ? fabs(step.prior * start[k]) : 0.0;
        for (size_t r = 0; r < R; r++) {
            size += fabs(x[r * in + i] * dy[r * out_ + o]);
        }
        const double size_m = beta1 * fabs(start_m[k]) + (1.0 - beta1) * size;
        const double size_v = beta2 * start_v[k] + (1.0 - beta2) * size * size;
        const double n_terms = 2.0 * (double)R + 2.0, spread = v[turned] > 0.0 ? size_v / v[turned] : 1.0;
        const double change = (step.rate * size_m + smallest_normal(c)) / (step.root * sqrt(v[turned]) + eps) * spread;
        expect_gamma(c, "m", k, at(mb, at_k), m[turned], size_m, n_terms, n_terms);
        expect_gamma(c, "v", k, at(vb, at_k), v[turned], size_v, n_terms, n_terms);
        if (!out_of_range(c, size_v)) {
            expect_gamma(c, "theta", k, at(tb, at_k), theta[turned], fabs(start[k]) + change, n_terms, n_terms);
        }
    }
    expect_rest(c, "theta", l, tb, 1);
    expect_rest(c, "m", l, mb, 1);
    expect_rest(c, "v", l, vb, 1);
    double *all[] = { x, dy, start, start_m, start_v, unused, db, g, theta, m, v };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free(all[i]);
    }
}

void check_gemm_adam(check *c)
{
    products(c, c->n, 1 + c->n * 3 % 29, adam);
}
