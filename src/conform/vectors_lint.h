/* SPDX-License-Identifier: GPL-3.0-or-later
 * The rules that a folder of vectors obeys. */
#ifndef AEVB_VECTORS_LINT_H
#define AEVB_VECTORS_LINT_H

#include <stddef.h>
#include <stdio.h>
#include "aevb/status.h"

typedef struct aevb_lint_result { size_t files, tests, problems; } aevb_lint_result;

/* Checks every *.json of a folder, in order of name, and prints a line for each problem ("FILE: what") to report:
 * it is read by aevb_vector_open; it is valid under the schema that it names, in the folder; its bytes are canonical;
 * its name begins each tcId, and no tcId occurs twice in the folder; every flag has a note in its file, every note a
 * flag, and a note's description, effect and links are not empty; each test has a flag. EFORMAT when there was a
 * problem or no test at all, EIO when the folder cannot be read. */
AEVB_MUST_CHECK aevb_status aevb_vectors_lint(const char *folder, FILE *report, aevb_lint_result *result,
                                              aevb_error *err);

#endif
