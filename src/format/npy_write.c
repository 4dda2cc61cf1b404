/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes an array of float64 as an NPY file. */
#include "config.h"
#include "aevb/format.h"

#include "error.h"
#include "format/array_out.h"
#include "format/npy_header.h"

aevb_status aevb_npy_write(const char *path, size_t ndim, const size_t *shape, const double *data, aevb_error *err)
{
    if (path == NULL || (shape == NULL && ndim > 0))
        return aevb_fail(err, AEVB_EINVAL, "aevb_npy_write: NULL argument");
    aevb_npy_header header;
    aevb_status status = aevb_npy_header_make(path, "<f8", sizeof(double), ndim, shape, &header, err);
    if (status != AEVB_OK)
        return status;
    if (data == NULL && header.count > 0)
        return aevb_fail(err, AEVB_EINVAL, "aevb_npy_write: no data");
    aevb_atomic *file = NULL;
    status = aevb_atomic_open(path, &file, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_atomic_write(file, header.text, header.length, err);
    if (status == AEVB_OK)
        status = aevb_array_out(file, AEVB_DTYPE_F64, header.count, data, err);
    if (status == AEVB_OK)
        return aevb_atomic_commit(file, err);
    aevb_atomic_discard(file);
    return status;
}
