/* SPDX-License-Identifier: GPL-3.0-or-later
 * Training: what a run computes, and how it fails. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aevb/format.h"
#include "aevb/infer.h"
#include "aevb/rng.h"
#include "leaks.h"
#include "temp_files.h"
#include "toy_run.h"

TestSuite(train, .fini = no_leaks);

/* A second loop, written from the clauses: permutation [RNG.5], streams by epoch [RNG.6], draws numbered by datum
 * [DATA.3] [SGVB.1]. */
Test(train, does_what_the_specification_says_to_the_bit)
{
    aevb_train_config config = toy_config();
    config.epochs = 2;
    config.prior_precision = 1.0;
    const char *run = toy_train(&config, "by-the-book");
    const aevb_data data = toy_data();
    aevb_engine_config ec = {AEVB_ENGINE_REF, AEVB_F64, -1, 1, 8, 2};
    aevb_engine *engine;
    aevb_model *model;
    aevb_error err = {0};
    cr_assert_eq(aevb_engine_create(&ec, &config.arch, &engine, &err), AEVB_OK);
    cr_assert_eq(aevb_model_create(&config.arch, &model, &err), AEVB_OK);
    cr_assert_eq(aevb_model_init(model, AEVB_INIT_GLOROT, 0.0, 77), AEVB_OK);
    cr_assert_eq(aevb_engine_set_optim(engine, &config.optim, &err), AEVB_OK);
    aevb_engine_set_params(engine, model->params);
    double loss = 0.0;
    for (uint64_t epoch = 0; epoch < 2; epoch++) {
        uint32_t order[TOY_N];
        aevb_permutation(77, aevb_stream(AEVB_STREAM_SHUFFLE, epoch), TOY_N, order);
        loss = 0.0;
        for (size_t first = 0; first < TOY_N; first += 8) {
            size_t M = TOY_N - first < 8 ? TOY_N - first : 8;
            double x[8 * TOY_X], eps[8 * 2 * 2];
            for (size_t b = 0; b < M; b++) {
                uint64_t datum = order[first + b];
                for (size_t i = 0; i < TOY_X; i++)
                    x[b * TOY_X + i] = data.train->u8[datum * TOY_X + i] / 255.0 >
                        aevb_uniform(77, aevb_stream(AEVB_STREAM_BINARISE, epoch), datum * TOY_X + i);
                for (size_t e = 0; e < 4; e++)
                    eps[b * 4 + e] = aevb_normal(77, aevb_stream(AEVB_STREAM_NOISE, epoch), datum * 4 + e);
            }
            aevb_step_result result;
            cr_assert_eq(aevb_engine_set_x(engine, M, x, &err), AEVB_OK);
            cr_assert_eq(aevb_engine_set_eps(engine, 2, eps), AEVB_OK);
            cr_assert_eq(aevb_engine_step(engine, &config.objective, 1.0, TOY_N, &result), AEVB_OK);
            loss += (double)M * result.loss;
        }
    }
    double expected[TOY_PARAMS], trained[TOY_PARAMS];
    aevb_engine_get_params(engine, expected);
    toy_params(run, trained);
    cr_expect_eq(memcmp(expected, trained, sizeof expected), 0);
    char *metrics = toy_metrics(run), line[64];
    snprintf(line, sizeof line, "\n2,%.17g,", loss / TOY_N);
    cr_expect_not_null(strstr(metrics, line), "no %s in %s", line + 1, metrics);
    free(metrics);
    aevb_model_free(model);
    aevb_engine_free(engine);
}

static aevb_epoch last_epoch;
static void keep_epoch(void *user, const aevb_epoch *done)
{
    (void)user;
    last_epoch = *done;
}

static aevb_epoch train_quietly(const aevb_train_config *config, const char *name)
{
    const aevb_data data = toy_data();
    aevb_train_hooks hooks = {.epoch = keep_epoch};
    aevb_error err = {0};
    cr_assert_eq(aevb_train(config, &data, temp_path(name), &hooks, &err), AEVB_OK, "%s", err.message);
    return last_epoch;
}

/* With a learning rate of 0 the epoch's loss is a mean over data, whatever the batch [SGVB.4], and the weight prior
 * adds precision / 2N of the squares to it, once per datum's share and not once per batch [MAP.1]. Sums of 50 terms:
 * relative error below 2 * 50 u. */
