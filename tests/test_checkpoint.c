/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checkpoints that are damaged, or of another run, are refused in one line. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aevb/format.h"
#include "leaks.h"
#include "temp_files.h"
#include "toy_run.h"

TestSuite(checkpoint, .fini = no_leaks);

enum { MAX_TENSORS = 6, MAX_ENTRIES = 8, MAX_VALUES = 256 };

/* A checkpoint in memory, to be changed and written again. */
typedef struct stored {
    aevb_tensor_out tensors[MAX_TENSORS];
    aevb_metadata_out metadata[MAX_ENTRIES];
    size_t n_tensors, n_metadata;
    double values[MAX_TENSORS][MAX_VALUES];
    char texts[MAX_TENSORS + 2 * MAX_ENTRIES][100];
} stored;

static const char *keep(stored *s, size_t *used, const char *text)
{
    snprintf(s->texts[*used], sizeof s->texts[0], "%s", text);
    return s->texts[(*used)++];
}

static void read_stored(const char *path, stored *s)
{
    aevb_safetensors *file;
    aevb_error err = {0};
    size_t used = 0;
    cr_assert_eq(aevb_safetensors_open(path, NULL, &file, &err), AEVB_OK, "%s", err.message);
    s->n_tensors = aevb_safetensors_count(file);
    s->n_metadata = aevb_safetensors_n_metadata(file);
    cr_assert(s->n_tensors < MAX_TENSORS && s->n_metadata < MAX_ENTRIES);
    for (size_t i = 0; i < s->n_tensors; i++) {
        const aevb_stored_tensor *t = aevb_safetensors_tensor(file, i);
        cr_assert_leq(t->count, MAX_VALUES);
        cr_assert_eq(aevb_safetensors_read(file, t, s->values[i], &err), AEVB_OK);
        s->tensors[i] = (aevb_tensor_out){keep(s, &used, t->name), t->dtype, t->ndim,
                                          {(size_t)t->shape[0], t->ndim == 2 ? (size_t)t->shape[1] : 0},
                                          s->values[i]};
    }
    for (size_t i = 0; i < s->n_metadata; i++) {
        const char *key = aevb_safetensors_metadata_key(file, i);
        s->metadata[i].key = keep(s, &used, key);
        s->metadata[i].value = keep(s, &used, aevb_safetensors_metadata(file, key));
    }
    aevb_safetensors_close(file);
}

static aevb_metadata_out *entry(stored *s, const char *key)
{
    for (size_t i = 0; i < s->n_metadata; i++)
        if (strcmp(s->metadata[i].key, key) == 0)
            return &s->metadata[i];
    cr_assert_fail("no %s", key);
    return NULL;
}

static aevb_tensor_out *tensor(stored *s, const char *name)
{
    for (size_t i = 0; i < s->n_tensors; i++)
        if (strcmp(s->tensors[i].name, name) == 0)
            return &s->tensors[i];
    cr_assert_fail("no %s", name);
    return NULL;
}

static void drop(stored *s, aevb_tensor_out *t)
{
    memmove(t, t + 1, (size_t)(s->tensors + s->n_tensors - (t + 1)) * sizeof *t);
    s->n_tensors--;
}

/* A run that was stopped in epoch 2 after 3 batches: epoch 1, row 24, t 10. */
static const char *stopped_run(aevb_train_config *config)
{
    *config = toy_config();
    config->epochs = 1;
    const char *run = toy_train(config, "stored");
    const volatile sig_atomic_t stop = 1;
    aevb_train_hooks hooks = {.stop = &stop};
    const aevb_data data = toy_data();
    config->epochs = 3;
    for (int i = 0; i < 3; i++)
        cr_assert_eq(aevb_train_resume(config, &data, run, &hooks, NULL), AEVB_EINTERRUPTED);
    return run;
}

