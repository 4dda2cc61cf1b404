/* SPDX-License-Identifier: GPL-3.0-or-later
 * JSON Schema, as much of it as the vectors use. */
#include "config.h"
#include "conform/json_schema.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

enum { DEEPEST = 32 };

/* What is being checked: one place of the document, below the place of its parent. */
typedef struct place {
    const struct checker *checker;
    const struct place *parent;
    const char *key; /* of an object member, or NULL */
    size_t index;    /* of an array element */
    int depth;
} place;

typedef struct checker {
    const char *where;
    json_t *root; /* of the schema, for $ref */
} checker;

static aevb_status check(const place *at, json_t *schema, json_t *value, aevb_error *err);

static void path_of(const place *at, char *text, size_t size)
{
    if (at->parent == NULL)
        return;
    path_of(at->parent, text, size);
    size_t used = strlen(text);
    if (at->key != NULL)
        snprintf(text + used, size - used, "/%s", at->key);
    else
        snprintf(text + used, size - used, "/%zu", at->index);
}

static aevb_status bad(const place *at, aevb_error *err, const char *what, const char *detail)
{
    char path[256] = "";
    path_of(at, path, sizeof path);
    return aevb_fail(err, AEVB_EFORMAT, "%s: %s: %s %s", at->checker->where, path, what, detail);
}

static aevb_status unsupported(const place *at, aevb_error *err, const char *keyword)
{
    return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: schema keyword %s is not understood", at->checker->where, keyword);
}

static int has_type(const char *name, const json_t *value)
{
    return (strcmp(name, "object") == 0 && json_is_object(value)) ||
        (strcmp(name, "array") == 0 && json_is_array(value)) ||
        (strcmp(name, "string") == 0 && json_is_string(value)) ||
        (strcmp(name, "integer") == 0 && json_is_integer(value)) ||
        (strcmp(name, "number") == 0 && json_is_number(value)) ||
        (strcmp(name, "boolean") == 0 && json_is_boolean(value));
}

/* 1 or 0, and -1 for a pattern that is none. */
static int matches(const char *pattern, const char *text)
{
    regex_t compiled;
    if (pattern == NULL || regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return -1;
    int found = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return found;
}

static aevb_status check_members(const place *at, json_t *schema, json_t *object, aevb_error *err)
{
    json_t *properties = json_object_get(schema, "properties"), *value, *rule;
    json_t *patterns = json_object_get(schema, "patternProperties");
    json_t *additional = json_object_get(schema, "additionalProperties");
    const char *key, *pattern;
    json_object_foreach(object, key, value) {
        place member = {.checker = at->checker, .parent = at, .key = key, .depth = at->depth + 1};
        json_t *found = json_object_get(properties, key);
        json_object_foreach(patterns, pattern, rule) {
            int match = matches(pattern, key);
            if (match < 0)
                return unsupported(at, err, pattern);
            if (found == NULL && match)
                found = rule;
        }
        if (found == NULL && json_is_false(additional))
            return bad(&member, err, "is not allowed", "here");
        if (found == NULL && json_is_object(additional))
            found = additional;
        aevb_status status = found == NULL ? AEVB_OK : check(&member, found, value, err);
        if (status != AEVB_OK)
            return status;
    }
    return AEVB_OK;
}

static aevb_status check_items(const place *at, json_t *rule, json_t *array, aevb_error *err)
{
    aevb_status status = AEVB_OK;
    for (size_t i = 0; status == AEVB_OK && i < json_array_size(array); i++) {
        place item = {.checker = at->checker, .parent = at, .index = i, .depth = at->depth + 1};
        status = check(&item, rule, json_array_get(array, i), err);
    }
    return status;
}

static aevb_status check_required(const place *at, json_t *names, json_t *object, aevb_error *err)
{
    size_t i;
    json_t *name;
    json_array_foreach(names, i, name)
        if (json_is_object(object) && json_object_get(object, json_string_value(name)) == NULL)
            return bad(at, err, "has no", json_string_value(name));
    return AEVB_OK;
}

static int is_one_of(json_t *list, json_t *value)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        if (json_equal(item, value))
            return 1;
    return 0;
}

/* EFORMAT without a message when the value does not fit, which may be all right. */
static aevb_status try_schema(const place *at, json_t *schema, json_t *value, aevb_error *err)
{
    aevb_error detail;
    aevb_status status = check(at, schema, value, &detail);
    return status == AEVB_OK || status == AEVB_EFORMAT ? status : aevb_fail(err, status, "%s", detail.message);
}

