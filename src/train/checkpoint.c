/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checkpoints as safetensors. Tensors: sums [4] and history [epochs][7] (4 without test data) in F64; params and
 * state.0, state.1 in the precision of the engine. Whole numbers and hashes are metadata. */
#include "config.h"
#include "train/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "aevb/format.h"
#include "alloc.h"
#include "error.h"

#define NAME "checkpoint.safetensors"
#define CHECKPOINT_VERSION "1"
enum { N_SUMS = 4, N_WITH_TEST = 7, N_WITHOUT_TEST = 4, N_METADATA = 6 };

static const char *const state_names[] = {"state.0", "state.1"};

static size_t history_columns(const aevb_run *run)
{
    return run->data->test == NULL ? N_WITHOUT_TEST : N_WITH_TEST;
}

static aevb_dtype params_dtype(const aevb_run *run)
{
    return aevb_engine_used(run->engine)->precision == AEVB_F32 ? AEVB_DTYPE_F32 : AEVB_DTYPE_F64;
}

static const char *test_hash(const aevb_run *run)
{
    return run->data->test == NULL ? "none" : run->test_sha256;
}

/* --- writing --- */

static void history_to_rows(const aevb_run *run, double *rows)
{
    size_t columns = history_columns(run);
    for (uint64_t i = 0; i < run->epoch; i++) {
        const aevb_epoch *e = &run->history[i];
        const double row[N_WITH_TEST] = {e->train_loss, e->train_recon, e->train_kl, e->seconds,
                                         e->test_loss, e->test_recon, e->test_kl};
        memcpy(rows + i * columns, row, columns * sizeof *row);
    }
}

static aevb_status write_tensors(const aevb_run *run, const char *path, uint64_t t, const double *history,
                                 aevb_error *err)
{
    const double sums[N_SUMS] = {run->sums.loss, run->sums.recon, run->sums.kl, run->sums.seconds};
    aevb_tensor_out tensors[5] = {{"sums", AEVB_DTYPE_F64, 1, {N_SUMS, 0}, sums}};
    size_t n = 1;
    if (run->epoch > 0)
        tensors[n++] = (aevb_tensor_out){"history", AEVB_DTYPE_F64, 2, {(size_t)run->epoch, history_columns(run)},
                                         history};
    tensors[n++] = (aevb_tensor_out){"params", params_dtype(run), 1, {run->n_params, 0}, run->params};
    for (size_t i = 0; i < run->n_states; i++)
        tensors[n++] = (aevb_tensor_out){state_names[i], params_dtype(run), 1, {run->n_params, 0},
                                         run->params + (1 + i) * run->n_params};
    char epoch[24], row[24], steps[24];
    snprintf(epoch, sizeof epoch, "%" PRIu64, run->epoch);
    snprintf(row, sizeof row, "%zu", run->row);
    snprintf(steps, sizeof steps, "%" PRIu64, t);
    const aevb_metadata_out metadata[N_METADATA] = {
        {"aevb.checkpoint", CHECKPOINT_VERSION}, {"epoch", epoch}, {"row", row}, {"t", steps},
        {"train_sha256", run->train_sha256}, {"test_sha256", test_hash(run)}};
    return aevb_safetensors_write(path, tensors, n, metadata, N_METADATA, err);
}

aevb_status aevb_checkpoint_write(const aevb_run *run, uint64_t t, aevb_error *err)
{
    char path[AEVB_RUN_PATH];
    aevb_status status = aevb_run_path(run->dir, NAME, path, err);
    if (status != AEVB_OK)
        return status;
    double *history = aevb_alloc((size_t)run->epoch * history_columns(run), sizeof *history);
    if (history == NULL)
        return aevb_fail_memory(err);
    history_to_rows(run, history);
    status = write_tensors(run, path, t, history, err);
    aevb_free(history);
    return status;
}

/* --- reading --- */

/* What the metadata say. */
typedef struct position { uint64_t epoch, row, t; } position;

