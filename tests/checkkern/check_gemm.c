/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: matrix products on panels. Values and results are numbered as in plain matrices, whatever the width of a
 * panel, so that levels of different widths can be compared. */
#include "checkkern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "ref/ref.h"

/* A layer of the case: R rows, `in` and `out` columns; one of the three grows with n. */
typedef struct shape { size_t R, in, out, P; } shape;

static size_t panel_of(const check *c)
{
    return c->f32 != NULL ? c->f32->gemm_panel() : c->f64->gemm_panel();
}

static size_t round_up(size_t n, size_t P)
{
    return (n + P - 1) / P * P;
}

/* A layer has at least one input, one output and one row. From 300 on costs grow and nothing changes any more. */
static int skipped(const check *c, size_t n)
{
    return n == 0 || (!c->bench && n > 300);
}

/* The terms of a sum: n, but for one n so many that every level cuts them into several blocks (gemm.inc.c: 1152 at
 * most). */
static size_t terms(size_t n)
{
    return n == 257 ? 5 * n : n;
}

/* src[rows][n] in panels of P columns, zeros beyond n; element (r, i) is at i / P * rows * P + r * P + i % P. */
static double *to_panels(size_t rows, size_t n, size_t P, const double *src)
{
    double *dst = zeros(rows * round_up(n, P));
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < n; i++) {
            dst[i / P * rows * P + r * P + i % P] = src[r * n + i];
        }
    }
    return dst;
}

static double *random_matrix(check *c, size_t n)
{
    double *m = zeros(n);
    for (size_t i = 0; i < n; i++) {
        m[i] = value_any(c);
    }
    return m;
}

static buf *panels_in(check *c, size_t rows, size_t n, size_t P, const double *src)
{
    double *panels = to_panels(rows, n, P, src);
    buf *b = in_values(c, rows * round_up(n, P), panels);
    free(panels);
    return b;
}

/* Memory at number i of a buffer. */
static void *from(const check *c, const buf *b, size_t i)
{
    return (char *)b->p + i * (c->bits == 32 ? sizeof(float) : sizeof(double));
}

/* What is not a number of the result: the panel divides nothing else, so it only has to be there. */
void check_gemm_panel(check *c)
{
    const size_t P = panel_of(c);
    TIMED(c, kern_seconds, (void)panel_of(c));
    expect_exact(c, "a positive multiple of 4", 0, P > 0 && P % 4 == 0 ? 1.0 : 0.0, 1.0);
}

void check_gemm_block(check *c)
{
    const size_t P = panel_of(c);
    size_t length = 0;
    TIMED(c, kern_seconds, length = c->f32 != NULL ? c->f32->gemm_block(c->n) : c->f64->gemm_block(c->n));
    expect_exact(c, "a positive multiple of the panel", 0, length > 0 && length % P == 0 ? 1.0 : 0.0, 1.0);
}

void check_gemm_pack(check *c)
{
    const size_t P = panel_of(c), R = 1 + c->n % 5, n = c->n, ld = n + c->n % 3;
    buf *src = in_any(c, R * ld), *dst = out(c, R * round_up(n, P));
    for (int scaled = 0; scaled < 2; scaled++) {
        buf *scale = in_range(c, R, -4.0, 4.0);
        KERN(c, gemm_pack, (R, n, src->p, ld, scaled ? scale->p : NULL, dst->p, R * P));
        c->items = (double)(R * n);
        for (size_t i = 0; i < R * n; i++) {
            const size_t r = i / n, j = i % n;
            const double want = src->v[r * ld + j] * (scaled ? scale->v[r] : 1.0);
            expect_ulp(c, "dst", i, at(dst, j / P * R * P + r * P + j % P), (long double)want, c->bound);
        }
        for (size_t j = n; j < round_up(n, P); j++) { /* not hashed: how many there are depends on P */
            if (at(dst, j / P * R * P + j % P) != 0.0) {
                complain(c, "column beyond the matrix", j, at(dst, j / P * R * P + j % P), 0.0, 0.0, 0.0, "");
            }
        }
    }
}

void check_gemm_unpack(check *c)
{
    const size_t P = panel_of(c), R = 1 + c->n % 5, n = c->n, ld = n + c->n % 3;
    double *m = random_matrix(c, R * n);
    buf *src = panels_in(c, R, n, P, m), *dst = out(c, R * ld);
    KERN(c, gemm_unpack, (R, n, src->p, R * P, dst->p, ld));
    c->items = (double)(R * n);
    for (size_t i = 0; i < R * n; i++) {
        expect_exact(c, "dst", i, at(dst, i / n * ld + i % n), m[i]);
    }
    free(m);
}

