/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: comparing one number with its reference, and saying what is wrong. */
#include "config.h"
#include "checkkern.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const kind_names[KINDS] = { "uniform", "integer", "wide", "special", "rare" };
enum { SHOWN = 5 }; /* complaints per kernel, unless verbose */

double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* FNV-1a over the bits; every NaN counts as one. */
static void hash_number(check *c, double x)
{
    uint64_t bits = 0;
    if (!c->pinned) {
        return;
    }
    if (x == x) {
        memcpy(&bits, &x, sizeof bits);
    } else {
        bits = UINT64_C(0x7ff8000000000000);
    }
    for (int i = 0; i < 8; i++) {
        c->hash = (c->hash ^ (bits & 0xff)) * UINT64_C(0x100000001b3);
        bits >>= 8;
    }
}

void complain(check *c, const char *format, ...)
{
    if (++c->failed > SHOWN && !c->verbose) {
        return;
    }
    va_list values;
    va_start(values, format);
    printf("# %s %s %s: n=%zu offset=%zu values=%s seed=%llu%s: ", c->kernel, c->level, c->precision, c->n, c->offset,
           kind_names[c->kind], (unsigned long long)c->seed, c->pinned ? "" : " extra");
    vprintf(format, values);
    putchar('\n');
    va_end(values);
}

/* error in the unit of the bound; told are ulp and the plain difference, whatever the bound is of. */
static void count(check *c, const char *what, size_t i, double got, long double want, double error, double bound,
                  const char *unit)
{
    c->compared++;
    hash_number(c, got);
    const double part = error == 0.0 ? 0.0 : error / bound;
    if (!(part <= 1.0)) {
        complain(c, "%s[%zu] is %a, want %a: off by %.4g ulp (%.4Lg), allowed %.4g%s", what, i, got, (double)want,
                 ulps(c->bits, got, want), fabsl((long double)got - want), bound, unit);
    } else if (part > c->worst) {
        c->worst = part;
    }
}

void expect_ulp(check *c, const char *what, size_t i, double got, long double want, double bound)
{
    count(c, what, i, got, want, ulps(c->bits, got, want), bound, " ulp");
}

void expect_exact(check *c, const char *what, size_t i, double got, double want)
{
    const int same = want != want ? got != got : got == want && !signbit(got) == !signbit(want);
    count(c, what, i, got, (long double)want, same ? 0.0 : INFINITY, 0.0, " (exact)");
}

void expect_same(check *c, const char *what, const buf *got, const buf *want)
{
    c->compared += got->n;
    if (memcmp(got->p, want->p, got->n * got->size) == 0) {
        return;
    }
    for (size_t i = 0; i < got->n; i++) {
        if (memcmp((char *)got->p + i * got->size, (char *)want->p + i * want->size, got->size) != 0) {
            complain(c, "%s[%zu] is %a, want %a: off by %.4g ulp, allowed 0 (the same bits)", what, i, at(got, i),
                     at(want, i), ulps(c->bits, at(got, i), (long double)at(want, i)));
        }
    }
}

double smallest_normal(const check *c)
{
    return c->bits == 32 ? (double)FLT_MIN : DBL_MIN;
}

int out_of_range(const check *c, double x)
{
    return isfinite(x) && x != 0.0 && (fabs(x) < smallest_normal(c) || fabs(x) > 0.5 / smallest_normal(c));
}

double gamma_of(double u, double n)
{
    return n * u / (1.0 - n * u);
}

void expect_gamma(check *c, const char *what, size_t i, double got, double want, double condition, double n,
                  double n_double)
{
    const int single = c->bits == 32;
    const double largest = single ? (double)FLT_MAX : DBL_MAX, smallest = single ? 0x1p-149 : 0x1p-1074;
    if (c->kind == INTEGER && c->integers_exact) {
        count(c, what, i, got, (long double)want, got == want ? 0.0 : INFINITY, 0.0, " (integers)");
        return;
    }
    if (want != want || isinf(want)) {
        const int same = want != want ? got != got : got == want;
        count(c, what, i, got, (long double)want, same ? 0.0 : INFINITY, 0.0, " (class)");
        return;
    }
    if (condition > largest) { /* a term leaves the range: what follows is not bounded */
        hash_number(c, got);
        return;
    }
    const double u = single ? 0x1p-24 : 0x1p-53;
    const double terms = c->bound + n;
    const double bound = gamma_of(u, terms) * condition + gamma_of(0x1p-53, 2.0 * (c->bound + n_double)) * condition
                       + (terms + n_double) * smallest;
    count(c, what, i, got, (long double)want, fabs(got - want), bound, "");
}
