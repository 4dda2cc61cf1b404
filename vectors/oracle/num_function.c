/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary functions on the oracle's numbers. An operand's error is multiplied by the derivative there. Where the
 * operand may be wrong by more than a sixteenth (absolute for the exponentials, relative for logarithm and root)
 * first order no longer holds: the bound becomes infinite, or that of the whole function where it saturates. */
#include "num.h"

#include <float.h>
#include <math.h>

enum { ELEMENTARY = 4, KINK_BITS = 250 };
int num_at_kink;

static const double unit[NUM_FORMATS] = {DBL_EPSILON / 2, FLT_EPSILON / 2};

/* Marks r as unbounded in every format in which a may be wrong by more than limit. */
static void demand(num *r, N a, double limit)
{
    for (int p = 0; p < NUM_FORMATS; p++)
        if (a->e * unit[p] + a->floor[p] > limit)
            r->floor[p] = INFINITY;
}

/* What an operand's error does to a saturating function: to first order where the operand is wrong by at most a
 * sixteenth, else its error times the largest derivative within reach, and at most the function's range. slope(t) is
 * that largest derivative at distance t from 0 (t >= 0), or from below for a function that saturates on one side. */
static void saturate(num *r, N a, double (*slope)(double at), int one_sided, double range)
{
    double at = num_approx(a);
    int first_order = 0;
    for (int p = 0; p < NUM_FORMATS; p++) {
        double wrong = unit[p] * a->e + a->floor[p];
        if (wrong <= 1.0 / 16) {
            if (a->floor[p] > 0)
                r->floor[p] += slope(at) * a->floor[p];
            first_order |= p == NUM_F64;
            continue;
        }
        double steepest = slope(one_sided ? at + wrong : fmax(fabs(at) - wrong, 0));
        r->floor[p] += fmin(steepest > 0 ? steepest * wrong : 0, range);
    }
    if (first_order && a->e > 0)
        r->e += slope(at) * a->e;
}

static double tanh_slope(double t)
{
    double c = cosh(t);
    return 1 / (c * c);
}

static double sigmoid_slope(double t)
{
    double c = cosh(t / 2);
    return 0.25 / (c * c);
}

static double softplus_slope(double t)
{
    return 1 / (1 + exp(-t));
}

N num_sqrt(N a)
{
    if (num_is_special(a))
        return num_special(sqrt(a->special));
    num *r = num_new();
    arb_sqrt(r->v, a->v, num_prec);
    double size = num_abs(r);
    if (a->e > 0 || a->floor[NUM_F32] > 0) {
        num_inherit(r, a, 0.5 / size);
        demand(r, a, num_abs(a) / 16);
    }
    return num_finish(r, 1);
}

N num_exp(N a)
{
    if (num_is_special(a))
        return num_special(exp(a->special));
    num *r = num_new();
    arb_exp(r->v, a->v, num_prec);
    num_inherit(r, a, num_abs(r));
    demand(r, a, 1.0 / 16);
    return num_finish(r, arb_is_zero(a->v) ? 0 : ELEMENTARY);
}

N num_expm1(N a)
{
    if (num_is_special(a))
        return num_special(expm1(a->special));
    num *r = num_new();
    arb_expm1(r->v, a->v, num_prec);
    num_inherit(r, a, exp(num_approx(a)));
    demand(r, a, 1.0 / 16);
    return num_finish(r, ELEMENTARY);
}

N num_log(N a)
{
    if (num_is_special(a))
        return num_special(log(a->special));
    num *r = num_new();
    arb_log(r->v, a->v, num_prec);
    double size = num_abs(a);
    num_inherit(r, a, 1 / size);
    demand(r, a, size / 16);
    return num_finish(r, ELEMENTARY);
}

N num_tanh(N a)
{
    if (num_is_special(a))
        return num_special(tanh(a->special));
    num *r = num_new();
    arb_tanh(r->v, a->v, num_prec);
    saturate(r, a, tanh_slope, 0, 2);
    return num_finish(r, ELEMENTARY);
}

/* 1 / (1 + exp(-a)): an exponential, a sum and a quotient. */
N num_sigmoid(N a)
{
    if (num_is_special(a))
        return num_special(1 / (1 + exp(-a->special)));
    num *r = num_new();
    arb_neg(r->v, a->v);
    arb_exp(r->v, r->v, num_prec);
    arb_add_ui(r->v, r->v, 1, num_prec);
    arb_inv(r->v, r->v, num_prec);
    saturate(r, a, sigmoid_slope, 0, 1);
    return num_finish(r, ELEMENTARY + 2);
}

/* max(a, 0) + log1p(exp(-|a|)): two elementary functions and a sum. */
N num_softplus(N a)
{
    if (num_is_special(a))
        return num_special(a->special > 0 || isnan(a->special) ? a->special : 0);
    num *r = num_new();
    /* a > 0: a + log1p(exp(-a)), so that 1 + exp(a) never takes more bits than there are. */
    int above = arb_is_positive(a->v);
    if (above)
        arb_neg(r->v, a->v);
    else
        arb_set(r->v, a->v);
    arb_exp(r->v, r->v, num_prec);
    arb_log1p(r->v, r->v, num_prec);
    if (above)
        arb_add(r->v, r->v, a->v, num_prec);
    saturate(r, a, softplus_slope, 1, INFINITY);
    return num_finish(r, 2 * ELEMENTARY + 1);
}

/* Whether a > 0; what comes out of an undecided comparison is no number. */
static int positive(num *r, N a)
{
    if (num_abs(a) < ldexp(1, -KINK_BITS))
        num_at_kink = 1;
    if (arb_contains_zero(a->v) && !arb_is_zero(a->v)) {
        arb_indeterminate(r->v);
        return -1;
    }
    return arb_is_positive(a->v);
}

N num_relu_step(N a)
{
    if (num_is_special(a))
        return num_special(isnan(a->special) ? a->special : a->special > 0);
    num *r = num_new();
    int sign = positive(r, a);
    if (sign >= 0)
        arb_set_si(r->v, sign);
    demand(r, a, num_abs(a) / 2);
    return r;
}

N num_relu(N a)
{
    if (num_is_special(a))
        return num_special(isnan(a->special) || a->special > 0 ? a->special : 0);
    num *r = num_new();
    int sign = positive(r, a);
    if (sign > 0) {
        arb_set(r->v, a->v);
        num_inherit(r, a, 1);
    } else if (sign == 0) {
        arb_zero(r->v);
        /* Rounding may lift the operand above 0, by as much as it is wrong. */
        for (int p = 0; p < NUM_FORMATS; p++)
            if (num_abs(a) <= 2 * (unit[p] * a->e + a->floor[p]))
                r->floor[p] += unit[p] * a->e + a->floor[p];
    }
    return r;
}

N num_pow_ui(N a, unsigned long n)
{
    num *r = num_new();
    arb_pow_ui(r->v, a->v, n, num_prec);
    double size = num_abs(a);
    num_inherit(r, a, (double)n * (size > 0 ? num_abs(r) / size : 0));
    return num_finish(r, ELEMENTARY);
}

N num_log_2pi(void)
{
    num *r = num_new();
    arb_const_pi(r->v, num_prec);
    arb_mul_2exp_si(r->v, r->v, 1);
    arb_log(r->v, r->v, num_prec);
    return num_finish(r, 1);
}
