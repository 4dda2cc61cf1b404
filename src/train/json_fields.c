/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reads and writes the fields of a struct by a table. */
#include "config.h"
#include "train/json_fields.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "error.h"
#include "format/json_strict.h"

static json_t *seed_to_json(uint64_t seed)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)seed);
    return json_string(digits);
}

static json_t *value_to_json(const aevb_field *field, const char *at)
{
    double real;
    size_t size;
    uint64_t u64;
    int number;
    switch (field->kind) {
    case AEVB_FIELD_REAL: memcpy(&real, at, sizeof real); return json_real(real);
    case AEVB_FIELD_SIZE: memcpy(&size, at, sizeof size); return json_integer((json_int_t)size);
    case AEVB_FIELD_U64: memcpy(&u64, at, sizeof u64); return json_integer((json_int_t)u64);
    case AEVB_FIELD_SEED: memcpy(&u64, at, sizeof u64); return seed_to_json(u64);
    case AEVB_FIELD_INT: memcpy(&number, at, sizeof number); return json_integer(number);
    case AEVB_FIELD_ENUM: memcpy(&number, at, sizeof number); return json_string(field->name(number));
    case AEVB_FIELD_TEXT: break;
    }
    return NULL;
}

aevb_status aevb_fields_to_json(const aevb_field *fields, size_t n, const void *record, json_t **out, aevb_error *err)
{
    json_t *object = json_object();
    if (object == NULL)
        return aevb_fail_memory(err);
    for (size_t i = 0; i < n; i++) {
        const char *at = (const char *)record + fields[i].offset;
        json_t *value = NULL;
        aevb_status status = AEVB_OK;
        if (fields[i].kind == AEVB_FIELD_TEXT)
            status = aevb_json_string(at, &value, err);
        else
            value = value_to_json(&fields[i], at);
        if (status == AEVB_OK && json_object_set_new(object, fields[i].key, value) != 0)
            status = aevb_fail_memory(err);
        if (status != AEVB_OK) {
            json_decref(object);
            return status;
        }
    }
    *out = object;
    return AEVB_OK;
}

/* Decimal digits only, no sign, no leading zero but of "0" itself. */
static int seed_from_json(const json_t *json, uint64_t *seed)
{
    const char *text = json_string_value(json);
    if (text == NULL || text[0] == '\0' || strspn(text, "0123456789") != json_string_length(json) ||
        (text[0] == '0' && text[1] != '\0'))
        return 0;
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    *seed = value;
    return errno == 0;
}

static int enum_from_json(const aevb_field *field, const json_t *json, int *out)
{
    const char *text = json_string_value(json), *name;
    for (int i = 0; text != NULL && (name = field->name(i)) != NULL; i++)
        if (strcmp(name, text) == 0) {
            *out = i;
            return 1;
        }
    return 0;
}

/* What was expected when json is not a value of the field, else NULL. */
static const char *value_from_json(const aevb_field *field, const json_t *json, char *at)
{
    double real;
    size_t size;
    uint64_t u64;
    int number;
    switch (field->kind) {
    case AEVB_FIELD_REAL:
        if (!json_is_number(json))
            return "a number";
        real = json_number_value(json);
        memcpy(at, &real, sizeof real);
        return NULL;
    case AEVB_FIELD_SIZE:
        if (!aevb_json_count(json, &u64) || u64 > SIZE_MAX)
            return "a whole number from 0 to 2^53";
        size = (size_t)u64;
        memcpy(at, &size, sizeof size);
        return NULL;
    case AEVB_FIELD_U64:
        if (!aevb_json_count(json, &u64))
            return "a whole number from 0 to 2^53";
        memcpy(at, &u64, sizeof u64);
        return NULL;
    case AEVB_FIELD_SEED:
        if (!seed_from_json(json, &u64))
            return "a string of decimal digits below 2^64";
        memcpy(at, &u64, sizeof u64);
        return NULL;
    case AEVB_FIELD_INT:
        if (!json_is_integer(json) || json_integer_value(json) < INT_MIN || json_integer_value(json) > INT_MAX)
            return "a small whole number";
        number = (int)json_integer_value(json);
        memcpy(at, &number, sizeof number);
        return NULL;
    case AEVB_FIELD_ENUM:
        if (!enum_from_json(field, json, &number))
            return "one of the known names";
        memcpy(at, &number, sizeof number);
        return NULL;
    case AEVB_FIELD_TEXT:
        if (!json_is_string(json) || json_string_length(json) >= field->capacity)
            return "a string that is not too long";
        memcpy(at, json_string_value(json), json_string_length(json) + 1);
        return NULL;
    }
    return "a known kind of field";
}

static int is_field(const aevb_field *fields, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(fields[i].key, key) == 0)
            return 1;
    return 0;
}

aevb_status aevb_fields_from_json(const char *where, const json_t *json, const aevb_field *fields, size_t n,
                                  void *record, aevb_error *err)
{
    if (!json_is_object(json))
        return aevb_fail(err, AEVB_EFORMAT, "%s: not an object", where);
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_object_get(json, fields[i].key);
        if (value == NULL)
            return aevb_fail(err, AEVB_EFORMAT, "%s: \"%s\" is missing", where, fields[i].key);
        const char *expected = value_from_json(&fields[i], value, (char *)record + fields[i].offset);
        if (expected != NULL)
            return aevb_fail(err, AEVB_EFORMAT, "%s: \"%s\" is not %s", where, fields[i].key, expected);
    }
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
        if (!is_field(fields, n, key))
            return aevb_fail(err, AEVB_EFORMAT, "%s: unknown key \"%.60s\"", where, key);
    return AEVB_OK;
}

int aevb_field_equal(const aevb_field *field, const void *a, const void *b)
{
    const char *left = (const char *)a + field->offset, *right = (const char *)b + field->offset;
    switch (field->kind) {
    case AEVB_FIELD_REAL: return memcmp(left, right, sizeof(double)) == 0;
    case AEVB_FIELD_SIZE: return memcmp(left, right, sizeof(size_t)) == 0;
    case AEVB_FIELD_U64:
    case AEVB_FIELD_SEED: return memcmp(left, right, sizeof(uint64_t)) == 0;
    case AEVB_FIELD_INT:
    case AEVB_FIELD_ENUM: return memcmp(left, right, sizeof(int)) == 0;
    case AEVB_FIELD_TEXT: return strcmp(left, right) == 0;
    }
    return 0;
}
