/* SPDX-License-Identifier: GPL-3.0-or-later
 * run.json keeps every setting to the bit, and a damaged one is refused in one line. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "leaks.h"
#include "temp_files.h"
#include "toy_run.h"
#include "train/run_json.h"

TestSuite(run_json, .fini = no_leaks);

static aevb_train_config unusual_config(void)
{
    aevb_train_config c = {
        .arch = {.x_dim = 12, .z_dim = 3, .n_hidden = 2, .hidden = {7, 5}, .activation = AEVB_SOFTPLUS,
                 .likelihood = AEVB_GAUSSIAN_FIXED, .x_variance = 0.1, .image_rows = 3, .image_cols = 4},
        .objective = {AEVB_ELBO_MC, 1.0 / 3.0},
        .optim = {.kind = AEVB_ADAMW, .lr = 1.0 / 7.0, .momentum = 0.1, .beta1 = 0.2, .beta2 = 0.3, .eps = 5e-324,
                  .weight_decay = 1e300},
        .prior_precision = 0.7, .init = AEVB_INIT_NORMAL, .init_stddev = 0.012345678901234567, .samples = 3,
        .batch = 17, .epochs = 123456789012345, .seed = UINT64_MAX, .binarise = AEVB_BINARISE_THRESHOLD,
        .data = "/data/\"odd\" n\xc3\xa4me", .limit = 99, .range = AEVB_RANGE_ANY,
        .pictures = {1, 5, 2, 7, 0.7, AEVB_GREY_MEAN},
        .window = 3, .stride = 2, .engine = AEVB_ENGINE_FAST, .precision = AEVB_F32,
        .level = 2, .threads = 6,
    };
    return c;
}

Test(run_json, keeps_every_setting_to_the_bit)
{
    aevb_run_record record = {.config = unusual_config(), .library = "1.2.3", .compiler = "cc", .level_used = 2,
                              .threads_used = 6, .data_name = "idx", .train_rows = 5, .test_rows = 0,
                              .train_sha256 = "ab"}, back;
    const char *path = temp_path("run.json");
    aevb_error err = {0};
    memset(&back, 0x5a, sizeof back);
    cr_assert_eq(aevb_run_json_write(path, &record, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_run_json_read(path, &back, &err), AEVB_OK, "%s", err.message);
    cr_expect_null(aevb_settings_difference(&record.config, &back.config));
    cr_expect(back.config.epochs == record.config.epochs && back.config.threads == 6);
    cr_expect_eq(back.config.arch.x_variance, 0.1);
    cr_expect_str_eq(back.library, "1.2.3");
    cr_expect_str_eq(back.train_sha256, "ab");
    cr_expect(back.level_used == 2 && back.train_rows == 5 && back.test_sha256[0] == '\0');
}

/* The fields of the architecture, which are one setting. */
Test(run_json, an_architecture_that_differs_is_named)
{
    aevb_train_config same = unusual_config(), c[10];
    same.arch.likelihood = AEVB_GAUSSIAN_FIXED;
    same.arch.x_classes = 3;
    same.arch.n_alphabet = 3;
    memcpy(same.arch.alphabet, "abc", 3);
    cr_expect_null(aevb_settings_difference(&same, &same));
    for (size_t i = 0; i < 10; i++)
        c[i] = same;
    c[0].arch.x_dim++, c[1].arch.z_dim++, c[2].arch.n_hidden--, c[3].arch.activation = AEVB_RELU;
    c[4].arch.likelihood = AEVB_GREY, c[5].arch.image_rows++, c[6].arch.image_cols++, c[7].arch.x_variance *= 2;
    c[8].arch.x_classes++, c[9].arch.n_alphabet--;
    for (size_t i = 0; i < 10; i++)
        cr_expect_str_eq(aevb_settings_difference(&c[i], &same), "model", "%zu", i);
    c[0] = same;
    c[0].arch.alphabet[2] = 'd';
    cr_expect_str_eq(aevb_settings_difference(&c[0], &same), "model");
    c[0] = c[1] = same;
    c[0].arch.likelihood = c[1].arch.likelihood = AEVB_GREY; /* which has no x_variance */
    c[0].arch.x_variance = 7;
    cr_expect_null(aevb_settings_difference(&c[0], &c[1]));
}

