/* SPDX-License-Identifier: GPL-3.0-or-later
 * The encoder over a whole data set. */
#include "config.h"
#include "aevb/infer.h"

#include <string.h>
#include "alloc.h"
#include "engine.h"
#include "error.h"
#include "infer/sweep.h"

static aevb_status encode_rows(aevb_sweep *sweep, double *mu, double *logvar, aevb_error *err)
{
    size_t Z = sweep->engine->arch.z_dim;
    aevb_status status;
    while ((status = aevb_sweep_next(sweep, err)) == AEVB_OK && sweep->B > 0)
        aevb_engine_encode(sweep->engine, mu + sweep->first * Z, logvar + sweep->first * Z);
    return status;
}

aevb_status aevb_encode_all(aevb_engine *engine, const aevb_dataset *dataset, aevb_binarise binarise, uint64_t seed,
                            double *mu, double *logvar, aevb_error *err)
{
    aevb_sweep sweep;
    aevb_status status = aevb_sweep_start(&sweep, engine, dataset, binarise, seed, 0, err);
    if (status != AEVB_OK)
        return status;
    /* A row may turn out to be outside the domain after others are done, and the outputs must stay untouched then. */
    size_t Z = engine->arch.z_dim, n = dataset->n;
    double *codes = n > SIZE_MAX / 2 / Z ? NULL : aevb_alloc(2 * n * Z, sizeof *codes);
    status = codes == NULL ? aevb_fail_memory(err) : encode_rows(&sweep, codes, codes + n * Z, err);
    if (status == AEVB_OK) {
        memcpy(mu, codes, n * Z * sizeof *mu);
        memcpy(logvar, codes + n * Z, n * Z * sizeof *logvar);
    }
    aevb_free(codes);
    aevb_sweep_end(&sweep);
    return status;
}
