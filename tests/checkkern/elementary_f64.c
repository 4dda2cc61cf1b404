/* SPDX-License-Identifier: GPL-3.0-or-later
 * The float64 elementary functions against MPFR with 160 bits: random arguments of every size, both sides of every
 * boundary of their algorithms, and hard cases for correct rounding. Every level that this CPU has. Prints TAP; part
 * of check-long. An argument is the number of samples per function. */
#include "config.h"

#include <stdio.h>

#ifndef HAVE_MPFR

int main(void)
{
    puts("1..0 # SKIP built without MPFR: the float64 elementary functions were not checked");
    return 0;
}

#else

#include <float.h>
#include <math.h>
#include <mpfr.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "fast/kern.h"
#include "ulps.h"

enum { PRECISION = 160 };

typedef void (*function)(size_t n, const double *x, double *y);

static void ref_exp(mpfr_t y, mpfr_t x) { mpfr_exp(y, x, MPFR_RNDN); }
static void ref_expm1(mpfr_t y, mpfr_t x) { mpfr_expm1(y, x, MPFR_RNDN); }
static void ref_log(mpfr_t y, mpfr_t x) { mpfr_log(y, x, MPFR_RNDN); }
static void ref_log1p(mpfr_t y, mpfr_t x) { mpfr_log1p(y, x, MPFR_RNDN); }
static void ref_tanh(mpfr_t y, mpfr_t x) { mpfr_tanh(y, x, MPFR_RNDN); }

/* 1 / (1 + exp(-x)) */
static void ref_sigmoid(mpfr_t y, mpfr_t x)
{
    mpfr_neg(y, x, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_add_ui(y, y, 1, MPFR_RNDN);
    mpfr_ui_div(y, 1, y, MPFR_RNDN);
}

/* max(x, 0) + log(1 + exp(-|x|)) */
static void ref_softplus(mpfr_t y, mpfr_t x)
{
    mpfr_abs(y, x, MPFR_RNDN);
    mpfr_neg(y, y, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
    mpfr_log1p(y, y, MPFR_RNDN);
    if (mpfr_sgn(x) > 0) {
        mpfr_add(y, y, x, MPFR_RNDN);
    }
}

typedef struct row {
    const char *name;
    size_t at;
    void (*reference)(mpfr_t y, mpfr_t x);
    double bound;
} row;

#define ROW(ret, name, args, model, bound32, bound64) { #name, offsetof(aevb_kern_f64, name), ref_##name, bound64 },
static const row rows[] = { AEVB_KERN_ELEMENTARY(ROW) };

static uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double between(uint64_t *state, double lo, double hi)
{
    return lo + (hi - lo) * (double)(random_bits(state) >> 11) * 0x1p-53;
}

/* A few units to either side of x. */
static double near(uint64_t *state, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits += random_bits(state) % 17 - 8;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Arguments that everybody gets: special numbers, thresholds of the algorithms, and two of the hardest cases for the
 * rounding of exp and log (Lefevre and Muller 2001). */
static const double special[] = {
    0.0, -0.0, 0x1p-1074, -0x1p-1074, DBL_MIN, -DBL_MIN, DBL_MAX, -DBL_MAX, INFINITY, -INFINITY, NAN, 1.0, -1.0,
    0x1.9e9cbbfd6080bp-31, 0x1.62a88613629b6p+678, 0x1.62e42fefa39efp+9, 0x1.62e42fefa39fp+9, -0x1.6232bdd7abcd2p+9,
    -0x1.74385446d71c3p+9, -0x1.74910d52d3051p+9, 0x1p-55, -0x1p-55, 0x1p-54, 0x1p60, 0x1.fffffffffffffp59, 0x1p53,
};

static double sample(uint64_t *state, size_t i)
{
    const double ln2 = 0.69314718055994530942;
    if (i < sizeof special / sizeof *special) {
        return special[i];
    }
    const double sign = random_bits(state) & 1 ? 1.0 : -1.0;
    switch (i % 8) {
    case 0: return between(state, -760.0, 760.0);
    case 1: return between(state, -25.0, 25.0);
    case 2: return between(state, -1.0, 2.0);
    case 3: { /* any bits */
        const uint64_t bits = random_bits(state);
        double x;
        memcpy(&x, &bits, sizeof x);
        return x;
    }
    case 4: return near(state, ((double)(int64_t)(random_bits(state) % 2200) - 1100.0 + 0.5) * ln2); /* exp: n changes */
    case 5: return near(state, ldexp(0.70710678118654752440, (int)(random_bits(state) % 60) - 20)); /* log: k changes */
    case 6: return sign * near(state, (random_bits(state) & 1 ? 0.55 : 0.27) + (random_bits(state) & 1 ? 0.0 : 1e-9));
    default: { /* towards 0, and 1 from both sides */
        const double tiny = sign * ldexp(between(state, 1.0, 2.0), -(int)(random_bits(state) % 70));
        return random_bits(state) & 1 ? tiny : 1.0 + tiny;
    }
    }
}

static void exact_values(const row *r, size_t n, const double *x, long double *want)
{
    mpfr_t in, result;
    mpfr_init2(in, 53);
    mpfr_init2(result, PRECISION);
    for (size_t i = 0; i < n; i++) {
        mpfr_set_d(in, x[i], MPFR_RNDN);
        r->reference(result, in);
        want[i] = mpfr_get_ld(result, MPFR_RNDN);
    }
    mpfr_clear(in);
    mpfr_clear(result);
}

/* Returns whether row r of a level keeps its bound. */
static int check_level(const row *r, aevb_level level, int test, size_t n, const double *x, const long double *want,
                       double *y)
{
    function f;
    memcpy(&f, (const char *)aevb_kern_f64_table(level) + r->at, sizeof f);
    f(n, x, y);
    double worst = 0.0;
    size_t where = 0;
    for (size_t i = 0; i < n; i++) {
        const double error = ulps(64, y[i], want[i]);
        if (error > worst) {
            worst = error;
            where = i;
        }
    }
    printf("%s %d - %s %s f64: %zu inputs, at most %.4f ulp of %g: %s(%a) = %a, exactly %La\n",
           worst <= r->bound ? "ok" : "not ok", test, r->name, aevb_level_name(level), n, worst, r->bound, r->name,
           x[where], y[where], want[where]);
    return worst <= r->bound;
}

int main(int argc, char **argv)
{
    const size_t n = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 400000;
    double *x = malloc((n + 1) * sizeof *x), *y = malloc((n + 1) * sizeof *y);
    long double *want = malloc((n + 1) * sizeof *want);
    int tests = 0, failed = 0;
    if (n == 0 || x == NULL || y == NULL || want == NULL) {
        fputs("elementary_f64: no samples, or no memory for them\n", stderr);
        return 2;
    }
    uint64_t state = 1;
    for (size_t i = 0; i < n; i++) {
        x[i] = sample(&state, i);
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        exact_values(&rows[i], n, x, want);
        for (int level = 0; level < AEVB_LEVEL_COUNT; level++) {
            if (aevb_level_supported((aevb_level)level)) {
                failed += !check_level(&rows[i], (aevb_level)level, ++tests, n, x, want, y);
            }
        }
        fflush(stdout);
    }
    printf("1..%d\n", tests);
    free(x);
    free(y);
    free(want);
    return failed != 0;
}

#endif
