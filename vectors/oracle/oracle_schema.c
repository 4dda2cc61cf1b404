/* SPDX-License-Identifier: GPL-3.0-or-later
 * The JSON schema of a vector file, made of what its groups declare: what all of them have is required, and nothing
 * but what some of them have is allowed. */
#include "oracle.h"

#include <string.h>

static json_t *must(json_t *value)
{
    if (value == NULL)
        oracle_refuse("out of memory");
    return value;
}

static json_t *reference(const char *name)
{
    return must(json_pack("{s:s+}", "$ref", "#/$defs/", name));
}

/* What the members of several objects are, and how many of the objects have each. */
typedef struct members {
    json_t *properties, *count;
    size_t objects;
} members;

static members members_new(void)
{
    return (members){must(json_object()), must(json_object()), 0};
}

static void members_see(members *m, json_t *object, const char *(*definition)(json_t *value))
{
    const char *key;
    json_t *value;
    m->objects++;
    json_object_foreach(object, key, value) {
        if (json_object_get(m->properties, key) == NULL)
            json_object_set_new(m->properties, key, reference(definition(value)));
        json_int_t seen = json_integer_value(json_object_get(m->count, key));
        json_object_set_new(m->count, key, json_integer(seen + 1));
    }
}

/* The definition, and an end of m. */
static json_t *members_schema(members *m)
{
    json_t *required = must(json_array());
    const char *key;
    json_t *seen;
    json_object_foreach(m->count, key, seen)
        if ((size_t)json_integer_value(seen) == m->objects)
            json_array_append_new(required, json_string(key));
    json_decref(m->count);
    return must(json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "required", required, "properties", m->properties,
                          "additionalProperties", 0));
}

static const char *array_definition(json_t *value)
{
    json_t *first = json_is_array(value) ? json_array_get(value, 0) : value;
    if (json_is_integer(first))
        return json_is_array(value) ? "integers" : "integer";
    return json_is_array(value) ? "numbers" : "number";
}

static const char *setting_definition(json_t *value)
{
    return json_is_string(value) ? "word" : json_is_integer(value) ? "integer" : "number";
}

static const char *size_definition(json_t *value)
{
    (void)value;
    return "size";
}

static const char *shape_definition(json_t *value)
{
    (void)value;
    return "shape";
}

/* Every definition that does not depend on the file. */
static json_t *definitions(void)
{
    static const char text[] =
        "{\"number\": {\"anyOf\": [{\"type\": \"number\"}, {\"enum\": [\"inf\", \"-inf\", \"nan\"]}]},"
        "\"numbers\": {\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": \"#/$defs/number\"}},"
        "\"integer\": {\"type\": \"integer\", \"minimum\": 0},"
        "\"integers\": {\"type\": \"array\", \"minItems\": 1, \"items\": {\"$ref\": \"#/$defs/integer\"}},"
        "\"size\": {\"type\": \"integer\", \"minimum\": 1},"
        "\"shape\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/word\"}},"
        "\"word\": {\"type\": \"string\", \"pattern\": \"^[A-Za-z0-9.-]+$\"},"
        "\"text\": {\"type\": \"string\", \"pattern\": \".\"},"
        "\"note\": {\"type\": \"object\", \"required\": [\"bugType\", \"description\", \"effect\", \"links\"],"
        " \"properties\": {\"bugType\": {\"enum\": [\"WRONG_FORMULA\", \"REDUCTION\", \"LAYOUT\", \"NUMERICAL\","
        " \"RANGE\", \"EDGE_CASE\", \"DOMAIN\"]}, \"description\": {\"$ref\": \"#/$defs/text\"},"
        " \"effect\": {\"$ref\": \"#/$defs/text\"}, \"links\": {\"type\": \"array\", \"minItems\": 1,"
        " \"items\": {\"type\": \"string\","
        " \"pattern\": \"^([A-Za-z0-9_.-]+/)?[A-Za-z0-9_.-]+#[0-9]+$|^arXiv:[0-9.]+$\"}}},"
        " \"additionalProperties\": false}}";
    return must(json_loads(text, 0, NULL));
}

/* Arrays in a safetensors file instead. */
static json_t *tensor_test_schema(void)
{
    return must(json_pack("{s:s, s:[s,s,s,s,s], s:{s:{s:s, s:s}, s:o, s:{s:s, s:i, s:o}, s:{s:s, s:s}, s:{s:s}},"
                          " s:b}", "type", "object", "required", "tcId", "comment", "flags", "tensors", "result",
                          "properties", "tcId", "type", "string", "pattern", "^[a-z-]+-[0-9][0-9][0-9][0-9]$", "comment",
                          reference("text"), "flags", "type", "array", "minItems", 1, "items", reference("word"),
                          "tensors", "type", "string", "pattern", "^[a-z0-9-]+[.]safetensors$", "result", "const",
                          "valid", "additionalProperties", 0));
}

