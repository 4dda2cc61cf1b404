/* SPDX-License-Identifier: GPL-3.0-or-later
 * Starting, resuming and saving runs. */
#include "config.h"
#include "train/run.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "aevb/format.h"
#include "aevb/level.h"
#include "alloc.h"
#include "data/dataset.h"
#include "error.h"
#include "infer/sweep.h"
#include "train/checkpoint.h"
#include "train/metrics.h"
#include "train/run_json.h"
#include "train/train_config.h"

static const aevb_train_hooks no_hooks;

aevb_status aevb_run_path(const char *dir, const char *name, char path[AEVB_RUN_PATH], aevb_error *err)
{
    int n = snprintf(path, AEVB_RUN_PATH, "%s/%s", dir, name);
    if (n < 0 || n >= AEVB_RUN_PATH)
        return aevb_fail(err, AEVB_EINVAL, "%.80s...: the path of the run is too long", dir);
    return AEVB_OK;
}

static aevb_status check_part(const aevb_dataset *part, const char *name, const aevb_arch *arch, aevb_error *err)
{
    if (part->n < 1 || part->n > UINT32_MAX)
        return aevb_fail(err, AEVB_EINVAL, "the %s part has %zu rows, must be 1 to 2^32 - 1", name, part->n);
    if (part->x_dim != arch->x_dim)
        return aevb_fail(err, AEVB_ESHAPE, "the %s part has %zu values in a row, the model takes %zu", name,
                         part->x_dim, arch->x_dim);
    return aevb_text_check(part, arch, err);
}

static aevb_status check_data(const aevb_data *data, const aevb_train_config *config, aevb_error *err)
{
    if (data->train == NULL)
        return aevb_fail(err, AEVB_EINVAL, "there are no training data");
    if (data->train->classes > 0 && config->binarise != AEVB_BINARISE_NONE)
        return aevb_fail(err, AEVB_EINVAL, "text cannot be binarised");
    aevb_status status = check_part(data->train, "training", &config->arch, err);
    return status == AEVB_OK && data->test != NULL ? check_part(data->test, "test", &config->arch, err) : status;
}

static aevb_status make_engine(aevb_run *run, aevb_error *err)
{
    const aevb_train_config *c = &run->config;
    size_t N = run->data->train->n;
    aevb_engine_config config = {c->engine, c->precision, c->level, c->threads, c->batch < N ? c->batch : N,
                                 c->samples};
    aevb_status status = aevb_engine_create(&config, &c->arch, &run->engine, err);
    if (status != AEVB_OK)
        return status;
    run->config.engine = aevb_engine_used(run->engine)->kind;
    run->config.precision = aevb_engine_used(run->engine)->precision;
    return aevb_engine_set_optim(run->engine, &c->optim, err);
}

aevb_status aevb_run_start(aevb_run *run, const aevb_train_config *config, const aevb_data *data, const char *dir,
                           const aevb_train_hooks *hooks, aevb_error *err)
{
    *run = (aevb_run){.config = *config, .data = data, .hooks = hooks == NULL ? &no_hooks : hooks, .dir = dir};
    aevb_status status = aevb_train_config_check(config, err);
    if (status == AEVB_OK)
        status = check_data(data, config, err);
    if (status == AEVB_OK)
        status = make_engine(run, err);
    if (status != AEVB_OK)
        return status;
    run->n_params = aevb_engine_layout(run->engine)->n_params;
    run->n_states = aevb_optim_n_state(config->optim.kind);
    run->params = aevb_alloc((1 + run->n_states) * run->n_params, sizeof *run->params);
    run->order = aevb_alloc(data->train->n, sizeof *run->order);
    aevb_dataset_sha256(data->train, run->train_sha256);
    if (data->test != NULL)
        aevb_dataset_sha256(data->test, run->test_sha256);
    return run->params == NULL || run->order == NULL ? aevb_fail_memory(err) : AEVB_OK;
}

void aevb_run_end(aevb_run *run)
{
    aevb_engine_free(run->engine);
    aevb_free(run->params);
    aevb_free(run->order);
    aevb_free(run->history);
}

