/* SPDX-License-Identifier: GPL-3.0-or-later
 * The checker of JSON against schemas: each keyword accepts what it should, refuses what it should with the place and
 * the reason, and what is no schema that it understands is never taken for one. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "conform/json_schema.h"
#include "leaks.h"

#define FIVE(text) text text text text text
#define FIFTY(text) FIVE(text text) FIVE(text text) FIVE(text text) FIVE(text text) FIVE(text text)

TestSuite(json_schema, .fini = no_leaks);

typedef struct pair {
    const char *schema, *document;
    const char *says; /* part of the message, or NULL where the document fits */
} pair;

static void expect(const pair *p, aevb_status refusal)
{
    aevb_error err = {.message = ""};
    json_t *schema = json_loads(p->schema, JSON_DECODE_ANY, NULL);
    json_t *document = json_loads(p->document, JSON_DECODE_ANY, NULL);
    cr_assert(schema != NULL && document != NULL, "%s, %s", p->schema, p->document);
    const aevb_status status = aevb_json_schema_check("where", schema, document, &err);
    cr_expect_eq(status, p->says == NULL ? AEVB_OK : refusal, "%s, %s: %d %s", p->schema, p->document, (int)status,
                 err.message);
    if (p->says != NULL) {
        cr_expect(err.status == status && strncmp(err.message, "where: ", 7) == 0 &&
                  strstr(err.message, p->says) != NULL, "%s, %s: %s", p->schema, p->document, err.message);
        cr_expect_eq(aevb_json_schema_check("where", schema, document, NULL), refusal);
    }
    json_decref(schema);
    json_decref(document);
}

