/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: gathering of batches, domains and conversions. All exact. */
#include "checkkern.h"

#include <math.h>
#include <stdlib.h>
#include "ref/ref.h"

enum { ROWS = 5, B = 3 };

/* [DATA.1] [DATA.2] One rounding of the quotient to the precision; the first row of the case n = 256 holds every byte. */
void check_gather_u8(check *c)
{
    const size_t X = c->n;
    buf *rows = in_bytes(c, ROWS * X), *index = in_index(c, B, ROWS), *x = out(c, B * X);
    if (X >= 256) {
        for (size_t i = 0; i < 256; i++) {
            for (size_t r = 0; r < ROWS; r++) {
                change(rows, r * X + i, (double)i);
            }
        }
    }
    double *want = zeros(B * X);
    c->items = (double)(B * X);
    for (int threshold = 0; threshold < 2; threshold++) {
        KERN(c, gather_u8, (B, X, rows->p, index->p, threshold, x->p));
        REF(c, for (size_t i = 0; i < B * X; i++) {
            const double k = rows->v[(size_t)index->v[i / X] * X + i % X];
            const double quotient = c->bits == 32 ? (double)((float)k / 255.0f) : k / 255.0;
            want[i] = threshold ? (k >= 128.0 ? 1.0 : 0.0) : quotient;
        });
        for (size_t i = 0; i < B * X; i++) {
            expect_exact(c, "x", i, at(x, i), want[i]);
        }
    }
    free(want);
}

/* Doubles that float32 cannot hold, and those next to 1/2 on both sides; in extra cases any, NaN included. */
static buf *rows_f64(check *c, size_t n)
{
    buf *rows = in_doubles(c, n, 0.0, 1.0);
    for (size_t i = 0; i < n; i += c->pinned ? 7 : 1) {
        change(rows, i, c->pinned || i % 7 == 0 ? nextafter(0.5, (double)(random_bits(c) & 1)) : value_double(c));
    }
    return rows;
}

/* [DATA.1] [DATA.2] */
void check_gather_f64(check *c)
{
    const size_t X = c->n;
    buf *rows = rows_f64(c, ROWS * X), *index = in_index(c, B, ROWS), *x = out(c, B * X);
    double *want = zeros(B * X);
    c->items = (double)(B * X);
    for (int threshold = 0; threshold < 2; threshold++) {
        KERN(c, gather_f64, (B, X, rows->p, index->p, threshold, x->p));
        REF(c, for (size_t i = 0; i < B * X; i++) {
            const double k = ((double *)rows->p)[(size_t)index->v[i / X] * X + i % X];
            want[i] = threshold ? (k >= 0.5 ? 1.0 : 0.0) : k;
        });
        for (size_t i = 0; i < B * X; i++) {
            expect_exact(c, "x", i, at(x, i), round_to(c->bits, want[i]));
        }
    }
    free(want);
}

/* [TEXT.1] Rows that overlap: windows of n positions, one byte apart in a text of all the classes. */
void check_gather_text(check *c)
{
    const size_t C = 1 + random_below(c, c->n <= 32 ? 256 : 8), X = c->n * C, step = 1 + random_below(c, 3);
    const size_t length = c->n + (ROWS - 1) * step;
    buf *text = in_bytes(c, length), *index = in_index(c, B, ROWS), *x = out(c, B * X);
    double *want = zeros(B * X);
    for (size_t i = 0; i < length; i++) {
        const unsigned char class = (unsigned char)((size_t)text->v[i] % C);
        change(text, i, class);
    }
    KERN(c, gather_text, (B, X, C, step, text->p, index->p, x->p));
    REF(c, for (size_t i = 0; i < B * X; i++) {
        const size_t at_byte = (size_t)index->v[i / X] * step + i % X / C;
        want[i] = (double)(i % C) == text->v[at_byte] ? 1.0 : 0.0;
    });
    c->items = (double)(B * X);
    for (size_t i = 0; i < B * X; i++) {
        expect_exact(c, "x", i, at(x, i), want[i]);
    }
    free(want);
}

