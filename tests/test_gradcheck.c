/* SPDX-License-Identifier: GPL-3.0-or-later
 * The gradient check: passes on every model, sees planted mistakes, and never passes without having seen anything. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "aevb/rng.h"
#include "infer/difference.h"
#include "infer/gradcheck.h"
#include "leaks.h"
#include "one_hot.h"

TestSuite(gradcheck, .fini = no_leaks);

enum { B = 3, K = 2, X = 6, Z = 2, MAX_PARAMS = 256 };

/* A model with every parameter drawn (zero biases would hide mistakes), data of the likelihood, and noise. */
typedef struct question {
    aevb_model *model;
    aevb_objective objective;
    double x[B * X], eps[B * K * Z], grad[MAX_PARAMS];
    aevb_gradcheck_case asked;
} question;

static void make_question(question *q, aevb_activation activation, aevb_likelihood likelihood,
                          aevb_objective objective)
{
    const aevb_arch arch = {.x_dim = X, .z_dim = Z, .n_hidden = 2, .hidden = {5, 4}, .activation = activation,
                            .likelihood = likelihood, .x_variance = 0.3,
                            .x_classes = likelihood == AEVB_CATEGORICAL ? 3 : 0};
    aevb_error err = {0};
    *q = (question){.objective = objective};
    cr_assert_eq(aevb_model_create(&arch, &q->model, &err), AEVB_OK, "%s", err.message);
    cr_assert_leq(q->model->layout.n_params, MAX_PARAMS);
    cr_assert_eq(aevb_model_init(q->model, AEVB_INIT_NORMAL, 0.5, 11), AEVB_OK);
    const uint64_t stream = aevb_stream(AEVB_STREAM_TEST, 0);
    aevb_uniform_fill(3, stream, 0, B * X, q->x);
    for (size_t i = 0; i < B * X && likelihood == AEVB_BERNOULLI; i++)
        q->x[i] = q->x[i] < 0.5;
    if (likelihood == AEVB_CATEGORICAL)
        one_hot(3, B * X, q->x);
    aevb_normal_fill(4, stream, 0, B * K * Z, q->eps);
    q->asked = (aevb_gradcheck_case){q->model, &q->objective, B, K, q->x, q->eps};
    cr_assert_eq(aevb_gradcheck_analytic(&q->asked, q->grad, &err), AEVB_OK, "%s", err.message);
}

