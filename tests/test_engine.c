/* SPDX-License-Identifier: GPL-3.0-or-later
 * The public face of the engines, through the reference: argument checks, domains, steps, state. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "aevb/engine.h"
#include "aevb/rng.h"
#include "small_vae.h"

enum { B = 3, K = 2, X = 5, Z = 2 };

static aevb_engine *make(aevb_likelihood likelihood)
{
    const aevb_arch arch = {.x_dim = X, .z_dim = Z, .n_hidden = 1, .hidden = {4}, .activation = AEVB_TANH,
                            .likelihood = likelihood, .x_variance = 0.5};
    const aevb_engine_config config = {.kind = AEVB_ENGINE_REF, .max_batch = B, .max_samples = K};
    aevb_engine *engine;
    aevb_error err;
    cr_assert_eq(aevb_engine_create(&config, &arch, &engine, &err), AEVB_OK, "%s", err.message);
    return engine;
}

static void set_random_params(aevb_engine *engine)
{
    double params[SMALL_MAX];
    aevb_normal_fill(1, 1, 0, aevb_engine_layout(engine)->n_params, params);
    aevb_engine_set_params(engine, params);
}

/* [TERMS.1] [TERMS.2] The engine is the whole model of vae.h, to the bit. */
Test(engine, equals_the_reference_functions)
{
    static small_vae v;
    const aevb_objective objective = {AEVB_ELBO, 1.0};
    aevb_engine *engine = make(AEVB_GREY);
    const aevb_arch arch = {.x_dim = X, .z_dim = Z, .n_hidden = 1, .hidden = {4}, .activation = AEVB_TANH,
                            .likelihood = AEVB_GREY};
    small_vae_make(&v, &arch, B, K, 0.5, 3);
    small_vae_gradient(&v, &objective);
    aevb_engine_set_params(engine, v.params);
    cr_assert_eq(aevb_engine_set_x(engine, B, v.work.x, NULL), AEVB_OK);
    cr_assert_eq(aevb_engine_set_eps(engine, K, v.work.eps), AEVB_OK);
    aevb_terms terms;
    double grad[SMALL_MAX], mu[B * Z], logvar[B * Z];
    aevb_engine_forward(engine, &terms);
    cr_expect_arr_eq(terms.logpx, v.work.logpx, B * K * sizeof(double));
    cr_expect_arr_eq(terms.kl, v.work.kl, B * Z * sizeof(double));
    const aevb_adjoints adjoints = {v.d_logpx, v.d_logpz, v.d_logq, v.d_kl};
    aevb_engine_gradient(engine, &adjoints, grad);
    cr_expect_arr_eq(grad, v.grad, v.layout.n_params * sizeof(double));
    aevb_engine_encode(engine, mu, logvar);
    cr_expect_arr_eq(mu, v.work.mu, sizeof mu);
    aevb_engine_free(engine);
    aevb_engine_free(NULL);
}

/* [BERN.3] [GREY.3] Data outside the domain are refused, naming datum and element, and the batch is forgotten. */
Test(engine, domain)
{
    aevb_error err;
    double x[B * X] = {0.0};
    x[2 * X + 3] = 0.5;
    aevb_engine *engine = make(AEVB_BERNOULLI);
    cr_expect_eq(aevb_engine_set_x(engine, B, x, &err), AEVB_EDOMAIN);
    cr_expect_not_null(strstr(err.message, "datum 2, element 3 "), "%s", err.message);
    cr_expect_eq(aevb_engine_set_eps(engine, K, x), AEVB_EINVAL);
    aevb_engine_free(engine);
    engine = make(AEVB_GREY);
    cr_expect_eq(aevb_engine_set_x(engine, B, x, &err), AEVB_OK);
    x[0] = 1.0000001;
    cr_expect_eq(aevb_engine_set_x(engine, B, x, &err), AEVB_EDOMAIN);
    aevb_engine_free(engine);
}

