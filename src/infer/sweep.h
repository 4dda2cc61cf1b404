/* SPDX-License-Identifier: GPL-3.0-or-later
 * Evaluation runs over the rows of a data set in order, in batches as large as the engine allows. Everything that is
 * drawn is numbered by row, so results do not depend on the size of the batches. */
#ifndef AEVB_SWEEP_H
#define AEVB_SWEEP_H

#include "aevb/engine.h"

typedef struct aevb_sweep {
    aevb_engine *engine;
    const aevb_dataset *dataset;
    aevb_gather how;
    uint64_t noise_stream;
    size_t first, B;  /* the batch that is set: rows first .. first + B - 1; B = 0 after the last */
    uint32_t *index;  /* [max_batch] */
} aevb_sweep;

/* Noise comes from stream AEVB_STREAM_EVAL and dynamic binarisation from AEVB_STREAM_EVAL_BINARISE, both of this
 * pass. Nothing is held when this fails. */
aevb_status aevb_sweep_start(aevb_sweep *sweep, aevb_engine *engine, const aevb_dataset *dataset,
                             aevb_binarise binarise, uint64_t seed, uint64_t pass, aevb_error *err);
void aevb_sweep_end(aevb_sweep *sweep);

/* Sets the next batch in the engine; sweep->B is 0 when there is none. */
aevb_status aevb_sweep_next(aevb_sweep *sweep, aevb_error *err);

/* Draws eps of samples first_k .. first_k + K - 1 out of `stride` per datum. */
aevb_status aevb_sweep_noise(aevb_sweep *sweep, size_t K, size_t stride, size_t first_k);

#endif
