/* SPDX-License-Identifier: GPL-3.0-or-later
 * The vectors as .npz files, for NumPy: arrays with their shapes, and the rest of the file as one text of JSON. */
#include "config.h"
#include "aevb/conform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "conform/vector_set.h"
#include "error.h"
#include "format/npz_write.h"

enum { SECTIONS = 6, LONGEST_KEY = 256 };
static const char *const sections[SECTIONS] = {"inputs", "expected", "tail", "cond", "floor64", "floor32"};

/* Whether the file has integers there, which stay integers. */
static int is_integer(const json_t *test, const char *section, const char *name)
{
    const json_t *value = json_object_get(json_object_get(test, section), name);
    return json_is_integer(json_is_array(value) ? json_array_get(value, 0) : value);
}

/* One array of a test, if there is one, as ID.SECTION.NAME; its name goes into the list of the section. */
static aevb_status add_array(aevb_npz *npz, const aevb_vector_case *c, int section, const aevb_vector_array *a,
                             const double *data, json_t *const lists[SECTIONS], aevb_error *err)
{
    if (data == NULL)
        return AEVB_OK;
    char key[LONGEST_KEY];
    if ((size_t)snprintf(key, sizeof key, "%s.%s.%s", c->test->id, sections[section], a->name) >= sizeof key)
        return aevb_fail(err, AEVB_EFORMAT, "%s: the name of an array is too long: %s", c->test->id, a->name);
    if (json_array_append_new(lists[section], json_string(a->name)) != 0)
        return aevb_fail_memory(err);
    const aevb_npz_type type = is_integer(c->test_json, sections[section], a->name) ? AEVB_NPZ_I64 : AEVB_NPZ_F64;
    return aevb_npz_add(npz, key, type, a->rank, a->shape, data, err);
}

static aevb_status add_arrays(aevb_npz *npz, const aevb_vector_case *c, json_t *const lists[SECTIONS],
                              aevb_error *err)
{
    aevb_status status = AEVB_OK;
    for (size_t i = 0; status == AEVB_OK && i < c->test->n_inputs; i++)
        status = add_array(npz, c, 0, &c->test->inputs[i], c->test->inputs[i].data, lists, err);
    for (size_t i = 0; status == AEVB_OK && i < c->test->n_expected; i++) {
        const aevb_vector_expected *e = &c->test->expected[i];
        const double *const parts[SECTIONS] = {NULL, e->array.data, e->tail, e->cond, e->floor[0], e->floor[1]};
        for (int s = 1; status == AEVB_OK && s < SECTIONS; s++)
            status = add_array(npz, c, s, &e->array, parts[s], lists, err);
    }
    return status;
}

/* In the manifest, lists of names stand where the file has the arrays themselves, or the name of a file of them. */
static aevb_status add_test(aevb_npz *npz, const aevb_vector_case *c, json_t *test, aevb_error *err)
{
    json_t *lists[SECTIONS];
    int made = 1;
    for (int s = 0; s < SECTIONS; s++)
        made &= (lists[s] = json_array()) != NULL;
    aevb_status status = made ? add_arrays(npz, c, lists, err) : aevb_fail_memory(err);
    json_object_del(test, "tensors");
    for (int s = 0; s < SECTIONS; s++) {
        json_object_del(test, sections[s]);
        if (status == AEVB_OK && json_array_size(lists[s]) > 0 && json_object_set(test, sections[s], lists[s]) != 0)
            status = aevb_fail_memory(err);
        json_decref(lists[s]);
    }
    return status;
}

/* The cases of one file, n from `first` on, and the manifest. */
static aevb_status add_file(aevb_npz *npz, const aevb_vector_case *first, size_t n, aevb_error *err)
{
    json_t *manifest = json_deep_copy(first->file->root), *group, *test;
    aevb_status status = manifest == NULL ? aevb_fail_memory(err) : AEVB_OK;
    size_t g, t, i = 0;
    json_array_foreach(json_object_get(manifest, "testGroups"), g, group) {
        json_array_foreach(json_object_get(group, "tests"), t, test) {
            if (status == AEVB_OK && i < n)
                status = add_test(npz, &first[i++], test, err);
        }
    }
    char *text = status == AEVB_OK ? json_dumps(manifest, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(manifest);
    if (status == AEVB_OK)
        status = text == NULL ? aevb_fail_memory(err) : aevb_npz_add_text(npz, "manifest", text, err);
    free(text);
    return status;
}

/* A file is called what its cases begin with: FILE-NNNN. */
static aevb_status write_file(const char *out, const aevb_vector_case *first, size_t n, aevb_error *err)
{
    const char *id = first->test->id, *dash = strrchr(id, '-');
    if (dash == NULL || strchr(id, '/') != NULL || *id == '.')
        return aevb_fail(err, AEVB_EFORMAT, "%s: is no id of the form FILE-NNNN", id);
    const size_t room = strlen(out) + strlen(id) + sizeof "/.npz";
    char *path = aevb_alloc(room, 1);
    if (path == NULL)
        return aevb_fail_memory(err);
    snprintf(path, room, "%s/%.*s.npz", out, (int)(dash - id), id);
    aevb_npz *npz;
    aevb_status status = aevb_npz_open(path, &npz, err);
    aevb_free(path);
    if (status != AEVB_OK)
        return status;
    status = add_file(npz, first, n, err);
    if (status == AEVB_OK)
        return aevb_npz_commit(npz, err);
    aevb_npz_discard(npz);
    return status;
}

aevb_status aevb_vectors_npz(const char *folder, const char *out, size_t *files, aevb_error *err)
{
    aevb_vector_set *set;
    aevb_status status = aevb_vector_set_open(folder, NULL, &set, err);
    if (status != AEVB_OK)
        return status;
    size_t written = 0;
    for (size_t i = 0; status == AEVB_OK && i < set->n_cases; i += set->cases[i].file->n_tests) {
        status = write_file(out, &set->cases[i], set->cases[i].file->n_tests, err);
        written += status == AEVB_OK;
    }
    aevb_vector_set_close(set);
    if (status == AEVB_OK)
        *files = written;
    return status;
}
