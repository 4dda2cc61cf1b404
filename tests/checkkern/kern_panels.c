/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: matrices in panels. */
#include "panels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t panel_of(const check *c)
{
    return c->f32 != NULL ? c->f32->gemm_panel() : c->f64->gemm_panel();
}

panels panels_of(const check *c, size_t rows, size_t n)
{
    const size_t P = panel_of(c);
    return (panels){ rows, n, P, rows * P + c->n % 4 };
}

static size_t padded(panels l)
{
    return (l.n + l.P - 1) / l.P * l.P;
}

size_t panels_size(panels l)
{
    return padded(l) / l.P * l.stride;
}

size_t place(panels l, size_t r, size_t i)
{
    return i / l.P * l.stride + r * l.P + i % l.P;
}

double *to_panels(panels l, const double *src)
{
    const size_t size = panels_size(l);
    double *dst = zeros(size);
    for (size_t i = 0; i < size; i++) {
        dst[i] = i % l.stride < l.rows * l.P ? 0.0 : NAN;
    }
    for (size_t r = 0; r < l.rows; r++) {
        for (size_t i = 0; i < l.n; i++) {
            dst[place(l, r, i)] = src[r * l.n + i];
        }
    }
    return dst;
}

buf *panels_inout(check *c, panels l, const double *src)
{
    double *numbers = to_panels(l, src);
    buf *b = inout_values(c, panels_size(l), numbers);
    free(numbers);
    return b;
}

buf *panels_in(check *c, panels l, const double *src)
{
    buf *b = panels_inout(c, l, src);
    b->is_input = 1;
    return b;
}

buf *panels_out(check *c, panels l)
{
    return out(c, panels_size(l));
}

void *from(const buf *b, size_t i)
{
    return (char *)b->p + i * b->size;
}

double *random_matrix(check *c, size_t n)
{
    double *m = zeros(n);
    for (size_t i = 0; i < n; i++) {
        m[i] = value_any(c);
    }
    return m;
}

static void expect_zero(check *c, const char *what, const buf *b, size_t i, size_t column)
{
    const double x = at(b, i);
    if (x != 0.0 && !(x != x && c->kind >= SPECIAL)) {
        complain(c, "%s: number %zu, in column %zu beyond the matrix, is %a, want 0", what, i, column, x);
    }
}

void expect_rest(check *c, const char *what, panels l, const buf *b, int may_be_kept)
{
    for (size_t r = 0; r < l.rows; r++) {
        for (size_t i = l.n; i < padded(l); i++) {
            const size_t k = place(l, r, i);
            if (!(may_be_kept && is_kept(b, k))) {
                expect_zero(c, what, b, k, i);
            }
        }
    }
    for (size_t k = 0; k < panels_size(l); k++) {
        if (k % l.stride >= l.rows * l.P) {
            expect_kept(c, what, b, k);
        }
    }
}
