/* SPDX-License-Identifier: GPL-3.0-or-later
 * Data and what the decoder makes of one draw from each datum's posterior. */
#include "config.h"
#include "aevb/infer.h"

#include <string.h>
#include "aevb/rng.h"
#include "alloc.h"
#include "engine.h"
#include "error.h"
#include "infer/sweep.h"
#include "ref/ref.h"

/* Room for one batch, and for all results, which are handed out together. */
typedef struct room {
    double *mu, *logvar, *eps, *z; /* [max_batch][Z] each, in one block that starts at mu */
    double *x, *mean;              /* [n][X] each, in one block that starts at x */
} room;

static aevb_status room_start(room *r, const aevb_engine *engine, size_t n, aevb_error *err)
{
    size_t codes = engine->used.max_batch * engine->arch.z_dim, X = engine->arch.x_dim;
    *r = (room){
        .mu = aevb_alloc(codes, 4 * sizeof *r->mu),
        .x = n > SIZE_MAX / X ? NULL : aevb_alloc(n * X, 2 * sizeof *r->x),
    };
    if (r->mu == NULL || r->x == NULL)
        return aevb_fail_memory(err);
    r->logvar = r->mu + codes;
    r->eps = r->logvar + codes;
    r->z = r->eps + codes;
    r->mean = r->x + n * X;
    return AEVB_OK;
}

static aevb_status reconstruct_rows(aevb_sweep *s, const room *r, aevb_error *err)
{
    size_t Z = s->engine->arch.z_dim, X = s->engine->arch.x_dim;
    aevb_status status;
    while ((status = aevb_sweep_next(s, err)) == AEVB_OK && s->B > 0) {
        status = aevb_dataset_gather(s->dataset, &s->how, s->index, s->B, r->x + s->first * X);
        if (status != AEVB_OK)
            return aevb_fail(err, status, "rows %zu to %zu cannot be gathered", s->first, s->first + s->B - 1);
        aevb_engine_encode(s->engine, r->mu, r->logvar);
        aevb_normal_fill(s->how.seed, s->noise_stream, s->first * Z, s->B * Z, r->eps);
        aevb_ref_reparam(s->B, 1, Z, r->mu, r->logvar, r->eps, r->z);
        status = aevb_engine_decode(s->engine, s->B, r->z, r->mean + s->first * X, NULL);
        if (status != AEVB_OK)
            return aevb_fail(err, status, "rows %zu to %zu cannot be decoded", s->first, s->first + s->B - 1);
    }
    return status;
}

aevb_status aevb_reconstruct(aevb_engine *engine, const aevb_dataset *dataset, aevb_binarise binarise, uint64_t seed,
                             size_t n, double *x, double *mean, aevb_error *err)
{
    if (n < 1 || n > dataset->n)
        return aevb_fail(err, AEVB_EINVAL, "%zu rows of a data set of %zu", n, dataset->n);
    aevb_dataset rows = *dataset;
    rows.n = n;
    aevb_sweep sweep;
    aevb_status status = aevb_sweep_start(&sweep, engine, &rows, binarise, seed, 0, err);
    if (status != AEVB_OK)
        return status;
    room r;
    status = room_start(&r, engine, n, err);
    if (status == AEVB_OK)
        status = reconstruct_rows(&sweep, &r, err);
    if (status == AEVB_OK) {
        memcpy(x, r.x, n * engine->arch.x_dim * sizeof *x);
        memcpy(mean, r.mean, n * engine->arch.x_dim * sizeof *mean);
    }
    aevb_free(r.mu);
    aevb_free(r.x);
    aevb_sweep_end(&sweep);
    return status;
}
