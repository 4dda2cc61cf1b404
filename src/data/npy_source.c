/* SPDX-License-Identifier: GPL-3.0-or-later
 * NPY arrays as data sets: bytes stay bytes, floats become float64. [DATA.1] */
#include "config.h"
#include "data/sources.h"

#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "data/dataset.h"
#include "error.h"
#include "format/npy_read.h"

enum { BLOCK = 1 << 17, LEAST_ROWS = 64 }; /* elements read at a time, but never fewer rows */

/* Whether the array can be rows of data. */
static aevb_status check_array(const char *path, const aevb_npy *npy, const aevb_limits *limits, aevb_error *err)
{
    uint64_t width = npy->type == AEVB_NPY_U1 ? 1 : sizeof(double);
    if (npy->ndim < 2)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %zu dimensions; rows of data have two or more, the first counts "
                         "them", path, npy->ndim);
    if (npy->count == 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: an array without elements", path);
    if (npy->rows > UINT32_MAX || npy->count > SIZE_MAX / 2 / width || npy->count * width > limits->content_bytes)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: %" PRIu64 " rows of %" PRIu64 " elements, more than the limit "
                         "(content_bytes)", path, npy->rows, npy->row);
    return AEVB_OK;
}

/* [N][rows][cols], with one channel before or after them or none. */
static void set_picture_size(const aevb_npy *npy, aevb_dataset *dataset)
{
    size_t first = npy->ndim == 4 && npy->shape[1] == 1 ? 2 : 1;
    if (npy->ndim >= 3 && first + 1 < npy->ndim && npy->shape[first] * npy->shape[first + 1] == npy->row) {
        dataset->image_rows = (size_t)npy->shape[first];
        dataset->image_cols = (size_t)npy->shape[first + 1];
    }
}

/* Block by block of rows: the elements of one in Fortran order lie all over it, and it stays in the cache. */
static aevb_status read_blocks(const aevb_file_in *in, const aevb_npy *npy, aevb_dataset *dataset, aevb_error *err)
{
    uint64_t at_once = npy->row < BLOCK / LEAST_ROWS ? BLOCK / npy->row : LEAST_ROWS;
    aevb_status status = AEVB_OK;
    for (uint64_t first = 0; status == AEVB_OK && first < npy->rows; first += at_once) {
        uint64_t n = npy->rows - first < at_once ? npy->rows - first : at_once;
        status = dataset->u8 != NULL ? aevb_npy_rows_u8(in, npy, first, n, dataset->u8 + first * npy->row, err)
                                     : aevb_npy_rows_f64(in, npy, first, n, dataset->f64 + first * npy->row, err);
    }
    return status;
}

/* The elements in memory of the data set's own, or in `bytes` where they are the rows already. */
static aevb_status read_elements(const aevb_file_in *in, const aevb_npy *npy, unsigned char **bytes,
                                 aevb_dataset *dataset, aevb_error *err)
{
    size_t count = (size_t)npy->count;
    if (npy->type == AEVB_NPY_U1 && !npy->fortran && bytes != NULL) {
        memmove(*bytes, *bytes + npy->data_begin, count);
        dataset->u8 = *bytes;
        *bytes = NULL;
        return AEVB_OK;
    }
    if (npy->type == AEVB_NPY_U1)
        dataset->u8 = aevb_alloc(count, 1);
    else
        dataset->f64 = aevb_alloc(count, sizeof(double));
    if (dataset->u8 == NULL && dataset->f64 == NULL)
        return aevb_fail(err, AEVB_ENOMEM, "%s: out of memory for %" PRIu64 " rows of %" PRIu64 " elements",
                         aevb_file_in_path(in), npy->rows, npy->row);
    return read_blocks(in, npy, dataset, err);
}

aevb_status aevb_dataset_from_npy(const aevb_file_in *in, unsigned char **bytes, const aevb_data_options *options,
                                  aevb_dataset **out, aevb_error *err)
{
    const char *path = aevb_file_in_path(in);
    aevb_npy npy;
    aevb_status status = aevb_npy_open(in, &npy, err);
    if (status == AEVB_OK)
        status = check_array(path, &npy, options->limits, err);
    if (status != AEVB_OK)
        return status;
    aevb_dataset *dataset = aevb_dataset_of_bytes(NULL, (size_t)npy.rows, (size_t)npy.row);
    if (dataset == NULL)
        return aevb_fail_memory(err);
    status = read_elements(in, &npy, bytes, dataset, err);
    if (status == AEVB_OK)
        status = aevb_file_in_unchanged(in, err);
    set_picture_size(&npy, dataset);
    if (status == AEVB_OK && dataset->f64 != NULL && options->range == AEVB_RANGE_ANY)
        status = aevb_dataset_check_finite(dataset, path, err);
    else if (status == AEVB_OK)
        status = aevb_dataset_check_scale(dataset, path, err);
    if (status == AEVB_OK)
        *out = dataset;
    else
        aevb_dataset_free(dataset);
    return status;
}
