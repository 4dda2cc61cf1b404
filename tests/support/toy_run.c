/* SPDX-License-Identifier: GPL-3.0-or-later
 * Small runs for tests. */
#include "toy_run.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/format.h"
#include "aevb/rng.h"
#include "temp_files.h"

static void draw(uint8_t *rows, size_t n, uint64_t stream)
{
    for (size_t r = 0; r < n; r++) {
        size_t line = (size_t)(6.0 * aevb_uniform(1, stream, r * 16));
        for (size_t i = 0; i < TOY_X; i++) {
            int bright = line < 3 ? i / 3 == line : i % 3 == line - 3;
            rows[r * TOY_X + i] = (uint8_t)((bright ? 200 : 10) + 50.0 * aevb_uniform(1, stream, r * 16 + 1 + i));
        }
    }
}

aevb_data toy_data(void)
{
    static uint8_t train_rows[TOY_N * TOY_X], test_rows[TOY_TEST_N * TOY_X];
    static aevb_dataset train = {.n = TOY_N, .x_dim = TOY_X, .image_rows = 3, .image_cols = 3, .u8 = train_rows};
    static aevb_dataset test = {.n = TOY_TEST_N, .x_dim = TOY_X, .image_rows = 3, .image_cols = 3, .u8 = test_rows};
    draw(train_rows, TOY_N, aevb_stream(AEVB_STREAM_TEST, 0));
    draw(test_rows, TOY_TEST_N, aevb_stream(AEVB_STREAM_TEST, 1));
    return (aevb_data){.train = &train, .test = &test, .name = "toy"};
}

aevb_train_config toy_config(void)
{
    aevb_train_config config = aevb_train_default();
    config.arch = (aevb_arch){.x_dim = TOY_X, .z_dim = 2, .n_hidden = 1, .hidden = {5}, .activation = AEVB_RELU,
                              .likelihood = AEVB_BERNOULLI, .image_rows = 3, .image_cols = 3};
    config.optim.lr = 0.01;
    config.samples = 2;
    config.batch = 8;
    config.epochs = 3;
    config.seed = 77;
    config.binarise = AEVB_BINARISE_DYNAMIC;
    config.engine = AEVB_ENGINE_REF;
    config.precision = AEVB_F64;
    strcpy(config.data, "toy");
    return config;
}

const char *toy_train(const aevb_train_config *config, const char *name)
{
    const char *run = temp_path(name);
    const aevb_data data = toy_data();
    aevb_error err = {0};
    cr_assert_eq(aevb_train(config, &data, run, NULL, &err), AEVB_OK, "%s", err.message);
    return run;
}

const char *toy_file(const char *run, const char *name)
{
    static char paths[8][4300];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", run, name);
    return path;
}

void toy_expect_line(const aevb_error *err, const char *path, const char *part)
{
    cr_expect_eq(strncmp(err->message, path, strlen(path)), 0, "%s", err->message);
    cr_expect_not_null(strstr(err->message, part), "\"%s\" does not say \"%s\"", err->message, part);
    cr_expect_null(strchr(err->message, '\n'));
}

void toy_params(const char *run, double params[TOY_PARAMS])
{
    aevb_model *model;
    aevb_error err = {0};
    cr_assert_eq(aevb_model_load(toy_file(run, "model.safetensors"), NULL, NULL, &model, &err), AEVB_OK,
                 "%s", err.message);
    cr_assert_eq(model->layout.n_params, TOY_PARAMS);
    memcpy(params, model->params, TOY_PARAMS * sizeof *params);
    aevb_model_free(model);
}

/* Cuts every line at its last comma. */
char *toy_metrics(const char *run)
{
    size_t n;
    char *text = (char *)temp_read(toy_file(run, "metrics.csv"), &n);
    size_t kept = 0, line = 0;
    cr_assert(n > 0 && text[n - 1] == '\n');
    for (size_t i = 0; i < n; i++) {
        text[kept++] = text[i];
        if (text[i] != '\n')
            continue;
        while (kept > line && text[kept - 1] != ',')
            kept--;
        cr_assert_gt(kept, line, "a line of metrics.csv without a comma");
        text[kept - 1] = '\n';
        line = kept;
    }
    text[kept] = '\0';
    return text;
}

static void demand_same_metrics(const char *run, const char *other)
{
    char *ours = toy_metrics(run), *theirs = toy_metrics(other);
    cr_expect_str_eq(ours, theirs);
    free(ours);
    free(theirs);
}

/* Number 3 of the sums and column 3 of the history are seconds. */
static int is_seconds(const aevb_stored_tensor *tensor, size_t i)
{
    if (strcmp(tensor->name, "sums") == 0)
        return i == 3;
    return strcmp(tensor->name, "history") == 0 && i % (size_t)tensor->shape[1] == 3;
}

static void demand_same_tensor(aevb_safetensors *a, aevb_safetensors *b, const aevb_stored_tensor *left)
{
    const aevb_stored_tensor *right = aevb_safetensors_find(b, left->name);
    aevb_error err = {0};
    cr_assert(right != NULL && right->dtype == left->dtype && right->count == left->count, "%s", left->name);
    size_t n = (size_t)left->count;
    double *x = malloc(n * sizeof *x), *y = malloc(n * sizeof *y);
    cr_assert(x != NULL && y != NULL);
    cr_assert_eq(aevb_safetensors_read(a, left, x, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_safetensors_read(b, right, y, &err), AEVB_OK, "%s", err.message);
    for (size_t i = 0; i < n; i++)
        cr_expect(is_seconds(left, i) || memcmp(&x[i], &y[i], sizeof *x) == 0, "%s[%zu]: %a and %a", left->name, i,
                  x[i], y[i]);
    free(x);
    free(y);
}

static void demand_same_file(const char *run, const char *other, const char *name)
{
    aevb_safetensors *a, *b;
    aevb_error err = {0};
    cr_assert_eq(aevb_safetensors_open(toy_file(run, name), NULL, &a, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_safetensors_open(toy_file(other, name), NULL, &b, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_safetensors_count(a), aevb_safetensors_count(b));
    cr_assert_eq(aevb_safetensors_n_metadata(a), aevb_safetensors_n_metadata(b));
    for (size_t i = 0; i < aevb_safetensors_count(a); i++)
        demand_same_tensor(a, b, aevb_safetensors_tensor(a, i));
    for (size_t i = 0; i < aevb_safetensors_n_metadata(a); i++) {
        const char *key = aevb_safetensors_metadata_key(a, i), *value = aevb_safetensors_metadata(b, key);
        cr_assert_not_null(value, "%s", key);
        cr_expect_str_eq(value, aevb_safetensors_metadata(a, key), "%s", key);
    }
    aevb_safetensors_close(a);
    aevb_safetensors_close(b);
}

void toy_demand_same(const char *run, const char *other)
{
    demand_same_file(run, other, "model.safetensors");
    demand_same_file(run, other, "checkpoint.safetensors");
    demand_same_metrics(run, other);
}