/* [AFFINE.1] The sum runs over n. */
void check_gemm_forward(check *c)
{
    const shape s = { 1 + c->n % 13, terms(c->n), 1 + c->n * 7 % 53, panel_of(c) };
    if (skipped(c, c->n)) {
        return;
    }
    double *x = random_matrix(c, s.R * s.in), *w = random_matrix(c, s.in * s.out), *bias = random_matrix(c, s.out);
    double *turned = zeros(s.in * s.out), *want = zeros(s.R * s.out);
    for (size_t i = 0; i < s.in * s.out; i++) {
        turned[i % s.out * s.in + i / s.out] = w[i];
    }
    buf *xp = panels_in(c, s.R, s.in, s.P, x), *wp = panels_in(c, s.in, s.out, s.P, w);
    buf *bp = panels_in(c, 1, s.out, s.P, bias), *y = out(c, s.R * round_up(s.out, s.P));
    for (size_t j = 0; j < s.out; j += s.P) {
        const size_t width = s.out - j < s.P ? s.out - j : s.P;
        /* the sum in one piece, or a panel's worth of it and then the rest on top */
        const size_t piece = c->n % 2 == 0 && s.in > s.P && !c->bench ? s.P : s.in;
        KERN(c, gemm_forward, (s.R, piece, width, xp->p, s.R * s.P, from(c, wp, j * s.in), from(c, bp, j),
                               from(c, y, j * s.R)));
        if (piece < s.in) {
            KERN(c, gemm_forward, (s.R, s.in - piece, width, from(c, xp, s.R * s.P), s.R * s.P,
                                   from(c, wp, j * s.in + piece * s.P), NULL, from(c, y, j * s.R)));
        }
    }
    REF(c, aevb_ref_affine(s.R, s.in, s.out, x, turned, bias, want));
    c->items = (double)(s.R * s.in * (s.out < s.P ? s.out : s.P));
    c->integers_exact = 1;
    for (size_t i = 0; i < s.R * s.out; i++) {
        const size_t r = i / s.out, o = i % s.out;
        double condition = fabs(bias[o]);
        for (size_t k = 0; k < s.in; k++) {
            condition += fabs(x[r * s.in + k] * w[k * s.out + o]);
        }
        expect_gamma(c, "y", i, at(y, o / s.P * s.R * s.P + r * s.P + o % s.P), want[i], condition, (double)s.in,
                     (double)s.in);
    }
    free(x);
    free(w);
    free(bias);
    free(turned);
    free(want);
}

/* [AFFINE.2] dx: the sum runs over n outputs. */
void check_gemm_backward(check *c)
{
    const shape s = { 1 + c->n % 13, 1 + c->n * 7 % 53, terms(c->n), panel_of(c) };
    if (skipped(c, c->n)) {
        return;
    }
    double *dy = random_matrix(c, s.R * s.out), *w = random_matrix(c, s.in * s.out), *none = zeros(s.R * s.in);
    double *turned = zeros(s.in * s.out), *dw = zeros(s.in * s.out), *db = zeros(s.out);
    for (size_t i = 0; i < s.in * s.out; i++) {
        turned[i % s.out * s.in + i / s.out] = w[i];
    }
    buf *dyp = panels_in(c, s.R, s.out, s.P, dy), *wp = panels_in(c, s.in, s.out, s.P, w);
    for (int add = 0; add < 2; add++) {
        double *start = add ? random_matrix(c, s.R * s.in) : zeros(s.R * s.in), *want = zeros(s.R * s.in);
        double *panels = to_panels(s.R, s.in, s.P, start);
        buf *dx = add ? inout_values(c, s.R * round_up(s.in, s.P), panels) : out(c, s.R * round_up(s.in, s.P));
        memcpy(want, start, s.R * s.in * sizeof *want);
        for (size_t i = 0; i < s.in; i += s.P) {
            const size_t width = s.in - i < s.P ? s.in - i : s.P;
            KERN(c, gemm_backward, (s.R, s.out, width, add, dyp->p, s.R * s.P, from(c, wp, i * s.P), s.in * s.P,
                                    i % 2 == 0 ? NULL : from(c, wp, 0), from(c, dx, i * s.R)));
        }
        REF(c, aevb_ref_affine_backward(s.R, s.in, s.out, none, turned, dy, want, dw, db));
        c->items = (double)(s.R * s.out * (s.in < s.P ? s.in : s.P));
        c->integers_exact = 1;
        for (size_t k = 0; k < s.R * s.in && !c->bench; k++) {
            const size_t r = k / s.in, i = k % s.in;
            double condition = fabs(start[k]);
            for (size_t o = 0; o < s.out; o++) {
                condition += fabs(dy[r * s.out + o] * w[i * s.out + o]);
            }
            expect_gamma(c, "dx", k, at(dx, i / s.P * s.R * s.P + r * s.P + i % s.P), want[k], condition,
                         (double)s.out, (double)s.out);
        }
        free(start);
        free(want);
        free(panels);
    }
    free(dy);
    free(w);
    free(none);
    free(turned);
    free(dw);
    free(db);
}

