/* SPDX-License-Identifier: GPL-3.0-or-later
 * A trained model, an engine that holds it and the data that it looks at, for eval, sample, reconstruct, encode. */
#ifndef AEVB_CLI_SOURCE_H
#define AEVB_CLI_SOURCE_H

#include "cli/cli_data.h"
#include "cli/cli_model.h"

/* As given on the command line; NULL or negative where it was not. */
typedef struct aevb_cli_source_options {
    const char *model; /* a model file or the directory of a run */
    aevb_cli_model_options how; /* it is to be read */
    const char *data;
    aevb_data_options reading; /* of data that are not the run's own */
    bool has_reading;          /* an option of it was given */
    bool train_part;
    size_t limit;      /* rows looked at, 0 for all */
    int binarise;
    uint64_t seed;     /* of the noise */
    aevb_engine_config engine;
} aevb_cli_source_options;

#define AEVB_CLI_MODEL_OPTIONS \
    {"model", AEVB_CLI_MODEL, "FILE|RUN", 0, \
     "model file (safetensors, .npz, Keras .h5 or .keras), or the directory of a run of `aevb train'", 0}, \
    {"seed", AEVB_CLI_SEED, "N", 0, "of the random numbers (default 1)", 0}

#define AEVB_CLI_DATA_OPTIONS \
    {"data", AEVB_CLI_DATA, "sprites|PATH", 0, \
     AEVB_CLI_DATA_SOURCES "; default for a run: its own data, read as it read them", 0}, \
    {"split", AEVB_CLI_SPLIT, "test|train", 0, "part of the data (default test)", 0}, \
    {"limit", AEVB_CLI_LIMIT, "N", 0, "look at the first N rows only", 0}, \
    {"binarise", AEVB_CLI_BINARISE, "NAME", 0, \
     "none, threshold (at 1/2) or dynamic (drawn); default for a run: as it was trained, else none", 0}

aevb_cli_source_options aevb_cli_source_default(void);

/* Takes the options of the two lists above, those of the engine, of models of others and of limits. At
 * ARGP_KEY_END it demands --model. */
error_t aevb_cli_source_option(int key, char *arg, const struct argp_state *state, aevb_cli_source_options *options);

typedef struct aevb_cli_source {
    aevb_arch arch;
    aevb_engine *engine;    /* with the model's parameters */
    aevb_data data;         /* empty unless opened */
    const aevb_dataset *whole_part; /* borrows from data, as rows does */
    aevb_dataset rows;      /* the part and the rows asked for; borrows from data */
    const char *part;       /* "test" or "train" */
    aevb_binarise binarise;
    char model_path[4096];
    bool is_run;
    aevb_train_config run;  /* of the run, when it is one */
} aevb_cli_source;

/* AEVB_EXIT_OK, or a printed message and AEVB_EXIT_FAILED; close in any case. A model that lacks one of the parts is
 * refused. */
int aevb_cli_source_open_model(const aevb_cli_source_options *options, unsigned parts, aevb_cli_source *source);
int aevb_cli_source_open_data(const aevb_cli_source_options *options, aevb_cli_source *source);
void aevb_cli_source_close(aevb_cli_source *source);

/* For commands that make pictures: fails unless the model's data are pictures. */
int aevb_cli_source_need_pictures(const aevb_cli_source *source);

/* As aevb_cli_fail_status, with what to do about grey data under a Bernoulli likelihood. */
int aevb_cli_fail_domain(aevb_status status, const aevb_error *err, aevb_likelihood likelihood,
                         aevb_binarise binarise);

#endif
