/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options that say how data are opened, for every subcommand that opens any. */
#ifndef AEVB_CLI_DATA_H
#define AEVB_CLI_DATA_H

#include "cli/cli_options.h"

#define AEVB_CLI_DATA_SOURCES "a directory, .zip or .tar(.gz) of PNG, JPEG or PGM pictures, an IDX(.gz), .npy or " \
    ".npz file, a text (.txt or text:PATH), a directory with the four MNIST files, or the built-in sprites"

#define AEVB_CLI_PICTURE_OPTIONS \
    {NULL, 0, NULL, 0, "How data become rows", 5}, \
    {"preset", AEVB_CLI_PRESET, "lfw", 0, "crop, scale and grey of pictures as scikit-learn has them for LFW", 5}, \
    {"crop", AEVB_CLI_CROP, "R0:R1,C0:C1", 0, "keep rows R0 to R1 - 1 and columns C0 to C1 - 1 of each picture", 5}, \
    {"scale", AEVB_CLI_SCALE, "S", 0, "then shrink it to S times its rows and columns, rounded down", 5}, \
    {"grey", AEVB_CLI_GREY, "luma|mean", 0, "how colour becomes grey (default luma)", 5}, \
    {"range", AEVB_CLI_RANGE, "unit|any", 0, \
     "what numbers of .npy and .npz may be: 0 to 1 (default), or any, for Gaussian likelihoods", 5}, \
    {"window", AEVB_CLI_WINDOW, "W", 0, "characters of a text in a row (default 40)", 5}, \
    {"stride", AEVB_CLI_STRIDE, "S", 0, "characters from the start of a row to that of the next (default W)", 5}

/* Takes one of them into options and gives 0, else ARGP_ERR_UNKNOWN. */
error_t aevb_cli_data_option(int key, const char *arg, const struct argp_state *state, aevb_data_options *options);

#endif
