/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opening a data source by name or path: sprites, one IDX file, or a directory with the MNIST names. */
#include "config.h"
#include "aevb/data.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "alloc.h"
#include "dataset.h"
#include "error.h"
#include "idx.h"

enum { TEST_SHARE = 10, SPRITES_TEST_SHARE = 6 };

#define TRAIN_IMAGES "train-images-idx3-ubyte"
#define TRAIN_LABELS "train-labels-idx1-ubyte"
#define TEST_IMAGES "t10k-images-idx3-ubyte"
#define TEST_LABELS "t10k-labels-idx1-ubyte"

typedef struct file_path { char text[4352]; } file_path;

/* Takes over the bytes of an IDX file of pictures. */
static aevb_status dataset_from_idx(const char *path, aevb_dataset **out, aevb_error *err)
{
    aevb_idx idx;
    aevb_dataset *dataset = NULL;
    aevb_status status = aevb_idx_read(path, &idx, err);
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

static aevb_status read_labels(const char *path, const char *images, aevb_dataset *dataset, aevb_error *err)
{
    aevb_idx idx;
    uint32_t *labels = NULL;
    aevb_status status = aevb_idx_read(path, &idx, err);
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

static aevb_status open_part(const char *dir, const char *images, const char *labels, aevb_dataset **out,
                             aevb_error *err)
{
    file_path images_path, labels_path;
    bool found;
    aevb_dataset *dataset = NULL;
    aevb_status status = find_file(dir, images, &images_path, &found, err);
    if (status == AEVB_OK && !found)
        status = aevb_fail(err, AEVB_EIO, "%s: no %s and no %s.gz in this directory; looked for " TRAIN_IMAGES ", "
                           TEST_IMAGES " and, optional, " TRAIN_LABELS ", " TEST_LABELS ", each also as .gz", dir,
                           images, images);
    if (status == AEVB_OK)
        status = dataset_from_idx(images_path.text, &dataset, err);
    if (status == AEVB_OK)
        status = find_file(dir, labels, &labels_path, &found, err);
    if (status == AEVB_OK && found)
        status = read_labels(labels_path.text, images_path.text, dataset, err);
    if (status == AEVB_OK)
        *out = dataset;
    else
        aevb_dataset_free(dataset);
    return status;
}

static aevb_status open_directory(const char *dir, aevb_data *out, aevb_error *err)
{
    aevb_status status = open_part(dir, TRAIN_IMAGES, TRAIN_LABELS, &out->train, err);
    if (status == AEVB_OK)
        status = open_part(dir, TEST_IMAGES, TEST_LABELS, &out->test, err);
    if (status != AEVB_OK)
        return status;
    const aevb_dataset *a = out->train, *b = out->test;
    if (a->x_dim != b->x_dim || a->image_rows != b->image_rows)
        return aevb_fail(err, AEVB_ESHAPE, "%s: training pictures of %zu x %zu (%zu numbers), but test pictures of "
                         "%zu x %zu (%zu numbers)", dir, a->image_rows, a->image_cols, a->x_dim, b->image_rows,
                         b->image_cols, b->x_dim);
    return AEVB_OK;
}

static aevb_status open_any(const char *source, const aevb_data_options *options, aevb_data *out, aevb_error *err)
{
    struct stat info;
    size_t share = TEST_SHARE;
    const char *name = "idx";
    aevb_status status;
    const char *text = aevb_text_path(source);
    if (text != NULL)
        return aevb_text_load(text, &options->text, options->limits, out, err);
    if (options->text.window != 0 || options->text.stride != 0)
        return aevb_fail(err, AEVB_EINVAL, "%s: is not read as text (text:PATH, or a name that ends in .txt), "
                         "which a window or a stride is for", source);
    if (strcmp(source, "sprites") == 0) {
        share = SPRITES_TEST_SHARE;
        name = source;
        status = aevb_sprites_load(&out->train, err);
    } else if (stat(source, &info) != 0) {
        return aevb_fail(err, AEVB_EIO, "%s: %s; a data source is the word sprites, an IDX or IDX.gz file, or a "
                         "directory with the four MNIST files", source, strerror(errno));
    } else if (S_ISDIR(info.st_mode)) {
        strcpy(out->name, "mnist");
        return open_directory(source, out, err);
    } else {
        status = dataset_from_idx(source, &out->train, err);
    }
    if (status == AEVB_OK)
        status = aevb_dataset_split(out->train, out->train->n / share, options->seed, &out->test, err);
    strcpy(out->name, name);
    return status;
}

aevb_status aevb_data_open(const char *source, const aevb_data_options *options, aevb_data *out, aevb_error *err)
{
    aevb_data_options used = options != NULL ? *options : aevb_data_options_default();
    aevb_data data = {0};
    if (source == NULL || out == NULL)
        return aevb_fail(err, AEVB_EINVAL, "no data source given");
    if (aevb_range_name(used.range) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "range %d does not exist", (int)used.range);
    aevb_status status = aevb_picture_steps_check(&used.pictures, err);
    if (status != AEVB_OK)
        return status;
    status = open_any(source, &used, &data, err);
    if (status != AEVB_OK) {
        aevb_data_close(&data);
        return status;
    }
    if (used.limit > 0 && used.limit < data.train->n)
        data.train->n = used.limit;
    aevb_dataset_hash(data.train);
    if (data.test != NULL)
        aevb_dataset_hash(data.test);
    *out = data;
    return AEVB_OK;
}
