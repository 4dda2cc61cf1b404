/* SPDX-License-Identifier: GPL-3.0-or-later
 * A struct as a JSON object and back, from one table of its fields. */
#ifndef AEVB_JSON_FIELDS_H
#define AEVB_JSON_FIELDS_H

#include <jansson.h>
#include <stddef.h>
#include "aevb/status.h"

typedef enum aevb_field_kind {
    AEVB_FIELD_REAL, /* double */
    AEVB_FIELD_SIZE, /* size_t up to 2^53 */
    AEVB_FIELD_U64,  /* uint64_t up to 2^53 */
    AEVB_FIELD_SEED, /* any uint64_t, as a string of decimal digits */
    AEVB_FIELD_INT,  /* int */
    AEVB_FIELD_ENUM, /* an enumeration without negative members, by name */
    AEVB_FIELD_TEXT  /* char[capacity] */
} aevb_field_kind;

typedef struct aevb_field {
    const char *key;
    aevb_field_kind kind;
    size_t offset;              /* in the struct */
    size_t capacity;            /* TEXT: with the final NUL */
    const char *(*name)(int i); /* ENUM: NULL from the first number that is none */
} aevb_field;

/* An object with one member per field. EINVAL names a text that is not UTF-8. */
aevb_status aevb_fields_to_json(const aevb_field *fields, size_t n, const void *record, json_t **out,
                                aevb_error *err);

/* Back: every field must be there with its type, and nothing else. EFORMAT: "WHERE: key: what". On failure some
 * fields of the record may be set. */
aevb_status aevb_fields_from_json(const char *where, const json_t *json, const aevb_field *fields, size_t n,
                                  void *record, aevb_error *err);

/* Whether a field has the same value, to the bit, in two records. */
int aevb_field_equal(const aevb_field *field, const void *a, const void *b);

#endif