Test(train, loss_is_per_datum_and_the_weight_prior_is_scaled_by_the_data_set)
{
    aevb_train_config config = toy_config();
    config.optim.lr = 0.0;
    config.epochs = 1;
    const double tolerance = 100.0 * 0x1p-53;
    aevb_epoch plain = train_quietly(&config, "batch8");
    config.batch = 1;
    aevb_epoch single = train_quietly(&config, "batch1");
    cr_expect_leq(fabs(single.train_loss - plain.train_loss), tolerance * plain.train_loss);
    double params[TOY_PARAMS], squares = 0.0;
    toy_params(temp_path("batch1"), params);
    for (size_t i = 0; i < TOY_PARAMS; i++)
        squares += params[i] * params[i];
    cr_assert_gt(squares, 1.0);
    config.prior_precision = 3.0;
    for (size_t batch = 1; batch <= 64; batch *= 4) {
        char name[32];
        snprintf(name, sizeof name, "prior%zu", batch);
        config.batch = batch;
        aevb_epoch with = train_quietly(&config, name);
        cr_expect_leq(fabs(with.train_loss - plain.train_loss - 3.0 / (2.0 * TOY_N) * squares),
                      4.0 * tolerance * with.train_loss, "batch %zu", batch);
        cr_expect_leq(fabs(with.train_recon - plain.train_recon), tolerance * plain.train_recon);
        cr_expect_leq(fabs(with.test_loss - plain.test_loss), tolerance * plain.test_loss, "it has no prior in it");
    }
}

/* One full-batch step of plain gradient descent: the prior's share is -lr precision theta / N. */
Test(train, weight_prior_pulls_each_parameter) /* [MAP.1] */
{
    aevb_train_config config = toy_config();
    config.optim = (aevb_optim){.kind = AEVB_SGD, .lr = 0.5};
    config.epochs = 1;
    config.batch = TOY_N;
    double start[TOY_PARAMS], plain[TOY_PARAMS], pulled[TOY_PARAMS];
    toy_params(toy_train(&config, "plain"), plain);
    config.prior_precision = 2.0;
    toy_params(toy_train(&config, "pulled"), pulled);
    config.optim.lr = 0.0;
    toy_params(toy_train(&config, "start"), start);
    size_t moved = 0;
    for (size_t i = 0; i < TOY_PARAMS; i++) {
        double expected = plain[i] - 0.5 * 2.0 * start[i] / TOY_N;
        /* theta and its gradient are rounded a few times, the gradient being below 2 */
        cr_expect_leq(fabs(pulled[i] - expected), 8.0 * 0x1p-53 * (fabs(start[i]) + 2.0), "parameter %zu", i);
        moved += plain[i] != pulled[i];
    }
    cr_expect_gt(moved, TOY_PARAMS / 2);
}

Test(train, test_metrics_are_those_of_an_evaluation_of_the_saved_model)
{
    aevb_train_config config = toy_config();
    aevb_epoch last = train_quietly(&config, "evaluated");
    aevb_model *model;
    aevb_engine *engine;
    aevb_error err = {0};
    const char *saved = toy_file(temp_path("evaluated"), "model.safetensors");
    cr_assert_eq(aevb_model_load(saved, NULL, NULL, &model, &err), AEVB_OK, "%s", err.message);
    aevb_engine_config ec = {AEVB_ENGINE_REF, AEVB_F64, -1, 1, 4, 1};
    cr_assert_eq(aevb_engine_create(&ec, &model->arch, &engine, &err), AEVB_OK);
    aevb_engine_set_params(engine, model->params);
    aevb_evaluation e = {0};
    const aevb_data data = toy_data();
    cr_assert_eq(aevb_evaluate(engine, data.test, config.binarise, 77, 0, 0, &e, &err), AEVB_OK);
    const double tolerance = 2.0 * TOY_TEST_N * 0x1p-53;
    cr_expect_leq(fabs(e.recon - last.test_recon), tolerance * e.recon);
    cr_expect_leq(fabs(e.kl - last.test_kl), tolerance * e.kl);
    cr_expect_leq(fabs(e.elbo + last.test_loss), tolerance * fabs(e.elbo));
    aevb_engine_free(engine);
    aevb_model_free(model);
}

typedef struct trace { double train[4], test[4]; } trace;
static void record(void *user, const aevb_epoch *done)
{
    trace *t = user;
    t->train[done->epoch - 1] = done->train_loss;
    t->test[done->epoch - 1] = done->test_loss;
}

