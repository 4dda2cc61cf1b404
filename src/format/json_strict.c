/* SPDX-License-Identifier: GPL-3.0-or-later
 * The few things that every JSON document here needs, on top of jansson. */
#include "config.h"
#include "format/json_strict.h"

#include "alloc.h"
#include "error.h"

aevb_status aevb_json_parse(const char *where, const char *text, size_t n, json_t **out, aevb_error *err)
{
    json_error_t error;
    json_t *json = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL && (error.text[0] == '\0' || json_error_code(&error) == json_error_out_of_memory))
        return aevb_fail_memory(err);
    if (json == NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s byte %d: %s", where, error.position, error.text);
    *out = json;
    return AEVB_OK;
}

int aevb_json_count(const json_t *json, uint64_t *value)
{
    if (!json_is_integer(json) || json_integer_value(json) < 0)
        return 0;
    uint64_t count = (uint64_t)json_integer_value(json);
    if (count > AEVB_JSON_MAX_INTEGER)
        return 0;
    *value = count;
    return 1;
}

aevb_status aevb_json_string(const char *text, json_t **out, aevb_error *err)
{
    json_t *string = json_string(text);
    if (string != NULL) {
        *out = string;
        return AEVB_OK;
    }
    json_t *unchecked = json_string_nocheck(text); /* works when only the encoding was wrong */
    if (unchecked == NULL)
        return aevb_fail_memory(err);
    json_decref(unchecked);
    return aevb_fail(err, AEVB_EINVAL, "\"%.100s\" is not UTF-8", text);
}

aevb_status aevb_json_text(const json_t *json, size_t spare, char **out, size_t *length, aevb_error *err)
{
    size_t n = json_dumpb(json, NULL, 0, JSON_COMPACT);
    char *text = n == 0 ? NULL : aevb_alloc(n + 1 + spare, 1);
    if (text == NULL || json_dumpb(json, text, n, JSON_COMPACT) != n) {
        aevb_free(text);
        return aevb_fail_memory(err);
    }
    *out = text;
    *length = n;
    return AEVB_OK;
}
