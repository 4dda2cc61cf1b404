/* SPDX-License-Identifier: GPL-3.0-or-later
 * IDX files, plain and packed. */
#include "config.h"
#include "idx_files.h"
#include "temp_files.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

unsigned char *gzip_make(const void *bytes, size_t n, int level, size_t *out_n)
{
    z_stream z = {0};
    cr_assert_eq(deflateInit2(&z, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, (uLong)n);
    unsigned char *out = malloc(room), *in = malloc(n + 1);
    cr_assert(out != NULL && in != NULL);
    memcpy(in, bytes, n);
    z.next_in = in;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)room;
    cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    *out_n = room - z.avail_out;
    deflateEnd(&z);
    free(in);
    return out;
}

void idx_write(const char *name, size_t ndim, const uint32_t *dim, const uint8_t *bytes, int gzip)
{
    size_t header = 4 + 4 * ndim, count = 1;
    for (size_t i = 0; i < ndim; i++)
        count *= dim[i];
    uint8_t *file = calloc(header + count, 1);
    cr_assert_not_null(file);
    file[2] = 8;
    file[3] = (uint8_t)ndim;
    for (size_t i = 0; i < ndim; i++)
        for (size_t b = 0; b < 4; b++)
            file[4 + 4 * i + b] = (uint8_t)(dim[i] >> (24 - 8 * b));
    for (size_t i = 0; i < count; i++)
        file[header + i] = bytes != NULL ? bytes[i] : (uint8_t)((i * 37 + 11) % 251);
    if (gzip) {
        size_t n;
        unsigned char *packed = gzip_make(file, header + count, 6, &n);
        temp_write(temp_path(name), packed, n);
        free(packed);
    } else {
        temp_write(temp_path(name), file, header + count);
    }
    free(file);
}
