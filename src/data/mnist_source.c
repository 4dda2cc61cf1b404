/* SPDX-License-Identifier: GPL-3.0-or-later
 * IDX files as data sets: one of them, or a directory with the four MNIST names. */
#include "config.h"
#include "data/sources.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "alloc.h"
#include "data/dataset.h"
#include "data/idx.h"
#include "error.h"

#define TRAIN_IMAGES "train-images-idx3-ubyte"
#define TRAIN_LABELS "train-labels-idx1-ubyte"
#define TEST_IMAGES "t10k-images-idx3-ubyte"
#define TEST_LABELS "t10k-labels-idx1-ubyte"

typedef struct file_path { char text[4352]; } file_path;

aevb_status aevb_dataset_from_idx(const aevb_file_in *in, const aevb_limits *limits, aevb_dataset **out,
                                  aevb_error *err)
{
    const char *path = aevb_file_in_path(in);
    aevb_idx idx;
    aevb_dataset *dataset = NULL;
    aevb_status status = aevb_idx_parse(in, limits, &idx, err);
    if (status != AEVB_OK)
        return status;
    if (idx.ndim == 1)
        status = aevb_fail(err, AEVB_EFORMAT, "%s: byte 3: one dimension, as labels have; rows of data have two to "
                           "four", path);
    else if ((dataset = aevb_dataset_of_bytes(idx.bytes, idx.dim[0], idx.count / idx.dim[0])) == NULL)
        status = aevb_fail_memory(err);
    else
        status = aevb_dataset_check_scale(dataset, path, err);
    if (status == AEVB_OK && idx.ndim >= 3 && idx.dim[1] * idx.dim[2] == dataset->x_dim) {
        dataset->image_rows = idx.dim[1];
        dataset->image_cols = idx.dim[2];
    }
    if (status == AEVB_OK)
        *out = dataset;
    else if (dataset != NULL)
        aevb_dataset_free(dataset);
    else
        aevb_free(idx.bytes);
    return status;
}

static aevb_status read_labels(const char *path, const char *images, const aevb_limits *limits, aevb_dataset *dataset,
                               aevb_error *err)
{
    aevb_idx idx;
    uint32_t *labels = NULL;
    aevb_status status = aevb_idx_read(path, limits, &idx, err);
    if (status != AEVB_OK)
        return status;
    if (idx.ndim != 1)
        status = aevb_fail(err, AEVB_EFORMAT, "%s: byte 3: %zu dimensions; labels have one", path, idx.ndim);
    else if (idx.count != dataset->n)
        status = aevb_fail(err, AEVB_ESHAPE, "%s: %zu labels for the %zu pictures of %s", path, idx.count, dataset->n,
                           images);
    else if ((labels = aevb_alloc(idx.count, sizeof *labels)) == NULL)
        status = aevb_fail_memory(err);
    for (size_t i = 0; status == AEVB_OK && i < idx.count; i++)
        labels[i] = idx.bytes[i];
    aevb_free(idx.bytes);
    if (status == AEVB_OK)
        dataset->labels = labels;
    return status;
}

/* dir/name, or dir/name.gz; found tells whether either is there. */
static aevb_status find_file(const char *dir, const char *name, file_path *out, bool *found, aevb_error *err)
{
    static const char *const endings[] = {"", ".gz"};
    struct stat info;
    *found = false;
    for (size_t i = 0; i < 2 && !*found; i++) {
        if (snprintf(out->text, sizeof out->text, "%s/%s%s", dir, name, endings[i]) >= (int)sizeof out->text)
            return aevb_fail(err, AEVB_EIO, "%s: the name is too long", dir);
        *found = stat(out->text, &info) == 0;
        if (!*found && errno != ENOENT)
            return aevb_fail_errno(err, out->text, "stat");
    }
    return AEVB_OK;
}

/* The pictures of `images` with the labels of `labels`, when that is there. */
static aevb_status open_part(const char *dir, const char *images, const char *labels, const aevb_limits *limits,
                             aevb_dataset **out, aevb_error *err)
{
    file_path labels_path;
    bool found;
    aevb_file_in *in;
    aevb_dataset *dataset = NULL;
    aevb_status status = aevb_file_in_open(images, &in, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_dataset_from_idx(in, limits, &dataset, err);
    aevb_file_in_close(in);
    if (status == AEVB_OK)
        status = find_file(dir, labels, &labels_path, &found, err);
    if (status == AEVB_OK && found)
        status = read_labels(labels_path.text, images, limits, dataset, err);
    if (status == AEVB_OK)
        *out = dataset;
    else
        aevb_dataset_free(dataset);
    return status;
}

static aevb_status missing(const char *dir, const char *name, aevb_error *err)
{
    return aevb_fail(err, AEVB_EIO, "%s: no %s and no %s.gz in this directory; looked for " TRAIN_IMAGES ", "
                     TEST_IMAGES " and, optional, " TRAIN_LABELS ", " TEST_LABELS ", each also as .gz", dir, name,
                         name);
}

aevb_status aevb_mnist_open(const char *dir, const aevb_limits *limits, bool *found, aevb_data *out, aevb_error *err)
{
    file_path train, test;
    bool has_train, has_test;
    aevb_status status = find_file(dir, TRAIN_IMAGES, &train, &has_train, err);
    if (status == AEVB_OK)
        status = find_file(dir, TEST_IMAGES, &test, &has_test, err);
    if (status != AEVB_OK)
        return status;
    *found = has_train || has_test;
    if (!*found)
        return AEVB_OK;
    if (!has_train || !has_test)
        return missing(dir, has_train ? TEST_IMAGES : TRAIN_IMAGES, err);
    status = open_part(dir, train.text, TRAIN_LABELS, limits, &out->train, err);
    if (status == AEVB_OK)
        status = open_part(dir, test.text, TEST_LABELS, limits, &out->test, err);
    return status == AEVB_OK ? aevb_data_check_parts(dir, out, err) : status;
}
