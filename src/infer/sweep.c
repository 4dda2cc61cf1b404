/* SPDX-License-Identifier: GPL-3.0-or-later
 * Batches of consecutive rows for evaluation. */
#include "config.h"
#include "infer/sweep.h"

#include "aevb/rng.h"
#include "alloc.h"
#include "engine.h"
#include "error.h"

aevb_status aevb_sweep_start(aevb_sweep *sweep, aevb_engine *engine, const aevb_dataset *dataset,
                             aevb_binarise binarise, uint64_t seed, uint64_t pass, aevb_error *err)
{
    if (dataset == NULL || dataset->n == 0)
        return aevb_fail(err, AEVB_EINVAL, "there are no data to evaluate");
    if (dataset->n > UINT32_MAX)
        return aevb_fail(err, AEVB_EINVAL, "%zu data are more than the 2^32 - 1 that are supported", dataset->n);
    if (dataset->x_dim != engine->arch.x_dim)
        return aevb_fail(err, AEVB_ESHAPE, "the data have %zu values in a row, the model takes %zu",
                         dataset->x_dim, engine->arch.x_dim);
    uint32_t *index = aevb_alloc(engine->used.max_batch, sizeof *index);
    if (index == NULL)
        return aevb_fail_memory(err);
    *sweep = (aevb_sweep){
        .engine = engine,
        .dataset = dataset,
        .how = {binarise, seed, aevb_stream(AEVB_STREAM_EVAL_BINARISE, pass)},
        .noise_stream = aevb_stream(AEVB_STREAM_EVAL, pass),
        .index = index,
    };
    return AEVB_OK;
}

void aevb_sweep_end(aevb_sweep *sweep)
{
    aevb_free(sweep->index);
    sweep->index = NULL;
}

aevb_status aevb_sweep_next(aevb_sweep *sweep, aevb_error *err)
{
    size_t first = sweep->first + sweep->B, left = sweep->dataset->n - first;
    size_t most = sweep->engine->used.max_batch, B = left < most ? left : most;
    for (size_t b = 0; b < B; b++)
        sweep->index[b] = (uint32_t)(first + b);
    if (B > 0) {
        aevb_status status = aevb_engine_gather(sweep->engine, sweep->dataset, &sweep->how, B, sweep->index, err);
        if (status != AEVB_OK)
            return status;
    }
    sweep->first = first;
    sweep->B = B;
    return AEVB_OK;
}

aevb_status aevb_sweep_noise(aevb_sweep *sweep, size_t K, size_t stride, size_t first_k)
{
    aevb_noise noise = {sweep->how.seed, sweep->noise_stream, stride, first_k};
    return aevb_engine_draw_eps(sweep->engine, K, &noise, sweep->index);
}
