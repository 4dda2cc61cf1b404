/* SPDX-License-Identifier: GPL-3.0-or-later
 * Likelihoods and log densities: normalisation, exact values, extremes, domains. Their gradients are in
 * test_gradients.c. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "aevb/rng.h"
#include "ref/ref.h"

/* [BERN.1] A distribution: the probabilities of all 2^X pictures sum to 1. Each of the 2^X terms is off by at most
 * (X + 4) u times the sum of the magnitudes in its exponent. */
Test(likelihood, bernoulli_is_normalised)
{
    enum { X = 10 };
    double a[X], sum = 0.0, size = 0.0;
    aevb_normal_fill(2, 0, 0, X, a);
    for (size_t i = 0; i < X; i++) {
        a[i] *= 3.0;
        size += fabs(a[i]) + aevb_ref_softplus(a[i]);
    }
    for (unsigned bits = 0; bits < 1u << X; bits++) {
        double x[X], logp;
        for (unsigned i = 0; i < X; i++)
            x[i] = bits >> i & 1u;
        aevb_ref_bernoulli(1, 1, X, x, a, &logp);
        sum += exp(logp);
    }
    cr_expect_lt(fabs(sum - 1.0), (X + 4) * size * DBL_EPSILON + (1u << X) * DBL_EPSILON);
}

/* [BERN.1] [BERN.2] Saturated logits cost what they must (never 0, never NaN): a wrong pixel at logit 1000 costs
 * 1000 nats. */
Test(likelihood, bernoulli_at_extremes)
{
    static const struct {
        double x, a, logp, da;
    } cases[] = {{1.0, 1000.0, 0.0, 0.0}, {0.0, 1000.0, -1000.0, -1.0}, {1.0, -1000.0, -1000.0, 1.0},
                 {0.0, -1000.0, 0.0, 0.0}, {1.0, 0.0, -M_LN2, 0.5}};
    for (size_t i = 0; i < 5; i++) {
        double logp, da = 0.0;
        const double one = 1.0;
        aevb_ref_bernoulli(1, 1, 1, &cases[i].x, &cases[i].a, &logp);
        aevb_ref_bernoulli_backward(1, 1, 1, &cases[i].x, &cases[i].a, &one, &da);
        cr_expect_eq(logp, cases[i].logp, "case %zu: %g", i, logp);
        cr_expect_eq(da, cases[i].da, "case %zu: %g", i, da);
    }
}

/* [GREY.1] [GREY.2] The cross-entropy's best logit is that of x, and its least cost is the entropy of x, not 0 (so it
 * is no likelihood of grey data). */
Test(likelihood, grey_is_smallest_at_its_own_entropy)
{
    for (int i = 1; i < 100; i++) {
        const double x = i / 100.0, a = log(x / (1.0 - x)), one = 1.0;
        double logp, da = 0.0;
        aevb_ref_bernoulli(1, 1, 1, &x, &a, &logp);
        aevb_ref_bernoulli_backward(1, 1, 1, &x, &a, &one, &da);
        const double entropy = -x * log(x) - (1.0 - x) * log1p(-x);
        cr_expect(fabs(-logp - entropy) <= 8.0 * DBL_EPSILON * (fabs(a) + 1.0), "x %g", x);
        cr_expect(fabs(da) <= 4.0 * DBL_EPSILON * (1.0 + fabs(a)));
    }
}

/* [CAT.1] A distribution: the probabilities of all C^P data sum to 1. As above, each of them is off by at most
 * (4 P + C) u times the sum of the magnitudes in its exponent. */
Test(likelihood, categorical_is_normalised)
{
    enum { P = 5, C = 4, X = P * C, ALL = 1024 };
    double a[X], sum = 0.0, size = 0.0;
    aevb_normal_fill(5, 0, 0, X, a);
    for (size_t i = 0; i < X; i++) {
        a[i] *= 3.0;
        size += 2.0 * fabs(a[i]) + 1.0;
    }
    for (unsigned number = 0; number < ALL; number++) {
        double x[X] = {0}, logp;
        for (unsigned p = 0; p < P; p++)
            x[p * C + (number >> 2 * p & 3)] = 1.0;
        aevb_ref_categorical(1, 1, X, C, x, a, &logp);
        sum += exp(logp);
    }
    cr_expect_lt(fabs(sum - 1.0), (4 * P + C) * size * DBL_EPSILON + ALL * DBL_EPSILON);
}

