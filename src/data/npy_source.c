/* SPDX-License-Identifier: GPL-3.0-or-later
 * NPY arrays as data sets: bytes stay bytes, floats become float64. [DATA.1] */
#include "config.h"
#include "data/sources.h"

#include <inttypes.h>

#include "alloc.h"
#include "data/dataset.h"
#include "error.h"
#include "format/npy_read.h"

/* Whether the array can be rows of data. */
static aevb_status check_array(const char *path, const aevb_npy *npy, const aevb_limits *limits, aevb_error *err)
{
    uint64_t width = npy->type == AEVB_NPY_U1 ? 1 : sizeof(double);
    if (npy->ndim < 2)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %zu dimensions; rows of data have two or more, the first counts them",
                         path, npy->ndim);
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

aevb_status aevb_dataset_from_npy(const aevb_file_in *in, const aevb_data_options *options, aevb_dataset **out,
                                  aevb_error *err)
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
    if (npy.type == AEVB_NPY_U1)
        dataset->u8 = aevb_alloc((size_t)npy.count, 1);
    else
        dataset->f64 = aevb_alloc((size_t)npy.count, sizeof(double));
    if (dataset->u8 == NULL && dataset->f64 == NULL)
        status = aevb_fail(err, AEVB_ENOMEM, "%s: out of memory for %" PRIu64 " rows of %" PRIu64 " elements", path,
                           npy.rows, npy.row);
    else
        status = npy.type == AEVB_NPY_U1 ? aevb_npy_rows_u8(in, &npy, 0, npy.rows, dataset->u8, err)
                                         : aevb_npy_rows_f64(in, &npy, 0, npy.rows, dataset->f64, err);
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