/* [CAT.3] wrong: 0 nothing, 1 a number that is neither 0 nor 1, 2 a second 1, 3 a position without a 1. */
static void check_one_hot_domain(check *c, int wrong)
{
    const size_t C = 2 + random_below(c, 6), n = c->n * C, bad = random_below(c, c->n);
    double *values = zeros(n);
    for (size_t p = 0; p < c->n; p++) {
        const size_t place = p * C + random_below(c, C);
        values[place] = p == bad && wrong == 3 ? 0.0 : 1.0;
        if (p == bad && wrong == 1) {
            const double outside[] = { NAN, INFINITY, 0.5, -1.0, 2.0 };
            values[p * C + random_below(c, C)] = outside[random_below(c, sizeof outside / sizeof *outside)];
        } else if (p == bad && wrong == 2) {
            values[place + 1 < (p + 1) * C ? place + 1 : place - 1] = 1.0;
        }
    }
    buf *x = in_values(c, n, values);
    size_t got = 0, want = 0;
    TIMED(c, kern_seconds, got = c->f32 != NULL ? c->f32->domain(AEVB_CATEGORICAL, C, n, x->p)
                                                : c->f64->domain(AEVB_CATEGORICAL, C, n, x->p));
    REF(c, want = aevb_ref_domain(AEVB_CATEGORICAL, C, n, x->v));
    expect_exact(c, "first outside", 0, (double)got, (double)want);
    expect_exact(c, "position outside", 0, (double)(want / C), wrong == 0 ? (double)c->n : (double)bad);
    free(values);
}

/* Another value outside the domain each time; in extra cases as close to it as there are numbers. */
static double outside(check *c, int likelihood)
{
    const int unit = likelihood <= AEVB_GREY, single = c->bits == 32;
    const double smallest = c->pinned ? 0.25 : single ? 0x1p-149 : 0x1p-1074;
    const double above = c->pinned ? 1.5 : single ? 1.0 + 0x1p-23 : 1.0 + 0x1p-52;
    const double values[] = { NAN, INFINITY, -INFINITY, unit ? above : NAN, unit ? -smallest : NAN,
                              likelihood != AEVB_BERNOULLI ? NAN : c->pinned ? 0.5 : smallest };
    return values[random_below(c, 6)];
}

/* [BERN.3] [GREY.3] [GAUSS.3] Data inside the domain with one element outside, in extra cases two, at every kind of
 * place, or with none. */
void check_domain(check *c)
{
    for (int likelihood = AEVB_BERNOULLI; likelihood <= AEVB_GAUSSIAN_FIXED; likelihood++) {
        for (int bad = 0; bad < (c->pinned ? 2 : 3); bad++) {
            buf *x = likelihood <= AEVB_GREY ? in_unit(c, c->n) : in_range(c, c->n, -4.0, 4.0);
            for (size_t i = 0; likelihood == AEVB_BERNOULLI && i < c->n; i++) {
                change(x, i, x->v[i] >= 0.5 ? 1.0 : c->pinned ? 0.0 : -0.0);
            }
            for (int i = 0; i < bad && c->n > 0; i++) {
                const size_t place = random_below(c, c->n);
                change(x, place, outside(c, likelihood));
            }
            size_t got = 0, want = 0;
            TIMED(c, kern_seconds, got = c->f32 != NULL ? c->f32->domain(likelihood, 0, c->n, x->p)
                                                        : c->f64->domain(likelihood, 0, c->n, x->p));
            REF(c, want = aevb_ref_domain((aevb_likelihood)likelihood, 0, c->n, x->v));
            expect_exact(c, "first outside", 0, (double)got, (double)want);
            end_case(c);
        }
    }
    for (int wrong = 0; wrong < 4 && c->n > 1; wrong++) {
        check_one_hot_domain(c, wrong);
        end_case(c);
    }
}

void check_from_f64(check *c)
{
    buf *x = rows_f64(c, c->n), *y = out(c, c->n);
    KERN(c, from_f64, (c->n, x->p, y->p));
    for (size_t i = 0; i < c->n; i++) {
        expect_exact(c, "y", i, at(y, i), round_to(c->bits, at(x, i)));
    }
}

void check_to_f64(check *c)
{
    buf *x = in_any(c, c->n), *y = out_doubles(c, c->n);
    KERN(c, to_f64, (c->n, x->p, y->p));
    for (size_t i = 0; i < c->n; i++) {
        expect_exact(c, "y", i, at(y, i), x->v[i]);
    }
}