static aevb_gradcheck_result compare(const question *q)
{
    aevb_gradcheck_result result;
    aevb_error err = {0};
    memset(&result, 0x5a, sizeof result);
    cr_assert_eq(aevb_gradcheck_compare(&q->asked, q->grad, &result, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(result.checked, q->model->layout.n_params);
    return result;
}

/* [TERMS.2] [MLP.2] [ACT.1]-[ACT.5] [BERN.2] [GREY.2] [GAUSS.2] [GFIX.2] [CAT.2] [SGVB.1] [SGVB.2] [SGVB.3] */
Test(gradcheck, passes_for_every_activation_likelihood_and_objective_with_several_samples)
{
    static const aevb_objective objectives[] = {{AEVB_ELBO, 1.0}, {AEVB_ELBO, 4.0}, {AEVB_ELBO_MC, 1.0},
                                                {AEVB_ELBO_MC, 0.5}};
    size_t done = 0;
    for (int activation = AEVB_IDENTITY; activation <= AEVB_SOFTPLUS; activation++)
        for (int likelihood = AEVB_BERNOULLI; likelihood <= AEVB_CATEGORICAL; likelihood++)
            for (size_t i = 0; i < 4; i++) {
                question q;
                make_question(&q, (aevb_activation)activation, (aevb_likelihood)likelihood, objectives[i]);
                aevb_gradcheck_result r;
                aevb_error err = {0};
                cr_assert_eq(aevb_gradcheck(q.model, &q.objective, B, K, q.x, q.eps, &r, &err), AEVB_OK);
                cr_expect(r.passed, "activation %d likelihood %d objective %zu: %zu failed, %zu unresolved of %zu, "
                          "worst %zu: %.17g and %.17g, bound %g", activation, likelihood, i, r.failed, r.unresolved,
                          r.checked, r.worst, r.worst_analytic, r.worst_numeric, r.worst_bound);
                cr_expect_eq(r.checked, q.model->layout.n_params);
                aevb_model_free(q.model);
                done++;
            }
    cr_assert_eq(done, 5 * 5 * 4);
}

/* One wrong element among all, as small as 1e-4 of itself, or with its sign turned. */
Test(gradcheck, sees_every_planted_mistake_in_a_single_parameter)
{
    for (int activation = AEVB_RELU; activation <= AEVB_TANH; activation++) {
        question q;
        make_question(&q, (aevb_activation)activation, AEVB_GAUSSIAN, (aevb_objective){AEVB_ELBO, 1.0});
        size_t n = q.model->layout.n_params, planted = 0;
        const size_t allowed = compare(&q).unresolved;
        cr_assert_leq(100 * allowed, n);
        for (size_t i = 0; i < n; i += 7) {
            const double right = q.grad[i];
            const double wrong[] = {right * (1.0 + 1e-4), right * (1.0 - 1e-4), -right, 0.0, 2.0 * right,
                                    (double)NAN};
            for (size_t w = 0; w < 6 && right != 0.0; w++, planted++) {
                q.grad[i] = wrong[w];
                aevb_gradcheck_result r = compare(&q);
                cr_expect(!r.passed && r.failed == 1 && r.worst == i, "parameter %zu: %g passed as %g (bound %g)", i,
                          wrong[w], right, r.worst_bound);
            }
            q.grad[i] = right;
        }
        cr_assert_geq(planted, 60);
        cr_expect(compare(&q).passed);
        aevb_model_free(q.model);
    }
}

/* A mistake in a whole layer: the missing half of dsigma/dlogvar [REP.2] shows in the rows of the logvar head. */
Test(gradcheck, counts_every_wrong_parameter_of_a_tensor)
{
    question q;
    make_question(&q, AEVB_TANH, AEVB_BERNOULLI, (aevb_objective){AEVB_ELBO, 1.0});
    const aevb_tensor *head = NULL;
    for (size_t i = 0; i < q.model->layout.n_tensors; i++)
        if (strcmp(q.model->layout.tensors[i].name, "fc32.weight") == 0)
            head = &q.model->layout.tensors[i];
    cr_assert_not_null(head);
    for (size_t i = 0; i < head->count; i++)
        q.grad[head->offset + i] *= 2.0;
    cr_expect_eq(compare(&q).failed, head->count);
    aevb_model_free(q.model);
}

/* All pre-activations of the first layer are 0 for x = 0 and no biases: the loss has a kink in every bias of it, the
 * derivative does not exist, and the check says that it could not check instead of passing. */
Test(gradcheck, does_not_pass_when_it_cannot_see)
{
    question q;
    make_question(&q, AEVB_RELU, AEVB_GAUSSIAN_FIXED, (aevb_objective){AEVB_ELBO, 1.0});
    memset(q.x, 0, sizeof q.x);
    const aevb_tensor *bias = &q.model->layout.tensors[1];
    cr_assert_str_eq(bias->name, "fc1.bias");
    for (size_t i = 0; i < bias->count; i++)
        q.model->params[bias->offset + i] = 0.0;
    aevb_error err = {0};
    cr_assert_eq(aevb_gradcheck_analytic(&q.asked, q.grad, &err), AEVB_OK);
    aevb_gradcheck_result r = compare(&q);
    cr_expect_eq(r.unresolved, bias->count, "%zu", r.unresolved);
    cr_expect_eq(r.passed, 0);
    aevb_model_free(q.model);
}

Test(gradcheck, refuses_data_outside_the_domain_and_a_loss_that_is_not_finite)
{
    question q;
    make_question(&q, AEVB_TANH, AEVB_BERNOULLI, (aevb_objective){AEVB_ELBO, 1.0});
    aevb_gradcheck_result r;
    aevb_error err = {0};
    q.x[3] = 0.5; /* [BERN.3] */
    cr_expect_eq(aevb_gradcheck(q.model, &q.objective, B, K, q.x, q.eps, &r, &err), AEVB_EDOMAIN);
    q.x[3] = 1.0;
    q.objective.beta = -1.0;
    cr_expect_eq(aevb_gradcheck(q.model, &q.objective, B, K, q.x, q.eps, &r, &err), AEVB_EINVAL);
    q.objective.beta = 1.0;
    q.model->params[0] = (double)INFINITY;
    cr_expect_eq(aevb_gradcheck(q.model, &q.objective, B, K, q.x, q.eps, &r, &err), AEVB_ENONFINITE);
    aevb_model_free(q.model);
}

/* --- the differences themselves --- */

static double sine(void *context, double t) { return sin(*(double *)context + t); }
static double exponential(void *context, double t) { return exp(3.0 * (*(double *)context + t)); }
/* A smooth slope of 1 and a kink of slope 1 at *context. */
static double kinked(void *context, double t) { return t + fmax(t - *(double *)context, 0.0); }

/* At h = 2^-6 the last correction is h^4 f^(5) / 7680 and the jump h^5 f^(6) / 7171, so the bound is 1.26e-10 for the
 * sine and 1.05e-8 f' for exp(3 t), rounding aside. */
Test(difference, bound_holds_and_is_small_for_smooth_functions)
{
    for (int i = -20; i <= 20; i++) {
        double at = 0.17 * i, noise = DBL_EPSILON;
        aevb_difference d = aevb_differentiate(sine, &at, 0x1p-6, at, noise);
        cr_expect_leq(fabs(d.value - cos(at)), d.bound);
        cr_expect_lt(d.bound, 1.4e-10);
        d = aevb_differentiate(exponential, &at, 0x1p-6, at, noise * exp(3.0 * at));
        cr_expect_leq(fabs(d.value - 3.0 * exp(3.0 * at)), d.bound);
        cr_expect_lt(d.bound, 1.1e-8 * 3.0 * exp(3.0 * at));
    }
}

/* The kink at every place from one end of the points to the other; at 0 there is no derivative, but a wide bound. */
Test(difference, bound_holds_wherever_a_kink_lies)
{
    for (int i = -5000; i <= 5000; i++) {
        double place = 0x1p-6 * 1.25 * i / 5000.0;
        aevb_difference d = aevb_differentiate(kinked, &place, 0x1p-6, 0.0, DBL_EPSILON);
        double truth = place < 0.0 ? 2.0 : 1.0;
        cr_expect_leq(fabs(d.value - truth), d.bound, "kink at %g h: %g, bound %g", place / 0x1p-6, d.value, d.bound);
        if (fabs(place) > 0x1p-6)
            cr_expect_lt(d.bound, 1e-10);
    }
}

static double noisy(void *context, double t)
{
    uint64_t *calls = context;
    return 5.0 + 0.3 * t + 1e-9 * aevb_normal(8, aevb_stream(AEVB_STREAM_TEST, 0), (*calls)++);
}

static double constant(void *context, double t)
{
    (void)t;
    return *(double *)context;
}

/* 30 third differences, correlated with up to 3 neighbours, estimate a variance like some 10 independent ones: within
 * a factor of 2 each way of the standard deviation with a chance of error below 1e-3 (chi-squared with 10 degrees of
 * freedom beyond 2.5 or 40), checked at a fixed seed. */
Test(difference, noise_is_measured)
{
    uint64_t calls = 0;
    double measured = aevb_curve_noise(noisy, &calls, 1e-12);
    cr_expect(measured > 0.5e-9 && measured < 2e-9, "%g", measured);
    double value = -7.0;
    cr_expect_eq(aevb_curve_noise(constant, &value, 1e-12), 7.0 * 0x1p-53);
    cr_expect_eq(aevb_differentiate(constant, &value, 0x1p-6, 0.0, 0.0).constant, 1);
}
