/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: likelihoods and their gradients. */
#include "checkkern.h"

#include <math.h>
#include <stdlib.h>
#include "ref/ref.h"

#define LOG_2PI 1.8378770664093454836

enum { B = 2, MAX_ROWS = B * MAX_SAMPLES };

/* What a condition needs to allow for n of what is not followed: the kernels end sigmoid and softplus below exp(-87) in
 * float32, exp(-708) in float64. */
static double unfollowed(const check *c, double n)
{
    const int single = c->bits == 32;
    return n * (single ? 0x1p-125 : 0x1p-1020) / gamma_of(single ? 0x1p-24 : 0x1p-53, c->bound);
}

/* Sum over a row of |x a| + softplus(a). */
static double bernoulli_condition(const check *c, size_t X, size_t K, size_t r, const buf *x, const buf *a)
{
    double sum = unfollowed(c, (double)X);
    for (size_t i = 0; i < X; i++) {
        const double logit = a->v[r * X + i];
        sum += fabs(x->v[r / K * X + i] * logit) + aevb_ref_softplus(logit);
    }
    return sum;
}

/* [BERN.1] [GREY.1] */
void check_bernoulli(check *c)
{
    const size_t X = c->n, K = samples(c, 2), rows = B * K;
    buf *x = in_unit(c, B * X), *a = in_any(c, rows * X), *logpx = out_doubles(c, rows);
    double want[MAX_ROWS];
    KERN(c, bernoulli, (rows, K, X, x->p, a->p, logpx->p));
    REF(c, aevb_ref_bernoulli(B, K, X, x->v, a->v, want));
    c->items = (double)(rows * X);
    for (size_t r = 0; r < rows; r++) {
        expect_gamma(c, "logpx", r, at(logpx, r), want[r], bernoulli_condition(c, X, K, r, x, a), 4.0, (double)X);
    }
}

/* [BERN.2] [GREY.2] The terms of the gradient are dlogpx x and dlogpx sigmoid(a). */
void check_bernoulli_grad(check *c)
{
    const size_t X = c->n, K = samples(c, 2), rows = B * K;
    buf *x = in_unit(c, B * X), *a = in_any(c, rows * X), *adjoint = in_doubles(c, rows, -4.0, 4.0);
    buf *logpx = out_doubles(c, rows), *da = out(c, rows * X), *again = out_doubles(c, rows);
    buf *place = inout_values(c, rows * X, a->v);
    double want[MAX_ROWS], *want_da = zeros(rows * X);
    KERN(c, bernoulli_grad, (rows, K, X, x->p, a->p, adjoint->p, logpx->p, da->p));
    REF(c, aevb_ref_bernoulli(B, K, X, x->v, a->v, want);
        aevb_ref_bernoulli_backward(B, K, X, x->v, a->v, adjoint->v, want_da));
    c->items = (double)(rows * X);
    for (size_t r = 0; r < rows && !c->bench; r++) {
        expect_gamma(c, "logpx", r, at(logpx, r), want[r], bernoulli_condition(c, X, K, r, x, a), 4.0, (double)X);
        for (size_t i = 0; i < X; i++) {
            const size_t at_i = r * X + i;
            const double condition = fabs(adjoint->v[r]) * (x->v[r / K * X + i] + aevb_ref_sigmoid(a->v[at_i]));
            expect_gamma(c, "da", at_i, at(da, at_i), want_da[at_i],
                         condition + unfollowed(c, fabs(adjoint->v[r])), 0.0, 0.0);
        }
    }
    if (!c->bench) {
        KERN(c, bernoulli_grad, (rows, K, X, x->p, place->p, adjoint->p, again->p, place->p));
        expect_same(c, "logpx in place", again, logpx);
        expect_same(c, "da in place", place, da);
    }
    free(want_da);
}

/* Is a factor of a Gaussian term out of the kernel's range? Then its terms have no bound. */
static int gaussian_skipped(const check *c, double x, double mean, double logvar)
{
    const double d = x - mean, precision = exp(-logvar);
    return out_of_range(c, d) || out_of_range(c, d * d) || out_of_range(c, precision) || out_of_range(c, d * precision)
        || (d != 0.0 && d * d == 0.0) || (isfinite(logvar) && (precision == 0.0 || isinf(precision)));
}

