/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading vector files. */
#include "config.h"
#include "conform/vector_reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/json_strict.h"

enum {
    LARGEST_FILE = 1 << 26, /* bytes */
    LARGEST_ARRAY = 1 << 19 /* elements: a request of a few bytes may ask a port for as many draws */
};

aevb_status aevb_vector_bad(const aevb_vector_reader *r, const char *what, const char *name)
{
    return aevb_fail(r->err, AEVB_EFORMAT, "%s: %s: %s %s", r->path, r->place, what, name);
}

/* A member of the wanted kind, or NULL with the error filled in. */
static json_t *member(const aevb_vector_reader *r, const json_t *object, const char *key, json_type type)
{
    json_t *value = json_object_get(object, key);
    if (value == NULL)
        aevb_vector_bad(r, "has no", key);
    else if (json_typeof(value) != type) {
        aevb_vector_bad(r, "has the wrong type:", key);
        value = NULL;
    }
    return value;
}

static aevb_status only(const aevb_vector_reader *r, json_t *object, const char *const *keys)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        size_t i = 0;
        while (keys[i] != NULL && strcmp(keys[i], key) != 0)
            i++;
        if (keys[i] == NULL)
            return aevb_vector_bad(r, "has an unknown member", key);
    }
    return AEVB_OK;
}

int aevb_vector_number_of(const json_t *value, double *out)
{
    if (json_is_number(value)) {
        const json_int_t most = (json_int_t)1 << 53, integer = json_integer_value(value); /* 0 of a real number */
        *out = json_number_value(value);
        return integer >= -most && integer <= most;
    }
    const char *word = json_string_value(value);
    if (word == NULL)
        return 0;
    if (strcmp(word, "nan") == 0)
        *out = NAN;
    else if (strcmp(word, "inf") == 0)
        *out = INFINITY;
    else if (strcmp(word, "-inf") == 0)
        *out = -INFINITY;
    else
        return 0;
    return 1;
}

/* n numbers of a flat array, or one bare number for a scalar. */
static aevb_status numbers(const aevb_vector_reader *r, const char *name, const json_t *value, size_t rank, size_t n,
                           double **out)
{
    if (rank == 0 ? json_is_array(value) : !json_is_array(value) || json_array_size(value) != n)
        return aevb_vector_bad(r, "wrong length of array", name);
    double *data = aevb_alloc(n, sizeof *data);
    if (data == NULL)
        return aevb_fail_memory(r->err);
    *out = data;
    for (size_t i = 0; i < n; i++)
        if (!aevb_vector_number_of(rank == 0 ? value : json_array_get(value, i), &data[i]))
            return aevb_vector_bad(r, "not a number in array", name);
    return AEVB_OK;
}

/* The product cannot overflow, as each factor is at most LARGEST_ARRAY. */
aevb_status aevb_vector_shape(const aevb_vector_reader *r, const json_t *group, const char *name,
                              aevb_vector_array *a)
{
    const json_t *names = json_object_get(json_object_get(group, "arrays"), name);
    a->name = name;
    a->rank = json_array_size(names);
    a->n = 1;
    if (!json_is_array(names) || a->rank > AEVB_VECTOR_RANK)
        return aevb_vector_bad(r, "undeclared array", name);
    for (size_t d = 0; d < a->rank; d++) {
        const char *dim = json_string_value(json_array_get(names, d));
        const json_t *dims = json_object_get(group, "dims");
        json_int_t size = json_integer_value(dim == NULL ? NULL : json_object_get(dims, dim));
        if (size < 1 || size > LARGEST_ARRAY || (a->n *= (size_t)size) > LARGEST_ARRAY)
            return aevb_vector_bad(r, "impossible shape of array", name);
        a->shape[d] = (size_t)size;
    }
    return AEVB_OK;
}

aevb_status aevb_vector_read_inputs(const aevb_vector_reader *r, const json_t *group, json_t *inputs,
                                    aevb_vector_test *test)
{
    const char *name;
    json_t *value;
    test->inputs = aevb_alloc(json_object_size(inputs), sizeof *test->inputs);
    if (test->inputs == NULL)
        return aevb_fail_memory(r->err);
    json_object_foreach(inputs, name, value) {
        aevb_vector_array *a = &test->inputs[test->n_inputs++];
        aevb_status status = aevb_vector_shape(r, group, name, a);
        if (status == AEVB_OK)
            status = numbers(r, name, value, a->rank, a->n, &a->data);
        if (status != AEVB_OK)
            return status;
    }
    return AEVB_OK;
}

static int is_integer(const json_t *value)
{
    return json_is_integer(json_is_array(value) ? json_array_get(value, 0) : value);
}

