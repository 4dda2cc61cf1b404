/* SPDX-License-Identifier: GPL-3.0-or-later
 * Model files on the command line: how one of others is to be understood, and within which limits. */
#ifndef AEVB_CLI_MODEL_H
#define AEVB_CLI_MODEL_H

#include <stdio.h>
#include "cli/cli_options.h"

typedef struct aevb_cli_model_options {
    aevb_import_options import; /* its map is the caller's argument, a list or the name of a file */
    aevb_limits limits;
} aevb_cli_model_options;

#define AEVB_CLI_IMPORT_OPTIONS \
    {NULL, 0, NULL, 0, "Models of others (Keras .h5 and .keras, PyTorch as safetensors, .npz)", 3}, \
    {"map", AEVB_CLI_MAP, "FILE|LIST", 0, \
     "which layer is which, OURS=THEIRS,... or a file with one pair per line; default: guessed, `aevb inspect' " \
     "shows it", 3}, \
    {"activation", AEVB_CLI_ACTIVATION, "NAME", 0, "of its hidden layers, where it does not say (default relu)", 3}, \
    {"likelihood", AEVB_CLI_LIKELIHOOD, "NAME", 0, "of its decoder, where it does not say (default grey)", 3}, \
    {"x-variance", AEVB_CLI_X_VARIANCE, "V", 0, "variance of gaussian-fixed (default 1)", 3}, \
    {"picture", AEVB_CLI_PICTURE, "ROWSxCOLS", 0, "of its data (default 28x28 for 784 values, else none)", 3}

aevb_cli_model_options aevb_cli_model_default(void);

/* Takes the options of the list above and the limits. */
error_t aevb_cli_model_option(int key, char *arg, const struct argp_state *state, aevb_cli_model_options *options);

/* A model file, understood once find has succeeded. */
typedef struct aevb_cli_model {
    aevb_model_file *file;
    aevb_import found;
    char *map; /* text of the map's file */
} aevb_cli_model;
/* Opens the file, and the map's. AEVB_EXIT_OK, or a printed message and AEVB_EXIT_FAILED; close in any case. */
int aevb_cli_model_file(const char *path, const aevb_cli_model_options *options, aevb_cli_model *model);
aevb_status aevb_cli_model_find(const aevb_cli_model_options *options, aevb_cli_model *model, aevb_error *err);
/* Both. */
int aevb_cli_model_open(const char *path, const aevb_cli_model_options *options, aevb_cli_model *model);
void aevb_cli_model_close(aevb_cli_model *model);

/* Opens, reads and closes; a model that lacks one of the parts (AEVB_HAS_...) is refused. NULL after a printed
 * message. */
aevb_model *aevb_cli_model_load(const char *path, const aevb_cli_model_options *options, unsigned parts);

/* The end of the line that begins with the architecture: which part is alone, if one is. */
void aevb_cli_model_print_parts(unsigned parts);
/* The tensors of ours and where they come from, one per line, and what was assumed. */
void aevb_cli_model_print_map(const aevb_import *found, FILE *stream);

#endif
