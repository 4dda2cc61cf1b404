/* SPDX-License-Identifier: GPL-3.0-or-later
 * aevb_reconstruct against the definition, row by row. [REP.1] */
#include "config.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>
#include "aevb/infer.h"
#include "aevb/rng.h"

enum { N = 7, X = 6, Z = 2, SEED = 9 };

static aevb_model *model;
static aevb_dataset data;
static uint8_t bytes[N * X];

static void enter(void)
{
    const aevb_arch arch = {.x_dim = X, .z_dim = Z, .n_hidden = 1, .hidden = {5}, .activation = AEVB_TANH,
                            .likelihood = AEVB_BERNOULLI};
    cr_assert_eq(aevb_model_create(&arch, &model, NULL), AEVB_OK);
    cr_assert_eq(aevb_model_init(model, AEVB_INIT_NORMAL, 0.7, SEED), AEVB_OK);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 41 % 256);
    data = (aevb_dataset){.n = N, .x_dim = X, .u8 = bytes};
}

static void leave(void)
{
    aevb_model_free(model);
}

TestSuite(reconstruct, .init = enter, .fini = leave);

static aevb_engine *make_engine(size_t max_batch)
{
    const aevb_engine_config config = {.kind = AEVB_ENGINE_REF, .precision = AEVB_F64, .level = -1,
                                       .max_batch = max_batch, .max_samples = 1};
    aevb_engine *engine;
    cr_assert_eq(aevb_engine_create(&config, &model->arch, &engine, NULL), AEVB_OK);
    aevb_engine_set_params(engine, model->params);
    return engine;
}

/* What one row must become: its own binarisation, one z of its own noise, decoded. */
static void check_row(uint32_t row, const double *x, const double *mean)
{
    aevb_engine *engine = make_engine(1);
    const aevb_gather how = {AEVB_BINARISE_DYNAMIC, SEED, aevb_stream(AEVB_STREAM_EVAL_BINARISE, 0)};
    double seen[X], mu[Z], logvar[Z], z[Z], wanted[X];
    cr_assert_eq(aevb_dataset_gather(&data, &how, &row, 1, seen), AEVB_OK);
    cr_assert_eq(aevb_engine_set_x(engine, 1, seen, NULL), AEVB_OK);
    aevb_engine_encode(engine, mu, logvar);
    for (size_t j = 0; j < Z; j++)
        z[j] = mu[j] + exp(logvar[j] / 2) * aevb_normal(SEED, aevb_stream(AEVB_STREAM_EVAL, 0), row * Z + j);
    cr_assert_eq(aevb_engine_decode(engine, 1, z, wanted, NULL), AEVB_OK);
    cr_assert_arr_eq(x + row * X, seen, sizeof seen);
    /* The same operations in the same order: the same bits. */
    cr_assert_arr_eq(mean + row * X, wanted, sizeof wanted);
    aevb_engine_free(engine);
}

/* [REP.1] One z ~ q(z|x) per row, whatever the size of the engine's batches. */
Test(reconstruct, is_one_draw_from_the_posterior)
{
    for (size_t max_batch = 1; max_batch <= N + 1; max_batch += 2) {
        aevb_engine *engine = make_engine(max_batch);
        double x[N * X], mean[N * X];
        cr_assert_eq(aevb_reconstruct(engine, &data, AEVB_BINARISE_DYNAMIC, SEED, N, x, mean, NULL), AEVB_OK);
        for (uint32_t row = 0; row < N; row++)
            check_row(row, x, mean);
        aevb_engine_free(engine);
    }
}

Test(reconstruct, refusals_leave_the_outputs)
{
    aevb_engine *engine = make_engine(2);
    double x[N * X] = {5}, mean[N * X] = {7};
    aevb_error err;
    cr_assert_eq(aevb_reconstruct(engine, &data, AEVB_BINARISE_DYNAMIC, SEED, 0, x, mean, &err), AEVB_EINVAL);
    cr_assert_eq(aevb_reconstruct(engine, &data, AEVB_BINARISE_DYNAMIC, SEED, N + 1, x, mean, &err), AEVB_EINVAL);
    /* Row 0 is {0, 41, ...} / 255: grey, which a Bernoulli model refuses. [BERN.3] */
    cr_assert_eq(aevb_reconstruct(engine, &data, AEVB_BINARISE_NONE, SEED, N, x, mean, &err), AEVB_EDOMAIN);
    cr_assert_eq(x[0], 5);
    cr_assert_eq(mean[0], 7);
    aevb_engine_free(engine);
}
