/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checking JSON against a schema: the part of JSON Schema 2020-12 that the vectors use, and nothing silently more. */
#ifndef AEVB_JSON_SCHEMA_H
#define AEVB_JSON_SCHEMA_H

#include <jansson.h>
#include "aevb/status.h"

/* Understood: $schema, $id, title, description, $defs, $ref ("#/$defs/NAME"), type (one name), const, enum, pattern
 * (a POSIX extended regular expression), required, properties, patternProperties, additionalProperties, items,
 * minItems, minProperties, minimum, anyOf, if/then. Any other keyword is EUNSUPPORTED.
 * EFORMAT: "WHERE: /path/to/value: what". */
AEVB_MUST_CHECK aevb_status aevb_json_schema_check(const char *where, json_t *schema, json_t *document,
                                                   aevb_error *err);

#endif
