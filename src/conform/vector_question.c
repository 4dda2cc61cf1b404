/* SPDX-License-Identifier: GPL-3.0-or-later
 * A case as a port is asked it, read into the same structures as a case of a file. */
#include "config.h"
#include "conform/vector_reader.h"

#include "alloc.h"
#include "error.h"

static aevb_status read_wanted(const aevb_vector_reader *r, const json_t *request, json_t *arrays,
                               aevb_vector_test *test)
{
    const char *name;
    json_t *value;
    test->expected = aevb_alloc(json_object_size(arrays), sizeof *test->expected);
    if (test->expected == NULL)
        return aevb_fail_memory(r->err);
    json_object_foreach(arrays, name, value) {
        if (aevb_vector_input(test, name) != NULL)
            continue;
        aevb_vector_array *a = &test->expected[test->n_expected++].array;
        aevb_status status = aevb_vector_shape(r, request, name, a);
        if (status != AEVB_OK)
            return status;
        if ((a->data = aevb_alloc(a->n, sizeof *a->data)) == NULL)
            return aevb_fail_memory(r->err);
    }
    return AEVB_OK;
}

static aevb_status read_question(aevb_vector_reader *r, aevb_vector_file *file)
{
    const char *id, *type, *clauses;
    json_t *arrays, *inputs, *dims, *config;
    json_error_t error;
    if (json_unpack_ex(file->root, &error, 0, "{s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "id", &id, "type", &type,
                       "clauses", &clauses, "dims", &dims, "config", &config, "arrays", &arrays, "inputs",
                       &inputs) != 0)
        return aevb_vector_bad(r, "is incomplete:", error.text);
    if (!json_is_object(dims) || !json_is_object(config) || !json_is_object(arrays) || !json_is_object(inputs))
        return aevb_vector_bad(r, "dims, config, arrays and inputs are no", "objects");
    file->groups = aevb_alloc(1, sizeof *file->groups);
    aevb_vector_test *test = aevb_alloc(1, sizeof *test);
    if (file->groups == NULL || test == NULL) {
        aevb_free(test);
        return aevb_fail_memory(r->err);
    }
    file->n_groups = file->n_tests = 1;
    *file->groups = (aevb_vector_group){
        .type = type, .clauses = clauses, .dims = dims, .config = config, .n_tests = 1, .tests = test};
    r->place = test->id = id;
    aevb_status status = aevb_vector_read_inputs(r, file->root, inputs, test);
    return status == AEVB_OK ? read_wanted(r, file->root, arrays, test) : status;
}

aevb_status aevb_vector_question(json_t *request, aevb_vector_file **out, aevb_error *err)
{
    aevb_vector_file *file = aevb_alloc(1, sizeof *file);
    if (file == NULL)
        return aevb_fail_memory(err);
    file->root = json_incref(request);
    aevb_vector_reader r = {.path = "request", .place = "case", .err = err};
    aevb_status status = read_question(&r, file);
    if (status != AEVB_OK) {
        aevb_vector_close(file);
        return status;
    }
    *out = file;
    return AEVB_OK;
}
