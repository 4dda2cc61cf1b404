/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models in memory and the initialisation of their parameters. */
#include "config.h"
#include "aevb/model.h"
#include "aevb/rng.h"
#include "alloc.h"
#include "error.h"

#include <math.h>

aevb_status aevb_model_create(const aevb_arch *arch, aevb_model **out, aevb_error *err)
{
    aevb_layout layout;
    aevb_status status = aevb_layout_make(arch, &layout, err);
    if (status != AEVB_OK)
        return status;
    aevb_model *model = aevb_alloc(1, sizeof *model);
    double *params = aevb_alloc(layout.n_params, sizeof *params);
    if (model == NULL || params == NULL) {
        aevb_free(model);
        aevb_free(params);
        return aevb_fail_memory(err);
    }
    *model = (aevb_model){.arch = *arch, .layout = layout, .params = params, .parts = AEVB_HAS_BOTH};
    *out = model;
    return AEVB_OK;
}

void aevb_model_free(aevb_model *model)
{
    if (model == NULL)
        return;
    aevb_free(model->params);
    aevb_free(model);
}

/* [INIT.1] Glorot and Bengio 2010, eq. 16. */
static void init_glorot(double *w, const aevb_tensor *tensor, uint64_t seed, uint64_t stream)
{
    if (tensor->ndim == 1) {
        for (size_t i = 0; i < tensor->count; i++)
            w[i] = 0.0;
        return;
    }
    const double r = sqrt(6.0 / (double)(tensor->shape[0] + tensor->shape[1]));
    aevb_uniform_fill(seed, stream, tensor->offset, tensor->count, w);
    for (size_t i = 0; i < tensor->count; i++)
        w[i] = (2.0 * w[i] - 1.0) * r;
}

/* [INIT.2] */
static void init_normal(double *w, const aevb_tensor *tensor, double stddev, uint64_t seed, uint64_t stream)
{
    aevb_normal_fill(seed, stream, tensor->offset, tensor->count, w);
    for (size_t i = 0; i < tensor->count; i++)
        w[i] *= stddev;
}

aevb_status aevb_model_init(aevb_model *model, aevb_init init, double stddev, uint64_t seed)
{
    if ((init != AEVB_INIT_GLOROT && init != AEVB_INIT_NORMAL) ||
        (init == AEVB_INIT_NORMAL && !(stddev >= 0.0 && isfinite(stddev))))
        return AEVB_EINVAL;
    const uint64_t stream = aevb_stream(AEVB_STREAM_INIT, 0);
    for (size_t i = 0; i < model->layout.n_tensors; i++) {
        const aevb_tensor *tensor = &model->layout.tensors[i];
        if (init == AEVB_INIT_GLOROT)
            init_glorot(model->params + tensor->offset, tensor, seed, stream);
        else
            init_normal(model->params + tensor->offset, tensor, stddev, seed, stream);
    }
    return AEVB_OK;
}