static aevb_status get_number(const aevb_safetensors *file, const char *path, const char *key, uint64_t *out,
                              aevb_error *err)
{
    const char *text = aevb_safetensors_metadata(file, key);
    if (text == NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s: metadata \"%s\" are missing", path, key);
    errno = 0;
    unsigned long long value = text[strspn(text, "0123456789")] == '\0' ? strtoull(text, NULL, 10) : 0;
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0' || errno != 0 || value > (uint64_t)1 << 56)
        return aevb_fail(err, AEVB_EFORMAT, "%s: metadata \"%s\" are no number below 2^56", path, key);
    *out = value;
    return AEVB_OK;
}

static aevb_status check_hash(const aevb_safetensors *file, const char *path, const char *key, const char *expected,
                              aevb_error *err)
{
    const char *text = aevb_safetensors_metadata(file, key);
    if (text == NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s: metadata \"%s\" are missing", path, key);
    if (strcmp(text, expected) != 0)
        return aevb_fail(err, AEVB_EINVAL, "%s: the data are not those of the run: %s was %.64s and is %s", path, key,
                         text, expected);
    return AEVB_OK;
}

/* The three numbers determine each other. */
static aevb_status check_position(const aevb_run *run, const char *path, const position *at, aevb_error *err)
{
    uint64_t N = run->data->train->n, M = run->config.batch, per_epoch = (N + M - 1) / M;
    if (at->row > N || (at->row % M != 0 && at->row != N))
        return aevb_fail(err, AEVB_EFORMAT, "%s: row %" PRIu64 " is not the end of a batch", path, at->row);
    if (at->epoch > (uint64_t)1 << 53 || at->epoch > UINT64_MAX / per_epoch - 1 ||
        at->t != at->epoch * per_epoch + (at->row + M - 1) / M)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %" PRIu64 " steps do not lead to row %" PRIu64 " of epoch %" PRIu64,
                         path, at->t, at->row, at->epoch + 1);
    if (at->epoch > run->config.epochs || (at->epoch == run->config.epochs && at->row > 0))
        return aevb_fail(err, AEVB_EINVAL, "%s: the run is beyond epoch %" PRIu64 " already", path,
                         run->config.epochs);
    return AEVB_OK;
}

static aevb_status read_metadata(const aevb_run *run, const aevb_safetensors *file, const char *path, position *at,
                                 aevb_error *err)
{
    const char *version = aevb_safetensors_metadata(file, "aevb.checkpoint");
    if (version == NULL || aevb_safetensors_n_metadata(file) != N_METADATA)
        return aevb_fail(err, AEVB_EFORMAT, "%s: the metadata are not those of a checkpoint", path);
    if (strcmp(version, CHECKPOINT_VERSION) != 0)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: checkpoint version \"%.20s\" is not \"%s\"", path, version,
                         CHECKPOINT_VERSION);
    aevb_status status;
    if ((status = get_number(file, path, "epoch", &at->epoch, err)) != AEVB_OK ||
        (status = get_number(file, path, "row", &at->row, err)) != AEVB_OK ||
        (status = get_number(file, path, "t", &at->t, err)) != AEVB_OK ||
        (status = check_hash(file, path, "train_sha256", run->train_sha256, err)) != AEVB_OK ||
        (status = check_hash(file, path, "test_sha256", test_hash(run), err)) != AEVB_OK)
        return status;
    return check_position(run, path, at, err);
}

/* rows x columns numbers (columns 0: a vector) of one dtype. */
static aevb_status read_tensor(aevb_safetensors *file, const char *path, const char *name, aevb_dtype dtype,
                               size_t rows, size_t columns, double *out, aevb_error *err)
{
    const aevb_stored_tensor *tensor = aevb_safetensors_find(file, name);
    if (tensor == NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%s\" is missing", path, name);
    size_t ndim = columns == 0 ? 1 : 2;
    if (tensor->dtype != dtype || tensor->ndim != ndim || tensor->shape[0] != rows ||
        (ndim == 2 && tensor->shape[1] != columns))
        return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%s\" has not the type and shape that this run needs", path,
                         name);
    return aevb_safetensors_read(file, tensor, out, err);
}