/* [CAT.1] [CAT.2] Logits that overflow exp, and an impossible class that is not asked for. */
Test(likelihood, categorical_at_extremes)
{
    static const struct {
        double a[3], logp, da[3];
    } cases[] = {{{1000.0, 0.0, -1000.0}, 0.0, {0.0, 0.0, 0.0}}, {{-1000.0, 0.0, -1000.0}, -1000.0, {1.0, -1.0, 0.0}},
                 {{0.0, 0.0, -INFINITY}, -M_LN2, {0.5, -0.5, 0.0}},
                 {{-INFINITY, 0.0, 0.0}, -INFINITY, {1.0, -0.5, -0.5}}};
    for (size_t i = 0; i < 4; i++) {
        const double x[3] = {1.0, 0.0, 0.0}, one = 1.0;
        double logp, da[3] = {0.0};
        aevb_ref_categorical(1, 1, 3, 3, x, cases[i].a, &logp);
        aevb_ref_categorical_backward(1, 1, 3, 3, x, cases[i].a, &one, da);
        cr_expect_eq(logp, cases[i].logp, "case %zu: %g", i, logp);
        for (size_t c = 0; c < 3; c++)
            cr_expect_eq(da[c], cases[i].da[c], "case %zu: da[%zu] %g", i, c, da[c]);
    }
    const double wrong[3] = {1.0, NAN, 0.0}, x[3] = {1.0, 0.0, 0.0};
    double logp = 0.0;
    aevb_ref_categorical(1, 1, 3, 3, x, wrong, &logp);
    cr_expect(isnan(logp));
}

/* [CAT.1] [BERN.1] Two classes with the logits 0 and a are the Bernoulli of a. Each side is within 4 u of the sizes
 * of its pieces. */
Test(likelihood, categorical_of_two_classes_is_bernoulli)
{
    for (int i = -40; i <= 40; i++) {
        const double a = i / 2.0, logits[2] = {0.0, a};
        for (int value = 0; value < 2; value++) {
            const double x = value, pair[2] = {1 - value, value};
            double two, one;
            aevb_ref_categorical(1, 1, 2, 2, pair, logits, &two);
            aevb_ref_bernoulli(1, 1, 1, &x, &a, &one);
            cr_expect_leq(fabs(two - one), 4.0 * DBL_EPSILON * (fabs(a) + 1.0), "a %g x %d", a, value);
        }
    }
}

