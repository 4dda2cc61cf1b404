/* SPDX-License-Identifier: GPL-3.0-or-later
 * A training run in memory: what it is about, where it stands, and what it has measured. */
#ifndef AEVB_RUN_H
#define AEVB_RUN_H

#include "aevb/train.h"

#define AEVB_RUN_PATH 4200 /* the longest path of a file of a run, with the NUL */

/* Sums over the rows of the epoch under way: of nats, and of the seconds they took. */
typedef struct aevb_sums { double loss, recon, kl, seconds; } aevb_sums;

typedef struct aevb_run {
    aevb_train_config config; /* with the engine and precision that there are */
    const aevb_data *data;
    const aevb_train_hooks *hooks; /* never NULL */
    const char *dir;
    char train_sha256[65], test_sha256[65]; /* of the rows; empty without a test part */
    aevb_engine *engine;
    size_t n_params, n_states;
    double *params;      /* [1 + n_states][n_params]: for saving and loading */
    uint32_t *order;     /* [N] permutation of the epoch under way */
    uint64_t epoch;      /* finished epochs */
    size_t row;          /* rows done of the epoch under way */
    aevb_sums sums;      /* over these rows */
    aevb_epoch *history; /* [epoch], room for `capacity` */
    size_t capacity;
} aevb_run;

/* Checks settings and data and makes the engine with its optimiser; parameters and state are 0. The run must end
 * with aevb_run_end in any case. */
aevb_status aevb_run_start(aevb_run *run, const aevb_train_config *config, const aevb_data *data, const char *dir,
                           const aevb_train_hooks *hooks, aevb_error *err);
void aevb_run_end(aevb_run *run);

/* dir/name; EINVAL when that is longer than a path may be. */
aevb_status aevb_run_path(const char *dir, const char *name, char path[AEVB_RUN_PATH], aevb_error *err);

/* Room for one more epoch of history. */
aevb_status aevb_run_reserve(aevb_run *run, uint64_t epochs, aevb_error *err);

/* Writes model.safetensors, metrics.csv and, unless it is the source of all this, checkpoint.safetensors. The
 * checkpoint is last and counts: a crash before it leaves the run where the old checkpoint is. ENONFINITE, and
 * nothing written, when a parameter or the optimiser's state is not finite. */
aevb_status aevb_run_save(aevb_run *run, int with_checkpoint, aevb_error *err);

/* Trains from where the run stands to config->epochs. */
aevb_status aevb_run_continue(aevb_run *run, aevb_error *err);

/* Objective (without weight prior) and parts on the test part, one sample per datum, noise and dynamic binarisation
 * of pass 0 in every epoch, so that epochs differ in the parameters only. */
aevb_status aevb_test_loss(aevb_run *run, aevb_epoch *epoch, aevb_error *err);

#endif
