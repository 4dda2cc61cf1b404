/* SPDX-License-Identifier: GPL-3.0-or-later
 * The training loop: epochs of shuffled minibatches, evaluation after each, checkpoints, metrics. */
#ifndef AEVB_TRAIN_H
#define AEVB_TRAIN_H

#include <signal.h>
#include "aevb/data.h"
#include "aevb/engine.h"
#include "aevb/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every setting of a run; all of them are written to run.json and read back by resume. */
typedef struct aevb_train_config {
    aevb_arch arch;
    aevb_objective objective;
    aevb_optim optim;
    double prior_precision; /* of the MAP weight prior, 0 for none */
    aevb_init init;
    double init_stddev;
    size_t samples;         /* L >= 1 */
    size_t batch;           /* M >= 1; the last batch of an epoch may be smaller */
    uint64_t epochs;
    uint64_t seed;          /* initialisation, shuffling, noise, binarisation */
    aevb_binarise binarise;
    char data[4096];        /* the source as given to aevb_data_open */
    size_t limit;
    aevb_range range;
    aevb_picture_steps pictures;
    size_t window, stride;  /* of text, as in aevb_text_windows; its alphabet is that of arch */
    aevb_engine_kind engine;
    aevb_precision precision;
    int level, threads;     /* as in aevb_engine_config; threads never change a result */
} aevb_train_config;

AEVB_API aevb_train_config aevb_train_default(void);
/* With which the data of such a run are opened; limits of files are not a setting of a run: NULL. */
AEVB_API aevb_data_options aevb_train_data_options(const aevb_train_config *config);

/* What is known after an epoch (or, for progress, within one). Losses are nats per datum. The test part is evaluated
 * with one sample per datum and without the weight prior; its noise and dynamic binarisation are those of pass 0 of
 * aevb_evaluate in every epoch, so that epochs differ by the parameters only. */
typedef struct aevb_epoch {
    uint64_t epoch;                     /* 1-based */
    size_t seen, total;                 /* training rows of this epoch done so far, and in all */
    double train_loss;                  /* mean objective over the rows seen */
    double train_recon, train_kl;       /* and its parts; bound = -(recon + kl) */
    double test_loss, test_recon, test_kl; /* after the epoch; NaN within it or without test data */
    double seconds;                     /* training time of this epoch */
} aevb_epoch;

typedef struct aevb_train_hooks {
    void (*progress)(void *user, const aevb_epoch *so_far); /* after every batch; may be NULL */
    void (*epoch)(void *user, const aevb_epoch *done);      /* after every epoch; may be NULL */
    void *user;
    const volatile sig_atomic_t *stop; /* non-zero asks for a checkpoint and a return after the current batch */
} aevb_train_hooks;

/* Trains into the directory run (created; refused when it already holds a run). Writes run.json at the start, and
 * then, as after every epoch, model.safetensors, metrics.csv and checkpoint.safetensors, each whole or not at all and
 * the checkpoint last: killed at any time, the run has a loadable model and goes on from its checkpoint.
 * The data set is opened by the caller: aevb_data_open with aevb_train_data_options. EINTERRUPTED after a requested
 * stop, saved after the batch under way. ENONFINITE names epoch and batch; the last checkpoint is kept. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_train(const aevb_train_config *config, const aevb_data *data,
                                                const char *run, const aevb_train_hooks *hooks, aevb_error *err);

/* Reads run.json of a run. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_train_config_load(const char *run, aevb_train_config *config,
                                                            aevb_error *err);

/* Continues a run from its checkpoint to config->epochs as if it had never stopped: every file comes out the same to
 * the bit, but for the seconds in metrics.csv and checkpoint. config is run.json's, in which only epochs and threads
 * may differ. EINVAL when more does, when the data are not those of the run (their hash differs), and when the CPU or
 * AEVB_LEVEL makes it a level with other bits (see aevb_level). */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_train_resume(const aevb_train_config *config, const aevb_data *data,
                                                       const char *run, const aevb_train_hooks *hooks,
                                                       aevb_error *err);

#ifdef __cplusplus
}
#endif
#endif
