/* SPDX-License-Identifier: GPL-3.0-or-later
 * Public face of the engines: checks every argument, then calls the implementation. */
#include "config.h"
#include "engine.h"

#include <math.h>
#include <string.h>
#include "aevb/level.h"
#include "data/dataset.h"
#include "error.h"
#include "fast/engine_fast.h"
#include "model/names.h"

static const char *const kinds[] = {"ref", "fast"};
static const char *const precisions[] = {"f64", "f32"};

const char *aevb_engine_kind_name(aevb_engine_kind kind)
{
    return aevb_name_at(kinds, AEVB_COUNT(kinds), (int)kind);
}

const char *aevb_precision_name(aevb_precision precision)
{
    return aevb_name_at(precisions, AEVB_COUNT(precisions), (int)precision);
}

aevb_status aevb_engine_resolve(const aevb_engine_config *config, aevb_engine_config *used, aevb_error *err)
{
    if (config->kind != AEVB_ENGINE_REF && config->kind != AEVB_ENGINE_FAST)
        return aevb_fail(err, AEVB_EINVAL, "engine %d does not exist", (int)config->kind);
    if (config->precision != AEVB_F64 && config->precision != AEVB_F32)
        return aevb_fail(err, AEVB_EINVAL, "precision %d does not exist", (int)config->precision);
    if (config->threads < 0 || config->threads > AEVB_MAX_THREADS)
        return aevb_fail(err, AEVB_EINVAL, "%d threads, must be 0 (all) to %d", config->threads, AEVB_MAX_THREADS);
    *used = *config;
    if (config->kind == AEVB_ENGINE_FAST) {
        aevb_level level;
        aevb_status status = aevb_level_choose(config->level, &level, err);
        if (status != AEVB_OK)
            return status;
        used->level = (int)level;
        if (level != AEVB_LEVEL_REF) {
            used->threads = config->threads == 0 ? aevb_threads_available() : config->threads;
            return AEVB_OK;
        }
        used->precision = AEVB_F64; /* AEVB_LEVEL wants the judge in our place */
    }
    if (used->precision != AEVB_F64)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "the reference engine computes in f64 only");
    used->kind = AEVB_ENGINE_REF;
    used->level = AEVB_LEVEL_REF;
    used->threads = 1;
    return AEVB_OK;
}

/* A positive setting that the engine's precision makes zero or infinite would yield NaN sooner or later. */
static aevb_status check_range(const char *name, double value, aevb_precision precision, aevb_error *err)
{
    const double in_range = precision == AEVB_F32 ? (double)(float)value : value;
    if (value > 0.0 && (in_range == 0.0 || isinf(in_range)))
        return aevb_fail(err, AEVB_EINVAL, "%s is %g, which is %g in float%s", name, value, in_range,
                         precision == AEVB_F32 ? "32: compute in f64" : "64");
    return AEVB_OK;
}

aevb_status aevb_engine_create(const aevb_engine_config *config, const aevb_arch *arch, aevb_engine **out,
                               aevb_error *err)
{
    aevb_layout layout;
    aevb_engine_config used;
    aevb_status status = aevb_layout_make(arch, &layout, err);
    if (status == AEVB_OK)
        status = aevb_engine_resolve(config, &used, err);
    if (status == AEVB_OK && arch->likelihood == AEVB_GAUSSIAN_FIXED)
        status = check_range("1 / x_variance", 1.0 / arch->x_variance, used.precision, err);
    if (status != AEVB_OK)
        return status;
    if (config->max_batch < 1 || config->max_samples < 1 || config->max_batch > AEVB_MAX_WIDTH ||
        config->max_samples > AEVB_MAX_WIDTH)
        return aevb_fail(err, AEVB_EINVAL, "engine: batch %zu and samples %zu must be 1 to %zu", config->max_batch,
                         config->max_samples, AEVB_MAX_WIDTH);
    /* Row counts times widths stay below 2^61 elements, so implementations may add up sizes without checks. */
    if (config->max_batch * config->max_samples > ((size_t)1 << 34))
        return aevb_fail_memory(err);
    if (used.kind == AEVB_ENGINE_REF)
        return aevb_ref_engine_create(&used, arch, &layout, out, err);
    return used.precision == AEVB_F32 ? aevb_fast_engine_create_f32(&used, arch, &layout, out, err)
                                      : aevb_fast_engine_create_f64(&used, arch, &layout, out, err);
}

