/* SPDX-License-Identifier: GPL-3.0-or-later
 * A temporary directory, and IDX files written into it. */
#include "config.h"
#include "idx_files.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static char dir[256];

void temp_dir_make(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%s/aevb-test-XXXXXX", parent != NULL ? parent : "/tmp");
    cr_assert_not_null(mkdtemp(dir));
}

void temp_dir_remove(void)
{
    DIR *list = opendir(dir);
    for (struct dirent *entry; list != NULL && (entry = readdir(list)) != NULL;)
        if (entry->d_name[0] != '.')
            remove(temp_path(entry->d_name));
    if (list != NULL)
        closedir(list);
    rmdir(dir);
}

const char *temp_path(const char *name)
{
    static char paths[8][600];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s%s%s", dir, name != NULL ? "/" : "", name != NULL ? name : "");
    return path;
}

void file_write(const char *name, const void *bytes, size_t n)
{
    FILE *file = fopen(temp_path(name), "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(bytes, 1, n, file), n);
    cr_assert_eq(fclose(file), 0);
}

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
        file_write(name, packed, n);
        free(packed);
    } else {
        file_write(name, file, header + count);
    }
    free(file);
}
