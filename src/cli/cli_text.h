/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a categorical model makes, as lines of text. */
#ifndef AEVB_CLI_TEXT_H
#define AEVB_CLI_TEXT_H

#include <stdbool.h>
#include "aevb/aevb.h"

bool aevb_cli_is_text(const aevb_arch *arch);

/* Has other text read in windows of the model's size and with its alphabet; a message and AEVB_EXIT_FAILED when the
 * model has none. */
int aevb_cli_text_like_model(const aevb_arch *arch, aevb_data_options *how);

/* One line: the label, and in quotes the characters of the classes [X / x_classes], with \n, \\, \" and \xNN for what
 * cannot be shown; without an alphabet the numbers of the classes. */
void aevb_cli_print_classes(const aevb_arch *arch, const char *label, const uint32_t *classes);

/* The same for the likeliest classes of means of p(x|z), or of data x itself. */
void aevb_cli_print_likeliest(const aevb_arch *arch, const char *label, const double *mean);

#endif
