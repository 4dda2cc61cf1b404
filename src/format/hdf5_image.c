/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looks at the bytes of an HDF5 file before libhdf5 does, which believes the sizes of heaps and copies a heap object
 * for every string of variable length that points to it, with no limit of its own. */
#include "config.h"
#include "format/hdf5_check.h"

#include <inttypes.h>
#include <string.h>

#include "error.h"
#include "format/le_bytes.h"

enum { SUPERBLOCK = 16, HEAP_HEADER = 16, OBJECT_HEADER = 16 };

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

/* The objects of a global heap: libhdf5 copies as many bytes as an object says, wherever they end. */
static int objects_fit(const unsigned char *heap, uint64_t size)
{
    uint64_t at = HEAP_HEADER;
    while (size - at >= OBJECT_HEADER) {
        uint64_t length = aevb_get_u64(heap + at + 8), left = size - at;
        if (length > left)
            return 0;
        /* Number 0 is the free rest. */
        uint64_t need = aevb_get_u16(heap + at) == 0 ? length : OBJECT_HEADER + (length + 7) / 8 * 8;
        if (need < OBJECT_HEADER || need > left)
            return 0;
        at += need;
    }
    return 1;
}

/* A heap by its signature and version; libhdf5 looks at no more either, so no heap can hide. local: of names, else of
 * strings. */
static aevb_status check_heap(const unsigned char *at, const unsigned char *end, int local, aevb_error *err)
{
    const uint64_t size = aevb_get_u64(at + 8);
    if (local && size <= (uint64_t)(end - at))
        return AEVB_OK;
    if (local)
        return aevb_fail(err, AEVB_EFORMAT, "a heap of %" PRIu64 " bytes", size);
    if (size < HEAP_HEADER || size > (uint64_t)(end - at) || !objects_fit(at, size))
        return aevb_fail(err, AEVB_EFORMAT, "a damaged heap of strings");
    return AEVB_OK;
}

aevb_status aevb_hdf5_scan(const void *bytes, size_t n, uint64_t *largest, aevb_error *err)
{
    static const struct { const char *signature; unsigned version; } heaps[] = {{"GCOL", 1}, {"HEAP", 0}};
    const unsigned char *image = bytes, *end = image + n;
    aevb_status status = check_superblock(image, n, err);
    *largest = 0;
    for (int local = 0; local < 2 && status == AEVB_OK; local++)
        for (const unsigned char *at = image; status == AEVB_OK &&
             (at = memmem(at, (size_t)(end - at), heaps[local].signature, 4)) != NULL; at += 4) {
            if (end - at < HEAP_HEADER || at[4] != heaps[local].version)
                continue;
            status = check_heap(at, end, local, err);
            if (status == AEVB_OK && !local && aevb_get_u64(at + 8) > *largest)
                *largest = aevb_get_u64(at + 8);
        }
    return status;
}
