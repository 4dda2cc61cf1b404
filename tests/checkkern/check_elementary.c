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

void check_exp(check *c)
{
    buf *x = argument(c, -exp_reach(c), exp_reach(c)), *y = out(c, c->n);
    KERN(c, exp, (c->n, x->p, y->p));
    reference(c, x, exp);
    compare(c, x, y, expl);
}

void check_expm1(check *c)
{
    buf *x = argument(c, -exp_reach(c), exp_reach(c)), *y = out(c, c->n);
    KERN(c, expm1, (c->n, x->p, y->p));
    reference(c, x, expm1);
    compare(c, x, y, expm1l);
}

void check_log(check *c)
{
    buf *x = in_extreme(c, c->n), *y = out(c, c->n);
    KERN(c, log, (c->n, x->p, y->p));
    reference(c, x, log);
    compare(c, x, y, logl);
}

void check_log1p(check *c)
{
    buf *x = in_extreme(c, c->n), *y = out(c, c->n);
    KERN(c, log1p, (c->n, x->p, y->p));
    reference(c, x, log1p);
    compare(c, x, y, log1pl);
}

void check_tanh(check *c)
{
    buf *x = argument(c, -25.0, 25.0), *y = out(c, c->n);
    KERN(c, tanh, (c->n, x->p, y->p));
    reference(c, x, tanh);
    compare(c, x, y, tanhl);
}

void check_sigmoid(check *c)
{
    buf *x = argument(c, -exp_reach(c), exp_reach(c)), *y = out(c, c->n);
    KERN(c, sigmoid, (c->n, x->p, y->p));
    reference(c, x, aevb_ref_sigmoid);
    compare(c, x, y, sigmoid_long);
}

void check_softplus(check *c)
{
    buf *x = argument(c, -exp_reach(c), exp_reach(c)), *y = out(c, c->n);
    KERN(c, softplus, (c->n, x->p, y->p));
    reference(c, x, aevb_ref_softplus);
    compare(c, x, y, softplus_long);
}

/* Every activation, of which tanh is timed. */
static int first(const check *c)
{
    return c->bench ? AEVB_TANH : AEVB_IDENTITY;
}

static int last(const check *c)
{
    return c->bench ? AEVB_TANH : AEVB_SOFTPLUS;
}

/* [ACT.1]..[ACT.5] In float64 the reference's own error is allowed for: libm's functions are within 2 ulp and the
 * forms built on them round twice more. */
void check_activation(check *c)
{
    const double bound = c->bound + (c->bits == 64 ? 4.0 : 0.0);
    double *want = zeros(c->n);
    for (int f = first(c); f <= last(c); f++) {
        buf *a = in_extreme(c, c->n), *h = out(c, c->n);
        KERN(c, activation, (f, c->n, a->p, h->p));
        REF(c, aevb_ref_activation((aevb_activation)f, c->n, a->v, want));
        for (size_t i = 0; i < c->n; i++) {
            if (f == AEVB_IDENTITY || f == AEVB_RELU) {
                expect_exact(c, f == AEVB_RELU ? "relu" : "identity", i, at(h, i), want[i]);
            } else {
                expect_ulp(c, f == AEVB_TANH ? "tanh" : f == AEVB_SIGMOID ? "sigmoid" : "softplus", i, at(h, i),
                           (long double)want[i], bound);
            }
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
        free(ha);
        free(want);
        end_case(c);
    }
}
