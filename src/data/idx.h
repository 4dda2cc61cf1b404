/* SPDX-License-Identifier: GPL-3.0-or-later
 * IDX files of unsigned bytes, the format of MNIST, plain or gzip. */
#ifndef AEVB_IDX_H
#define AEVB_IDX_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/status.h"

#define AEVB_IDX_MAX_NDIM 4
#define AEVB_IDX_MAX_BYTES ((uint64_t)16 << 30) /* no file makes us allocate more */

typedef struct aevb_idx {
    size_t ndim;
    size_t dim[AEVB_IDX_MAX_NDIM]; /* each at least 1 */
    size_t count;                  /* their product */
    uint8_t *bytes;                /* aevb_alloc'ed */
} aevb_idx;

/* Reads and checks a whole file. EIO: not there, or no regular file; EFORMAT: not an IDX file, or its length is not
 * what its header declares, or the gzip stream is bad; EUNSUPPORTED: elements of another type, more than four
 * dimensions, or more than AEVB_IDX_MAX_BYTES; ENOMEM. Memory is taken for what the file is known to hold, or for
 * what its header claims while that is at most 16 MiB or 16 times the file. */
aevb_status aevb_idx_read(const char *path, aevb_idx *out, aevb_error *err);

#endif