/* [AFFINE.2] dw: the sum runs over n rows. */
void check_gemm_weights(check *c)
{
    const shape s = { c->n, 1 + c->n * 3 % 29, 1 + c->n * 7 % 53, panel_of(c) };
    if (skipped(c, c->n)) {
        return;
    }
    double *x = random_matrix(c, s.R * s.in), *dy = random_matrix(c, s.R * s.out), *w = zeros(s.in * s.out);
    buf *xp = panels_in(c, s.R, s.in, s.P, x), *dyp = panels_in(c, s.R, s.out, s.P, dy);
    for (int add = 0; add < 2; add++) {
        double *start = add ? random_matrix(c, s.in * s.out) : zeros(s.in * s.out);
        double *want = zeros(s.in * s.out), *db = zeros(s.out), *panels = to_panels(s.in, s.out, s.P, start);
        buf *dw = add ? inout_values(c, s.in * round_up(s.out, s.P), panels) : out(c, s.in * round_up(s.out, s.P));
        for (size_t i = 0; i < s.in * s.out; i++) {
            want[i % s.out * s.in + i / s.out] = start[i];
        }
        for (size_t i = 0; i < s.in; i += s.P) {
            for (size_t j = 0; j < s.out; j += s.P) {
                const size_t m = s.in - i < s.P ? s.in - i : s.P, width = s.out - j < s.P ? s.out - j : s.P;
                KERN(c, gemm_weights, (s.R, m, width, add, from(c, xp, i * s.R), from(c, dyp, j * s.R),
                                       from(c, dw, j * s.in + i * s.P)));
            }
        }
        REF(c, aevb_ref_affine_backward(s.R, s.in, s.out, x, w, dy, NULL, want, db));
        c->items = (double)(s.R * (s.in < s.P ? s.in : s.P) * (s.out < s.P ? s.out : s.P));
        c->integers_exact = 1;
        for (size_t k = 0; k < s.in * s.out && !c->bench; k++) {
            const size_t i = k / s.out, o = k % s.out;
            double condition = fabs(start[k]);
            for (size_t r = 0; r < s.R; r++) {
                condition += fabs(x[r * s.in + i] * dy[r * s.out + o]);
            }
            expect_gamma(c, "dw", k, at(dw, o / s.P * s.in * s.P + i * s.P + o % s.P), want[o * s.in + i], condition,
                         (double)s.R, (double)s.R);
        }
        free(start);
        free(want);
        free(db);
        free(panels);
    }
    free(x);
    free(dy);
    free(w);
}

/* [AFFINE.2] db, panel by panel. */
void check_gemm_bias(check *c)
{
    const size_t P = panel_of(c), R = c->n, n = 1 + c->n * 7 % 53;
    double *dy = random_matrix(c, R * n), *x = zeros(R), *w = zeros(n), *dw = zeros(n);
    buf *dyp = panels_in(c, R, n, P, dy);
    for (int add = 0; add < 2; add++) {
        double *want = add ? random_matrix(c, n) : zeros(n), *start = zeros(round_up(n, P));
        memcpy(start, want, n * sizeof *start);
        buf *db = add ? inout_values(c, round_up(n, P), start) : out(c, round_up(n, P));
        for (size_t j = 0; j < n; j += P) {
            KERN(c, gemm_bias, (R, add, from(c, dyp, j * R), from(c, db, j)));
        }
        REF(c, aevb_ref_affine_backward(R, 1, n, x, w, dy, NULL, dw, want));
        c->items = (double)(R * (n < P ? n : P));
        c->integers_exact = 1;
        for (size_t j = 0; j < n && !c->bench; j++) {
            double condition = fabs(start[j]);
            for (size_t r = 0; r < R; r++) {
                condition += fabs(dy[r * n + j]);
            }
            expect_gamma(c, "db", j, at(db, j), want[j], condition, (double)R, (double)R);
        }
        free(want);
        free(start);
    }
    free(dy);
    free(x);
    free(w);
    free(dw);
}

