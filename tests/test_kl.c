/* SPDX-License-Identifier: GPL-3.0-or-later
 * The analytic KL divergence against quadrature, Monte Carlo, exact values and its own laws. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_integration.h>
#include <math.h>

#include "aevb/rng.h"
#include "deriv_check.h"
#include "ref/ref.h"

static double kl1(double mu, double logvar)
{
    double kl;
    aevb_ref_kl(1, 1, &mu, &logvar, &kl);
    return kl;
}

typedef struct gaussian {
    double mu, logvar;
} gaussian;

/* log q - log p at z = mu + sigma e, times the density of e. */
static double integrand(double e, void *context)
{
    const gaussian *q = context;
    const double z = q->mu + exp(0.5 * q->logvar) * e;
    return exp(-0.5 * e * e) / sqrt(2.0 * M_PI) * 0.5 * (z * z - e * e - q->logvar);
}

/* [KL.1] */
Test(kl, equals_quadrature)
{
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
    static const double mus[] = {-3.0, -0.5, 0.0, 1.25}, logvars[] = {-6.0, -0.6, -0.4, 0.0, 0.3, 1.0, 3.0};
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 7; j++) {
            gaussian q = {mus[i], logvars[j]};
            double value, error;
            gsl_integration_qagi(&(gsl_function){integrand, &q}, 1e-13, 1e-11, 1000, workspace, &value, &error);
            const double kl = kl1(q.mu, q.logvar);
            cr_expect_lt(error, 1e-8 * (1.0 + kl));
            cr_expect(fabs(kl - value) <= error + 16.0 * DBL_EPSILON, "mu %g logvar %g: %.17g, quadrature %.17g",
                      q.mu, q.logvar, kl, value);
        }
    gsl_integration_workspace_free(workspace);
}

/* [KL.1] [LOGQ.1] [PRIOR.1] The mean of log q - log p over samples, within 5 standard errors (false alarms 6e-7 per
 * case). */
Test(kl, equals_monte_carlo)
{
    enum { N = 50000 };
    static double eps[N], z[N], logq[N], logpz[N];
    static const gaussian cases[] = {{0.0, 0.0}, {1.0, -1.0}, {-2.0, 0.7}, {0.3, -4.0}};
    for (size_t c = 0; c < 4; c++) {
        aevb_normal_fill(1, aevb_stream(AEVB_STREAM_TEST, c), 0, N, eps);
        aevb_ref_reparam(1, N, 1, &cases[c].mu, &cases[c].logvar, eps, z);
        aevb_ref_logq(1, N, 1, &cases[c].logvar, eps, logq);
        aevb_ref_logpz(N, 1, z, logpz);
        double mean = 0.0, square = 0.0;
        for (size_t i = 0; i < N; i++)
            mean += (logq[i] - logpz[i]) / N;
        for (size_t i = 0; i < N; i++)
            square += pow(logq[i] - logpz[i] - mean, 2) / (N - 1.0);
        cr_expect(fabs(mean - kl1(cases[c].mu, cases[c].logvar)) <= 5.0 * sqrt(square / N) + 4.0 * DBL_EPSILON,
                  "case %zu: %g vs %g", c, mean, kl1(cases[c].mu, cases[c].logvar));
    }
}

/* [KL.1] Never negative, and exactly zero at the prior only. */
Test(kl, is_not_negative_and_zero_exactly_at_the_prior)
{
    cr_expect_eq(kl1(0.0, 0.0), 0.0);
    for (int i = -4000; i <= 4000; i++) {
        const double logvar = i * 0.005 + 1e-9 * i;
        cr_expect_geq(kl1(0.0, logvar), 0.0);
        if (i != 0)
            cr_expect_gt(kl1(0.0, logvar), 0.0, "logvar %g", logvar);
    }
    cr_expect_gt(kl1(1e-150, 0.0), 0.0);
    cr_expect_gt(kl1(0.0, 1e-150), 0.0);
}

/* [KL.1] No cancellation near 0: relative error at most 4 ulp against the series in long double, whose next term is
 * below 2^-80 of the sum for |v| <= 1e-2. */
Test(kl, keeps_its_digits_near_zero)
{
    for (int i = -200; i <= 200; i++) {
        if (i == 0)
            continue;
        const double v = copysign(pow(10.0, -2.0 - fabs((double)i) * 0.07), i);
        long double sum = 0.0L;
        for (int n = 12; n >= 2; n--)
            sum = (sum + 1.0L) * (long double)v / n;
        const long double expected = 0.5L * sum * (long double)v;
        cr_expect(fabsl((long double)kl1(0.0, v) - expected) <= 4.0L * DBL_EPSILON * expected,
                  "logvar %g: %.17g vs %.17Lg",
                  v, kl1(0.0, v), expected);
    }
}

/* [KL.1] Where the series hands over to expm1 (|v| = 1/2) and beyond, against long double. */
Test(kl, is_accurate_everywhere)
{
    for (int i = -3000; i <= 3000; i++) {
        const double v = i * 0.01, mu = 0.001 * i;
        const long double tail = fabs(v) < 0.05 ? 0.0L : expm1l((long double)v) - (long double)v;
        if (fabs(v) < 0.05)
            continue;
        const long double expected = 0.5L * ((long double)mu * mu + tail);
        /* expm1 and the subtraction are off by at most 2 u (|expm1 v| + |v|); then two roundings. */
        const long double bound = DBL_EPSILON * (fabsl(expm1l(v)) + fabsl((long double)v) + 2.0L * expected);
        cr_expect(fabsl((long double)kl1(mu, v) - expected) <= bound, "mu %g logvar %g", mu, v);
    }
}

/* [KL.1] Extremes stay what mathematics says: overflow to infinity only where exp(logvar) overflows; NaN stays. */
Test(kl, extremes)
{
    cr_expect_eq(kl1(0.0, -745.0), 0.5 * (expm1(-745.0) + 745.0));
    cr_expect(isfinite(kl1(0.0, 709.0)));
    cr_expect_eq(kl1(0.0, 745.0), INFINITY);
    cr_expect(isnan(kl1(NAN, 0.0)) && isnan(kl1(0.0, NAN)));
}

static double kl_of(void *context)
{
    const gaussian *q = context;
    return kl1(q->mu, q->logvar);
}

/* [KL.2] */
Test(kl, gradient)
{
    deriv_count count = {0};
    for (size_t i = 0; i < 200; i++) {
        gaussian q = {2.0 * aevb_normal(3, 0, i), 2.0 * aevb_normal(3, 1, i)};
        const double dkl = 1.0;
        double dmu = 0.0, dlogvar = 0.0;
        aevb_ref_kl_backward(1, 1, &q.mu, &q.logvar, &dkl, &dmu, &dlogvar);
        deriv_check(&count, kl_of, &q, &q.mu, dmu, "dmu", i);
        deriv_check(&count, kl_of, &q, &q.logvar, dlogvar, "dlogvar", i);
    }
    deriv_conclude(&count, "KL gradient");
}
