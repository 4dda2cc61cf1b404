/* SPDX-License-Identifier: GPL-3.0-or-later
 * JSON from strangers: duplicate keys refused, errors with their byte; and JSON texts of our own. */
#ifndef AEVB_JSON_STRICT_H
#define AEVB_JSON_STRICT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include "aevb/status.h"

#define AEVB_JSON_MAX_INTEGER ((uint64_t)1 << 53) /* what every JSON implementation represents */

/* Parses n bytes of up to 2048 levels and 1,000,000 values. AEVB_EFORMAT: "WHERE byte N: what"; AEVB_EUNSUPPORTED for
 * too many values. */
aevb_status aevb_json_parse(const char *where, const char *text, size_t n, json_t **out, aevb_error *err);
/* The same for so many levels of arrays and objects in each other (2048 at most) and so many values. */
aevb_status aevb_json_parse_within(const char *where, const char *text, size_t n, size_t levels, uint64_t values,
                                   json_t **out, aevb_error *err);
/* The same for so many values and 2048 levels, where every number becomes a double: 1 as well as 1.0. */
aevb_status aevb_json_parse_reals(const char *where, const char *text, size_t n, uint64_t values, json_t **out,
                                  aevb_error *err);

/* 1 and the value when json is an integer from 0 to AEVB_JSON_MAX_INTEGER, else 0. */
int aevb_json_count(const json_t *json, uint64_t *value);

/* A string for a document. AEVB_EINVAL when text is not UTF-8. */
aevb_status aevb_json_string(const char *text, json_t **out, aevb_error *err);

/* Compact text of a document, NUL-terminated, from aevb_alloc with `spare` more bytes behind it. */
aevb_status aevb_json_text(const json_t *json, size_t spare, char **out, size_t *length, aevb_error *err);

#endif
