/* SPDX-License-Identifier: GPL-3.0-or-later
 * Objectives as functions of terms: exact values, adjoints, the importance-weighted bound, the weight prior. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "aevb/objective.h"
#include "aevb/rng.h"
#include "deriv_check.h"

enum { B = 3, K = 4, Z = 2 };

typedef struct fixture {
    double logpx[B * K], logpz[B * K], logq[B * K], kl[B * Z];
    double d_logpx[B * K], d_logpz[B * K], d_logq[B * K], d_kl[B * Z];
    aevb_objective objective;
} fixture;

static aevb_terms terms_of(const fixture *f)
{
    return (aevb_terms){.B = B, .K = K, .Z = Z, .logpx = f->logpx, .logpz = f->logpz, .logq = f->logq, .kl = f->kl};
}

static fixture make(aevb_objective objective)
{
    fixture f = {.objective = objective};
    aevb_normal_fill(1, 0, 0, B * K, f.logpx);
    aevb_normal_fill(1, 1, 0, B * K, f.logpz);
    aevb_normal_fill(1, 2, 0, B * K, f.logq);
    aevb_uniform_fill(1, 3, 0, B * Z, f.kl);
    return f;
}

static double loss_of(void *context)
{
    const fixture *f = context;
    const aevb_terms terms = terms_of(f);
    double loss;
    cr_assert_eq(aevb_objective_eval(&f->objective, &terms, &loss, NULL), AEVB_OK);
    return loss;
}

/* [SGVB.1] [SGVB.2] [SGVB.3] Small integers, by hand: mean over data of sums, never means over dimensions. */
Test(objective, values_by_hand)
{
    const double logpx[4] = {-1, -3, -5, -7}, logpz[4] = {-1, -1, -2, -2}, logq[4] = {-3, -3, -8, -8},
                 kl[6] = {1, 2, 3, 4, 5, 6};
    const aevb_terms terms = {.B = 2, .K = 2, .Z = 3, .logpx = logpx, .logpz = logpz, .logq = logq, .kl = kl};
    double loss;
    cr_assert_eq(aevb_objective_eval(&(aevb_objective){AEVB_ELBO, 1.0}, &terms, &loss, NULL), AEVB_OK);
    cr_expect_eq(loss, 4.0 + 10.5);
    cr_assert_eq(aevb_objective_eval(&(aevb_objective){AEVB_ELBO, 2.0}, &terms, &loss, NULL), AEVB_OK);
    cr_expect_eq(loss, 4.0 + 21.0);
    cr_assert_eq(aevb_objective_eval(&(aevb_objective){AEVB_ELBO_MC, 1.0}, &terms, &loss, NULL), AEVB_OK);
    cr_expect_eq(loss, 4.0 - 4.0);
    cr_assert_eq(aevb_objective_eval(&(aevb_objective){AEVB_ELBO_MC, 0.5}, &terms, &loss, NULL), AEVB_OK);
    cr_expect_eq(loss, 4.0 - 2.0);
    const aevb_parts parts = aevb_objective_parts(&terms);
    cr_expect(parts.recon == 4.0 && parts.kl == 10.5);
}

/* [SGVB.1] [SGVB.2] [SGVB.3] Every adjoint against GSL's differentiation. */
Test(objective, adjoints)
{
    static const aevb_objective objectives[] = {{AEVB_ELBO, 1.0}, {AEVB_ELBO, 3.0}, {AEVB_ELBO, 0.0},
                                                {AEVB_ELBO_MC, 1.0}, {AEVB_ELBO_MC, 0.3}};
    for (size_t o = 0; o < 5; o++) {
        fixture f = make(objectives[o]);
        const aevb_terms terms = terms_of(&f);
        aevb_adjoints adjoints = {f.d_logpx, f.d_logpz, f.d_logq, f.d_kl};
        double loss;
        deriv_count count = {0};
        cr_assert_eq(aevb_objective_eval(&f.objective, &terms, &loss, &adjoints), AEVB_OK);
        for (size_t i = 0; i < B * K; i++) {
            deriv_check(&count, loss_of, &f, f.logpx + i, f.d_logpx[i], "logpx", i);
            deriv_check(&count, loss_of, &f, f.logpz + i, f.d_logpz[i], "logpz", i);
            deriv_check(&count, loss_of, &f, f.logq + i, f.d_logq[i], "logq", i);
        }
        for (size_t i = 0; i < B * Z; i++)
            deriv_check(&count, loss_of, &f, f.kl + i, f.d_kl[i], "kl", i);
        deriv_conclude(&count, aevb_objective_name(objectives[o].kind));
    }
}

