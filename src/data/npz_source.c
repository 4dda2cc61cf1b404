/* SPDX-License-Identifier: GPL-3.0-or-later
 * NPZ files, zips of NPY arrays: rows and labels by the names of their members. [DATA.8] */
#include "config.h"
#include "data/sources.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "data/dataset.h"
#include "error.h"
#include "format/archive_in.h"
#include "format/npy_read.h"

/* Names of the members that are arrays: "x_train.npy". */
typedef struct key_list {
    size_t n, room;
    char **key;
} key_list;

/* What is read of an NPZ; NULL: not there. */
typedef struct npz_plan { const char *train, *train_labels, *test, *test_labels; } npz_plan;

static bool is_array(const aevb_member *member)
{
    size_t length = strlen(member->name);
    return !member->directory && length >= 4 && strcmp(member->name + length - 4, ".npy") == 0;
}

static bool has_key(const key_list *keys, const char *key)
{
    for (size_t i = 0; i < keys->n; i++)
        if (strcmp(keys->key[i], key) == 0)
            return true;
    return false;
}

static aevb_status add_key(key_list *keys, const char *path, const char *name, const aevb_limits *limits,
                           aevb_error *err)
{
    if (has_key(keys, name))
        return aevb_fail(err, AEVB_EFORMAT, "%s: %s is there twice", path, name);
    if (keys->n >= limits->tensors)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: more than %" PRIu64 " arrays, the limit (tensors)", path,
                         limits->tensors);
    if (keys->n == keys->room) {
        size_t room = keys->room == 0 ? 16 : 2 * keys->room;
        char **key = aevb_grow(keys->key, keys->room, room, sizeof *key);
        if (key == NULL)
            return aevb_fail_memory(err);
        keys->key = key;
        keys->room = room;
    }
    char *copy = aevb_copy_text(name);
    if (copy == NULL)
        return aevb_fail_memory(err);
    keys->key[keys->n++] = copy;
    return AEVB_OK;
}

static void free_keys(key_list *keys)
{
    for (size_t i = 0; i < keys->n; i++)
        aevb_free(keys->key[i]);
    aevb_free(keys->key);
}

static aevb_status list_keys(const aevb_file_in *in, const aevb_limits *limits, key_list *keys, aevb_error *err)
{
    aevb_archive_in *archive;
    const aevb_member *member;
    aevb_status status = aevb_archive_open(in, limits, &archive, err);
    if (status != AEVB_OK)
        return status;
    while (status == AEVB_OK && (status = aevb_archive_next(archive, &member, err)) == AEVB_OK && member != NULL)
        if (is_array(member))
            status = add_key(keys, aevb_file_in_path(in), member->name, limits, err);
    aevb_archive_close(archive);
    return status;
}

aevb_status aevb_is_npz(const aevb_file_in *in, const aevb_limits *limits, bool *is, aevb_error *err)
{
    aevb_archive_in *archive;
    const aevb_member *member;
    bool found = false;
    aevb_status status = aevb_archive_open(in, limits, &archive, err);
    if (status != AEVB_OK)
        return status;
    while (!found && (status = aevb_archive_next(archive, &member, err)) == AEVB_OK && member != NULL)
        found = is_array(member);
    aevb_archive_close(archive);
    if (status == AEVB_OK)
        *is = found;
    return status;
}

/* The first of the layouts whose array of rows is there, or the only array. */
static aevb_status make_plan(const char *path, const key_list *keys, npz_plan *plan, aevb_error *err)
{
    static const npz_plan layouts[] = {{"x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"},
                                       {"images.npy", "labels.npy", NULL, NULL}};
    char list[256] = "";
    *plan = (npz_plan){NULL, NULL, NULL, NULL};
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts && plan->train == NULL; i++) {
        if (!has_key(keys, layouts[i].train))
            continue;
        *plan = layouts[i];
        if (!has_key(keys, plan->train_labels))
            plan->train_labels = NULL;
        if (plan->test == NULL || !has_key(keys, plan->test))
            plan->test = plan->test_labels = NULL;
        if (plan->test_labels != NULL && !has_key(keys, plan->test_labels))
            plan->test_labels = NULL;
    }
    if (plan->train == NULL && keys->n == 1)
        plan->train = keys->key[0];
    if (plan->train != NULL)
        return AEVB_OK;
    for (size_t i = 0; i < keys->n; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%.*s", i > 0 ? ", " : "",
                 (int)strlen(keys->key[i]) - 4, keys->key[i]);
    return aevb_fail(err, AEVB_EFORMAT, "%s: which of its arrays are the data? It has %s; expected are x_train (with "
                     "y_train, x_test, y_test), images (with labels), or one array", path, list);
}

