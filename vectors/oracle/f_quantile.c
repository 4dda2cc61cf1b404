/* SPDX-License-Identifier: GPL-3.0-or-later
 * [RNG.3] The quantile of the normal distribution, proved: Phi is increasing, so x is enclosed by two points at which
 * Phi(x) - u has different signs. */
#include "formulas.h"

#ifdef HAVE_ARB_H
# include <arb_hypgeom.h>
#else
# include <flint/arb_hypgeom.h>
#endif
#include <math.h>

#include "oracle.h"

/* What an evaluation of AS241 in float64 may be wrong by, in units of u |x|. Two Horner polynomials of degree 7 whose
 * coefficients are all positive, on an argument r >= 0 (the centre) or small against the constant term (the tails):
 * 2 * 14 roundings; 4 for r itself and what follows from them, logarithm and root 5, two products and quotients 2;
 * the author's own error of 1e-16 is 1. */
enum { AS241_ROUNDINGS = 28 + 4 + 5 + 2 + 1 };

/* Phi(x) - u = erfc(-x / sqrt 2) / 2 - u */
static void excess(arb_t r, const arb_t x, const arb_t u)
{
    arb_t root;
    arb_init(root);
    arb_sqrt_ui(root, 2, num_prec);
    arb_div(r, x, root, num_prec);
    arb_neg(r, r);
    arb_hypgeom_erfc(r, r, num_prec);
    arb_mul_2exp_si(r, r, -1);
    arb_sub(r, r, u, num_prec);
    arb_clear(root);
}

/* A point x +- 2^-bits |x| on either side. */
static int sign_at(const arb_t x, int side, slong bits, const arb_t u)
{
    arb_t point, e;
    arb_init(point);
    arb_init(e);
    arb_mul_2exp_si(e, x, -bits);
    arb_abs(e, e);
    if (side > 0)
        arb_add(point, x, e, num_prec);
    else
        arb_sub(point, x, e, num_prec);
    mag_zero(arb_radref(point));
    excess(e, point, u);
    int sign = arb_is_positive(e) ? 1 : arb_is_negative(e) ? -1 : 0;
    arb_clear(point);
    arb_clear(e);
    return sign;
}

/* Newton's iteration on midpoints: what it yields is only a candidate. */
static void newton(arb_t x, const arb_t u)
{
    arb_t f, density;
    arb_init(f);
    arb_init(density);
    for (int i = 0; i < 200; i++) {
        excess(f, x, u);
        arb_sqr(density, x, num_prec);
        arb_mul_2exp_si(density, density, -1);
        arb_neg(density, density);
        arb_exp(density, density, num_prec);
        arb_div(f, f, density, num_prec);
        arb_const_pi(density, num_prec);
        arb_mul_2exp_si(density, density, 1);
        arb_sqrt(density, density, num_prec);
        arb_mul(f, f, density, num_prec);
        mag_zero(arb_radref(f));
        arb_sub(x, x, f, num_prec);
        mag_zero(arb_radref(x));
        if (arf_cmpabs_2exp_si(arb_midref(f), -num_prec + 40) < 0)
            break;
    }
    arb_clear(f);
    arb_clear(density);
}

N f_normal_quantile(double u)
{
    if (isnan(u) || u < 0 || u > 1)
        return num_d(NAN);
    if (u == 0 || u == 1)
        return num_d(u == 0 ? -INFINITY : INFINITY);
    if (u == 0.5)
        return num_d(0);
    arb_t p, x;
    arb_init(p);
    arb_init(x);
    arb_set_d(p, u);
    /* A start on the convex side of the tail, from which Newton's steps do not overshoot. */
    double tail = u < 0.5 ? u : 1 - u, start = tail < 0.1 ? sqrt(-2 * log(tail)) - 1 : 0;
    arb_set_d(x, u < 0.5 ? -start : start);
    newton(x, p);
    slong bits = num_prec / 2;
    if (sign_at(x, -1, bits, p) >= 0 || sign_at(x, 1, bits, p) <= 0)
        oracle_refuse("no sign change about the quantile of %.17g", u);
    mag_t radius;
    mag_init(radius);
    arb_get_mag(radius, x);
    mag_mul_2exp_si(radius, radius, -bits + 1);
    arb_add_error_mag(x, radius);
    mag_clear(radius);
    N r = num_ball(x, AS241_ROUNDINGS * fabs(arf_get_d(arb_midref(x), ARF_RND_NEAR)), NULL);
    arb_clear(p);
    arb_clear(x);
    return r;
}
