/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: panels, how they are filled and read. */
#include "panels.h"

#include <stdlib.h>

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

/* Without a scale it is a copy. */
void check_gemm_pack(check *c)
{
    const size_t R = 1 + c->n % 5, n = c->n, ld = n + c->n % 3;
    const panels l = panels_of(c, R, n);
    buf *src = in_any(c, R * ld);
    for (int scaled = 0; scaled < 2; scaled++) {
        buf *scale = in_range(c, R, -4.0, 4.0), *dst = panels_out(c, l);
        KERN(c, gemm_pack, (R, n, src->p, ld, scaled ? scale->p : NULL, dst->p, l.stride));
        c->items = (double)(R * n);
        for (size_t i = 0; i < R * n; i++) {
            const size_t r = i / n, j = i % n;
            const double want = src->v[r * ld + j] * (scaled ? scale->v[r] : 1.0);
            expect_ulp(c, "dst", i, at(dst, place(l, r, j)), (long double)want, scaled ? c->bound : 0.0);
        }
        expect_rest(c, "dst", l, dst, 0);
    }
}

void check_gemm_unpack(check *c)
{
    const size_t R = 1 + c->n % 5, n = c->n, ld = n + c->n % 3;
    const panels l = panels_of(c, R, n);
    double *m = random_matrix(c, R * n);
    buf *src = panels_in(c, l, m), *dst = out(c, R * ld);
    KERN(c, gemm_unpack, (R, n, src->p, l.stride, dst->p, ld));
    c->items = (double)(R * n);
    for (size_t i = 0; i < R * n; i++) {
        expect_exact(c, "dst", i, at(dst, i / n * ld + i % n), m[i]);
    }
    for (size_t i = 0; i < R * ld; i++) {
        if (i % ld >= n) {
            expect_kept(c, "gap between the rows of dst", dst, i);
        }
    }
    free(m);
}