/* Sum of the absolute values of a row's terms; returns 0 when one of them is skipped. */
static int gaussian_condition(const check *c, size_t X, size_t K, size_t r, const buf *x, const buf *mean,
                              const buf *logvar, double *sum)
{
    *sum = 0.0;
    for (size_t i = 0; i < X; i++) {
        const double xi = x->v[r / K * X + i], m = mean->v[r * X + i], v = logvar->v[r * X + i];
        const double d = fabs(xi) + fabs(m);
        if (gaussian_skipped(c, xi, m, v)) {
            return 0;
        }
        *sum += 0.5 * (LOG_2PI + fabs(v) + d * d * exp(-v));
    }
    return 1;
}

/* [GAUSS.1] */
void check_gaussian(check *c)
{
    const size_t X = c->n, K = samples(c, 2), rows = B * K;
    buf *x = in_any(c, B * X), *mean = in_any(c, rows * X), *logvar = in_exponent(c, rows * X);
    buf *logpx = out_doubles(c, rows);
    double want[MAX_ROWS];
    KERN(c, gaussian, (rows, K, X, x->p, mean->p, logvar->p, logpx->p));
    REF(c, aevb_ref_gaussian(B, K, X, x->v, mean->v, logvar->v, want));
    c->items = (double)(rows * X);
    for (size_t r = 0; r < rows; r++) {
        double condition;
        if (gaussian_condition(c, X, K, r, x, mean, logvar, &condition)) {
            expect_gamma(c, "logpx", r, at(logpx, r), want[r], condition, 4.0, (double)X);
        }
    }
}

/* [GAUSS.2] */
void check_gaussian_grad(check *c)
{
    const size_t X = c->n, K = samples(c, 2), rows = B * K;
    buf *x = in_any(c, B * X), *mean = in_any(c, rows * X), *logvar = in_exponent(c, rows * X);
    buf *adjoint = in_doubles(c, rows, -4.0, 4.0), *logpx = out_doubles(c, rows);
    buf *dmean = out(c, rows * X), *dlogvar = out(c, rows * X), *again = out_doubles(c, rows);
    buf *place_m = inout_values(c, rows * X, mean->v), *place_v = inout_values(c, rows * X, logvar->v);
    double want[MAX_ROWS], *want_mean = zeros(rows * X), *want_logvar = zeros(rows * X);
    KERN(c, gaussian_grad, (rows, K, X, x->p, mean->p, logvar->p, adjoint->p, logpx->p, dmean->p, dlogvar->p));
    REF(c, aevb_ref_gaussian(B, K, X, x->v, mean->v, logvar->v, want);
        aevb_ref_gaussian_backward(B, K, X, x->v, mean->v, logvar->v, adjoint->v, want_mean, want_logvar));
    c->items = (double)(rows * X);
    for (size_t r = 0; r < rows && !c->bench; r++) {
        const double s = fabs(adjoint->v[r]);
        double sum;
        if (gaussian_condition(c, X, K, r, x, mean, logvar, &sum)) {
            expect_gamma(c, "logpx", r, at(logpx, r), want[r], sum, 4.0, (double)X);
        }
        for (size_t i = 0; i < X; i++) {
            const size_t k = r * X + i;
            const double xi = x->v[r / K * X + i], m = mean->v[k], v = logvar->v[k];
            const double d = fabs(xi) + fabs(m), precision = exp(-v);
            if (!gaussian_skipped(c, xi, m, v)) {
                expect_gamma(c, "dmean", k, at(dmean, k), want_mean[k], s * d * precision, 0.0, 0.0);
                expect_gamma(c, "dlogvar", k, at(dlogvar, k), want_logvar[k], s * 0.5 * (d * d * precision + 1.0),
                             0.0, 0.0);
            }
        }
    }
    if (!c->bench) {
        KERN(c, gaussian_grad, (rows, K, X, x->p, place_m->p, place_v->p, adjoint->p, again->p, place_m->p, place_v->p));
        expect_same(c, "logpx in place", again, logpx);
        expect_same(c, "dmean in place", place_m, dmean);
        expect_same(c, "dlogvar in place", place_v, dlogvar);
    }
    free(want_mean);
    free(want_logvar);
}

