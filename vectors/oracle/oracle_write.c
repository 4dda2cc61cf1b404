/* SPDX-License-Identifier: GPL-3.0-or-later
 * Inputs and results of a test as JSON: values, tails and bounds. */
#include "oracle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "conform/vector_json.h"

/* A scalar is a bare number, everything else a flat array, row-major. */
static json_t *numbers(const oracle_array *a, const double *value)
{
    json_t *list = oracle_checked(json_array());
    for (size_t i = 0; i < a->n; i++)
        oracle_append(list, a->is_integer ? json_integer((json_int_t)value[i]) : aevb_vector_number(value[i]));
    if (a->shape[0] != '\0')
        return list;
    json_t *only = json_incref(json_array_get(list, 0));
    json_decref(list);
    return only;
}

void oracle_put_inputs(json_t *test)
{
    size_t n_arrays;
    oracle_array *arrays = oracle_arrays(&n_arrays);
    json_t *inputs = oracle_checked(json_object());
    oracle_put(test, "inputs", inputs);
    for (size_t i = 0; i < n_arrays; i++)
        if (!arrays[i].is_output)
            oracle_put(inputs, arrays[i].name, numbers(&arrays[i], arrays[i].data));
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

void oracle_put_outputs(json_t *test)
{
    size_t n_arrays;
    oracle_array *arrays = oracle_arrays(&n_arrays);
    static const char *const floor_name[NUM_FORMATS] = {"floor64", "floor32"};
    json_t *expected = oracle_checked(json_object()), *tails = oracle_checked(json_object()), *conds = oracle_checked(json_object());
    json_t *floors[NUM_FORMATS] = {oracle_checked(json_object()), oracle_checked(json_object())};
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
        oracle_put(expected, a->name, numbers(a, d));
        if (!a->is_integer) {
            oracle_put(tails, a->name, numbers(a, tail));
            oracle_put(conds, a->name, numbers(a, cond));
            for (int p = 0; p < NUM_FORMATS; p++)
                if (used[p])
                    oracle_put(floors[p], a->name, numbers(a, floor_of[p]));
        }
        free(column);
    }
    oracle_put(test, "expected", expected);
    oracle_put(test, "tail", tails);
    oracle_put(test, "cond", conds);
    for (int p = 0; p < NUM_FORMATS; p++) {
        if (json_object_size(floors[p]) > 0)
            oracle_put(test, floor_name[p], json_incref(floors[p]));
        json_decref(floors[p]);
    }
}