/* [CAT.3] The first element at which it is sure. */
Test(likelihood, categorical_domain)
{
    static const struct {
        double x[6];
        size_t outside;
    } cases[] = {{{0, 1, 0, 1, 0, 0}, 6}, {{-0.0, 0, 1, 0, 0, 1}, 6}, {{0, 1, 0, 0, 0, 0}, 5},
                 {{0, 0, 0, 1, 0, 0}, 2}, {{0, 1, 1, 1, 0, 0}, 2}, {{1, 0, 0, 1, 1, 0}, 4},
                 {{0, 1, 0, 0.5, 0, 0}, 3}, {{NAN, 1, 0, 1, 0, 0}, 0}, {{0, 1, 0, 1, 0, 2}, 5},
                 {{0, 1, 0, -1, 1, 1}, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(aevb_ref_domain(AEVB_CATEGORICAL, 3, 6, cases[i].x), cases[i].outside, "case %zu", i);
}

/* [BERN.3] [GREY.3] [GAUSS.3] */
Test(likelihood, domains)
{
    const double x[6] = {0.0, 1.0, 0.5, 1.5, -0.1, NAN};
    cr_expect_eq(aevb_ref_domain(AEVB_BERNOULLI, 0, 6, x), 2);
    cr_expect_eq(aevb_ref_domain(AEVB_BERNOULLI, 0, 2, x), 2);
    cr_expect_eq(aevb_ref_domain(AEVB_GREY, 0, 6, x), 3);
    cr_expect_eq(aevb_ref_domain(AEVB_GREY, 0, 2, x + 4), 0);
    cr_expect_eq(aevb_ref_domain(AEVB_GAUSSIAN, 0, 6, x), 5);
    cr_expect_eq(aevb_ref_domain(AEVB_GAUSSIAN_FIXED, 0, 6, x), 5);
    cr_expect_eq(aevb_ref_domain(AEVB_GREY, 0, 0, x), 0);
}

typedef struct density {
    int learned;
    double mean, logvar;
} density;

static double density_of_x(double x, void *context)
{
    const density *d = context;
    double logp;
    if (d->learned)
        aevb_ref_gaussian(1, 1, 1, &x, &d->mean, &d->logvar, &logp);
    else
        aevb_ref_gaussian_fixed(1, 1, 1, &x, &d->mean, exp(d->logvar), &logp);
    return exp(logp);
}

/* [GAUSS.1] [GFIX.1] Densities with all constants: they integrate to 1 and equal GSL's. */
Test(likelihood, gaussians_are_normalised)
{
    gsl_integration_workspace *workspace = gsl_integration_workspace_alloc(1000);
    for (int learned = 0; learned < 2; learned++)
        for (int i = 0; i < 8; i++) {
            density d = {learned, aevb_normal(4, 0, (uint64_t)i), 1.5 * aevb_normal(4, 1, (uint64_t)i)};
            double value, error;
            gsl_integration_qagi(&(gsl_function){density_of_x, &d}, 1e-12, 1e-11, 1000, workspace, &value, &error);
            cr_expect_lt(error, 1e-9);
            cr_expect(fabs(value - 1.0) <= error + 64.0 * DBL_EPSILON, "%.17g", value);
            const double sigma = exp(0.5 * d.logvar), x = d.mean + 0.7 * sigma;
            cr_expect(fabs(density_of_x(x, &d) / gsl_ran_gaussian_pdf(0.7 * sigma, sigma) - 1.0) <
                      32.0 * DBL_EPSILON * (1.0 + fabs(d.mean) / sigma));
        }
    gsl_integration_workspace_free(workspace);
}

/* [LOGQ.1] [PRIOR.1] Against GSL's densities at the sample: |z - mu| / sigma is recovered with an error of
 * (|mu| + |z|) u / sigma, which the square doubles. */
Test(likelihood, log_densities_of_samples)
{
    enum { Z = 4 };
    double mu[Z], logvar[Z], eps[Z], z[Z], logq, logpz;
    for (uint64_t trial = 0; trial < 50; trial++) {
        aevb_normal_fill(5, trial, 0, Z, mu);
        aevb_normal_fill(5, trial, 10, Z, logvar);
        aevb_normal_fill(5, trial, 20, Z, eps);
        aevb_ref_reparam(1, 1, Z, mu, logvar, eps, z);
        aevb_ref_logq(1, 1, Z, logvar, eps, &logq);
        aevb_ref_logpz(1, Z, z, &logpz);
        double q = 0.0, p = 0.0, size = 0.0;
        for (int j = 0; j < Z; j++) {
            const double sigma = exp(0.5 * logvar[j]);
            q += log(gsl_ran_gaussian_pdf(z[j] - mu[j], sigma));
            p += log(gsl_ran_ugaussian_pdf(z[j]));
            size += 2.0 + fabs(logvar[j]) + z[j] * z[j] + eps[j] * eps[j] +
                    2.0 * fabs(eps[j]) * (fabs(mu[j]) + fabs(z[j])) / sigma;
        }
        cr_expect(fabs(logq - q) <= 8.0 * DBL_EPSILON * size, "%.17g %.17g", logq, q);
        cr_expect(fabs(logpz - p) <= 8.0 * DBL_EPSILON * size, "%.17g %.17g", logpz, p);
    }
}

/* [LOGQ.2] [PRIOR.2] Exact: -1/2 for every sample and dimension; -z. */
Test(likelihood, gradients_of_log_densities)
{
    const double dlogq[4] = {1.0, 2.0, 4.0, 8.0}, z[4] = {1.0, -2.0, 0.5, 3.0};
    double dlogvar[4] = {0.0}, dz[4] = {0.0};
    aevb_ref_logq_backward(2, 2, 2, dlogq, dlogvar);
    cr_expect(dlogvar[0] == -1.5 && dlogvar[1] == -1.5 && dlogvar[2] == -6.0 && dlogvar[3] == -6.0);
    aevb_ref_logpz_backward(2, 2, z, dlogq, dz);
    cr_expect(dz[0] == -1.0 && dz[1] == 2.0 && dz[2] == -1.0 && dz[3] == -6.0);
}

/* [REP.1] sigma is exp(logvar / 2): not exp(logvar), and not under the root. Noise differs per datum and sample. */
Test(likelihood, reparameterisation)
{
    const double mu[2] = {1.0, -1.0}, logvar[2] = {2.0 * M_LN2, 0.0}, eps[4] = {1.0, -1.0, 0.5, 3.0};
    double z[4];
    aevb_ref_reparam(2, 2, 1, mu, logvar, eps, z);
    cr_expect(fabs(z[0] - 3.0) <= 4.0 * DBL_EPSILON && fabs(z[1] + 1.0) <= 4.0 * DBL_EPSILON);
    cr_expect(z[2] == -0.5 && z[3] == 2.0);
}