static void expect_refused(const char *run, const aevb_train_config *config, stored *s, aevb_status status,
                           const char *part)
{
    const char *path = toy_file(run, "checkpoint.safetensors");
    const aevb_data data = toy_data();
    aevb_error err = {0};
    cr_assert_eq(aevb_safetensors_write(path, s->tensors, s->n_tensors, s->metadata, s->n_metadata, &err), AEVB_OK,
                 "%s", err.message);
    aevb_status given = aevb_train_resume(config, &data, run, NULL, &err);
    cr_expect_eq(given, status, "%s instead of %s: %s", aevb_status_name(given), part, err.message);
    toy_expect_line(&err, path, part);
}

Test(checkpoint, metadata_that_are_not_its_own_are_refused)
{
    static const struct { const char *key, *value, *part; aevb_status status; } cases[] = {
        {"epoch", "2", "steps do not lead", AEVB_EFORMAT},
        {"epoch", "x", "\"epoch\"", AEVB_EFORMAT},
        {"epoch", "", "\"epoch\"", AEVB_EFORMAT},
        {"epoch", "-1", "\"epoch\"", AEVB_EFORMAT},
        {"epoch", "1 ", "\"epoch\"", AEVB_EFORMAT},
        {"epoch", "99999999999999999999999", "\"epoch\"", AEVB_EFORMAT},
        {"epoch", "72057594037927937", "\"epoch\"", AEVB_EFORMAT},
        {"epoch", "72057594037927936", "steps do not lead", AEVB_EFORMAT},
        {"row", "23", "end of a batch", AEVB_EFORMAT},
        {"row", "56", "end of a batch", AEVB_EFORMAT},
        {"row", "16", "steps do not lead", AEVB_EFORMAT},
        {"t", "0", "steps do not lead", AEVB_EFORMAT},
        {"t", "0x0a", "\"t\"", AEVB_EFORMAT},
        {"aevb.checkpoint", "2", "version", AEVB_EUNSUPPORTED},
        {"train_sha256", "none", "not those of the run", AEVB_EINVAL},
        {"test_sha256", "none", "not those of the run", AEVB_EINVAL},
    };
    static stored good, s;
    aevb_train_config config;
    const char *run = stopped_run(&config);
    read_stored(toy_file(run, "checkpoint.safetensors"), &good);
    cr_assert_str_eq(entry(&good, "row")->value, "24");
    cr_assert_str_eq(entry(&good, "t")->value, "10");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s = good;
        entry(&s, cases[i].key)->value = cases[i].value;
        expect_refused(run, &config, &s, cases[i].status, cases[i].part);
    }
    for (size_t i = 0; i < good.n_metadata; i++) {
        s = good;
        s.metadata[i] = s.metadata[--s.n_metadata];
        expect_refused(run, &config, &s, AEVB_EFORMAT, "metadata");
    }
    for (size_t i = 0; i < good.n_metadata; i++) {
        s = good;
        s.metadata[i].key = "other";
        expect_refused(run, &config, &s, AEVB_EFORMAT, "metadata");
    }
    s = good;
    s.metadata[s.n_metadata++] = (aevb_metadata_out){"more", "1"};
    expect_refused(run, &config, &s, AEVB_EFORMAT, "metadata");
}