/* Every field of the settings but epochs and threads, changed alone, is noticed under its own name. */
Test(run_json, a_setting_that_differs_is_named)
{
    const aevb_train_config same = unusual_config();
    aevb_train_config c[31];
    for (size_t i = 0; i < 31; i++)
        c[i] = same;
    static const char *const keys[31] = {"objective", "beta", "optimiser", "lr", "momentum", "beta1", "beta2", "eps",
        "weight_decay", "prior_precision", "init", "init_stddev", "samples", "batch", "seed", "binarise", "data",
        "limit", "engine", "precision", "level", "model", "range", "crop_top", "crop_bottom", "crop_left",
        "crop_right", "scale", "grey", "window", "stride"};
    c[0].objective.kind = AEVB_ELBO, c[1].objective.beta = 1.0, c[2].optim.kind = AEVB_ADAM, c[3].optim.lr = 1.0;
    c[4].optim.momentum = 0.0, c[5].optim.beta1 = 0.0, c[6].optim.beta2 = 0.0, c[7].optim.eps = 0.0;
    c[8].optim.weight_decay = 0.0, c[9].prior_precision = 0.0, c[10].init = AEVB_INIT_GLOROT;
    c[11].init_stddev = 0.0, c[12].samples = 1, c[13].batch = 1, c[14].seed = 1;
    c[15].binarise = AEVB_BINARISE_NONE, strcpy(c[16].data, "other"), c[17].limit = 0;
    c[18].engine = AEVB_ENGINE_REF, c[19].precision = AEVB_F64, c[20].level = -1, c[21].arch.hidden[1] = 6;
    c[22].range = AEVB_RANGE_UNIT, c[23].pictures.crop_top = 0, c[24].pictures.crop_bottom = 6;
    c[25].pictures.crop_left = 0, c[26].pictures.crop_right = 9, c[27].pictures.scale = 1;
    c[28].pictures.grey = AEVB_GREY_LUMA, c[29].window = 0, c[30].stride = 0;
    for (size_t i = 0; i < 31; i++) {
        const char *key = aevb_settings_difference(&c[i], &same);
        cr_assert_not_null(key, "%s was not noticed", keys[i]);
        cr_expect_str_eq(key, keys[i]);
    }
    c[0] = same;
    c[0].epochs = 1;
    c[0].threads = 1;
    cr_expect_null(aevb_settings_difference(&c[0], &same));
}