/* Labels are integers, or floats that hold whole numbers. */
static aevb_status read_labels(const aevb_file_in *in, aevb_dataset *dataset, aevb_error *err)
{
    const char *path = aevb_file_in_path(in);
    aevb_npy npy;
    aevb_status status = aevb_npy_open_labels(in, &npy, err);
    if (status != AEVB_OK)
        return status;
    if (npy.count != dataset->n || npy.rows != npy.count)
        return aevb_fail(err, AEVB_ESHAPE, "%s: %llu labels in %zu dimensions for %zu rows", path,
                         (unsigned long long)npy.count, npy.ndim, dataset->n);
    double *values = aevb_alloc(dataset->n, sizeof *values);
    uint32_t *labels = aevb_alloc(dataset->n, sizeof *labels);
    status = values == NULL || labels == NULL ? aevb_fail_memory(err)
                                              : aevb_npy_rows_f64(in, &npy, 0, npy.rows, values, err);
    for (size_t i = 0; status == AEVB_OK && i < dataset->n; i++) {
        labels[i] = values[i] >= 0 && values[i] <= UINT32_MAX ? (uint32_t)values[i] : 0;
        if (labels[i] != values[i])
            status = aevb_fail(err, AEVB_EDOMAIN, "%s: element %zu is %g, no label", path, i, values[i]);
    }
    aevb_free(values);
    if (status == AEVB_OK)
        dataset->labels = labels;
    else
        aevb_free(labels);
    return status;
}

/* Parses the current member as rows (labels of == NULL) or as the labels of a data set. */
static aevb_status read_member(const char *path, aevb_archive_in *archive, const char *member,
                               const aevb_data_options *options, aevb_dataset **rows, aevb_dataset *labels_of,
                               aevb_error *err)
{
    unsigned char *bytes;
    size_t n;
    char name[480];
    aevb_file_in *in = NULL;
    aevb_status status = aevb_archive_read_all(archive, &bytes, &n, err);
    if (status != AEVB_OK)
        return status;
    snprintf(name, sizeof name, "%.380s: %.80s", path, member);
    status = aevb_file_in_memory(name, bytes, n, &in, err);
    if (status == AEVB_OK)
        status = labels_of != NULL ? read_labels(in, labels_of, err)
                                   : aevb_dataset_from_npy(in, &bytes, options, rows, err);
    aevb_file_in_close(in);
    aevb_free(bytes);
    return status;
}

/* Read already: by a member of the same name, which an archive that changes can show. */
static bool is_there(const aevb_dataset *part, bool labels)
{
    return labels ? part->labels != NULL : part != NULL;
}

/* One pass over the archive: reads the rows, or the labels of rows that were read. */
static aevb_status read_pass(const aevb_file_in *in, const npz_plan *plan, bool labels,
                             const aevb_data_options *options, aevb_data *out, aevb_error *err)
{
    aevb_archive_in *archive;
    const aevb_member *member;
    const char *path = aevb_file_in_path(in), *wanted[2] = {labels ? plan->train_labels : plan->train,
                                                            labels ? plan->test_labels : plan->test};
    aevb_dataset **parts[2] = {&out->train, &out->test};
    aevb_status status = aevb_archive_open(in, options->limits, &archive, err);
    if (status != AEVB_OK)
        return status;
    while (status == AEVB_OK && (status = aevb_archive_next(archive, &member, err)) == AEVB_OK && member != NULL)
        for (size_t i = 0; i < 2 && status == AEVB_OK; i++)
            if (wanted[i] != NULL && strcmp(wanted[i], member->name) == 0 && !is_there(*parts[i], labels))
                status = read_member(path, archive, member->name, options, parts[i], labels ? *parts[i] : NULL, err);
    aevb_archive_close(archive);
    return status;
}

aevb_status aevb_data_from_npz(const aevb_file_in *in, const aevb_data_options *options, aevb_data *out,
                               aevb_error *err)
{
    const char *path = aevb_file_in_path(in);
    npz_plan plan;
    key_list keys = {.n = 0};
    aevb_status status = list_keys(in, options->limits, &keys, err);
    if (status == AEVB_OK)
        status = make_plan(path, &keys, &plan, err);
    if (status == AEVB_OK)
        status = read_pass(in, &plan, false, options, out, err);
    if (status == AEVB_OK && (out->train == NULL || (plan.test != NULL && out->test == NULL)))
        status = aevb_fail(err, AEVB_EIO, "%s: changed while being read", path);
    if (status == AEVB_OK && (plan.train_labels != NULL || plan.test_labels != NULL))
        status = read_pass(in, &plan, true, options, out, err);
    if (status == AEVB_OK && out->test != NULL)
        status = aevb_data_check_parts(path, out, err);
    else if (status == AEVB_OK)
        status = aevb_dataset_split(out->train, out->train->n / AEVB_TEST_SHARE, options->seed, &out->test, err);
    free_keys(&keys);
    return status;
}
