/* SPDX-License-Identifier: GPL-3.0-or-later
 * Settings of a run: defaults, names and ranges. */
#include "config.h"
#include "train/train_config.h"

#include <math.h>
#include <string.h>
#include "error.h"
#include "format/json_strict.h"

/* The low 56 bits of a stream number hold the epoch; JSON holds integers to 2^53. */
#define MAX_EPOCHS ((uint64_t)1 << 53)

aevb_train_config aevb_train_default(void)
{
    return (aevb_train_config){
        .arch = {.x_dim = (size_t)AEVB_SPRITES_SIDE * AEVB_SPRITES_SIDE, .z_dim = 20, .n_hidden = 1, .hidden = {400},
                 .activation = AEVB_RELU, .likelihood = AEVB_BERNOULLI, .x_variance = 1.0,
                 .image_rows = AEVB_SPRITES_SIDE, .image_cols = AEVB_SPRITES_SIDE},
        .objective = {AEVB_ELBO, 1.0},
        .optim = aevb_optim_default(AEVB_ADAM),
        .prior_precision = 0.0,
        .init = AEVB_INIT_GLOROT,
        .init_stddev = 0.1,
        .samples = 1,
        .batch = 128,
        .epochs = 10,
        .seed = 1,
        .binarise = AEVB_BINARISE_NONE,
        .data = "sprites",
        .limit = 0,
        .range = AEVB_RANGE_UNIT,
        .pictures = aevb_picture_steps_none(),
        .engine = AEVB_ENGINE_FAST,
        .precision = AEVB_F32,
        .level = -1,
        .threads = 0,
    };
}

aevb_data_options aevb_train_data_options(const aevb_train_config *config)
{
    aevb_data_options how = {.limit = config->limit, .seed = config->seed, .range = config->range,
                             .pictures = config->pictures,
                             .text = {config->window, config->stride, config->arch.n_alphabet, {0}}};
    memcpy(how.text.alphabet, config->arch.alphabet, config->arch.n_alphabet);
    return how;
}

/* run.json has to keep the name; a run that finds out when it writes that file is none. */
static aevb_status check_data_name(const char *data, aevb_error *err)
{
    aevb_error detail;
    json_t *name = NULL;
    aevb_status status = aevb_json_string(data, &name, &detail);
    json_decref(name);
    return status == AEVB_OK ? AEVB_OK : aevb_fail(err, status, "the name of the data source: %s", detail.message);
}

static int non_negative(double v)
{
    return v >= 0.0 && isfinite(v);
}

static aevb_status check_numbers(const aevb_train_config *c, aevb_error *err)
{
    if (!non_negative(c->objective.beta))
        return aevb_fail(err, AEVB_EINVAL, "beta is %g, it must be non-negative and finite", c->objective.beta);
    if (!non_negative(c->prior_precision))
        return aevb_fail(err, AEVB_EINVAL, "the precision of the weight prior is %g, it must be non-negative and "
                         "finite", c->prior_precision);
    if (!non_negative(c->init_stddev))
        return aevb_fail(err, AEVB_EINVAL, "the standard deviation of the initialisation is %g, it must be "
                         "non-negative and finite", c->init_stddev);
    if (c->samples < 1 || c->samples > AEVB_MAX_WIDTH)
        return aevb_fail(err, AEVB_EINVAL, "%zu samples per datum, must be 1 to %zu", c->samples, AEVB_MAX_WIDTH);
    if (c->batch < 1 || c->batch > AEVB_MAX_WIDTH)
        return aevb_fail(err, AEVB_EINVAL, "batch of %zu, must be 1 to %zu", c->batch, AEVB_MAX_WIDTH);
    if (c->epochs < 1 || c->epochs > MAX_EPOCHS)
        return aevb_fail(err, AEVB_EINVAL, "%llu epochs, must be 1 to 2^53", (unsigned long long)c->epochs);
    if (c->level < -1)
        return aevb_fail(err, AEVB_EINVAL, "level %d does not exist", c->level);
    if (c->threads < 0)
        return aevb_fail(err, AEVB_EINVAL, "%d threads, must be 0 (all) or more", c->threads);
    return AEVB_OK;
}

aevb_status aevb_train_config_check(const aevb_train_config *c, aevb_error *err)
{
    aevb_status status = aevb_arch_check(&c->arch, err);
    if (status == AEVB_OK)
        status = aevb_optim_check(&c->optim, err);
    if (status != AEVB_OK)
        return status;
    if (aevb_objective_name(c->objective.kind) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "objective %d does not exist", (int)c->objective.kind);
    if (aevb_init_name(c->init) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "initialisation %d does not exist", (int)c->init);
    if (aevb_binarise_name(c->binarise) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "binarisation %d does not exist", (int)c->binarise);
    if (aevb_engine_kind_name(c->engine) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "engine %d does not exist", (int)c->engine);
    if (aevb_precision_name(c->precision) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "precision %d does not exist", (int)c->precision);
    if (memchr(c->data, '\0', sizeof c->data) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "the name of the data source is longer than %zu bytes",
                         sizeof c->data - 1);
    if ((status = check_data_name(c->data, err)) != AEVB_OK)
        return status;
    if (aevb_range_name(c->range) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "range %d does not exist", (int)c->range);
    if ((status = aevb_picture_steps_check(&c->pictures, err)) != AEVB_OK)
        return status;
    return check_numbers(c, err);
}