static aevb_status read_expected(const aevb_vector_reader *r, const json_t *group, const json_t *json,
                                 aevb_vector_test *test)
{
    json_t *expected = member(r, json, "expected", JSON_OBJECT), *value;
    const json_t *tail = member(r, json, "tail", JSON_OBJECT), *cond = member(r, json, "cond", JSON_OBJECT);
    if (expected == NULL || tail == NULL || cond == NULL)
        return AEVB_EFORMAT;
    const json_t *floors[2] = {json_object_get(json, "floor64"), json_object_get(json, "floor32")};
    test->expected = aevb_alloc(json_object_size(expected), sizeof *test->expected);
    if (test->expected == NULL)
        return aevb_fail_memory(r->err);
    const char *name;
    size_t exact = 0;
    json_object_foreach(expected, name, value) {
        aevb_vector_expected *e = &test->expected[test->n_expected++];
        aevb_vector_array *a = &e->array;
        aevb_status status = aevb_vector_shape(r, group, name, a);
        if (status == AEVB_OK)
            status = numbers(r, name, value, a->rank, a->n, &a->data);
        int integer = is_integer(value);
        exact += integer != 0;
        if (status == AEVB_OK && !integer)
            status = numbers(r, name, json_object_get(tail, name), a->rank, a->n, &e->tail);
        if (status == AEVB_OK && !integer)
            status = numbers(r, name, json_object_get(cond, name), a->rank, a->n, &e->cond);
        for (int p = 0; p < 2 && status == AEVB_OK; p++) {
            const json_t *given = json_object_get(floors[p], name);
            if (given != NULL)
                status = numbers(r, name, given, a->rank, a->n, &e->floor[p]);
        }
        if (status != AEVB_OK)
            return status;
    }
    if (test->n_expected == 0)
        return aevb_vector_bad(r, "expects nothing in", "expected");
    if (json_object_size(tail) != test->n_expected - exact || json_object_size(cond) != test->n_expected - exact)
        return aevb_vector_bad(r, "arrays without a value in", "tail or cond");
    return AEVB_OK;
}

static aevb_status read_test(aevb_vector_reader *r, json_t *group, json_t *json, aevb_vector_test *test)
{
    static const char *const keys[] = {"tcId", "comment", "flags", "inputs", "expected", "tail", "cond", "floor64",
        "floor32", "result", NULL}, *const keys_in_file[] = {"tcId", "comment", "flags", "tensors", "result", NULL};
    if (!json_is_object(json))
        return aevb_vector_bad(r, "a test is no", "object");
    const json_t *id = member(r, json, "tcId", JSON_STRING);
    if (id == NULL)
        return AEVB_EFORMAT;
    r->place = test->id = json_string_value(id);
    const json_t *comment = member(r, json, "comment", JSON_STRING);
    const json_t *result = member(r, json, "result", JSON_STRING);
    const json_t *tensors = json_object_get(json, "tensors");
    json_t *inputs = tensors != NULL ? NULL : member(r, json, "inputs", JSON_OBJECT);
    test->flags = member(r, json, "flags", JSON_ARRAY);
    if (comment == NULL || result == NULL || (inputs == NULL && tensors == NULL) || test->flags == NULL ||
        only(r, json, tensors != NULL ? keys_in_file : keys) != AEVB_OK)
        return AEVB_EFORMAT;
    test->comment = json_string_value(comment);
    const int valid = strcmp(json_string_value(result), "valid") == 0;
    if (tensors != NULL)
        return valid ? aevb_vector_open_tensors(r, group, json_string_value(tensors), test)
            : aevb_vector_bad(r, "has tensors in spite of", json_string_value(result));
    aevb_status status = aevb_vector_read_inputs(r, group, inputs, test);
    if (status != AEVB_OK)
        return status;
    if (valid)
        return read_expected(r, group, json, test);
    test->domain_error = 1;
    if (strcmp(json_string_value(result), "domain-error") != 0)
        return aevb_vector_bad(r, "unknown result", json_string_value(result));
    if (json_object_get(json, "expected") != NULL)
        return aevb_vector_bad(r, "expects values in spite of", "domain-error");
    return AEVB_OK;
}

static aevb_status read_group(aevb_vector_reader *r, json_t *json, aevb_vector_group *group)
{
    static const char *const keys[] = {"type", "specRef", "source", "dims", "config", "arrays", "tests", NULL};
    if (!json_is_object(json))
        return aevb_vector_bad(r, "a group is no", "object");
    const json_t *type = member(r, json, "type", JSON_STRING), *clauses = member(r, json, "specRef", JSON_STRING);
    group->dims = member(r, json, "dims", JSON_OBJECT);
    group->config = member(r, json, "config", JSON_OBJECT);
    json_t *tests = member(r, json, "tests", JSON_ARRAY);
    if (type == NULL || clauses == NULL || group->dims == NULL || group->config == NULL || tests == NULL ||
        member(r, json, "arrays", JSON_OBJECT) == NULL || member(r, json, "source", JSON_OBJECT) == NULL ||
        only(r, json, keys) != AEVB_OK)
        return AEVB_EFORMAT;
    group->type = json_string_value(type);
    group->clauses = json_string_value(clauses);
    group->tests = aevb_alloc(json_array_size(tests), sizeof *group->tests);
    if (group->tests == NULL)
        return aevb_fail_memory(r->err);
    for (size_t i = 0; i < json_array_size(tests); i++) {
        group->n_tests++;
        aevb_status status = read_test(r, json, json_array_get(tests, i), &group->tests[i]);
        if (status != AEVB_OK)
            return status;
        r->place = group->type;
    }
    return AEVB_OK;
}

