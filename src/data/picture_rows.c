/* SPDX-License-Identifier: GPL-3.0-or-later
 * Decoded pictures as the rows of a data set. */
#include "config.h"
#include "data/pictures.h"

#include <stdio.h>

#include "alloc.h"
#include "data/dataset.h"
#include "data/label_names.h"
#include "error.h"
#include "format/inflate_limit.h"

/* How a picture is called in messages. */
typedef struct long_name { char text[480]; } long_name;

static long_name name_of(const aevb_picture_rows *rows, const aevb_picture_entry *entry)
{
    long_name name;
    snprintf(name.text, sizeof name.text, "%s%s%s", rows->list->source, rows->list->joint, entry->name);
    return name;
}

/* Memory for all rows, as far as the stored bytes can account for them. */
static aevb_status take_memory(aevb_picture_rows *rows, aevb_error *err)
{
    const aevb_picture_list *list = rows->list;
    uint64_t row = (uint64_t)rows->rows * rows->cols, n = list->n; /* row < 2^62: it is less than the samples */
    if (row > UINT64_MAX / n || row * n > SIZE_MAX / 2)
        return aevb_fail_memory(err);
    aevb_status status = aevb_inflate_check(list->source, list->limits, rows->stored, row * n, err);
    if (status == AEVB_OK && (rows->u8 = aevb_alloc((size_t)n, (size_t)row)) == NULL)
        status = aevb_fail(err, AEVB_ENOMEM, "%s: out of memory for %zu pictures of %zu x %zu", list->source, list->n,
                           rows->rows, rows->cols);
    return status;
}

static aevb_status put(aevb_picture_rows *rows, const aevb_picture_entry *entry, const char *name,
                       const aevb_image *image, aevb_error *err)
{
    size_t image_rows, image_cols;
    aevb_status status = aevb_image_steps_size(name, image, rows->steps, &image_rows, &image_cols, err);
    if (status != AEVB_OK)
        return status;
    if (rows->first == NULL) {
        rows->first = entry;
        rows->rows = image_rows;
        rows->cols = image_cols;
        status = take_memory(rows, err);
    } else if (image_rows != rows->rows || image_cols != rows->cols) {
        status = aevb_fail(err, AEVB_ESHAPE, "%s has %zu rows and %zu columns, but %s has %zu and %zu", name,
                           image_rows, image_cols, rows->first->name, rows->rows, rows->cols);
    }
    if (status == AEVB_OK)
        status = aevb_image_steps(image, rows->steps, rows->u8 + entry->row * rows->rows * rows->cols, err);
    return status;
}

aevb_status aevb_picture_rows_put(aevb_picture_rows *rows, const aevb_picture_entry *entry, const uint8_t *bytes,
                                  size_t n, aevb_error *err)
{
    long_name name = name_of(rows, entry);
    aevb_image image;
    aevb_image_bytes in = {.name = name.text, .bytes = bytes, .n = n, .stored = n < rows->stored ? n : rows->stored,
                           .limits = rows->list->limits};
    aevb_status status = aevb_image_decode(&in, &image, err);
    if (status != AEVB_OK)
        return status;
    status = put(rows, entry, name.text, &image, err);
    aevb_free(image.samples);
    return status;
}

aevb_status aevb_pictures_finish(aevb_picture_rows *rows, const aevb_data_options *options, aevb_data *out,
                                 aevb_error *err)
{
    const aevb_picture_list *list = rows->list;
    uint32_t *labels = list->labelled ? aevb_alloc(list->n, sizeof *labels) : NULL;
    aevb_dataset *all = list->labelled && labels == NULL
                            ? NULL : aevb_dataset_of_bytes(rows->u8, list->n, rows->rows * rows->cols);
    if (all == NULL) {
        aevb_free(labels);
        return aevb_fail_memory(err);
    }
    rows->u8 = NULL;
    for (size_t i = 0; labels != NULL && i < list->n; i++)
        labels[list->entry[i].row] = list->entry[i].label;
    all->labels = labels;
    all->image_rows = rows->rows;
    all->image_cols = rows->cols;
    out->train = all;
    aevb_status status = aevb_dataset_check_scale(all, list->source, err);
    if (status == AEVB_OK && list->labelled)
        status = aevb_label_names_of(list, out, err);
    if (status == AEVB_OK && list->n_test > 0)
        return aevb_dataset_part(all, list->n_test, &out->test, err);
    return status == AEVB_OK ? aevb_dataset_split(all, all->n / AEVB_TEST_SHARE, options->seed, &out->test, err)
                             : status;
}