static json_t *test_schema(members *inputs, members *expected)
{
    json_t *properties = must(json_pack(
        "{s:{s:s, s:s}, s:o, s:{s:s, s:i, s:o}, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:[s,s]}}",
        "tcId", "type", "string", "pattern", "^[a-z-]+-[0-9][0-9][0-9][0-9]$", "comment", reference("text"),
        "flags", "type", "array", "minItems", 1, "items", reference("word"), "inputs", members_schema(inputs),
        "expected", members_schema(expected), "tail", reference("rest"), "cond", reference("rest"),
        "floor64", reference("rest"), "floor32", reference("rest"), "result", "enum", "valid", "domain-error"));
    return must(json_pack("{s:s, s:[s,s,s,s,s], s:o, s:b, s:{s:{s:{s:s}}}, s:{s:[s,s,s]}}", "type", "object",
                          "required", "tcId", "comment", "flags", "inputs", "result", "properties", properties,
                          "additionalProperties", 0, "if", "properties", "result", "const", "valid", "then",
                          "required", "expected", "tail", "cond"));
}

/* tail, cond and floors: numbers under the names of what is expected. */
static json_t *rest_schema(json_t *expected)
{
    json_t *properties = must(json_object()), *rule;
    const char *key;
    json_object_foreach(json_object_get(expected, "properties"), key, rule)
        json_object_set(properties, key, rule);
    return must(json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties, "additionalProperties", 0));
}

static int has(json_t *list, json_t *value)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
        if (json_equal(item, value))
            return 1;
    return 0;
}

json_t *oracle_schema(const char *name, json_t *file)
{
    members dims = members_new(), config = members_new(), arrays = members_new(), inputs = members_new(),
            expected = members_new();
    size_t g, t;
    json_t *group, *test, *types = must(json_array());
    int in_files = 0;
    json_array_foreach(json_object_get(file, "testGroups"), g, group) {
        members_see(&dims, json_object_get(group, "dims"), size_definition);
        members_see(&config, json_object_get(group, "config"), setting_definition);
        members_see(&arrays, json_object_get(group, "arrays"), shape_definition);
        if (!has(types, json_object_get(group, "type")))
            oracle_append(types, json_incref(json_object_get(group, "type")));
        json_array_foreach(json_object_get(group, "tests"), t, test) {
            in_files |= json_object_get(test, "tensors") != NULL;
            members_see(&inputs, json_object_get(test, "inputs"), array_definition);
            if (json_object_get(test, "expected") != NULL)
                members_see(&expected, json_object_get(test, "expected"), array_definition);
        }
    }
    json_t *defs = definitions(), *one = test_schema(&inputs, &expected);
    json_object_set_new(defs, "rest", rest_schema(json_object_get(json_object_get(one, "properties"), "expected")));
    if (in_files) {
        json_decref(one);
        one = tensor_test_schema();
    }
    json_object_set_new(defs, "test", one);
    json_object_set_new(defs, "group", must(json_pack(
        "{s:s, s:[s,s,s,s,s,s,s], s:{s:{s:o}, s:{s:s, s:s}, s:{s:s, s:[s,s], s:{s:o, s:o}, s:b}, s:o, s:o, s:o,"
        " s:{s:s, s:i, s:o}}, s:b}",
        "type", "object", "required", "type", "specRef", "source", "dims", "config", "arrays", "tests", "properties",
        "type", "enum", types, "specRef", "type", "string", "pattern", "^[A-Z]+[.][0-9]+( [A-Z]+[.][0-9]+)*$",
        "source", "type", "object", "required", "name", "version", "properties", "name", reference("text"), "version",
        reference("text"), "additionalProperties", 0, "dims", members_schema(&dims), "config",
        members_schema(&config), "arrays", members_schema(&arrays), "tests", "type", "array", "minItems", 1, "items",
        reference("test"), "additionalProperties", 0)));
    json_t *schema = must(json_pack(
        "{s:s, s:s, s:s, s:s, s:[s,s,s,s,s,s], s:{s:o, s:{s:s+}, s:o, s:{s:s, s:i, s:o}, s:{s:s, s:i, s:o},"
        " s:{s:s, s:i, s:o}}, s:b, s:o}",
        "$schema", "https://json-schema.org/draft/2020-12/schema", "title", name, "description",
        "Golden vectors of libaevb. Licence: CC0-1.0.", "type", "object", "required", "algorithm", "schema",
        "numberOfTests", "header", "notes", "testGroups", "properties", "algorithm", reference("text"), "schema",
        "const", "schemas/", name, "numberOfTests", reference("size"), "header", "type", "array", "minItems", 1,
        "items", reference("text"), "notes", "type", "object", "minProperties", 1, "additionalProperties",
        reference("note"), "testGroups", "type", "array", "minItems", 1, "items", reference("group"),
        "additionalProperties", 0, "$defs", defs));
    json_t *constant = json_object_get(json_object_get(json_object_get(schema, "properties"), "schema"), "const");
    json_string_set(constant, json_string_value(json_object_get(file, "schema")));
    return schema;
}
