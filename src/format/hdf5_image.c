/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looks at the bytes of an HDF5 file before libhdf5 does: what its strings of variable length can cost. libhdf5
 * copies a heap object for every element that points to it, with no limit of its own. */
#include "config.h"
#include "format/hdf5_check.h"

#include <string.h>

#include "error.h"
#include "format/le_bytes.h"

enum { SUPERBLOCK = 16, HEAP_HEADER = 16 };

/* Sizes of addresses and lengths follow the version: 1 byte later in superblocks 2 and 3, 5 bytes in 0 and 1. */
static aevb_status check_superblock(const unsigned char *image, size_t n, aevb_error *err)
{
    if (n < SUPERBLOCK)
        return aevb_fail(err, AEVB_EFORMAT, "%zu bytes, too short for HDF5", n);
    unsigned version = image[8];
    if (version > 3)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "superblock version %u", version);
    const unsigned char *sizes = image + (version < 2 ? 13 : 9);
    if (sizes[0] != 8 || sizes[1] != 8)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "addresses of %u and lengths of %u bytes; 8 are read", sizes[0],
                         sizes[1]);
    return AEVB_OK;
}

aevb_status aevb_hdf5_scan(const void *bytes, size_t n, uint64_t *largest, aevb_error *err)
{
    const unsigned char *image = bytes, *end = image + n;
    aevb_status status = check_superblock(image, n, err);
    if (status != AEVB_OK)
        return status;
    *largest = 0;
    for (const unsigned char *at = image; (at = memmem(at, (size_t)(end - at), "GCOL", 4)) != NULL; at += 4) {
        if (end - at < HEAP_HEADER)
            break;
        uint64_t size = aevb_get_u64(at + 8);
        if (size > (uint64_t)(end - at)) /* no heap, or a damaged one that libhdf5 cannot read either */
            continue;
        if (size > *largest)
            *largest = size;
    }
    return AEVB_OK;
}
