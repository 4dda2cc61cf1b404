/* SPDX-License-Identifier: GPL-3.0-or-later
 * Vectors whose arrays lie in a safetensors file. */
#include "config.h"
#include "conform/vector_reader.h"

#include <stdio.h>
#include <string.h>

#include "aevb/format.h"
#include "alloc.h"
#include "error.h"

/* One array of a test in a safetensors file, or nothing when the file has none of that name. */
static aevb_status tensor(const aevb_vector_reader *r, aevb_safetensors *in, const char *section,
                          const aevb_vector_array *a, double **out, size_t *used)
{
    char name[128];
    snprintf(name, sizeof name, "%s.%s", section, a->name);
    const aevb_stored_tensor *found = aevb_safetensors_find(in, name);
    if (found == NULL)
        return AEVB_OK;
    if (found->count != a->n)
        return aevb_vector_bad(r, "wrong length of tensor", name);
    *out = aevb_alloc(a->n, sizeof **out);
    if (*out == NULL)
        return aevb_fail_memory(r->err);
    ++*used;
    return aevb_safetensors_read(in, found, *out, r->err);
}

static aevb_status read_tensors(const aevb_vector_reader *r, json_t *group, aevb_safetensors *in,
                                aevb_vector_test *test)
{
    json_t *arrays = json_object_get(group, "arrays"), *unused;
    size_t used = 0;
    test->inputs = aevb_alloc(json_object_size(arrays), sizeof *test->inputs);
    test->expected = aevb_alloc(json_object_size(arrays), sizeof *test->expected);
    if (test->inputs == NULL || test->expected == NULL)
        return aevb_fail_memory(r->err);
    const char *name;
    json_object_foreach(arrays, name, unused) {
        aevb_vector_array a = {0}, *input = &test->inputs[test->n_inputs];
        aevb_vector_expected *e = &test->expected[test->n_expected];
        aevb_status status = aevb_vector_shape(r, group, name, &a);
        if (status == AEVB_OK)
            status = tensor(r, in, "inputs", &a, &a.data, &used);
        if (a.data != NULL) {
            *input = a;
            test->n_inputs++;
        }
        if (status != AEVB_OK)
            return status;
        if (a.data != NULL)
            continue;
        e->array = a;
        test->n_expected++;
        const struct { const char *section; double **to; } parts[] = {
            {"expected", &e->array.data}, {"tail", &e->tail}, {"cond", &e->cond}, {"floor64", &e->floor[0]},
            {"floor32", &e->floor[1]},
        };
        for (size_t i = 0; i < 5 && status == AEVB_OK; i++)
            status = tensor(r, in, parts[i].section, &e->array, parts[i].to, &used);
        if (status != AEVB_OK)
            return status;
        if (e->array.data == NULL || (e->tail == NULL) != (e->cond == NULL))
            return aevb_vector_bad(r, "no complete tensors for array", name);
    }
    if (used != aevb_safetensors_count(in))
        return aevb_vector_bad(r, "has tensors that are not declared in", "its file");
    return test->n_expected > 0 ? AEVB_OK : aevb_vector_bad(r, "expects nothing in", "its file");
}

aevb_status aevb_vector_open_tensors(const aevb_vector_reader *r, json_t *group, const char *name,
                                     aevb_vector_test *test)
{
    char path[4096];
    const char *slash = strrchr(r->path, '/');
    int folder = slash == NULL ? 0 : (int)(slash - r->path) + 1;
    if (name == NULL || strchr(name, '/') != NULL || name[0] == '.' ||
        snprintf(path, sizeof path, "%.*s%s", folder, r->path, name) >= (int)sizeof path)
        return aevb_vector_bad(r, "impossible name of a file:", name == NULL ? "none" : name);
    aevb_safetensors *in;
    aevb_status status = aevb_safetensors_open(path, NULL, &in, r->err);
    if (status != AEVB_OK)
        return status;
    status = read_tensors(r, group, in, test);
    aevb_safetensors_close(in);
    return status;
}
