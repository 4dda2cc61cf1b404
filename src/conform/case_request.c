/* SPDX-License-Identifier: GPL-3.0-or-later
 * Building requests and reading answers. */
#include "config.h"
#include "conform/case_request.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "conform/vector_json.h"

/* Takes the message, which may be NULL. */
static char *line_of(json_t *message, size_t *length)
{
    char *line = NULL;
    const size_t n = message == NULL ? 0 : json_dumpb(message, NULL, 0, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (n > 0 && (line = aevb_alloc(n + 1, 1)) != NULL)
        *length = json_dumpb(message, line, n, JSON_COMPACT | JSON_ENSURE_ASCII);
    json_decref(message);
    return line;
}

char *aevb_request_hello(aevb_precision precision, size_t *length)
{
    return line_of(json_pack("{s:{s:i, s:s}}", "hello", "protocol", AEVB_PROTOCOL, "precision",
                             precision == AEVB_F32 ? "f32" : "f64"), length);
}

json_t *aevb_array_json(const aevb_vector_array *a)
{
    if (a->rank == 0)
        return aevb_vector_number(*a->data);
    json_t *list = json_array();
    for (size_t i = 0; i < a->n; i++)
        if (json_array_append_new(list, aevb_vector_number(a->data[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* The inputs as the file has them, or of a case whose arrays lie in another file. */
static json_t *inputs_of(const aevb_vector_case *of)
{
    json_t *inputs = json_object_get(of->test_json, "inputs");
    if (inputs != NULL)
        return json_incref(inputs);
    inputs = json_object();
    for (size_t i = 0; i < of->test->n_inputs; i++)
        if (json_object_set_new(inputs, of->test->inputs[i].name, aevb_array_json(&of->test->inputs[i])) != 0) {
            json_decref(inputs);
            return NULL;
        }
    return inputs;
}

char *aevb_request_case(const aevb_vector_case *of, size_t *length)
{
    const json_t *group = of->group_json;
    return line_of(json_pack("{s:{s:s, s:O, s:O, s:O, s:O, s:O, s:o}}", "case", "id", of->test->id,
                             "type", json_object_get(group, "type"), "clauses", json_object_get(group, "specRef"),
                             "dims", json_object_get(group, "dims"), "config", json_object_get(group, "config"),
                             "arrays", json_object_get(group, "arrays"), "inputs", inputs_of(of)), length);
}

char *aevb_request_stop(size_t *length)
{
    return line_of(json_pack("{s:{}}", "stop"), length);
}

static int has_string(const json_t *array, const char *wanted)
{
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item)
        if (json_is_string(item) && strcmp(json_string_value(item), wanted) == 0)
            return 1;
    return 0;
}

int aevb_answer_hello(const json_t *message, aevb_precision precision, aevb_hello *out, char *why, size_t size)
{
    const json_t *hello = json_object_get(message, "hello");
    const json_t *name = json_object_get(hello, "port"), *precisions = json_object_get(hello, "precisions");
    const json_t *types = json_object_get(hello, "types"), *protocol = json_object_get(hello, "protocol");
    const char *wanted = precision == AEVB_F32 ? "f32" : "f64", *lacking = NULL;
    if (!json_is_object(hello))
        lacking = "object \"hello\"";
    else if (!json_is_string(name))
        lacking = "string \"port\"";
    else if (!json_is_array(precisions))
        lacking = "array \"precisions\"";
    else if (!json_is_array(types))
        lacking = "array \"types\"";
    if (lacking != NULL)
        snprintf(why, size, "its answer to hello has no %s", lacking);
    else if (!json_is_number(protocol) || json_number_value(protocol) != AEVB_PROTOCOL)
        snprintf(why, size, "it does not speak version %d of the protocol", AEVB_PROTOCOL);
    else if (!has_string(precisions, wanted))
        snprintf(why, size, "it does not compute in %s", wanted);
    else {
        snprintf(out->name, sizeof out->name, "%s", json_string_value(name));
        out->types = types;
        return 1;
    }
    return 0;
}

/* One array of an answer. */
static int read_array(const json_t *value, const aevb_vector_array *wanted, double *out, char *why, size_t size)
{
    if (value == NULL)
        snprintf(why, size, "its answer leaves %s out", wanted->name);
    else if (wanted->rank == 0 && json_is_array(value))
        snprintf(why, size, "%s is an array, it should be one number", wanted->name);
    else if (wanted->rank > 0 && !json_is_array(value))
        snprintf(why, size, "%s is no array", wanted->name);
    else if (wanted->rank > 0 && json_array_size(value) != wanted->n)
        snprintf(why, size, "%s has %zu elements instead of %zu", wanted->name, json_array_size(value), wanted->n);
    else {
        for (size_t i = 0; i < wanted->n; i++)
            if (!aevb_vector_number_of(wanted->rank == 0 ? value : json_array_get(value, i), &out[i])) {
                snprintf(why, size, "%s[%zu] is not a number", wanted->name, i);
                return 0;
            }
        return 1;
    }
    return 0;
}

static aevb_answer_kind read_outputs(json_t *answers, const aevb_vector_test *test, double **outputs, char *why,
                                     size_t size)
{
    size_t given = 0;
    for (size_t i = 0; i < test->n_expected; i++) {
        const aevb_vector_array *wanted = &test->expected[i].array;
        const json_t *value = json_object_get(answers, wanted->name);
        if (json_is_null(value)) {
            aevb_free(outputs[i]);
            outputs[i] = NULL;
        } else if (!read_array(value, wanted, outputs[i], why, size)) {
            return AEVB_ANSWER_WRONG;
        } else {
            given++;
        }
    }
    const char *name;
    json_t *value;
    json_object_foreach(answers, name, value)
        if (!test->domain_error && aevb_vector_wanted(test, name) == NULL) {
            snprintf(why, size, "it answers %.40s, which was not asked", name);
            return AEVB_ANSWER_WRONG;
        }
    if (given > 0 || test->domain_error)
        return AEVB_ANSWER_OUTPUTS;
    snprintf(why, size, "it answers null to everything");
    return AEVB_ANSWER_UNSUPPORTED;
}

aevb_answer_kind aevb_answer_read(const json_t *message, const aevb_vector_test *test, double **outputs, char *why,
                                  size_t size)
{
    const char *id = json_string_value(json_object_get(message, "id"));
    json_t *answers = json_object_get(message, "outputs");
    const char *error = json_string_value(json_object_get(message, "error"));
    const char *unsupported = json_string_value(json_object_get(message, "unsupported"));
    if (id == NULL || strcmp(id, test->id) != 0) {
        snprintf(why, size, "its answer is for %.60s", id == NULL ? "no case" : id);
        return AEVB_ANSWER_STRANGE;
    }
    if ((answers != NULL) + (error != NULL) + (unsupported != NULL) != 1) {
        snprintf(why, size, "its answer has not just one of \"outputs\", \"error\" and \"unsupported\"");
        return AEVB_ANSWER_WRONG;
    }
    if (unsupported != NULL) {
        snprintf(why, size, "%s", unsupported);
        return AEVB_ANSWER_UNSUPPORTED;
    }
    if (error != NULL && strcmp(error, "domain") == 0)
        return AEVB_ANSWER_DOMAIN_ERROR;
    if (error != NULL) {
        snprintf(why, size, "it reports an error: %s", error);
        return AEVB_ANSWER_WRONG;
    }
    if (!json_is_object(answers)) {
        snprintf(why, size, "\"outputs\" is no object");
        return AEVB_ANSWER_WRONG;
    }
    return read_outputs(answers, test, outputs, why, size);
}