static aevb_status read_root(aevb_vector_reader *r, aevb_vector_file *file)
{
    static const char *const keys[] = {"algorithm", "schema", "numberOfTests", "header", "notes", "testGroups", NULL};
    if (!json_is_object(file->root))
        return aevb_vector_bad(r, "is no", "object");
    const json_t *algorithm = member(r, file->root, "algorithm", JSON_STRING);
    const json_t *count = member(r, file->root, "numberOfTests", JSON_INTEGER);
    json_t *groups = member(r, file->root, "testGroups", JSON_ARRAY);
    file->notes = member(r, file->root, "notes", JSON_OBJECT);
    if (algorithm == NULL || count == NULL || groups == NULL || file->notes == NULL ||
        member(r, file->root, "schema", JSON_STRING) == NULL ||
        member(r, file->root, "header", JSON_ARRAY) == NULL || only(r, file->root, keys) != AEVB_OK)
        return AEVB_EFORMAT;
    file->algorithm = json_string_value(algorithm);
    file->groups = aevb_alloc(json_array_size(groups), sizeof *file->groups);
    if (file->groups == NULL)
        return aevb_fail_memory(r->err);
    for (size_t i = 0; i < json_array_size(groups); i++) {
        file->n_groups++;
        aevb_status status = read_group(r, json_array_get(groups, i), &file->groups[i]);
        if (status != AEVB_OK)
            return status;
        file->n_tests += file->groups[i].n_tests;
        r->place = "testGroups";
    }
    if (file->n_tests == 0 || json_integer_value(count) != (json_int_t)file->n_tests)
        return aevb_vector_bad(r, "wrong count in", "numberOfTests");
    return AEVB_OK;
}

static aevb_status load(const aevb_file_in *in, json_t **root, aevb_error *err)
{
    const char *path = aevb_file_in_path(in);
    aevb_status status;
    uint64_t size = aevb_file_in_size(in);
    char *text = NULL;
    if (size > LARGEST_FILE)
        status = aevb_fail(err, AEVB_EFORMAT, "%s: larger than %d bytes", path, LARGEST_FILE);
    else if ((text = aevb_alloc((size_t)size, 1)) == NULL)
        status = aevb_fail_memory(err);
    else
        status = aevb_file_in_read(in, 0, (size_t)size, text, err);
    char where[512];
    snprintf(where, sizeof where, "%s:", path);
    if (status == AEVB_OK)
        status = aevb_json_parse(where, text, (size_t)size, root, err);
    aevb_free(text);
    return status;
}

aevb_status aevb_vector_load(const char *path, json_t **root, aevb_error *err)
{
    aevb_file_in *in;
    aevb_status status = aevb_file_in_open(path, &in, err);
    if (status != AEVB_OK)
        return status;
    status = load(in, root, err);
    aevb_file_in_close(in);
    return status;
}

aevb_status aevb_vector_parse(const aevb_file_in *in, aevb_vector_file **out, aevb_error *err)
{
    aevb_vector_file *file = aevb_alloc(1, sizeof *file);
    if (file == NULL)
        return aevb_fail_memory(err);
    aevb_vector_reader r = {.path = aevb_file_in_path(in), .place = "file", .err = err};
    aevb_status status = load(in, &file->root, err);
    if (status == AEVB_OK)
        status = read_root(&r, file);
    if (status != AEVB_OK) {
        aevb_vector_close(file);
        return status;
    }
    *out = file;
    return AEVB_OK;
}

aevb_status aevb_vector_open(const char *path, aevb_vector_file **out, aevb_error *err)
{
    aevb_file_in *in;
    aevb_status status = aevb_file_in_open(path, &in, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_vector_parse(in, out, err);
    aevb_file_in_close(in);
    return status;
}

static void close_test(aevb_vector_test *test)
{
    for (size_t i = 0; i < test->n_inputs; i++)
        aevb_free(test->inputs[i].data);
    for (size_t i = 0; i < test->n_expected; i++) {
        aevb_vector_expected *e = &test->expected[i];
        aevb_free(e->array.data);
        aevb_free(e->tail);
        aevb_free(e->cond);
        aevb_free(e->floor[0]);
        aevb_free(e->floor[1]);
    }
    aevb_free(test->inputs);
    aevb_free(test->expected);
}

void aevb_vector_close(aevb_vector_file *file)
{
    if (file == NULL)
        return;
    for (size_t g = 0; g < file->n_groups; g++) {
        for (size_t t = 0; t < file->groups[g].n_tests; t++)
            close_test(&file->groups[g].tests[t]);
        aevb_free(file->groups[g].tests);
    }
    aevb_free(file->groups);
    json_decref(file->root);
    aevb_free(file);
}