void aevb_engine_free(aevb_engine *engine)
{
    if (engine != NULL)
        engine->ops->free(engine);
}

const aevb_layout *aevb_engine_layout(const aevb_engine *engine)
{
    return &engine->layout;
}

const aevb_engine_config *aevb_engine_used(const aevb_engine *engine)
{
    return &engine->used;
}

void aevb_engine_set_params(aevb_engine *engine, const double *params)
{
    engine->ops->set_params(engine, params);
}

void aevb_engine_get_params(const aevb_engine *engine, double *params)
{
    engine->ops->get_params(engine, params);
}

static aevb_status check_batch(const aevb_engine *engine, size_t B, aevb_error *err)
{
    if (B < 1 || B > engine->used.max_batch)
        return aevb_fail(err, AEVB_EINVAL, "batch of %zu, this engine takes 1 to %zu", B, engine->used.max_batch);
    return AEVB_OK;
}

/* [BERN.3] [GREY.3] [GAUSS.3] [CAT.3] A batch with a value outside the domain is forgotten again. */
static aevb_status check_domain(aevb_engine *engine, const uint32_t *index, aevb_error *err)
{
    static const char *const wanted[] = {
        [AEVB_BERNOULLI] = "is not 0 or 1 as the Bernoulli likelihood demands: binarise, or use the grey likelihood",
        [AEVB_GREY] = "is outside [0, 1]",
        [AEVB_GAUSSIAN] = "is not finite",
        [AEVB_GAUSSIAN_FIXED] = "is not finite",
        [AEVB_CATEGORICAL] = "breaks the rule that each position has one 1 and otherwise 0",
    };
    const size_t at = engine->ops->domain(engine), X = engine->arch.x_dim, B = engine->B;
    if (at == B * X)
        return AEVB_OK;
    engine->B = 0;
    return aevb_fail(err, AEVB_EDOMAIN, "datum %zu, element %zu %s", index == NULL ? at / X : index[at / X], at % X,
                     wanted[engine->arch.likelihood]);
}

aevb_status aevb_engine_set_x(aevb_engine *engine, size_t B, const double *x, aevb_error *err)
{
    aevb_status status = check_batch(engine, B, err);
    if (status != AEVB_OK)
        return status;
    engine->B = B;
    engine->K = 0;
    engine->ops->set_x(engine, x);
    return check_domain(engine, NULL, err);
}

