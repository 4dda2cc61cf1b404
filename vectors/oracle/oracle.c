/* SPDX-License-Identifier: GPL-3.0-or-later
 * State of the file, group and test in progress, and the precision loop. */
#include "oracle.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conform/vector_json.h"
#include "formulas.h"

enum { MAX_ARRAYS = 96, FIRST_PRECISION = 512, LAST_PRECISION = 1 << 16 };

static const char *folder, *file_name;
static json_t *root, *groups, *group, *dims, *config, *tests, *notes, *test;
static size_t in_file, in_all;
static oracle_formula *formula;
static oracle_scalar *scalar;
static oracle_array arrays[MAX_ARRAYS];
static size_t n_arrays;

void oracle_refuse(const char *format, ...)
{
    fprintf(stderr, "oracle: %s-%04zu: ", file_name, in_file + 1);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

json_t *oracle_checked(json_t *value)
{
    if (value == NULL)
        oracle_refuse("out of memory");
    return value;
}

void oracle_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, oracle_checked(value)) != 0)
        oracle_refuse("out of memory");
}

void oracle_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, oracle_checked(value)) != 0)
        oracle_refuse("out of memory");
}

static void forget_arrays(void)
{
    for (size_t i = 0; i < n_arrays; i++) {
        free(arrays[i].data);
        free(arrays[i].value);
    }
    n_arrays = 0;
}

void oracle_begin(const char *directory, const char *name, const char *algorithm, const char *purpose)
{
    folder = directory;
    file_name = name;
    in_file = 0;
    root = oracle_checked(json_object());
    oracle_put(root, "algorithm", json_string(algorithm));
    char text_of[64];
    snprintf(text_of, sizeof text_of, "schemas/%s.schema.json", name);
    oracle_put(root, "schema", json_string(text_of));
    oracle_put(root, "numberOfTests", json_integer(0));
    json_t *header = oracle_checked(json_array());
    oracle_append(header, json_string(purpose));
    oracle_append(header, json_string("Written by vectors/oracle in ball arithmetic; see vectors/README.md. "
                               "Licence: CC0-1.0."));
    oracle_put(root, "header", header);
    notes = oracle_checked(json_object());
    oracle_put(root, "notes", notes);
    groups = oracle_checked(json_array());
    oracle_put(root, "testGroups", groups);
}

static void write_json(const char *path, json_t *value)
{
    FILE *stream = fopen(path, "wb");
    if (stream == NULL || aevb_vector_write(stream, value) != 0 || fclose(stream) != 0)
        oracle_refuse("%s: %s", path, strerror(errno));
}

void oracle_end(void)
{
    json_object_set_new(root, "numberOfTests", json_integer((json_int_t)in_file));
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.json", folder, file_name);
    write_json(path, root);
    json_t *schema = oracle_schema(file_name, root);
    snprintf(path, sizeof path, "%s/schemas/%s.schema.json", folder, file_name);
    write_json(path, schema);
    json_decref(schema);
    json_decref(root);
    forget_arrays();
    in_all += in_file;
    printf("%-24s %5zu\n", file_name, in_file);
}

size_t oracle_finish(void)
{
    const char *unused = oracle_unused_note();
    if (unused != NULL)
        oracle_refuse("note %s is used by no test", unused);
    return in_all;
}

void oracle_group(const char *type, const char *clauses, oracle_formula *formula_of, oracle_scalar *scalar_of)
{
    forget_arrays();
    formula = formula_of;
    scalar = scalar_of;
    group = oracle_checked(json_object());
    oracle_append(groups, group);
    oracle_put(group, "type", json_string(type));
    oracle_put(group, "specRef", json_string(clauses));
    oracle_put(group, "source", json_pack("{s:s, s:s}", "name", "libaevb oracle", "version", "1"));
    dims = oracle_checked(json_object());
    oracle_put(group, "dims", dims);
    config = oracle_checked(json_object());
    oracle_put(group, "config", config);
    oracle_put(group, "arrays", json_object());
    tests = oracle_checked(json_array());
    oracle_put(group, "tests", tests);
}

void oracle_dim(const char *name, size_t value)
{
    oracle_put(dims, name, json_integer((json_int_t)value));
}

void oracle_text(const char *name, const char *value)
{
    oracle_put(config, name, json_string(value));
}

void oracle_number(const char *name, double value)
{
    oracle_put(config, name, json_real(value));
}

void oracle_integer(const char *name, unsigned long value)
{
    oracle_put(config, name, json_integer((json_int_t)value));
}

static void declare(const char *name, const char *shape, int is_output, int is_integer)
{
    if (n_arrays == MAX_ARRAYS || strlen(name) >= sizeof arrays[0].name)
        oracle_refuse("too many arrays, or too long a name");
    oracle_array *a = &arrays[n_arrays++];
    *a = (oracle_array){.shape = shape, .n = 1, .is_output = is_output, .is_integer = is_integer};
    strcpy(a->name, name);
    json_t *names = oracle_checked(json_array());
    char copy[64];
    snprintf(copy, sizeof copy, "%s", shape);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        oracle_append(names, json_string(word));
        a->n *= dim(word);
    }
    oracle_put(json_object_get(group, "arrays"), name, names);
    a->data = calloc(a->n, sizeof *a->data);
    a->value = calloc(a->n, sizeof *a->value);
    if (a->data == NULL || a->value == NULL)
        oracle_refuse("out of memory");
}

