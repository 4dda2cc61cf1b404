/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: elementary functions and activations. The elementary functions are held to long double (80 bits on x86,
 * 113 on aarch64) and timed against what src/ref uses, libm in float64. */
#include "checkkern.h"

#include <math.h>
#include <stdlib.h>
#include "ref/ref.h"

static long double sigmoid_long(long double a)
{
    const long double e = expl(-fabsl(a));
    return (a < 0.0L ? e : 1.0L) / (1.0L + e);
}

static long double softplus_long(long double a)
{
    return (a > 0.0L ? a : isnan(a) ? a : 0.0L) + log1pl(expl(-fabsl(a)));
}

/* WIDE arguments of exp and its relatives cover all of their range and some more. */
static buf *argument(check *c, double lo, double hi)
{
    return c->kind == WIDE ? in_range(c, c->n, lo, hi) : in_extreme(c, c->n);
}

static void compare(check *c, const buf *x, const buf *y, long double (*f)(long double))
{
    for (size_t i = 0; i < c->n; i++) {
        expect_ulp(c, "y", i, at(y, i), f((long double)x->v[i]), c->bound);
    }
}

static void reference(check *c, const buf *x, double (*f)(double))
{
    double *y = zeros(c->n);
    REF(c, for (size_t i = 0; i < c->n; i++) { y[i] = f(x->v[i]); });
    free(y);
}

static double exp_reach(const check *c)
{
    return c->bits == 32 ? 110.0 : 760.0;
}

/* And in place. */
#define ELEMENTARY(name, argument, in_double, exact) \
    void check_##name(check *c) \
    { \
        buf *x = argument, *y = out(c, c->n), *place = inout_values(c, c->n, x->v); \
        KERN(c, name, (c->n, x->p, y->p)); \
        reference(c, x, in_double); \
        compare(c, x, y, exact); \
        if (!c->bench) { \
            KERN(c, name, (c->n, place->p, place->p)); \
            expect_same(c, "y in place", place, y); \
        } \
    }

ELEMENTARY(exp, argument(c, -exp_reach(c), exp_reach(c)), exp, expl)
ELEMENTARY(expm1, argument(c, -exp_reach(c), exp_reach(c)), expm1, expm1l)
ELEMENTARY(log, in_extreme(c, c->n), log, logl)
ELEMENTARY(log1p, in_extreme(c, c->n), log1p, log1pl)
ELEMENTARY(tanh, argument(c, -25.0, 25.0), tanh, tanhl)
ELEMENTARY(sigmoid, argument(c, -exp_reach(c), exp_reach(c)), aevb_ref_sigmoid, sigmoid_long)
ELEMENTARY(softplus, argument(c, -exp_reach(c), exp_reach(c)), aevb_ref_softplus, softplus_long)

/* Every activation, of which tanh is timed. */
static int first(const check *c)
{
    return c->bench ? AEVB_TANH : AEVB_IDENTITY;
}

static int last(const check *c)
{
    return c->bench ? AEVB_TANH : AEVB_SOFTPLUS;
}

/* [ACT.1]..[ACT.5] The functions themselves are held to long double here too: libm's error would add to the bound. */
void check_activation(check *c)
{
    static const char *const names[] = { "identity", "relu", "tanh", "sigmoid", "softplus" };
    static long double (*const exact[])(long double) = { NULL, NULL, tanhl, sigmoid_long, softplus_long };
    double *want = zeros(c->n);
    for (int f = first(c); f <= last(c); f++) {
        buf *a = in_extreme(c, c->n), *h = out(c, c->n), *place = inout_values(c, c->n, a->v);
        KERN(c, activation, (f, c->n, a->p, h->p));
        REF(c, aevb_ref_activation((aevb_activation)f, c->n, a->v, want));
        for (size_t i = 0; i < c->n; i++) {
            if (exact[f] == NULL) {
                expect_exact(c, names[f], i, at(h, i), want[i]);
            } else {
                expect_ulp(c, names[f], i, at(h, i), exact[f]((long double)a->v[i]), c->bound);
            }
        }
        if (!c->bench) {
            KERN(c, activation, (f, c->n, place->p, place->p));
            expect_same(c, "h in place", place, h);
        }
    }
    free(want);
}

/* The derivative comes from h alone, and h is the kernel's own. For softplus the error of h (its bound in ulp, twice
 * that in u, of a number not below the normal ones) moves the slope by as much, since |f''| <= 1 and |h f''| <= f'. */
void check_activation_backward(check *c)
{
    const size_t n = c->n;
    for (int f = first(c); f <= last(c); f++) {
        buf *a = in_any(c, n), *dh = in_any(c, n), *h = out(c, n), *da = out(c, n);
        buf *place = inout_values(c, n, dh->v);
        double *ha = zeros(n), *want = zeros(n);
        KERN(c, activation, (f, n, a->p, h->p));
        for (size_t i = 0; i < n; i++) {
            ha[i] = at(h, i);
        }
        c->kern_seconds = INFINITY; /* the one above is not what is timed */
        KERN(c, activation_backward, (f, n, h->p, dh->p, da->p));
        REF(c, aevb_ref_activation_backward((aevb_activation)f, n, a->v, ha, dh->v, want));
        c->integers_exact = f == AEVB_IDENTITY || f == AEVB_RELU;
        for (size_t i = 0; i < n && !c->bench; i++) {
            const double slope = f == AEVB_SOFTPLUS ? aevb_ref_sigmoid(a->v[i]) + smallest_normal(c) : 1.0;
            expect_gamma(c, "da", i, at(da, i), want[i], fabs(dh->v[i]) * slope, 0.0, 0.0);
        }
        if (!c->bench) {
            KERN(c, activation_backward, (f, n, h->p, place->p, place->p));
            expect_same(c, "da in place", place, da);
        }
        free(ha);
        free(want);
        end_case(c);
    }
}
