/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opens a model or a run, an engine for it, and the data. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_source.h"
#include "cli/cli_text.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

aevb_cli_source_options aevb_cli_source_default(void)
{
    return (aevb_cli_source_options){.how = aevb_cli_model_default(), .reading = aevb_data_options_default(),
                                     .binarise = -1, .seed = 1, .engine = aevb_cli_engine_default()};
}

static const char *split_name(int i)
{
    static const char *const names[] = {"test", "train", NULL};
    return names[i];
}

error_t aevb_cli_source_option(int key, char *arg, const struct argp_state *state, aevb_cli_source_options *options)
{
    switch (key) {
    case AEVB_CLI_MODEL:
        options->model = arg;
        return 0;
    case AEVB_CLI_SEED:
        options->seed = aevb_cli_whole(state, "--seed", arg, 0, UINT64_MAX);
        return 0;
    case AEVB_CLI_DATA:
        options->data = arg;
        return 0;
    case AEVB_CLI_SPLIT:
        options->train_part = aevb_cli_choice(state, "--split", arg, split_name) == 1;
        return 0;
    case AEVB_CLI_LIMIT:
        options->limit = (size_t)aevb_cli_whole(state, "--limit", arg, 1, UINT32_MAX);
        return 0;
    case AEVB_CLI_BINARISE:
        options->binarise = aevb_cli_binarise(state, arg);
        return 0;
    case ARGP_KEY_END:
        aevb_cli_need(state, "--model", options->model);
        return 0;
    }
    if (aevb_cli_data_option(key, arg, state, &options->reading) == 0) {
        options->has_reading = true;
        return 0;
    }
    error_t taken = aevb_cli_model_option(key, arg, state, &options->how);
    return taken != ARGP_ERR_UNKNOWN ? taken : aevb_cli_engine_option(key, arg, state, &options->engine);
}

int aevb_cli_source_open_model(const aevb_cli_source_options *options, unsigned parts, aevb_cli_source *source)
{
    *source = (aevb_cli_source){.engine = NULL};
    aevb_error err = {.status = AEVB_OK};
    aevb_status status;
    struct stat info;
    source->is_run = stat(options->model, &info) == 0 && S_ISDIR(info.st_mode);
    int length = snprintf(source->model_path, sizeof source->model_path, "%s%s", options->model,
                          source->is_run ? "/model.safetensors" : "");
    if (length < 0 || (size_t)length >= sizeof source->model_path)
        return aevb_cli_fail("the name of the model is too long");
    if (source->is_run && (status = aevb_train_config_load(options->model, &source->run, &err)) != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    aevb_model *model = aevb_cli_model_load(source->model_path, &options->how, parts);
    if (model == NULL)
        return AEVB_EXIT_FAILED;
    source->arch = model->arch;
    status = aevb_engine_create(&options->engine, &model->arch, &source->engine, &err);
    if (status == AEVB_OK)
        aevb_engine_set_params(source->engine, model->params);
    aevb_model_free(model);
    return status == AEVB_OK ? AEVB_EXIT_OK : aevb_cli_fail_status(status, &err);
}

int aevb_cli_source_open_data(const aevb_cli_source_options *options, aevb_cli_source *source)
{
    const char *name = options->data != NULL ? options->data : source->is_run ? source->run.data : NULL;
    if (name == NULL)
        return aevb_cli_fail("%s is a model without a run: say which --data", options->model);
    /* A run's own data are parted as the run parted them, so that its test part holds no row that it trained on. */
    bool own_data = source->is_run && strcmp(name, source->run.data) == 0;
    aevb_error err = {.status = AEVB_OK};
    if (own_data && options->has_reading)
        return aevb_cli_fail("%s: a run's own data are read as the run read them: no --crop, --scale, --grey, "
                             "--preset, --range, --window, --stride", options->model);
    aevb_data_options how = own_data ? aevb_train_data_options(&source->run) : options->reading;
    how.limits = &options->how.limits;
    how.seed = source->is_run ? source->run.seed : options->seed;
    if (aevb_cli_is_text(&source->arch) && aevb_cli_text_like_model(&source->arch, &how) != AEVB_EXIT_OK)
        return AEVB_EXIT_FAILED;
    aevb_status status = aevb_data_open(name, &how, &source->data, &err);
    if (status != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    source->part = options->train_part ? "train" : "test";
    const aevb_dataset *part = options->train_part ? source->data.train : source->data.test;
    if (part == NULL || part->n == 0)
        return aevb_cli_fail("%s has no %s part", name, source->part);
    if (part->classes == 0 && aevb_cli_is_text(&source->arch))
        return aevb_cli_fail("%s is no text, which the model was made for (text:PATH)", name);
    if (part->classes > 0 && !aevb_cli_is_text(&source->arch))
        return aevb_cli_fail("%s is text; the model is not, its likelihood is %s", name,
                             aevb_likelihood_name(source->arch.likelihood));
    if (part->x_dim != source->arch.x_dim)
        return aevb_cli_fail("%s has rows of %zu values, the model takes %zu", name, part->x_dim, source->arch.x_dim);
    source->whole_part = part;
    source->rows = *part;
    if (options->limit > 0 && options->limit < source->rows.n)
        source->rows.n = options->limit;
    source->binarise = options->binarise >= 0 ? (aevb_binarise)options->binarise
                       : source->is_run       ? source->run.binarise
                                              : AEVB_BINARISE_NONE;
    return AEVB_EXIT_OK;
}

void aevb_cli_source_close(aevb_cli_source *source)
{
    aevb_engine_free(source->engine);
    aevb_data_close(&source->data);
}

int aevb_cli_source_need_pictures(const aevb_cli_source *source)
{
    if (source->arch.image_rows == 0)
        return aevb_cli_fail("%s: the model's data have no rows and columns, so there is no picture to draw "
                             "(--npy writes the numbers)", source->model_path);
    return AEVB_EXIT_OK;
}

int aevb_cli_fail_domain(aevb_status status, const aevb_error *err, aevb_likelihood likelihood,
                         aevb_binarise binarise)
{
    if (status == AEVB_EDOMAIN && likelihood == AEVB_BERNOULLI && binarise == AEVB_BINARISE_NONE)
        return aevb_cli_fail("%s (--binarise dynamic, or a model with --likelihood grey)", err->message);
    return aevb_cli_fail_status(status, err);
}