void oracle_input(const char *name, const char *shape)
{
    declare(name, shape, 0, 0);
}

void oracle_integers(const char *name, const char *shape)
{
    declare(name, shape, 0, 1);
}

void oracle_output(const char *name, const char *shape)
{
    declare(name, shape, 1, 0);
}

void oracle_integer_output(const char *name, const char *shape)
{
    declare(name, shape, 1, 1);
}

oracle_array *oracle_arrays(size_t *count)
{
    *count = n_arrays;
    return arrays;
}

static oracle_array *find(const char *name, int is_output)
{
    for (size_t i = 0; i < n_arrays; i++)
        if (arrays[i].is_output == is_output && strcmp(arrays[i].name, name) == 0)
            return &arrays[i];
    return NULL;
}

static oracle_array *need(const char *name)
{
    oracle_array *a = find(name, 0);
    if (a == NULL)
        oracle_refuse("no input %s in this group", name);
    return a;
}

void oracle_test(const char *flags, const char *comment, ...)
{
    char line[256];
    va_list args;
    va_start(args, comment);
    vsnprintf(line, sizeof line, comment, args);
    va_end(args);
    test = oracle_checked(json_object());
    oracle_append(tests, test);
    char id[48];
    snprintf(id, sizeof id, "%s-%04zu", file_name, in_file + 1);
    oracle_put(test, "tcId", json_string(id));
    oracle_put(test, "comment", json_string(line));
    json_t *list = oracle_checked(json_array());
    snprintf(line, sizeof line, "%s", flags);
    for (char *flag = strtok(line, " "); flag != NULL; flag = strtok(NULL, " ")) {
        json_t *note = oracle_note(flag);
        if (note == NULL)
            oracle_refuse("flag %s has no note", flag);
        oracle_append(list, json_string(flag));
        oracle_put(notes, flag, note);
    }
    oracle_put(test, "flags", list);
    for (size_t i = 0; i < n_arrays; i++)
        memset(arrays[i].data, 0, arrays[i].n * sizeof *arrays[i].data);
}

double *oracle_fill(const char *name)
{
    return need(name)->data;
}

size_t oracle_size(const char *name)
{
    return need(name)->n;
}

size_t dim(const char *name)
{
    const json_t *value = json_object_get(dims, name);
    if (value == NULL)
        oracle_refuse("no dimension %s in this group", name);
    return (size_t)json_integer_value(value);
}

const char *text(const char *name)
{
    const char *value = json_string_value(json_object_get(config, name));
    if (value == NULL)
        oracle_refuse("no text %s in this group", name);
    return value;
}

N number(const char *name)
{
    const json_t *value = json_object_get(config, name);
    if (!json_is_number(value))
        oracle_refuse("no number %s in this group", name);
    return num_d(json_number_value(value));
}

const N *in(const char *name)
{
    return need(name)->value;
}

const double *in_exact(const char *name)
{
    return need(name)->data;
}

N *out(const char *name)
{
    oracle_array *a = find(name, 1);
    return a == NULL ? NULL : a->value;
}

/* Evaluates at the working precision; whether every output is proved. */
static int evaluate(void)
{
    num_release(0);
    for (size_t i = 0; i < n_arrays; i++)
        for (size_t j = 0; j < arrays[i].n; j++)
            arrays[i].value[j] = arrays[i].is_output ? NULL : num_d(arrays[i].data[j]);
    formula();
    f_room_release();
    for (size_t i = 0; i < n_arrays; i++)
        for (size_t j = 0; j < arrays[i].n; j++) {
            double d, tail;
            if (arrays[i].value[j] == NULL)
                oracle_refuse("the formula leaves %s[%zu] out", arrays[i].name, j);
            if (arrays[i].is_output && !oracle_round(arrays[i].value[j], &d, &tail))
                return 0;
        }
    return 1;
}

static void valid(const char *tensor_file)
{
    num_prec = FIRST_PRECISION;
    while (!evaluate()) {
        num_prec *= 2;
        if (num_prec > LAST_PRECISION)
            oracle_refuse("no proof within %d bits", LAST_PRECISION);
    }
    oracle_put_arrays(test, 1, folder, tensor_file);
    oracle_put(test, "result", json_string("valid"));
    if (scalar != NULL)
        oracle_check_gradient(scalar);
    in_file++;
}

void oracle_valid(void)
{
    valid(NULL);
}

void oracle_valid_in_file(void)
{
    char file[64];
    snprintf(file, sizeof file, "%s-%04zu.safetensors", file_name, in_file + 1);
    valid(file);
}

void oracle_domain_error(void)
{
    oracle_put_arrays(test, 0, folder, NULL);
    oracle_put(test, "result", json_string("domain-error"));
    in_file++;
}