static aevb_status check_any(const place *at, json_t *list, json_t *value, aevb_error *err)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item) {
        aevb_status status = try_schema(at, item, value, err);
        if (status != AEVB_EFORMAT)
            return status;
    }
    return bad(at, err, "fits none of", "anyOf");
}

static aevb_status check_if(const place *at, json_t *condition, json_t *then, json_t *value, aevb_error *err)
{
    aevb_status status = try_schema(at, condition, value, err);
    if (status == AEVB_EFORMAT)
        return AEVB_OK;
    return status == AEVB_OK ? check(at, then, value, err) : status;
}

static aevb_status follow(const place *at, json_t *reference, json_t *value, aevb_error *err)
{
    static const char prefix[] = "#/$defs/";
    const char *name = json_string_value(reference);
    json_t *target = NULL;
    if (name != NULL && strncmp(name, prefix, sizeof prefix - 1) == 0)
        target = json_object_get(json_object_get(at->checker->root, "$defs"), name + sizeof prefix - 1);
    if (target == NULL || at->depth >= DEEPEST)
        return unsupported(at, err, "$ref");
    place same = *at;
    same.depth++;
    return check(&same, target, value, err);
}

/* Keywords on one value without parts. */
static aevb_status check_value(const place *at, const char *keyword, json_t *rule, json_t *value, aevb_error *err)
{
    const char *text = json_string_value(rule);
    if (strcmp(keyword, "type") == 0)
        return text != NULL && has_type(text, value) ? AEVB_OK : bad(at, err, "is no", text == NULL ? "?" : text);
    if (strcmp(keyword, "const") == 0)
        return json_equal(rule, value) ? AEVB_OK : bad(at, err, "is not the one value that is allowed", "");
    if (strcmp(keyword, "enum") == 0)
        return is_one_of(rule, value) ? AEVB_OK : bad(at, err, "is none of the values that are allowed", "");
    if (strcmp(keyword, "pattern") == 0)
        return !json_is_string(value) || matches(text, json_string_value(value)) == 1 ? AEVB_OK
            : bad(at, err, "does not match", text == NULL ? "?" : text);
    if (strcmp(keyword, "minimum") == 0)
        return !json_is_number(value) || json_number_value(value) >= json_number_value(rule) ? AEVB_OK
            : bad(at, err, "is too small", "");
    if (strcmp(keyword, "minItems") == 0)
        return !json_is_array(value) || (json_int_t)json_array_size(value) >= json_integer_value(rule) ? AEVB_OK
            : bad(at, err, "has too few elements", "");
    if (strcmp(keyword, "minProperties") == 0)
        return !json_is_object(value) || (json_int_t)json_object_size(value) >= json_integer_value(rule) ? AEVB_OK
            : bad(at, err, "has too few members", "");
    return unsupported(at, err, keyword);
}

static int is_silent(const char *keyword)
{
    static const char *const names[] = {"$schema", "$id", "title", "description", "$defs", "properties",
        "patternProperties", "additionalProperties", "then"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], keyword) == 0)
            return 1;
    return 0;
}

static aevb_status check(const place *at, json_t *schema, json_t *value, aevb_error *err)
{
    const char *keyword;
    json_t *rule;
    aevb_status status = AEVB_OK;
    if (!json_is_object(schema) || at->depth > DEEPEST)
        return unsupported(at, err, "that is no object, or nested too deeply,");
    json_object_foreach(schema, keyword, rule) {
        if (is_silent(keyword))
            continue;
        if (strcmp(keyword, "$ref") == 0)
            status = follow(at, rule, value, err);
        else if (strcmp(keyword, "required") == 0)
            status = check_required(at, rule, value, err);
        else if (strcmp(keyword, "items") == 0)
            status = check_items(at, rule, value, err);
        else if (strcmp(keyword, "anyOf") == 0)
            status = check_any(at, rule, value, err);
        else if (strcmp(keyword, "if") == 0)
            status = check_if(at, rule, json_object_get(schema, "then"), value, err);
        else
            status = check_value(at, keyword, rule, value, err);
        if (status != AEVB_OK)
            return status;
    }
    return json_is_object(value) ? check_members(at, schema, value, err) : AEVB_OK;
}

aevb_status aevb_json_schema_check(const char *where, json_t *schema, json_t *document, aevb_error *err)
{
    checker c = {.where = where, .root = schema};
    place top = {.checker = &c};
    return check(&top, schema, document, err);
}