/* The text of a good run.json with the first `from` replaced. */
static void write_changed(const char *path, const char *good, const char *from, const char *to)
{
    const char *at = strstr(good, from);
    cr_assert_not_null(at, "no %s in %s", from, good);
    char *text = malloc(strlen(good) + strlen(to) + 1);
    cr_assert_not_null(text);
    int n = sprintf(text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
    temp_write(path, text, (size_t)n);
    free(text);
}

Test(run_json, anything_else_is_refused_in_one_line)
{
    static const char *const cases[][3] = {
        {"\"lr\": 0.01,", "\"lr\": 0.01, \"lr\": 0.01,", "uplicate"},
        {"\"lr\": 0.01,", "", "\"lr\" is missing"},
        {"\"lr\": 0.01,", "\"lr\": 0.01, \"rate\": 1,", "unknown key \"rate\""},
        {"\"lr\": 0.01,", "\"lr\": \"0.01\",", "\"lr\" is not a number"},
        {"\"lr\": 0.01,", "\"lr\": -0.01,", "learning rate"},
        {"\"lr\": 0.01,", "\"lr\": 1e999,", "byte"},
        {"\"lr\": 0.01,", "\"lr\": NaN,", "byte"},
        {"\"beta\": 1.0", "\"beta\": -1.0", "beta"},
        {"\"batch\": 8", "\"batch\": 0", "batch"},
        {"\"batch\": 8", "\"batch\": 8.0", "\"batch\" is not a whole number"},
        {"\"batch\": 8", "\"batch\": -8", "\"batch\" is not a whole number"},
        {"\"batch\": 8", "\"batch\": 9007199254740993", "\"batch\" is not a whole number"},
        {"\"samples\": 2", "\"samples\": 99999999", "samples"},
        {"\"epochs\": 1", "\"epochs\": 0", "epochs"},
        {"\"seed\": \"77\"", "\"seed\": 77", "\"seed\" is not a string of decimal digits"},
        {"\"seed\": \"77\"", "\"seed\": \"-77\"", "\"seed\" is not"},
        {"\"seed\": \"77\"", "\"seed\": \"077\"", "\"seed\" is not"},
        {"\"seed\": \"77\"", "\"seed\": \"\"", "\"seed\" is not"},
        {"\"seed\": \"77\"", "\"seed\": \"18446744073709551616\"", "\"seed\" is not"},
        {"\"optimiser\": \"adam\"", "\"optimiser\": \"adan\"", "\"optimiser\" is not one of the known names"},
        {"\"optimiser\": \"adam\"", "\"optimiser\": 2", "\"optimiser\" is not one of the known names"},
        {"\"threads\": 0", "\"threads\": -1", "threads"},
        {"\"threads\": 0", "\"threads\": 1.5", "\"threads\" is not a small whole number"},
        {"\"threads\": 0", "\"threads\": -2147483649", "\"threads\" is not a small whole number"},
        {"\"epochs\": 1", "\"epochs\": 1.5", "\"epochs\" is not a whole number from 0 to 2^53"},
        {"\"lr\": 0.01,", "\"lr\": null,", "\"lr\" is not a number"},
        {"\"seed\": \"77\"", "\"seed\": \"7\\u00007\"", "byte"},
        {"\"data\": \"toy\"", "\"data\": 7", "\"data\" is not a string that is not too long"},
        {"\"format\": \"aevb-run-1\"", "\"format\": 1", "aevb-run-1"},
        {"\"settings\": {", "\"settings\": [], \"setting\": {", "unknown key beside"},
        {"\"environment\": {", "\"environment\": 1, \"model\": {", "uplicate"},
        {"\"threads\": 0", "\"threads\": 2147483648", "\"threads\" is not a small whole number"},
        {"\"x_dim\": 9", "\"x_dim\": 0", "x_dim"},
        {"\"x_dim\": 9", "\"x_dim\": 9, \"y_dim\": 9", "y_dim"},
        {"\"activation\": \"relu\"", "\"activation\": \"gelu\"", "gelu"},
        {"\"format\": \"aevb-run-1\"", "\"format\": \"aevb-run-2\"", "aevb-run-1"},
        {"\"format\": \"aevb-run-1\"", "\"format\": \"aevb-run-1\", \"extra\": {}", "unknown key"},
        {"\"environment\"", "\"environs\"", "\"environment\" is missing"},
        {"\"compiler\"", "\"compilers\"", "\"compiler\" is missing"},
        {"\"train_rows\": 50", "\"train_rows\": null", "\"train_rows\" is not"},
        {"\"data\": \"toy\"", "\"data\": \"t\\u0000y\"", "byte"},
        {"{", "[", "byte"},
        {"\"library\": \"", "\"library\": \"0123456789012345678901234567890123456789012345678901234567890123456789"
         "012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
         "\"library\" is not a string that is not too long"},
        {"{", "", "byte"},
    };
    aevb_train_config config = toy_config();
    config.epochs = 1;
    const char *run = toy_train(&config, "json");
    const char *path = toy_file(run, "run.json");
    size_t n;
    char *good = (char *)temp_read(path, &n);
    good[n] = '\0';
    aevb_train_config read = config;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_changed(path, good, cases[i][0], cases[i][1]);
        aevb_error err = {0};
        memset(&read, 0x5a, sizeof read);
        aevb_status status = aevb_train_config_load(run, &read, &err);
        cr_expect(status == AEVB_EFORMAT || status == AEVB_EUNSUPPORTED, "case %zu: %s", i, aevb_status_name(status));
        toy_expect_line(&err, path, cases[i][2]);
        for (size_t k = 0; k < sizeof read; k++)
            cr_assert_eq(((unsigned char *)&read)[k], 0x5a, "case %zu touched the output", i);
    }
    write_changed(path, good, "{", "{");
    cr_expect_eq(aevb_train_config_load(run, &read, NULL), AEVB_OK);
    free(good);
}

Test(run_json, what_is_no_small_file_is_refused)
{
    aevb_run_record record;
    aevb_error err = {0};
    cr_expect_eq(aevb_run_json_read(temp_path("absent"), &record, &err), AEVB_EIO);
    cr_expect_eq(aevb_run_json_read(temp_dir(), &record, &err), AEVB_EIO);
    char *large = malloc(2 << 20);
    cr_assert_not_null(large);
    memset(large, ' ', 2 << 20);
    temp_write(temp_path("large"), large, 2 << 20);
    temp_write(temp_path("empty"), "", 0);
    free(large);
    cr_expect_eq(aevb_run_json_read(temp_path("large"), &record, &err), AEVB_EFORMAT);
    cr_expect_eq(aevb_run_json_read(temp_path("empty"), &record, &err), AEVB_EFORMAT);
    record.config = toy_config();
    strcpy(record.config.data, "not \xff UTF-8");
    record.library[0] = record.compiler[0] = record.data_name[0] = record.train_sha256[0] = '\0';
    record.test_sha256[0] = '\0';
    cr_expect_eq(aevb_run_json_write(temp_path("bytes"), &record, &err), AEVB_EINVAL);
    cr_expect_eq(access(temp_path("bytes"), F_OK), -1);
}
