/* SPDX-License-Identifier: GPL-3.0-or-later
 * Comparing an analytic derivative with GSL's adaptive central difference and its own error estimate.
 *
 * |analytic - numeric| must stay within 10 times GSL's estimate plus the rounding of the function value itself over
 * the step. A comparison is `resolved` when that bound is below 1 % of the analytic value: then a wrong sign, a
 * missing half or a dropped term cannot pass. Callers demand that nearly all of their comparisons are resolved. */
#ifndef DERIV_CHECK_H
#define DERIV_CHECK_H

#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_deriv.h>
#include <math.h>

typedef struct deriv_count {
    size_t checked, resolved, zero;
} deriv_count;


typedef struct deriv_probe {
    double (*f)(void *);
    void *context;
    double *place;
} deriv_probe;

static inline double deriv_at(double x, void *probe)
{
    deriv_probe *p = probe;
    *p->place = x;
    return p->f(p->context);
}

/* f must read *place, which is moved and put back. */
static inline void deriv_check(deriv_count *count, double (*f)(void *), void *context, double *place,
                               double analytic, const char *what, size_t index)
{
    deriv_probe probe = {f, context, place};
    const double x = *place, h = 1e-4 * fmax(1.0, fabs(x));
    double numeric, error;
    gsl_deriv_central(&(gsl_function){.function = deriv_at, .params = &probe}, x, h, &numeric, &error);
    *place = x;
    const double bound = 10.0 * error + 16.0 * DBL_EPSILON * fabs(f(context)) / h;
    cr_expect(fabs(analytic - numeric) <= bound, "%s[%zu]: analytic %.17g, numeric %.17g, bound %g", what, index,
              analytic, numeric, bound);
    count->checked++;
    if (analytic == 0.0 && fabs(numeric) <= bound)
        count->zero++;
    else if (bound < 0.01 * fabs(analytic))
        count->resolved++;
}

/* At least 95 % of the comparisons that are not exactly zero must have been resolved, and some at all. */
static inline void deriv_conclude(const deriv_count *count, const char *what)
{
    cr_expect_gt(count->resolved, 0, "%s: nothing was resolved", what);
    cr_expect(20 * count->resolved >= 19 * (count->checked - count->zero), "%s: only %zu of %zu resolved (%zu zero)",
              what, count->resolved, count->checked, count->zero);
}

#endif
