/* SPDX-License-Identifier: GPL-3.0-or-later
 * State of the file, group and test in progress, and the precision loop. */
#include "oracle.h"

#include <errno.h>
#include <math.h>
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

static json_t *checked(json_t *value)
{
    if (value == NULL)
        oracle_refuse("out of memory");
    return value;
}

static void put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, checked(value)) != 0)
        oracle_refuse("out of memory");
}

static void append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, checked(value)) != 0)
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
    root = checked(json_object());
    put(root, "algorithm", json_string(algorithm));
    char text_of[64];
    snprintf(text_of, sizeof text_of, "schemas/%s.schema.json", name);
    put(root, "schema", json_string(text_of));
    put(root, "numberOfTests", json_integer(0));
    json_t *header = checked(json_array());
    append(header, json_string(purpose));
    append(header, json_string("Written by vectors/oracle in ball arithmetic; see vectors/README.md. "
                               "Licence: CC0-1.0."));
    put(root, "header", header);
    notes = checked(json_object());
    put(root, "notes", notes);
    groups = checked(json_array());
    put(root, "testGroups", groups);
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
    group = checked(json_object());
    append(groups, group);
    put(group, "type", json_string(type));
    put(group, "specRef", json_string(clauses));
    put(group, "source", json_pack("{s:s, s:s}", "name", "libaevb oracle", "version", "1"));
    dims = checked(json_object());
    put(group, "dims", dims);
    config = checked(json_object());
    put(group, "config", config);
    put(group, "arrays", json_object());
    tests = checked(json_array());
    put(group, "tests", tests);
}

void oracle_dim(const char *name, size_t value)
{
    put(dims, name, json_integer((json_int_t)value));
}

void oracle_text(const char *name, const char *value)
{
    put(config, name, json_string(value));
}

void oracle_number(const char *name, double value)
{
    put(config, name, json_real(value));
}

void oracle_integer(const char *name, unsigned long value)
{
    put(config, name, json_integer((json_int_t)value));
}

static void declare(const char *name, const char *shape, int is_output, int is_integer)
{
    if (n_arrays == MAX_ARRAYS || strlen(name) >= sizeof arrays[0].name)
        oracle_refuse("too many arrays, or too long a name");
    oracle_array *a = &arrays[n_arrays++];
    *a = (oracle_array){.shape = shape, .n = 1, .is_output = is_output, .is_integer = is_integer};
    strcpy(a->name, name);
    json_t *names = checked(json_array());
    char copy[64];
    snprintf(copy, sizeof copy, "%s", shape);
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        append(names, json_string(word));
        a->n *= dim(word);
    }
    put(json_object_get(group, "arrays"), name, names);
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
    test = checked(json_object());
    append(tests, test);
    char id[48];
    snprintf(id, sizeof id, "%s-%04zu", file_name, in_file + 1);
    put(test, "tcId", json_string(id));
    put(test, "comment", json_string(line));
    json_t *list = checked(json_array());
    snprintf(line, sizeof line, "%s", flags);
    for (char *flag = strtok(line, " "); flag != NULL; flag = strtok(NULL, " ")) {
        json_t *note = oracle_note(flag);
        if (note == NULL)
            oracle_refuse("flag %s has no note", flag);
        append(list, json_string(flag));
        put(notes, flag, note);
    }
    put(test, "flags", list);
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

/* A scalar is a bare number, everything else a flat array, row-major. */
static json_t *numbers(const oracle_array *a, const double *value)
{
    json_t *list = checked(json_array());
    for (size_t i = 0; i < a->n; i++)
        append(list, a->is_integer ? json_integer((json_int_t)value[i]) : aevb_vector_number(value[i]));
    if (a->shape[0] != '\0')
        return list;
    json_t *only = json_incref(json_array_get(list, 0));
    json_decref(list);
    return only;
}

static void put_inputs(void)
{
    json_t *inputs = checked(json_object());
    put(test, "inputs", inputs);
    for (size_t i = 0; i < n_arrays; i++)
        if (!arrays[i].is_output)
            put(inputs, arrays[i].name, numbers(&arrays[i], arrays[i].data));
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

/* Rounded up to three digits, so that the file stays small and the bound a bound. */
static double up3(double d)
{
    if (d == 0 || !isfinite(d))
        return d;
    char digits[32];
    snprintf(digits, sizeof digits, "%.2e", d * 1.005);
    return strtod(digits, NULL);
}

static void put_outputs(void)
{
    static const char *const floor_name[NUM_FORMATS] = {"floor64", "floor32"};
    json_t *expected = checked(json_object()), *tails = checked(json_object()), *conds = checked(json_object());
    json_t *floors[NUM_FORMATS] = {checked(json_object()), checked(json_object())};
    for (size_t i = 0; i < n_arrays; i++) {
        const oracle_array *a = &arrays[i];
        if (!a->is_output)
            continue;
        double *column = malloc(5 * a->n * sizeof *column);
        if (column == NULL)
            oracle_refuse("out of memory");
        double *d = column, *tail = d + a->n, *cond = tail + a->n, *floor_of[NUM_FORMATS] = {cond + a->n,
            cond + 2 * a->n};
        int used[NUM_FORMATS] = {0, 0};
        for (size_t j = 0; j < a->n; j++) {
            N v = a->value[j];
            oracle_round(v, &d[j], &tail[j]);
            int finite = isfinite(d[j]);
            cond[j] = finite ? up3(v->e) : 0;
            for (int p = 0; p < NUM_FORMATS; p++) {
                floor_of[p][j] = finite ? up3(v->floor[p]) : 0;
                used[p] |= floor_of[p][j] != 0;
            }
            if (finite && !isfinite(floor_of[NUM_F64][j] + cond[j]))
                oracle_refuse("%s[%zu] = %g has no bound in float64", a->name, j, d[j]);
        }
        put(expected, a->name, numbers(a, d));
        if (!a->is_integer) {
            put(tails, a->name, numbers(a, tail));
            put(conds, a->name, numbers(a, cond));
            for (int p = 0; p < NUM_FORMATS; p++)
                if (used[p])
                    put(floors[p], a->name, numbers(a, floor_of[p]));
        }
        free(column);
    }
    put(test, "expected", expected);
    put(test, "tail", tails);
    put(test, "cond", conds);
    for (int p = 0; p < NUM_FORMATS; p++) {
        if (json_object_size(floors[p]) > 0)
            put(test, floor_name[p], json_incref(floors[p]));
        json_decref(floors[p]);
    }
}

void oracle_valid(void)
{
    num_prec = FIRST_PRECISION;
    while (!evaluate()) {
        num_prec *= 2;
        if (num_prec > LAST_PRECISION)
            oracle_refuse("no proof within %d bits", LAST_PRECISION);
    }
    put_inputs();
    put_outputs();
    put(test, "result", json_string("valid"));
    if (scalar != NULL)
        oracle_check_gradient(scalar);
    in_file++;
}

void oracle_domain_error(void)
{
    put_inputs();
    put(test, "result", json_string("domain-error"));
    in_file++;
}
