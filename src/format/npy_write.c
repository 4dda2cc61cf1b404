/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes an array as NPY version 1.0: magic, a Python dictionary padded to 64 bytes, little-endian float64. */
#include "config.h"
#include "aevb/format.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "format/array_out.h"
#include "format/le_bytes.h"

enum { PREFIX = 10, ALIGNMENT = 64, HEADER = 512 };

/* The whole header, prefix included, in text; returns its length. The caller has bounded ndim, so that it fits. */
static size_t make_header(size_t ndim, const size_t *shape, char text[HEADER])
{
    size_t at = PREFIX;
    at += (size_t)snprintf(text + at, HEADER - at, "{'descr': '<f8', 'fortran_order': False, 'shape': (");
    for (size_t i = 0; i < ndim; i++)
        at += (size_t)snprintf(text + at, HEADER - at, "%s%zu", i == 0 ? "" : ", ", shape[i]);
    at += (size_t)snprintf(text + at, HEADER - at, "%s), }", ndim == 1 ? "," : "");
    while (at % ALIGNMENT != ALIGNMENT - 1)
        text[at++] = ' ';
    text[at++] = '\n';
    memcpy(text, "\x93NUMPY\x01\x00", 8);
    aevb_put_u16((unsigned char *)text + 8, (uint16_t)(at - PREFIX));
    return at;
}

aevb_status aevb_npy_write(const char *path, size_t ndim, const size_t *shape, const double *data, aevb_error *err)
{
    if (path == NULL || (shape == NULL && ndim > 0))
        return aevb_fail(err, AEVB_EINVAL, "aevb_npy_write: NULL argument");
    if (ndim > AEVB_MAX_NDIM)
        return aevb_fail(err, AEVB_EINVAL, "%s: %zu dimensions, more than %d", path, ndim, AEVB_MAX_NDIM);
    size_t count = 1;
    for (size_t i = 0; i < ndim; i++) {
        if (shape[i] != 0 && count > SIZE_MAX / sizeof(double) / shape[i])
            return aevb_fail(err, AEVB_ENOMEM, "%s: the size of the array overflows", path);
        count *= shape[i];
    }
    if (data == NULL && count > 0)
        return aevb_fail(err, AEVB_EINVAL, "aevb_npy_write: no data");
    char header[HEADER];
    size_t length = make_header(ndim, shape, header);
    aevb_atomic *file = NULL;
    aevb_status status = aevb_atomic_open(path, &file, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_atomic_write(file, header, length, err);
    if (status == AEVB_OK)
        status = aevb_array_out(file, AEVB_DTYPE_F64, count, data, err);
    if (status == AEVB_OK)
        return aevb_atomic_commit(file, err);
    aevb_atomic_discard(file);
    return status;
}
