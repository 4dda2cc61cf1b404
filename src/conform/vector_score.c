/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking up parts of a vector, and an answer measured against its bound. */
#include "config.h"
#include "conform/vector_file.h"

#include <float.h>
#include <math.h>
#include <string.h>

const aevb_vector_array *aevb_vector_input(const aevb_vector_test *test, const char *name)
{
    for (size_t i = 0; i < test->n_inputs; i++)
        if (strcmp(test->inputs[i].name, name) == 0)
            return &test->inputs[i];
    return NULL;
}

const aevb_vector_expected *aevb_vector_wanted(const aevb_vector_test *test, const char *name)
{
    for (size_t i = 0; i < test->n_expected; i++)
        if (strcmp(test->expected[i].array.name, name) == 0)
            return &test->expected[i];
    return NULL;
}

size_t aevb_vector_dim(const aevb_vector_group *group, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(group->dims, name));
    return value > 0 ? (size_t)value : 0;
}

const char *aevb_vector_text(const aevb_vector_group *group, const char *name)
{
    return json_string_value(json_object_get(group->config, name));
}

double aevb_vector_setting(const aevb_vector_group *group, const char *name, double fallback)
{
    const json_t *value = json_object_get(group->config, name);
    return json_is_number(value) ? json_number_value(value) : fallback;
}

double aevb_vector_share(const aevb_vector_expected *expected, size_t i, double answer, aevb_precision precision,
                         double slack)
{
    const double u = precision == AEVB_F32 ? FLT_EPSILON / 2 : DBL_EPSILON / 2;
    const double *floor_of = expected->floor[precision];
    double truth = expected->array.data[i];
    double bound = 0;
    if (expected->cond != NULL)
        bound = slack * (u * expected->cond[i] + (floor_of == NULL ? 0 : floor_of[i]));
    if (!(bound < DBL_MAX))
        return -1;
    if (!isfinite(truth))
        return (isnan(truth) && isnan(answer)) || truth == answer ? 0 : INFINITY;
    if (!isfinite(answer))
        return INFINITY;
    double error = fabs((answer - truth) - (expected->tail == NULL ? 0 : expected->tail[i]));
    if (error == 0)
        return 0;
    return bound == 0 ? INFINITY : error / bound;
}

int aevb_vector_fits_f32(const aevb_vector_test *test)
{
    for (size_t i = 0; i < test->n_inputs; i++)
        for (size_t j = 0; j < test->inputs[i].n; j++) {
            double d = test->inputs[i].data[j];
            if (isfinite(d) && !(fabs(d) <= FLT_MAX && (double)(float)d == d))
                return 0;
        }
    return 1;
}
