/* SPDX-License-Identifier: GPL-3.0-or-later
 * Inputs and results of a test, as JSON or as a safetensors file beside it. */
#include "oracle.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/format.h"
#include "conform/vector_json.h"

/* An array of numbers in a section of the test. */
typedef struct part {
    const char *section;
    const oracle_array *array;
    double *data;
} part;

enum { MOST_PARTS = 512 };
static part parts[MOST_PARTS];
static size_t n_parts;

static double *add_part(const char *section, const oracle_array *array)
{
    double *data = n_parts < MOST_PARTS ? calloc(array->n, sizeof *data) : NULL;
    if (data == NULL)
        oracle_refuse("out of memory");
    parts[n_parts++] = (part){section, array, data};
    return data;
}

static void forget_last(void)
{
    free(parts[--n_parts].data);
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

static void collect_floor(const oracle_array *a, const char *section, int format, const double *value)
{
    double *data = add_part(section, a);
    int used = 0;
    for (size_t j = 0; j < a->n; j++) {
        data[j] = isfinite(value[j]) ? up3(a->value[j]->floor[format]) : 0;
        used |= data[j] != 0;
        if (format == NUM_F64 && isinf(data[j]))
            oracle_refuse("%s[%zu] = %g has no bound in float64", a->name, j, value[j]);
    }
    if (!used)
        forget_last();
}

static void collect_output(const oracle_array *a)
{
    double *value = add_part("expected", a), unused;
    for (size_t j = 0; j < a->n; j++)
        oracle_round(a->value[j], &value[j], &unused);
    if (a->is_integer)
        return;
    double *tail = add_part("tail", a), *cond = add_part("cond", a);
    for (size_t j = 0; j < a->n; j++) {
        oracle_round(a->value[j], &value[j], &tail[j]);
        cond[j] = isfinite(value[j]) ? up3(a->value[j]->e) : 0;
        if (!isfinite(cond[j]))
            oracle_refuse("%s[%zu] = %g has no bound", a->name, j, value[j]);
    }
    collect_floor(a, "floor64", NUM_F64, value);
    collect_floor(a, "floor32", NUM_F32, value);
}

static void collect(int outputs)
{
    size_t count;
    oracle_array *arrays = oracle_arrays(&count);
    for (size_t i = 0; i < count; i++)
        if (!arrays[i].is_output)
            memcpy(add_part("inputs", &arrays[i]), arrays[i].data, arrays[i].n * sizeof *arrays[i].data);
        else if (outputs)
            collect_output(&arrays[i]);
}

/* A scalar is a bare number, everything else a flat array, row-major. */
static json_t *numbers(const part *p)
{
    const oracle_array *a = p->array;
    json_t *list = oracle_checked(json_array());
    for (size_t i = 0; i < a->n; i++)
        oracle_append(list, a->is_integer ? json_integer((json_int_t)p->data[i]) : aevb_vector_number(p->data[i]));
    if (a->shape[0] != '\0')
        return list;
    json_t *only = json_incref(json_array_get(list, 0));
    json_decref(list);
    return only;
}

static void write_json(json_t *test, int outputs)
{
    static const char *const sections[] = {"inputs", "expected", "tail", "cond", "floor64", "floor32"};
    for (size_t s = 0; s < sizeof sections / sizeof sections[0]; s++) {
        json_t *object = oracle_checked(json_object());
        for (size_t i = 0; i < n_parts; i++)
            if (strcmp(parts[i].section, sections[s]) == 0)
                oracle_put(object, parts[i].array->name, numbers(&parts[i]));
        if (s == 0 || (s < 4 && outputs) || json_object_size(object) > 0)
            oracle_put(test, sections[s], object);
        else
            json_decref(object);
    }
}

/* Tensors are named SECTION.ARRAY. What has more than two dimensions keeps the last one and joins the others. Files
 * hold finite numbers only: an infinite allowance is written as the largest of them. */
static void write_tensors(json_t *test, const char *folder, const char *file)
{
    static aevb_tensor_out tensors[MOST_PARTS];
    static char names[MOST_PARTS][40];
    for (size_t i = 0; i < n_parts; i++) {
        const oracle_array *a = parts[i].array;
        for (size_t j = 0; strcmp(parts[i].section, "floor32") == 0 && j < a->n; j++)
            parts[i].data[j] = fmin(parts[i].data[j], DBL_MAX);
        const char *last = strrchr(a->shape, ' ');
        size_t columns = last == NULL ? a->n : dim(last + 1);
        snprintf(names[i], sizeof names[i], "%s.%s", parts[i].section, a->name);
        tensors[i] = (aevb_tensor_out){.name = names[i], .dtype = AEVB_DTYPE_F64, .data = parts[i].data,
            .ndim = a->shape[0] == '\0' ? 0 : last == NULL ? 1 : 2,
            .shape = {last == NULL ? a->n : a->n / columns, columns}};
    }
    const aevb_metadata_out licence = {"licence", "CC0-1.0"};
    char path[4096];
    aevb_error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, file);
    if (aevb_safetensors_write(path, tensors, n_parts, &licence, 1, &err) != AEVB_OK)
        oracle_refuse("%s", err.message);
    oracle_put(test, "tensors", json_string(file));
}

void oracle_put_arrays(json_t *test, int outputs, const char *folder, const char *tensor_file)
{
    collect(outputs);
    if (tensor_file == NULL)
        write_json(test, outputs);
    else
        write_tensors(test, folder, tensor_file);
    while (n_parts > 0)
        forget_last();
}