aevb_status aevb_engine_gather(aevb_engine *engine, const aevb_dataset *dataset, const aevb_gather *how, size_t B,
                               const uint32_t *index, aevb_error *err)
{
    aevb_status status = check_batch(engine, B, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_text_check(dataset, &engine->arch, err);
    if (status != AEVB_OK)
        return status;
    if (dataset->classes > 0 && how->binarise != AEVB_BINARISE_NONE)
        return aevb_fail(err, AEVB_EINVAL, "text cannot be binarised");
    if (dataset->x_dim != engine->arch.x_dim)
        return aevb_fail(err, AEVB_ESHAPE, "data of %zu values a row for a model of %zu", dataset->x_dim,
                         engine->arch.x_dim);
    for (size_t b = 0; b < B; b++)
        if (index[b] >= dataset->n)
            return aevb_fail(err, AEVB_EINVAL, "row %lu of a data set of %zu", (unsigned long)index[b], dataset->n);
    engine->B = B;
    engine->K = 0;
    status = engine->ops->gather(engine, dataset, how, index);
    if (status != AEVB_OK) {
        engine->B = 0;
        return aevb_fail(err, status, "the rows of the batch cannot be gathered: %s", aevb_status_name(status));
    }
    return check_domain(engine, index, err);
}

static aevb_status check_samples(const aevb_engine *engine, size_t K)
{
    return engine->B == 0 || K < 1 || K > engine->used.max_samples ? AEVB_EINVAL : AEVB_OK;
}

aevb_status aevb_engine_set_eps(aevb_engine *engine, size_t K, const double *eps)
{
    aevb_status status = check_samples(engine, K);
    if (status != AEVB_OK)
        return status;
    engine->K = K;
    engine->ops->set_eps(engine, eps);
    return AEVB_OK;
}

aevb_status aevb_engine_draw_eps(aevb_engine *engine, size_t K, const aevb_noise *noise, const uint32_t *datum)
{
    aevb_status status = check_samples(engine, K);
    if (status != AEVB_OK)
        return status;
    if (K > noise->stride || noise->first_k > noise->stride - K)
        return AEVB_EINVAL;
    engine->K = K;
    engine->ops->draw_eps(engine, noise, datum);
    return AEVB_OK;
}

void aevb_engine_forward(aevb_engine *engine, aevb_terms *terms)
{
    if (engine->B == 0 || engine->K == 0)
        *terms = (aevb_terms){0};
    else
        engine->ops->forward(engine, terms);
}

void aevb_engine_gradient(aevb_engine *engine, const aevb_adjoints *adjoints, double *grad)
{
    if (engine->B == 0 || engine->K == 0)
        memset(grad, 0, engine->layout.n_params * sizeof *grad);
    else
        engine->ops->gradient(engine, adjoints, grad);
}

aevb_status aevb_engine_set_optim(aevb_engine *engine, const aevb_optim *optim, aevb_error *err)
{
    aevb_status status = aevb_optim_check(optim, err);
    if (status == AEVB_OK && optim->kind != AEVB_SGD)
        status = check_range("epsilon", optim->eps, engine->used.precision, err);
    if (status != AEVB_OK)
        return status;
    const aevb_optim before = engine->optim;
    engine->optim = *optim;
    status = engine->ops->set_optim(engine);
    if (status != AEVB_OK) {
        engine->optim = before;
        return aevb_fail_memory(err);
    }
    engine->has_optim = 1;
    engine->t = 0;
    return AEVB_OK;
}

aevb_status aevb_engine_step(aevb_engine *engine, const aevb_objective *objective, double prior_precision,
                             size_t n_data, aevb_step_result *result)
{
    if (!engine->has_optim || engine->B == 0 || engine->K == 0 || !(prior_precision >= 0.0) || n_data == 0)
        return AEVB_EINVAL;
    aevb_status status = engine->ops->step(engine, objective, prior_precision, n_data, result);
    if (status == AEVB_OK)
        engine->t++;
    return status;
}

static aevb_status check_state(const aevb_engine *engine, size_t which)
{
    return engine->has_optim && which < aevb_optim_n_state(engine->optim.kind) ? AEVB_OK : AEVB_EINVAL;
}

aevb_status aevb_engine_get_state(const aevb_engine *engine, size_t which, double *state, uint64_t *t)
{
    aevb_status status = check_state(engine, which);
    if (status != AEVB_OK)
        return status;
    engine->ops->get_state(engine, which, state);
    *t = engine->t;
    return AEVB_OK;
}

aevb_status aevb_engine_set_state(aevb_engine *engine, size_t which, const double *state, uint64_t t)
{
    aevb_status status = check_state(engine, which);
    if (status != AEVB_OK)
        return status;
    engine->ops->set_state(engine, which, state);
    engine->t = t;
    return AEVB_OK;
}

void aevb_engine_encode(aevb_engine *engine, double *mu, double *logvar)
{
    if (engine->B > 0)
        engine->ops->encode(engine, mu, logvar);
}

aevb_status aevb_engine_decode(aevb_engine *engine, size_t n, const double *z, double *mean, double *logvar)
{
    if (n > engine->used.max_batch * engine->used.max_samples)
        return AEVB_EINVAL;
    engine->ops->decode(engine, n, z, mean, logvar);
    return AEVB_OK;
}
