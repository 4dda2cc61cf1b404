/* SPDX-License-Identifier: GPL-3.0-or-later
 * NPY version 1.0: magic, the length of the rest, a Python dictionary, blanks, a newline. */
#include "config.h"
#include "format/npy_header.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "format/le_bytes.h"

enum { PREFIX = 10, ALIGNMENT = 64 };

/* The bounds on descr and ndim make it fit. */
static void write_text(const char *descr, size_t ndim, const size_t *shape, aevb_npy_header *out)
{
    char *text = out->text;
    const size_t size = sizeof out->text;
    size_t at = PREFIX;
    at += (size_t)snprintf(text + at, size - at, "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (size_t i = 0; i < ndim; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%zu", i == 0 ? "" : ", ", shape[i]);
    at += (size_t)snprintf(text + at, size - at, "%s), }", ndim == 1 ? "," : "");
    while (at % ALIGNMENT != ALIGNMENT - 1)
        text[at++] = ' ';
    text[at++] = '\n';
    memcpy(text, "\x93NUMPY\x01\x00", 8);
    aevb_put_u16((unsigned char *)text + 8, (uint16_t)(at - PREFIX));
    out->length = at;
}

aevb_status aevb_npy_header_make(const char *path, const char *descr, size_t width, size_t ndim, const size_t *shape,
                                 aevb_npy_header *out, aevb_error *err)
{
    if (ndim > AEVB_MAX_NDIM)
        return aevb_fail(err, AEVB_EINVAL, "%s: %zu dimensions, more than %d", path, ndim, AEVB_MAX_NDIM);
    if (strlen(descr) > 24)
        return aevb_fail(err, AEVB_EINVAL, "%s: the name of a type is too long: %s", path, descr);
    size_t count = 1;
    for (size_t i = 0; i < ndim; i++) {
        if (shape[i] != 0 && count > SIZE_MAX / width / shape[i])
            return aevb_fail(err, AEVB_ENOMEM, "%s: the size of the array overflows", path);
        count *= shape[i];
    }
    write_text(descr, ndim, shape, out);
    out->count = count;
    return AEVB_OK;
}