/* 784 log 2 = 543.4 is what a model without any parameters reaches. */
Test(train, loss_falls_on_the_sprites)
{
    aevb_train_config config = aevb_train_default();
    config.arch.hidden[0] = 32;
    config.arch.z_dim = 5;
    config.epochs = 3;
    config.batch = 32;
    config.limit = 640;
    aevb_data data;
    trace t;
    aevb_error err = {0};
    aevb_data_options how = aevb_train_data_options(&config);
    cr_assert_eq(aevb_data_open("sprites", &how, &data, &err), AEVB_OK, "%s", err.message);
    aevb_train_hooks hooks = {.epoch = record, .user = &t};
    cr_assert_eq(aevb_train(&config, &data, temp_path("sprites"), &hooks, &err), AEVB_OK, "%s", err.message);
    for (int i = 0; i < 3; i++)
        cr_expect_lt(t.train[i], i == 0 ? 784.0 * log(2.0) : t.train[i - 1]);
    cr_expect_lt(t.test[2], t.test[0]);
    aevb_data_close(&data);
}

Test(train, a_source_without_test_data_has_no_test_metrics_and_resumes)
{
    aevb_train_config config = toy_config();
    aevb_data data = toy_data();
    aevb_error err = {0};
    data.test = NULL;
    config.epochs = 1;
    const char *run = temp_path("untested");
    cr_assert_eq(aevb_train(&config, &data, run, NULL, &err), AEVB_OK, "%s", err.message);
    config.epochs = 2;
    cr_assert_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_OK, "%s", err.message);
    char *metrics = toy_metrics(run);
    size_t found = 0;
    for (const char *at = metrics; (at = strstr(at, ",nan,nan,nan,nan\n")) != NULL; at++)
        found++;
    cr_expect_eq(found, 2, "%s", metrics);
    free(metrics);
}

Test(train, a_directory_with_a_run_is_refused_and_left_alone)
{
    aevb_train_config config = toy_config();
    config.epochs = 1;
    const char *run = toy_train(&config, "twice"), *copy = toy_train(&config, "copy");
    const aevb_data data = toy_data();
    aevb_error err = {0};
    config.seed = 5;
    cr_expect_eq(aevb_train(&config, &data, run, NULL, &err), AEVB_EINVAL);
    cr_expect_not_null(strstr(err.message, "run.json"), "%s", err.message);
    toy_demand_same(run, copy);
}

Test(train, a_loss_that_is_not_finite_stops_with_the_place_and_leaves_a_good_run)
{
    aevb_train_config config = toy_config();
    config.optim = (aevb_optim){.kind = AEVB_SGD, .lr = 1e30};
    config.arch.likelihood = AEVB_GAUSSIAN;
    const aevb_data data = toy_data();
    const char *run = temp_path("diverged");
    aevb_error err = {0};
    cr_assert_eq(aevb_train(&config, &data, run, NULL, &err), AEVB_ENONFINITE);
    cr_expect_not_null(strstr(err.message, "epoch 1, batch 2"), "%s", err.message);
    cr_expect_not_null(strstr(err.message, "lower learning rate than 1e+30"), "%s", err.message);
    cr_expect_not_null(strstr(err.message, "gaussian-fixed"), "%s", err.message);
    aevb_model *model;
    cr_assert_eq(aevb_model_load(toy_file(run, "model.safetensors"), NULL, NULL, &model, &err), AEVB_OK,
                 "%s", err.message);
    aevb_model_free(model);
    err.message[0] = '\0';
    cr_expect_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_ENONFINITE);
    cr_expect_not_null(strstr(err.message, "epoch 1, batch 2"), "%s", err.message);
}

Test(train, refuses_data_and_settings_that_do_not_fit)
{
    aevb_train_config config = toy_config();
    aevb_data data = toy_data();
    aevb_error err = {0};
    config.binarise = AEVB_BINARISE_NONE; /* grey data under Bernoulli [BERN.3] */
    cr_expect_eq(aevb_train(&config, &data, temp_path("grey"), NULL, &err), AEVB_EDOMAIN, "%s", err.message);
    cr_expect_not_null(strstr(err.message, "datum"), "%s", err.message);
    config = toy_config();
    config.arch.x_dim = 8;
    config.arch.image_rows = config.arch.image_cols = 0;
    cr_expect_eq(aevb_train(&config, &data, temp_path("wide"), NULL, &err), AEVB_ESHAPE);
    config = toy_config();
    data.train = NULL;
    cr_expect_eq(aevb_train(&config, &data, temp_path("none"), NULL, &err), AEVB_EINVAL);
    cr_expect_eq(access(temp_path("none"), F_OK), -1);
}
