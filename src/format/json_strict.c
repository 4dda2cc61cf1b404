/* SPDX-License-Identifier: GPL-3.0-or-later
 * The few things that every JSON document here needs, on top of jansson. */
#include "config.h"
#include "format/json_strict.h"

#include <inttypes.h>
#include <stdbool.h>

#include "alloc.h"
#include "error.h"

enum { MOST_LEVELS = 2048, MOST_VALUES = 1000000 };

/* jansson takes up to 300 bytes for a value, which may be two bytes of text. So values are counted before it sees any:
 * one for the document, one after each comma, and at most one that each bracket begins with. What is no JSON at all is
 * left for jansson to say. */
static aevb_status check_size(const char *where, const char *text, size_t n, size_t levels, uint64_t values,
                              aevb_error *err)
{
    size_t level = 0;
    uint64_t count = 1;
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        const char c = text[i];
        if (c == '"')
            quoted = !quoted;
        else if (quoted)
            i += c == '\\';
        else if (c == ']' || c == '}')
            level -= level > 0;
        else if (c == '[' || c == '{')
            level++;
        count += !quoted && (c == ',' || c == '[' || c == '{');
        if (level > levels)
            return aevb_fail(err, AEVB_EFORMAT, "%s byte %zu: more than %zu levels of brackets", where, i + 1, levels);
        if (count > values)
            return aevb_fail(err, AEVB_EUNSUPPORTED, "%s byte %zu: more than %" PRIu64 " values, the limit", where,
                             i + 1, values);
    }
    return AEVB_OK;
}

static aevb_status parse(const char *where, const char *text, size_t n, size_t levels, uint64_t values, size_t flags,
                         json_t **out, aevb_error *err)
{
    aevb_status status = check_size(where, text, n, levels, values, err);
    if (status != AEVB_OK)
        return status;
    json_error_t error;
    json_t *json = json_loadb(text, n, JSON_REJECT_DUPLICATES | flags, &error);
    if (json == NULL && (error.text[0] == '\0' || json_error_code(&error) == json_error_out_of_memory))
        return aevb_fail_memory(err);
    if (json == NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s byte %d: %s", where, error.position, error.text);
    *out = json;
    return AEVB_OK;
}

aevb_status aevb_json_parse(const char *where, const char *text, size_t n, json_t **out, aevb_error *err)
{
    return aevb_json_parse_within(where, text, n, MOST_LEVELS, MOST_VALUES, out, err);
}

aevb_status aevb_json_parse_within(const char *where, const char *text, size_t n, size_t levels, uint64_t values,
                                   json_t **out, aevb_error *err)
{
    return parse(where, text, n, levels, values, 0, out, err);
}

aevb_status aevb_json_parse_reals(const char *where, const char *text, size_t n, uint64_t values, json_t **out,
                                  aevb_error *err)
{
    return parse(where, text, n, MOST_LEVELS, values, JSON_DECODE_INT_AS_REAL, out, err);
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