/* [AFFINE.2] [ADAM.1] The gradient of a panel of weights, summed over n rows, and step 2 with it at beta1 = 1/2 and
 * beta2 = 3/4 (as in check_optim.c). The gradient's error is that of its sum; it comes twice into v, and from there
 * relatively into the step. */
void check_gemm_adam(check *c)
{
    const shape s = { c->n, 1 + c->n * 3 % 29, 1 + c->n * 7 % 53, panel_of(c) };
    const double lr = 0x1p-7, beta1 = 0.5, beta2 = 0.75, eps = 0x1p-10;
    const aevb_step_scalars step = { .keep = 1.0, .rate = lr / 0.75, .beta1 = beta1, .beta2 = beta2,
                                     .root = 1.0 / sqrt(0.4375), .eps = eps };
    const size_t n = s.in * s.out;
    if (skipped(c, c->n)) {
        return;
    }
    double *x = random_matrix(c, s.R * s.in), *dy = random_matrix(c, s.R * s.out), *theta = random_matrix(c, n);
    double *m = random_matrix(c, n), *v = zeros(n), *unused = zeros(n), *turned = zeros(n), *db = zeros(s.out);
    for (size_t i = 0; i < n; i++) {
        v[i] = value_in(c, 0.0, 4.0);
    }
    double *tp = to_panels(s.in, s.out, s.P, theta), *mp = to_panels(s.in, s.out, s.P, m);
    double *vp = to_panels(s.in, s.out, s.P, v), *g = zeros(n);
    buf *xp = panels_in(c, s.R, s.in, s.P, x), *dyp = panels_in(c, s.R, s.out, s.P, dy);
    const size_t padded = s.in * round_up(s.out, s.P);
    buf *tb = inout_values(c, padded, tp), *mb = inout_values(c, padded, mp), *vb = inout_values(c, padded, vp);
    for (size_t j = 0; j < s.out; j += s.P) {
        const size_t width = s.out - j < s.P ? s.out - j : s.P, at_j = j * s.in;
        KERN(c, gemm_adam, (s.R, s.in, width, xp->p, s.R * s.P, from(c, dyp, j * s.R), &step, from(c, tb, at_j),
                            from(c, mb, at_j), from(c, vb, at_j)));
    }
    REF(c, aevb_ref_affine_backward(s.R, s.in, s.out, x, unused, dy, NULL, turned, db);
        aevb_ref_adam(n, 2, lr, beta1, beta2, eps, theta, turned, m, v));
    c->items = (double)(s.R * s.in * (s.out < s.P ? s.out : s.P));
    /* the reference's gradient is [out][in], the rest [in][out]: once more in the right order */
    for (size_t k = 0; k < n && !c->bench; k++) {
        const size_t at_k = k % s.out / s.P * s.in * s.P + k / s.out * s.P + k % s.out % s.P;
        g[k] = turned[k % s.out * s.in + k / s.out];
        theta[k] = tp[at_k];
        m[k] = mp[at_k];
        v[k] = vp[at_k];
    }
    aevb_ref_adam(n, 2, lr, beta1, beta2, eps, theta, g, m, v);
    for (size_t k = 0; k < n && !c->bench; k++) {
        const size_t i = k / s.out, o = k % s.out, at_k = o / s.P * s.in * s.P + i * s.P + o % s.P;
        double size = 0.0;
        for (size_t r = 0; r < s.R; r++) {
            size += fabs(x[r * s.in + i] * dy[r * s.out + o]);
        }
        const double size_m = beta1 * fabs(mp[at_k]) + (1.0 - beta1) * size;
        const double size_v = beta2 * vp[at_k] + (1.0 - beta2) * size * size;
        const double terms = 2.0 * (double)s.R + 2.0, spread = v[k] > 0.0 ? size_v / v[k] : 1.0;
        const double change = (step.rate * size_m + smallest_normal(c)) / (step.root * sqrt(v[k]) + eps) * spread;
        expect_gamma(c, "m", k, at(mb, at_k), m[k], size_m, terms, terms);
        expect_gamma(c, "v", k, at(vb, at_k), v[k], size_v, terms, terms);
        if (!out_of_range(c, size_v)) {
            expect_gamma(c, "theta", k, at(tb, at_k), theta[k], fabs(tp[at_k]) + change, terms, terms);
        }
    }
    double *all[] = { x, dy, theta, m, v, unused, turned, db, tp, mp, vp, g };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free(all[i]);
    }
}
