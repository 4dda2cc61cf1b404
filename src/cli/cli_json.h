/* SPDX-License-Identifier: GPL-3.0-or-later
 * Results as JSON on the standard output. */
#ifndef AEVB_CLI_JSON_H
#define AEVB_CLI_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include "aevb/aevb.h"

json_t *aevb_cli_json_object(void);
/* Takes the value, which may be NULL after a failed allocation; any failure ends the program. */
void aevb_cli_json_set(json_t *object, const char *key, json_t *value);
void aevb_cli_json_append(json_t *array, json_t *value);
/* A name or a text from outside; one that is not UTF-8 as aevb_cli_print_safe spells it. */
json_t *aevb_cli_json_text(const char *text);
/* A number, null when it is not finite. */
json_t *aevb_cli_json_real(double value);
json_t *aevb_cli_json_whole(uint64_t value);
json_t *aevb_cli_json_reals(size_t n, const double *values);
json_t *aevb_cli_json_arch(const aevb_arch *arch);
/* Prints on stdout, indented or in one line, and drops the object. */
void aevb_cli_json_print(json_t *object, int one_line);

#endif
