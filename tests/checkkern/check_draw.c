/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: random numbers, against src/rng. Uniforms are the same numbers; normals differ from src/rng only by the
 * logarithm in the tails (libm's there, our own here). */
#include "checkkern.h"

#include <math.h>
#include <stdlib.h>
#include "aevb/rng.h"

typedef struct place { uint64_t seed, stream, first; } place;

/* Odd and even starts, and one that crosses 2^32 blocks. */
static place a_place(check *c)
{
    place p;
    p.seed = random_bits(c);
    p.stream = random_bits(c);
    p.first = random_bits(c);
    if (c->n % 5 == 0) {
        p.first = ((uint64_t)1 << 33) - c->n / 2;
    }
    return p;
}

/* [RNG.2] */
void check_uniform(check *c)
{
    const place p = a_place(c);
    buf *u = out_doubles(c, c->n);
    double *want = zeros(c->n);
    DRAW(c, uniform, (p.seed, p.stream, p.first, c->n, u->p));
    REF(c, aevb_uniform_fill(p.seed, p.stream, p.first, c->n, want));
    for (size_t i = 0; i < c->n; i++) {
        expect_exact(c, "u", i, at(u, i), want[i]);
    }
    free(want);
}

/* [RNG.3] */
void check_quantile(check *c)
{
    buf *u = in_doubles(c, c->n, 0.0, 1.0), *x = out_doubles(c, c->n);
    double *want = zeros(c->n);
    for (size_t i = 0; i < c->n; i++) {
        const int tail = (int)random_below(c, 4);
        if (c->kind == WIDE && tail < 2) {
            const int exponent = -(int)random_below(c, 52) - 2;
            const double p = ldexp(1.0 + random_unit(c), exponent);
            change(u, i, tail == 0 ? p : 1.0 - p);
        } else if (c->kind == SPECIAL && tail < 2) {
            change(u, i, tail == 0 ? value_any(c) : 0x1p-53);
        }
    }
    DRAW(c, quantile, (c->n, u->p, x->p));
    REF(c, for (size_t i = 0; i < c->n; i++) { want[i] = aevb_normal_quantile(u->v[i]); });
    for (size_t i = 0; i < c->n; i++) {
        expect_ulp(c, "x", i, at(x, i), (long double)want[i], c->bound);
    }
    free(want);
}

/* [RNG.4] */
void check_normal_f64(check *c)
{
    const place p = a_place(c);
    buf *x = out_doubles(c, c->n);
    double *want = zeros(c->n);
    DRAW(c, normal_f64, (p.seed, p.stream, p.first, c->n, x->p));
    REF(c, aevb_normal_fill(p.seed, p.stream, p.first, c->n, want));
    for (size_t i = 0; i < c->n; i++) {
        expect_ulp(c, "x", i, at(x, i), (long double)want[i], c->bound);
    }
    free(want);
}

void check_normal_f32(check *c)
{
    const place p = a_place(c);
    buf *x = out_floats(c, c->n);
    double *want = zeros(c->n);
    DRAW(c, normal_f32, (p.seed, p.stream, p.first, c->n, x->p));
    REF(c, aevb_normal_fill(p.seed, p.stream, p.first, c->n, want));
    c->bits = 32;
    for (size_t i = 0; i < c->n; i++) {
        expect_ulp(c, "x", i, at(x, i), (long double)want[i], c->bound);
    }
    free(want);
}

enum { ROWS = 5, B = 3 };

/* [DATA.3] by src/rng, the row's index in the part numbering the draws. */
static void expect_binarised(check *c, place p, size_t X, const double *rows, double scale, const buf *index,
                             const buf *x)
{
    double *want = zeros(B * X);
    REF(c, for (size_t i = 0; i < B * X; i++) {
        const uint64_t element = (uint64_t)index->v[i / X] * X + i % X;
        want[i] = rows[element] / scale > aevb_uniform(p.seed, p.stream, element) ? 1.0 : 0.0;
    });
    c->items = (double)(B * X);
    for (size_t i = 0; i < B * X; i++) {
        expect_exact(c, "x", i, at(x, i), want[i]);
    }
    free(want);
}

void check_binarise_u8_f32(check *c)
{
    const place p = a_place(c);
    buf *rows = in_bytes(c, ROWS * c->n), *index = in_index(c, B, ROWS), *x = out_floats(c, B * c->n);
    DRAW(c, binarise_u8_f32, (p.seed, p.stream, B, c->n, rows->p, index->p, x->p));
    expect_binarised(c, p, c->n, rows->v, 255.0, index, x);
}

void check_binarise_u8_f64(check *c)
{
    const place p = a_place(c);
    buf *rows = in_bytes(c, ROWS * c->n), *index = in_index(c, B, ROWS), *x = out_doubles(c, B * c->n);
    DRAW(c, binarise_u8_f64, (p.seed, p.stream, B, c->n, rows->p, index->p, x->p));
    expect_binarised(c, p, c->n, rows->v, 255.0, index, x);
}

void check_binarise_f64_f32(check *c)
{
    const place p = a_place(c);
    buf *rows = in_doubles(c, ROWS * c->n, 0.0, 1.0), *index = in_index(c, B, ROWS), *x = out_floats(c, B * c->n);
    DRAW(c, binarise_f64_f32, (p.seed, p.stream, B, c->n, rows->p, index->p, x->p));
    expect_binarised(c, p, c->n, rows->v, 1.0, index, x);
}

void check_binarise_f64_f64(check *c)
{
    const place p = a_place(c);
    buf *rows = in_doubles(c, ROWS * c->n, 0.0, 1.0), *index = in_index(c, B, ROWS), *x = out_doubles(c, B * c->n);
    DRAW(c, binarise_f64_f64, (p.seed, p.stream, B, c->n, rows->p, index->p, x->p));
    expect_binarised(c, p, c->n, rows->v, 1.0, index, x);
}
