/* SPDX-License-Identifier: GPL-3.0-or-later
 * IDX files of unsigned bytes, the format of MNIST, plain or gzip. */
#ifndef AEVB_IDX_H
#define AEVB_IDX_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/limits.h"
#include "format/file_in.h"

#define AEVB_IDX_MAX_NDIM 4

typedef struct aevb_idx {
    size_t ndim;
    size_t dim[AEVB_IDX_MAX_NDIM]; /* each at least 1 */
    size_t count;                  /* their product */
    uint8_t *bytes;                /* aevb_alloc'ed */
} aevb_idx;

/* Reads and checks a whole file. EIO: not there, or no regular file; EFORMAT: not an IDX file, or its length is not
 * what its header declares, or the gzip stream is bad; EUNSUPPORTED: elements of another type, more than four
 * dimensions, or beyond the limits (content_bytes, inflate_ratio; NULL for the defaults); ENOMEM. Memory is taken
 * for what the file is known to hold, or for what its header claims while that is at most 16 MiB or 16 times the
 * file. */
aevb_status aevb_idx_read(const char *path, const aevb_limits *limits, aevb_idx *out, aevb_error *err);
/* The same of an open file or of bytes in memory, which stay the caller's. */
aevb_status aevb_idx_parse(const aevb_file_in *in, const aevb_limits *limits, aevb_idx *out, aevb_error *err);

#endif