static aevb_status read_history(aevb_run *run, aevb_safetensors *file, const char *path, uint64_t epochs,
                                aevb_error *err)
{
    const aevb_stored_tensor *tensor = aevb_safetensors_find(file, "history");
    size_t columns = history_columns(run), N = run->data->train->n;
    if (epochs == 0)
        return AEVB_OK;
    if (tensor == NULL || tensor->count != epochs * columns) /* the file is known to be that long */
        return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"history\" does not hold %" PRIu64 " epochs", path, epochs);
    aevb_status status = aevb_run_reserve(run, epochs, err);
    double *rows = status == AEVB_OK ? aevb_alloc((size_t)epochs * columns, sizeof *rows) : NULL;
    if (rows == NULL)
        return status != AEVB_OK ? status : aevb_fail_memory(err);
    status = read_tensor(file, path, "history", AEVB_DTYPE_F64, (size_t)epochs, columns, rows, err);
    for (uint64_t i = 0; status == AEVB_OK && i < epochs; i++) {
        const double *r = rows + i * columns, nan = (double)NAN;
        int test = columns == N_WITH_TEST;
        run->history[i] = (aevb_epoch){.epoch = i + 1, .seen = N, .total = N, .train_loss = r[0], .train_recon = r[1],
                                       .train_kl = r[2], .seconds = r[3], .test_loss = test ? r[4] : nan,
                                       .test_recon = test ? r[5] : nan, .test_kl = test ? r[6] : nan};
    }
    aevb_free(rows);
    return status;
}

static aevb_status read_engine(aevb_run *run, aevb_safetensors *file, const char *path, uint64_t t, aevb_error *err)
{
    size_t n = run->n_params;
    aevb_status status = read_tensor(file, path, "params", params_dtype(run), n, 0, run->params, err);
    for (size_t i = 0; status == AEVB_OK && i < run->n_states; i++)
        status = read_tensor(file, path, state_names[i], params_dtype(run), n, 0, run->params + (1 + i) * n, err);
    if (status != AEVB_OK)
        return status;
    aevb_engine_set_params(run->engine, run->params);
    for (size_t i = 0; i < run->n_states; i++)
        if ((status = aevb_engine_set_state(run->engine, i, run->params + (1 + i) * n, t)) != AEVB_OK)
            return aevb_fail(err, status, "%s: the engine refuses state %zu", path, i);
    return AEVB_OK;
}

static aevb_status read_all(aevb_run *run, aevb_safetensors *file, const char *path, aevb_error *err)
{
    position at;
    double sums[N_SUMS];
    aevb_status status = read_metadata(run, file, path, &at, err);
    if (status != AEVB_OK)
        return status;
    if (aevb_safetensors_count(file) != 2 + run->n_states + (at.epoch > 0))
        return aevb_fail(err, AEVB_EFORMAT, "%s: the tensors are not those of a checkpoint", path);
    if ((status = read_tensor(file, path, "sums", AEVB_DTYPE_F64, N_SUMS, 0, sums, err)) != AEVB_OK ||
        (status = read_history(run, file, path, at.epoch, err)) != AEVB_OK ||
        (status = read_engine(run, file, path, at.t, err)) != AEVB_OK)
        return status;
    run->epoch = at.epoch;
    run->row = (size_t)at.row;
    run->sums = (aevb_sums){sums[0], sums[1], sums[2], sums[3]};
    return AEVB_OK;
}

aevb_status aevb_checkpoint_read(aevb_run *run, aevb_error *err)
{
    char path[AEVB_RUN_PATH];
    aevb_safetensors *file;
    aevb_status status = aevb_run_path(run->dir, NAME, path, err);
    if (status != AEVB_OK || (status = aevb_safetensors_open(path, NULL, &file, err)) != AEVB_OK)
        return status;
    status = read_all(run, file, path, err);
    aevb_safetensors_close(file);
    return status;
}