Test(json_schema, each_type_is_of_its_own_values_only)
{
    static const char *const names[] = {"object", "array", "string", "integer", "number", "boolean"};
    static const struct { const char *text, *types; } values[] = {
        {"{}", "object"}, {"[]", "array"}, {"\"a\"", "string"}, {"1", "integer number"}, {"1.5", "number"},
        {"true", "boolean"}, {"false", "boolean"}, {"null", ""}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (size_t j = 0; j < sizeof values / sizeof values[0]; j++) {
            char schema[64], says[64];
            snprintf(schema, sizeof schema, "{\"type\": \"%s\"}", names[i]);
            snprintf(says, sizeof says, ": is no %s", names[i]);
            expect(&(pair){schema, values[j].text, strstr(values[j].types, names[i]) != NULL ? NULL : says},
                   AEVB_EFORMAT);
        }
}

Test(json_schema, each_keyword_refuses_with_place_and_reason)
{
    static const pair list[] = {
        {"{\"type\": \"null\"}", "null", "is no null"},
        {"{\"type\": 1}", "1", "is no ?"},
        {"{\"const\": 1}", "1", NULL},
        {"{\"const\": 1}", "2", "not the one value"},
        {"{\"enum\": [1, \"a\"]}", "\"a\"", NULL},
        {"{\"enum\": [1, \"a\"]}", "\"b\"", "none of the values"},
        {"{\"pattern\": \"^a+$\"}", "\"aa\"", NULL},
        {"{\"pattern\": \"^a+$\"}", "\"ab\"", "does not match ^a+$"},
        {"{\"pattern\": \"^a+$\"}", "7", NULL},
        {"{\"pattern\": 7}", "\"a\"", "does not match ?"},
        {"{\"minimum\": 2}", "2", NULL},
        {"{\"minimum\": 2}", "1", "too small"},
        {"{\"minimum\": 2}", "2.5", NULL},
        {"{\"minimum\": 2.5}", "2.25", "too small"},
        {"{\"minimum\": 2.5}", "3", NULL},
        {"{\"minimum\": 2}", "\"1\"", NULL},
        {"{\"minItems\": 2}", "[1, 2]", NULL},
        {"{\"minItems\": 2}", "[1]", "too few elements"},
        {"{\"minItems\": 2}", "{}", NULL},
        {"{\"minProperties\": 1}", "{\"a\": 1}", NULL},
        {"{\"minProperties\": 1}", "{}", "too few members"},
        {"{\"minProperties\": 1}", "[]", NULL},
        {"{\"required\": [\"a\", \"b\"]}", "{\"a\": 1, \"b\": 2}", NULL},
        {"{\"required\": [\"a\", \"b\"]}", "{\"a\": 1}", "has no b"},
        {"{\"required\": [\"a\"]}", "[]", NULL},
        {"{\"items\": {\"type\": \"integer\"}}", "[1, 2]", NULL},
        {"{\"items\": {\"type\": \"integer\"}}", "[1, \"a\"]", "/1: is no integer"},
        {"{\"items\": {\"items\": {\"minimum\": 0}}}", "[[1], [2, -1]]", "/1/1: is too small"},
        {"{\"properties\": {\"a\": {\"items\": {\"type\": \"string\"}}}}", "{\"a\": [\"x\", 1]}",
         "/a/1: is no string"},
        {"{\"properties\": {\"a\": {}}}", "{\"b\": 1}", NULL},
        {"{\"properties\": {\"a\": {}}, \"additionalProperties\": true}", "{\"b\": 1}", NULL},
        {"{\"properties\": {\"a\": {}}, \"additionalProperties\": false}", "{\"a\": 1}", NULL},
        {"{\"properties\": {\"a\": {}}, \"additionalProperties\": false}", "{\"b\": 1}", "/b: is not allowed"},
        {"{\"properties\": {\"a\": {}}, \"additionalProperties\": {\"type\": \"string\"}}", "{\"a\": 1, \"b\": 1}",
         "/b: is no string"},
        {"{\"patternProperties\": {\"^n\": {\"type\": \"integer\"}}}", "{\"n1\": 1, \"m\": \"x\"}", NULL},
        {"{\"patternProperties\": {\"^n\": {\"type\": \"integer\"}}}", "{\"n1\": \"x\"}", "/n1: is no integer"},
        {"{\"patternProperties\": {\"^n\": {\"type\": \"integer\"}}, \"properties\": {\"n1\": {}}}",
         "{\"n1\": \"x\"}", NULL},
        {"{\"patternProperties\": {\"^n\": {}}, \"additionalProperties\": false}", "{\"m\": 1}",
         "/m: is not allowed"},
        {"{\"anyOf\": [{\"type\": \"string\"}, {\"minimum\": 3}]}", "4", NULL},
        {"{\"anyOf\": [{\"type\": \"string\"}, {\"minimum\": 3}]}", "2", "fits none of anyOf"},
        {"{\"if\": {\"type\": \"integer\"}, \"then\": {\"minimum\": 3}}", "\"a\"", NULL},
        {"{\"if\": {\"type\": \"integer\"}, \"then\": {\"minimum\": 3}}", "3", NULL},
        {"{\"if\": {\"type\": \"integer\"}, \"then\": {\"minimum\": 3}}", "2", "too small"},
        {"{\"$ref\": \"#/$defs/n\", \"$defs\": {\"n\": {\"type\": \"integer\"}}}", "3", NULL},
        {"{\"$ref\": \"#/$defs/n\", \"$defs\": {\"n\": {\"type\": \"integer\"}}}", "\"a\"", "is no integer"},
        {"{\"$schema\": \"x\", \"$id\": \"x\", \"title\": \"x\", \"description\": \"x\"}", "3", NULL},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        expect(&list[i], AEVB_EFORMAT);
}

Test(json_schema, what_is_not_understood_is_refused_wherever_it_stands)
{
    static const pair list[] = {
        {"{\"multipleOf\": 2}", "4", "multipleOf"},
        {"[]", "4", "no object"},
        {"{\"items\": 7}", "[1]", "no object"},
        {"{\"if\": {\"multipleOf\": 2}, \"then\": {\"minimum\": 3}}", "1", "multipleOf"},
        {"{\"if\": {\"type\": \"integer\"}}", "1", "no object"},
        {"{\"anyOf\": [{\"multipleOf\": 2}, {\"type\": \"integer\"}]}", "1", "multipleOf"},
        {"{\"patternProperties\": {\"(\": {}}}", "{\"a\": 1}", "("},
        {"{\"$ref\": \"#/elsewhere/n\"}", "1", "$ref"},
        {"{\"$ref\": \"#/$defs/m\", \"$defs\": {\"n\": {}}}", "1", "$ref"},
        {"{\"$ref\": 7}", "1", "$ref"},
        {"{\"$ref\": \"#/$defs/n\", \"$defs\": {\"n\": {\"$ref\": \"#/$defs/n\"}}}", "1", "$ref"},
        {"{\"$ref\": \"#/$defs/n\", \"$defs\": {\"n\": {\"items\": {\"$ref\": \"#/$defs/n\"}}}}",
         FIFTY("[") FIFTY("[") FIFTY("]") FIFTY("]"), "not understood"},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        expect(&list[i], AEVB_EUNSUPPORTED);
}