Test(engine, refuses_wrong_sizes_and_calls_out_of_order)
{
    aevb_error err;
    aevb_engine *engine = make(AEVB_GREY);
    const double x[B * X] = {0.0}, eps[B * K * Z] = {0.0};
    const aevb_objective objective = {AEVB_ELBO, 1.0};
    aevb_step_result result;
    aevb_terms terms;
    aevb_engine_forward(engine, &terms);
    cr_expect_eq(terms.B, 0);
    cr_expect_eq(aevb_engine_set_x(engine, 0, x, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_engine_set_x(engine, B + 1, x, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_engine_set_eps(engine, 1, eps), AEVB_EINVAL);
    cr_assert_eq(aevb_engine_set_x(engine, B, x, &err), AEVB_OK);
    cr_expect_eq(aevb_engine_set_eps(engine, K + 1, eps), AEVB_EINVAL);
    const aevb_noise outside[] = {{.stride = 1}, {.stride = 2, .first_k = 1}, {.stride = 1, .first_k = UINT64_MAX}};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        cr_expect_eq(aevb_engine_draw_eps(engine, K, &outside[i], (const uint32_t[B]){0}), AEVB_EINVAL, "noise %zu", i);
    cr_assert_eq(aevb_engine_set_eps(engine, K, eps), AEVB_OK);
    cr_expect_eq(aevb_engine_step(engine, &objective, 0.0, 10, &result), AEVB_EINVAL, "no optimiser is set");
    const aevb_optim adam = aevb_optim_default(AEVB_ADAM);
    cr_assert_eq(aevb_engine_set_optim(engine, &adam, &err), AEVB_OK);
    cr_expect_eq(aevb_engine_step(engine, &objective, -1.0, 10, &result), AEVB_EINVAL);
    cr_expect_eq(aevb_engine_step(engine, &objective, 0.0, 0, &result), AEVB_EINVAL);
    double state[SMALL_MAX];
    uint64_t t;
    cr_expect_eq(aevb_engine_get_state(engine, 2, state, &t), AEVB_EINVAL);
    cr_expect_eq(aevb_engine_decode(engine, B * K + 1, x, state, NULL), AEVB_EINVAL);
    aevb_engine_free(engine);
    const aevb_arch arch = {.x_dim = X, .z_dim = Z};
    aevb_engine_config config = {.kind = AEVB_ENGINE_REF, .precision = AEVB_F32, .max_batch = 1, .max_samples = 1};
    cr_expect_eq(aevb_engine_create(&config, &arch, &engine, &err), AEVB_EUNSUPPORTED);
    config.precision = AEVB_F64;
    config.max_batch = 0;
    cr_expect_eq(aevb_engine_create(&config, &arch, &engine, &err), AEVB_EINVAL);
}

/* [ADAM.1] [MAP.1] A step is forward, objective, gradient, prior, optimiser; t counts; state can be carried over. */
Test(engine, step_is_its_parts)
{
    aevb_engine *engine = make(AEVB_GREY), *second = make(AEVB_GREY);
    const size_t n = aevb_engine_layout(engine)->n_params;
    const aevb_objective objective = {AEVB_ELBO_MC, 1.0};
    const aevb_optim adam = aevb_optim_default(AEVB_ADAM);
    double x[B * X], eps[B * K * Z], params[SMALL_MAX], grad[SMALL_MAX], m[SMALL_MAX] = {0}, v[SMALL_MAX] = {0};
    set_random_params(engine);
    aevb_engine_get_params(engine, params);
    aevb_uniform_fill(2, 0, 0, B * X, x);
    cr_assert_eq(aevb_engine_set_optim(engine, &adam, NULL), AEVB_OK);
    for (uint64_t t = 1; t <= 5; t++) {
        double d[4][B * K], loss;
        const aevb_adjoints adjoints = {d[0], d[1], d[2], d[3]};
        aevb_terms terms;
        aevb_step_result result;
        aevb_normal_fill(2, t, 0, B * K * Z, eps);
        cr_assert_eq(aevb_engine_set_x(engine, B, x, NULL), AEVB_OK);
        cr_assert_eq(aevb_engine_set_eps(engine, K, eps), AEVB_OK);
        aevb_engine_forward(engine, &terms);
        aevb_adjoints writable = adjoints;
        cr_assert_eq(aevb_objective_eval(&objective, &terms, &loss, &writable), AEVB_OK);
        const aevb_parts parts = aevb_objective_parts(&terms);
        aevb_engine_gradient(engine, &adjoints, grad);
        aevb_weight_prior(2.0, 10, n, params, &loss, grad);
        aevb_optim_step(&adam, t, n, params, grad, m, v);
        cr_assert_eq(aevb_engine_step(engine, &objective, 2.0, 10, &result), AEVB_OK);
        cr_expect(result.loss == loss && result.parts.kl == parts.kl && result.parts.recon == parts.recon);
        aevb_engine_get_params(engine, grad);
        cr_expect_arr_eq(grad, params, n * sizeof *params);
    }
    uint64_t t;
    cr_assert_eq(aevb_engine_get_state(engine, 1, grad, &t), AEVB_OK);
    cr_expect_eq(t, 5u);
    cr_expect_arr_eq(grad, v, n * sizeof *v);
    cr_assert_eq(aevb_engine_set_optim(second, &adam, NULL), AEVB_OK);
    aevb_engine_set_params(second, params);
    cr_assert_eq(aevb_engine_set_state(second, 0, m, 5), AEVB_OK);
    cr_assert_eq(aevb_engine_set_state(second, 1, v, 5), AEVB_OK);
    aevb_engine *const both[2] = {engine, second};
    for (int i = 0; i < 2; i++) {
        aevb_step_result result;
        cr_assert_eq(aevb_engine_set_x(both[i], B, x, NULL), AEVB_OK);
        cr_assert_eq(aevb_engine_set_eps(both[i], K, eps), AEVB_OK);
        cr_assert_eq(aevb_engine_step(both[i], &objective, 0.0, 10, &result), AEVB_OK);
        aevb_engine_get_params(both[i], i == 0 ? params : grad);
    }
    cr_expect_arr_eq(grad, params, n * sizeof *params);
    aevb_engine_free(engine);
    aevb_engine_free(second);
}

/* A loss that is not finite stops the step: parameters, state and t are as before. */
Test(engine, non_finite_loss_changes_nothing)
{
    aevb_engine *engine = make(AEVB_GREY);
    const size_t n = aevb_engine_layout(engine)->n_params;
    const aevb_optim adam = aevb_optim_default(AEVB_ADAM);
    double params[SMALL_MAX], after[SMALL_MAX], x[B * X] = {0.0}, eps[B * K * Z] = {0.0};
    for (size_t i = 0; i < n; i++)
        params[i] = 1e200;
    aevb_engine_set_params(engine, params);
    cr_assert_eq(aevb_engine_set_optim(engine, &adam, NULL), AEVB_OK);
    cr_assert_eq(aevb_engine_set_x(engine, B, x, NULL), AEVB_OK);
    cr_assert_eq(aevb_engine_set_eps(engine, K, eps), AEVB_OK);
    aevb_step_result result;
    cr_expect_eq(aevb_engine_step(engine, &(aevb_objective){AEVB_ELBO, 1.0}, 0.0, 10, &result), AEVB_ENONFINITE);
    aevb_engine_get_params(engine, after);
    cr_expect_arr_eq(after, params, n * sizeof *params);
    uint64_t t;
    cr_assert_eq(aevb_engine_get_state(engine, 0, after, &t), AEVB_OK);
    cr_expect(t == 0 && after[0] == 0.0);
    aevb_engine_free(engine);
}

/* [RNG.4] Drawn noise is numbered by datum, so it does not depend on the batch that the datum is in. [REP.1] */
Test(engine, noise_belongs_to_the_datum)
{
    aevb_engine *engine = make(AEVB_GREY);
    set_random_params(engine);
    const double x[B * X] = {0.0};
    const aevb_noise noise = {.seed = 5, .stream = aevb_stream(AEVB_STREAM_NOISE, 1), .stride = 4, .first_k = 1};
    const uint32_t datum[3] = {7, 900, 2}, other[2] = {2, 7};
    aevb_terms terms;
    cr_assert_eq(aevb_engine_set_x(engine, 3, x, NULL), AEVB_OK);
    cr_assert_eq(aevb_engine_draw_eps(engine, K, &noise, datum), AEVB_OK);
    aevb_engine_forward(engine, &terms);
    double logpx[3 * K];
    memcpy(logpx, terms.logpx, sizeof logpx);
    cr_assert_eq(aevb_engine_set_x(engine, 2, x, NULL), AEVB_OK);
    cr_assert_eq(aevb_engine_draw_eps(engine, K, &noise, other), AEVB_OK);
    aevb_engine_forward(engine, &terms);
    cr_expect_arr_eq(terms.logpx, logpx + 2 * K, K * sizeof *logpx);
    cr_expect_arr_eq(terms.logpx + K, logpx, K * sizeof *logpx);
    double eps[K * Z];
    aevb_normal_fill(5, noise.stream, (7 * 4 + 1) * Z, K * Z, eps);
    cr_assert_eq(aevb_engine_set_x(engine, 1, x, NULL), AEVB_OK);
    cr_assert_eq(aevb_engine_set_eps(engine, K, eps), AEVB_OK);
    aevb_engine_forward(engine, &terms);
    cr_expect_arr_eq(terms.logpx, logpx, K * sizeof *logpx);
    cr_expect_eq(aevb_engine_draw_eps(engine, K, &(aevb_noise){.stride = 2, .first_k = 1}, datum), AEVB_EINVAL);
    aevb_engine_free(engine);
}