aevb_status aevb_run_reserve(aevb_run *run, uint64_t epochs, aevb_error *err)
{
    if (epochs <= run->capacity)
        return AEVB_OK;
    size_t capacity = (size_t)epochs + run->capacity + 16;
    aevb_epoch *history = aevb_grow(run->history, run->capacity, capacity, sizeof *history);
    if (history == NULL)
        return aevb_fail_memory(err);
    run->history = history;
    run->capacity = capacity;
    return AEVB_OK;
}

static aevb_status check_finite(const aevb_run *run, aevb_error *err)
{
    for (size_t i = 0; i < (1 + run->n_states) * run->n_params; i++)
        if (!isfinite(run->params[i]))
            return aevb_fail(err, AEVB_ENONFINITE, "epoch %llu: %s of parameter %zu became %g; nothing was saved; "
                             "try a lower learning rate than %g", (unsigned long long)run->epoch,
                             i < run->n_params ? "the value" : "the optimiser's state", i % run->n_params,
                             run->params[i], run->config.optim.lr);
    return AEVB_OK;
}

aevb_status aevb_run_save(aevb_run *run, int with_checkpoint, aevb_error *err)
{
    char model[AEVB_RUN_PATH], metrics[AEVB_RUN_PATH];
    const aevb_train_config *c = &run->config;
    uint64_t t = 0;
    aevb_status status;
    aevb_engine_get_params(run->engine, run->params);
    for (size_t i = 0; i < run->n_states; i++)
        if ((status = aevb_engine_get_state(run->engine, i, run->params + (1 + i) * run->n_params, &t)) != AEVB_OK)
            return aevb_fail(err, status, "the engine does not give state %zu", i);
    aevb_dtype dtype = aevb_engine_used(run->engine)->precision == AEVB_F32 ? AEVB_DTYPE_F32 : AEVB_DTYPE_F64;
    if ((status = check_finite(run, err)) != AEVB_OK ||
        (status = aevb_run_path(run->dir, "model.safetensors", model, err)) != AEVB_OK ||
        (status = aevb_run_path(run->dir, "metrics.csv", metrics, err)) != AEVB_OK ||
        (status = aevb_model_save(model, &c->arch, run->params, dtype, err)) != AEVB_OK ||
        (status = aevb_metrics_write(metrics, run->history, run->epoch, err)) != AEVB_OK)
        return status;
    return with_checkpoint ? aevb_checkpoint_write(run, t, err) : AEVB_OK;
}

static aevb_status write_record(const aevb_run *run, aevb_error *err)
{
    char path[AEVB_RUN_PATH];
    aevb_status status = aevb_run_path(run->dir, "run.json", path, err);
    if (status != AEVB_OK)
        return status;
    aevb_run_record record = aevb_run_record_make(run);
    return aevb_run_json_write(path, &record, err);
}