Test(objective, refuses_empty_terms_and_wrong_beta)
{
    fixture f = make((aevb_objective){AEVB_ELBO, 1.0});
    aevb_terms terms = terms_of(&f);
    double loss = 77.0;
    cr_expect_eq(aevb_objective_eval(&(aevb_objective){AEVB_ELBO, -1.0}, &terms, &loss, NULL), AEVB_EINVAL);
    cr_expect_eq(aevb_objective_eval(&(aevb_objective){AEVB_ELBO, NAN}, &terms, &loss, NULL), AEVB_EINVAL);
    const aevb_objective unknown = {(aevb_objective_kind)2, 1.0};
    cr_expect_eq(aevb_objective_eval(&unknown, &terms, &loss, NULL), AEVB_EINVAL);
    terms.K = 0;
    cr_expect_eq(aevb_objective_eval(&f.objective, &terms, &loss, NULL), AEVB_EINVAL);
    cr_expect_eq(loss, 77.0);
    aevb_objective_kind kind;
    cr_expect_eq(aevb_objective_parse("elbo-mc", &kind), AEVB_OK);
    cr_expect_eq(kind, AEVB_ELBO_MC);
    cr_expect_eq(aevb_objective_parse("iwae", &kind), AEVB_EINVAL);
}

static double iwae(size_t n, const double *logw)
{
    const double zero[8] = {0};
    const aevb_terms terms = {.B = 1, .K = n, .Z = 1, .logpx = logw, .logpz = zero, .logq = zero, .kl = zero};
    double bound;
    aevb_iwae_bound(&terms, &bound);
    return bound;
}

/* [IWAE.1] Equal weights, one infinite loss, all of them, far-apart and huge weights, NaN. */
Test(objective, iwae_edges)
{
    cr_expect_eq(iwae(4, (const double[]){-7.25, -7.25, -7.25, -7.25}), -7.25);
    cr_expect_eq(iwae(1, (const double[]){-123.456}), -123.456);
    cr_expect_eq(iwae(2, (const double[]){3.0, -INFINITY}), 3.0 + log(0.5));
    cr_expect_eq(iwae(2, (const double[]){-INFINITY, -INFINITY}), -INFINITY);
    cr_expect_eq(iwae(2, (const double[]){-2000.0, -5000.0}), -2000.0 + log(0.5));
    cr_expect_eq(iwae(2, (const double[]){5000.0, 5000.0}), 5000.0);
    cr_expect(isnan(iwae(3, (const double[]){1.0, NAN, 2.0})));
    cr_expect(isnan(iwae(3, (const double[]){NAN, 1.0, 2.0})));
}

/* [IWAE.1] log mean exp against long double without the shift; at most (K + 6) roundings of numbers of that size. And
 * the bound of data b uses the weights logpx + logpz - logq of b only. */
Test(objective, iwae_value)
{
    const fixture f = make((aevb_objective){AEVB_ELBO, 1.0});
    const aevb_terms terms = terms_of(&f);
    double bound[B];
    aevb_iwae_bound(&terms, bound);
    for (size_t b = 0; b < B; b++) {
        long double sum = 0.0L, size = 1.0L;
        for (size_t k = b * K; k < (b + 1) * K; k++) {
            sum += expl((long double)f.logpx[k] + f.logpz[k] - f.logq[k]) / K;
            size = fmaxl(size, fabsl((long double)f.logpx[k]) + fabs(f.logpz[k]) + fabs(f.logq[k]));
        }
        cr_expect(fabsl(bound[b] - logl(sum)) <= (K + 6) * DBL_EPSILON * size, "%.17g", bound[b]);
    }
}

/* [MAP.1] [SGVB.4] (precision / 2N) sum theta^2 and its gradient, added to what is there. */
Test(objective, weight_prior)
{
    const double theta[3] = {1.0, -2.0, 4.0};
    double loss = 10.0, grad[3] = {100.0, 200.0, 300.0};
    aevb_weight_prior(3.0, 6, 3, theta, &loss, grad);
    cr_expect_eq(loss, 10.0 + 0.25 * 21.0);
    cr_expect(grad[0] == 100.5 && grad[1] == 199.0 && grad[2] == 302.0);
    aevb_weight_prior(0.0, 6, 3, theta, &loss, NULL);
    aevb_weight_prior(3.0, 6, 3, theta, NULL, grad);
    cr_expect(loss == 15.25 && grad[0] == 101.0);
}