/* A power of two, so that its inverse is exact, and its logarithm without libm (for the hashes). */
static double a_variance(check *c, double *constant)
{
    const int exponent = (int)random_below(c, 9) - 4;
    *constant = LOG_2PI + 0.69314718055994530942 * exponent;
    return ldexp(1.0, exponent);
}

static double fixed_condition(size_t X, size_t K, size_t r, const buf *x, const buf *mean, double variance)
{
    double sum = 0.0;
    for (size_t i = 0; i < X; i++) {
        const double d = fabs(x->v[r / K * X + i]) + fabs(mean->v[r * X + i]);
        sum += 0.5 * (LOG_2PI + fabs(log(variance)) + d * d / variance);
    }
    return sum;
}

/* [GFIX.1] */
void check_gaussian_fixed(check *c)
{
    const size_t X = c->n, K = samples(c, 2), rows = B * K;
    double constant;
    const double variance = a_variance(c, &constant);
    buf *x = in_any(c, B * X), *mean = in_any(c, rows * X), *logpx = out_doubles(c, rows);
    double want[MAX_ROWS];
    KERN(c, gaussian_fixed, (rows, K, X, x->p, mean->p, 1.0 / variance, constant, logpx->p));
    REF(c, aevb_ref_gaussian_fixed(B, K, X, x->v, mean->v, variance, want));
    c->items = (double)(rows * X);
    for (size_t r = 0; r < rows; r++) {
        expect_gamma(c, "logpx", r, at(logpx, r), want[r], fixed_condition(X, K, r, x, mean, variance), 4.0, (double)X);
    }
}

/* [GFIX.2] */
void check_gaussian_fixed_grad(check *c)
{
    const size_t X = c->n, K = samples(c, 2), rows = B * K;
    double constant;
    const double variance = a_variance(c, &constant);
    buf *x = in_any(c, B * X), *mean = in_any(c, rows * X), *adjoint = in_doubles(c, rows, -4.0, 4.0);
    buf *logpx = out_doubles(c, rows), *dmean = out(c, rows * X), *again = out_doubles(c, rows);
    buf *place = inout_values(c, rows * X, mean->v);
    double want[MAX_ROWS], *want_mean = zeros(rows * X);
    KERN(c, gaussian_fixed_grad, (rows, K, X, x->p, mean->p, 1.0 / variance, constant, adjoint->p,
                                  logpx->p, dmean->p));
    REF(c, aevb_ref_gaussian_fixed(B, K, X, x->v, mean->v, variance, want);
        aevb_ref_gaussian_fixed_backward(B, K, X, x->v, mean->v, variance, adjoint->v, want_mean));
    c->items = (double)(rows * X);
    for (size_t r = 0; r < rows && !c->bench; r++) {
        c->integers_exact = 0;
        expect_gamma(c, "logpx", r, at(logpx, r), want[r], fixed_condition(X, K, r, x, mean, variance), 4.0, (double)X);
        c->integers_exact = 1;
        for (size_t i = 0; i < X; i++) {
            const double d = fabs(x->v[r / K * X + i]) + fabs(mean->v[r * X + i]);
            expect_gamma(c, "dmean", r * X + i, at(dmean, r * X + i), want_mean[r * X + i],
                         fabs(adjoint->v[r]) * d / variance, 0.0, 0.0);
        }
    }
    if (!c->bench) {
        KERN(c, gaussian_fixed_grad, (rows, K, X, x->p, place->p, 1.0 / variance, constant, adjoint->p,
                                      again->p, place->p));
        expect_same(c, "logpx in place", again, logpx);
        expect_same(c, "dmean in place", place, dmean);
    }
    free(want_mean);
}
