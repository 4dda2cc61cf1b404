/* SPDX-License-Identifier: GPL-3.0-or-later
 * The header of an array in NPY version 1.0, as it stands in .npy files and in the members of .npz files. */
#ifndef AEVB_NPY_HEADER_H
#define AEVB_NPY_HEADER_H

#include <stddef.h>
#include "aevb/format.h"

typedef struct aevb_npy_header {
    char text[512]; /* magic, and a Python dictionary padded so that the data begin at a multiple of 64 */
    size_t length;  /* of the text */
    size_t count;   /* elements of the array */
} aevb_npy_header;

/* descr is NumPy's name of the type, such as "<f8", of at most 24 characters; width is the size of an element, bounded
 * with the shape so that the array fits into memory. Messages begin with `path`. EINVAL, ENOMEM. */
AEVB_MUST_CHECK aevb_status aevb_npy_header_make(const char *path, const char *descr, size_t width, size_t ndim,
                                                 const size_t *shape, aevb_npy_header *out, aevb_error *err);

#endif