Test(checkpoint, tensors_that_are_not_its_own_are_refused)
{
    static stored good, s;
    aevb_train_config config;
    const char *run = stopped_run(&config), *path = toy_file(run, "checkpoint.safetensors");
    read_stored(path, &good);
    cr_assert_eq(good.n_tensors, 5);
    for (size_t i = 0; i < good.n_tensors; i++) {
        s = good;
        drop(&s, &s.tensors[i]);
        expect_refused(run, &config, &s, AEVB_EFORMAT, "tensors");
        s = good;
        s.tensors[i].name = "other";
        expect_refused(run, &config, &s, AEVB_EFORMAT, "\"");
        s = good;
        s.tensors[i].shape[0]--;
        expect_refused(run, &config, &s, AEVB_EFORMAT, good.tensors[i].name);
    }
    s = good;
    s.tensors[s.n_tensors++] = (aevb_tensor_out){"more", AEVB_DTYPE_F64, 1, {1, 0}, good.values[0]};
    expect_refused(run, &config, &s, AEVB_EFORMAT, "tensors");
    s = good;
    *tensor(&s, "history") = (aevb_tensor_out){"history", AEVB_DTYPE_F64, 1, {7, 0}, good.values[1]};
    expect_refused(run, &config, &s, AEVB_EFORMAT, "history");
    s = good;
    memset(s.values, 0, sizeof s.values);
    for (size_t i = 0; i < s.n_tensors; i++)
        s.tensors[i].data = s.values[0];
    s.tensors[s.n_tensors - 1].dtype = AEVB_DTYPE_F32;
    expect_refused(run, &config, &s, AEVB_EFORMAT, s.tensors[s.n_tensors - 1].name);
}

Test(checkpoint, a_short_file_and_a_number_that_is_not_finite_are_refused)
{
    aevb_train_config config;
    const char *run = stopped_run(&config), *path = toy_file(run, "checkpoint.safetensors");
    const aevb_data data = toy_data();
    aevb_error err = {0};
    size_t n;
    unsigned char *bytes = temp_read(path, &n);
    temp_write(path, bytes, n - 1);
    cr_expect_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_EFORMAT, "%s", err.message);
    toy_expect_line(&err, path, "");
    memset(bytes + n - 8, 0xff, 8); /* a NaN in the last state */
    temp_write(path, bytes, n);
    cr_expect_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_EFORMAT, "%s", err.message);
    toy_expect_line(&err, path, "state.1");
    cr_assert_eq(unlink(path), 0);
    cr_expect_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_EIO);
    toy_expect_line(&err, path, "");
    free(bytes);
}

Test(checkpoint, other_settings_and_fewer_epochs_than_are_done_are_refused)
{
    aevb_train_config config;
    const char *run = stopped_run(&config);
    const aevb_data data = toy_data();
    aevb_error err = {0};
    config.optim.lr *= 2.0;
    cr_expect_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_EINVAL);
    toy_expect_line(&err, toy_file(run, "run.json"), "\"lr\" cannot change");
    config.optim.lr /= 2.0;
    config.epochs = 1; /* it is in the second */
    cr_expect_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_EINVAL);
    toy_expect_line(&err, toy_file(run, "checkpoint.safetensors"), "beyond epoch 1");
    config.epochs = 3;
    cr_expect_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_OK, "%s", err.message);
    config.epochs = 2; /* it has three */
    cr_expect_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_EINVAL);
    toy_expect_line(&err, toy_file(run, "checkpoint.safetensors"), "beyond epoch 2");
    cr_expect_eq(aevb_train_resume(&config, &data, temp_path("nowhere"), NULL, &err), AEVB_EIO);
}

/* Without a test part the history has four columns, and the hash of the other says so. */
Test(checkpoint, a_run_without_a_test_part_is_resumed_as_such)
{
    static stored s;
    aevb_train_config config = toy_config();
    aevb_data data = toy_data();
    aevb_error err = {0};
    const char *run = temp_path("alone");
    data.test = NULL;
    config.epochs = 1;
    cr_assert_eq(aevb_train(&config, &data, run, NULL, &err), AEVB_OK, "%s", err.message);
    config.epochs = 2;
    cr_assert_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_OK, "%s", err.message);
    read_stored(toy_file(run, "checkpoint.safetensors"), &s);
    cr_expect(tensor(&s, "history")->shape[0] == 2 && tensor(&s, "history")->shape[1] == 4);
    cr_expect_str_eq(entry(&s, "test_sha256")->value, "none");
    data = toy_data();
    config.epochs = 3;
    cr_expect_eq(aevb_train_resume(&config, &data, run, NULL, &err), AEVB_EINVAL);
    toy_expect_line(&err, toy_file(run, "checkpoint.safetensors"), "the data are not those of the run: test_sha256");
}