static aevb_status set_initial_params(aevb_run *run, aevb_error *err)
{
    const aevb_train_config *c = &run->config;
    aevb_model *model;
    aevb_status status = aevb_model_create(&c->arch, &model, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_model_init(model, c->init, c->init_stddev, c->seed);
    if (status == AEVB_OK)
        aevb_engine_set_params(run->engine, model->params);
    else
        aevb_fail(err, status, "the initialisation was refused");
    aevb_model_free(model);
    return status;
}

static aevb_status make_directory(const char *dir, aevb_error *err)
{
    char path[AEVB_RUN_PATH];
    struct stat st;
    aevb_status status = aevb_run_path(dir, "run.json", path, err);
    if (status != AEVB_OK)
        return status;
    if (lstat(path, &st) == 0)
        return aevb_fail(err, AEVB_EINVAL, "%s: this run exists already: resume it or choose another directory",
                         path);
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return aevb_fail_errno(err, dir, "cannot create the directory");
    return AEVB_OK;
}

/* [BERN.3] [GREY.3] Every row is looked at before a file is written: a run that cannot get beyond its data would only
 * be in the way of the next. Binarised data are 0 and 1, text is one-hot. */
static aevb_status check_domain(const aevb_run *run, const aevb_dataset *part, aevb_error *err)
{
    if (part == NULL || run->config.binarise != AEVB_BINARISE_NONE || part->classes > 0)
        return AEVB_OK;
    aevb_sweep sweep;
    aevb_status status = aevb_sweep_start(&sweep, run->engine, part, AEVB_BINARISE_NONE, run->config.seed, 0, err);
    if (status != AEVB_OK)
        return status;
    do
        status = aevb_sweep_next(&sweep, err);
    while (status == AEVB_OK && sweep.B > 0);
    aevb_sweep_end(&sweep);
    return status;
}

/* run.json comes last: from then on the directory is a run, and complete. */
static aevb_status begin(aevb_run *run, aevb_error *err)
{
    aevb_status status;
    if ((status = check_domain(run, run->data->train, err)) != AEVB_OK ||
        (status = check_domain(run, run->data->test, err)) != AEVB_OK ||
        (status = set_initial_params(run, err)) != AEVB_OK || (status = make_directory(run->dir, err)) != AEVB_OK ||
        (status = aevb_run_save(run, 1, err)) != AEVB_OK)
        return status;
    return write_record(run, err);
}

aevb_status aevb_train(const aevb_train_config *config, const aevb_data *data, const char *dir,
                       const aevb_train_hooks *hooks, aevb_error *err)
{
    aevb_run run;
    aevb_status status = aevb_run_start(&run, config, data, dir, hooks, err);
    if (status == AEVB_OK)
        status = begin(&run, err);
    if (status == AEVB_OK)
        status = aevb_run_continue(&run, err);
    aevb_run_end(&run);
    return status;
}

static aevb_status read_record(const char *dir, aevb_run_record *record, aevb_error *err)
{
    char path[AEVB_RUN_PATH];
    aevb_status status = aevb_run_path(dir, "run.json", path, err);
    return status == AEVB_OK ? aevb_run_json_read(path, record, err) : status;
}

aevb_status aevb_train_config_load(const char *dir, aevb_train_config *config, aevb_error *err)
{
    aevb_run_record record;
    aevb_status status = read_record(dir, &record, err);
    if (status == AEVB_OK)
        *config = record.config;
    return status;
}

/* Levels of different kinds don't yield the same bits. */
static int kind_of_level(int level)
{
    return level == AEVB_LEVEL_REF || level == AEVB_LEVEL_PORTABLE ? level : AEVB_LEVEL_COUNT;
}

static aevb_status check_same_run(const aevb_run *run, aevb_error *err)
{
    aevb_run_record old;
    aevb_status status = read_record(run->dir, &old, err);
    if (status != AEVB_OK)
        return status;
    const int level = aevb_engine_used(run->engine)->level;
    if (kind_of_level(level) != kind_of_level(old.level_used))
        return aevb_fail(err, AEVB_EINVAL, "%s/run.json: the run was trained at level %s and would go on at level %s, "
                         "which yields other bits", run->dir, aevb_level_name((aevb_level)old.level_used),
                         aevb_level_name((aevb_level)level));
    const char *key = aevb_settings_difference(&run->config, &old.config);
    if (key != NULL)
        return aevb_fail(err, AEVB_EINVAL, "%s/run.json: \"%s\" cannot change when a run is resumed", run->dir, key);
    return AEVB_OK;
}

/* The checkpoint is the truth: the other files are made to agree with it before anything moves on. */
static aevb_status take_up(aevb_run *run, aevb_error *err)
{
    aevb_status status;
    if ((status = check_same_run(run, err)) != AEVB_OK ||
        (status = aevb_checkpoint_read(run, err)) != AEVB_OK || (status = aevb_run_save(run, 0, err)) != AEVB_OK)
        return status;
    return write_record(run, err);
}

aevb_status aevb_train_resume(const aevb_train_config *config, const aevb_data *data, const char *dir,
                              const aevb_train_hooks *hooks, aevb_error *err)
{
    aevb_run run;
    aevb_status status = aevb_run_start(&run, config, data, dir, hooks, err);
    if (status == AEVB_OK)
        status = take_up(&run, err);
    if (status == AEVB_OK)
        status = aevb_run_continue(&run, err);
    aevb_run_end(&run);
    return status;
}
