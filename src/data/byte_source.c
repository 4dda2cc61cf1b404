/* SPDX-License-Identifier: GPL-3.0-or-later
 * A regular file read forward, inflated on the way when it is gzip. */
#include "config.h"
#include "byte_source.h"

#include <string.h>

#include "alloc.h"
#include "error.h"

enum { BUFFER = 1 << 16, GZIP_ONLY = 16, STEP = 1 << 30 };

static voidpf z_alloc(voidpf opaque, uInt count, uInt size)
{
    (void)opaque;
    return aevb_alloc(count, size);
}

static void z_free(voidpf opaque, voidpf block)
{
    (void)opaque;
    aevb_free(block);
}

/* The next bytes of the file, as many as it still had when it was opened. */
static aevb_status file_read(aevb_byte_source *source, void *out, size_t want, size_t *got, aevb_error *err)
{
    uint64_t left = source->file_size - source->file_read;
    size_t n = left < want ? (size_t)left : want;
    aevb_status status = aevb_file_in_read(source->file, source->file_read, n, out, err);
    if (status == AEVB_OK) {
        source->file_read += n;
        *got = n;
    }
    return status;
}

/* Fills the buffer when it is empty; it stays empty at the end of the file. The buffer counts as the z_stream's input
 * for plain files too. */
static aevb_status refill(aevb_byte_source *source, aevb_error *err)
{
    size_t got = 0;
    if (source->z.avail_in != 0)
        return AEVB_OK;
    aevb_status status = file_read(source, source->buffer, BUFFER, &got, err);
    source->z.next_in = source->buffer;
    source->z.avail_in = (uInt)got;
    return status;
}

aevb_status aevb_bytes_over(const aevb_file_in *file, aevb_byte_source *source, aevb_error *err)
{
    *source = (aevb_byte_source){.path = aevb_file_in_path(file), .file = file, .file_size = aevb_file_in_size(file),
                                 .z = {.zalloc = z_alloc, .zfree = z_free}};
    aevb_status status = AEVB_OK;
    if ((source->buffer = aevb_alloc(BUFFER, 1)) == NULL)
        status = aevb_fail_memory(err);
    if (status == AEVB_OK)
        status = refill(source, err);
    if (status == AEVB_OK && source->z.avail_in >= 2 && source->buffer[0] == 0x1f && source->buffer[1] == 0x8b) {
        source->gzip = inflateInit2(&source->z, MAX_WBITS + GZIP_ONLY) == Z_OK;
        if (!source->gzip)
            status = aevb_fail_memory(err);
    }
    if (status != AEVB_OK)
        aevb_bytes_close(source);
    return status;
}

aevb_status aevb_bytes_open(const char *path, aevb_byte_source *source, aevb_error *err)
{
    aevb_file_in *file = NULL;
    aevb_status status = aevb_file_in_open(path, &file, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_bytes_over(file, source, err);
    if (status == AEVB_OK)
        source->own = file;
    else
        aevb_file_in_close(file);
    return status;
}

void aevb_bytes_close(aevb_byte_source *source)
{
    if (source->gzip)
        inflateEnd(&source->z);
    aevb_free(source->buffer);
    aevb_file_in_close(source->own);
}

static aevb_status read_plain(aevb_byte_source *source, unsigned char *out, size_t want, size_t *got, aevb_error *err)
{
    size_t have = source->z.avail_in < want ? source->z.avail_in : want;
    size_t direct = 0;
    memcpy(out, source->z.next_in, have);
    source->z.next_in += have;
    source->z.avail_in -= (uInt)have;
    aevb_status status = file_read(source, out + have, want - have, &direct, err);
    *got = have + direct;
    return status;
}

/* What the decompressor's terse words mean. */
static const char *explain(const char *words)
{
    if (words == NULL)
        return "damaged data";
    if (strcmp(words, "incorrect data check") == 0)
        return "the inflated data do not have the CRC-32 that the stream ends with";
    if (strcmp(words, "incorrect length check") == 0)
        return "the inflated data do not have the length that the stream ends with";
    return words;
}

/* After a complete member: the end of the file, or another member. */
static aevb_status next_member(aevb_byte_source *source, aevb_error *err)
{
    aevb_status status = refill(source, err);
    if (status != AEVB_OK)
        return status;
    source->ended = source->z.avail_in == 0;
    if (!source->ended && source->z.next_in[0] != 0x1f)
        return aevb_fail(err, AEVB_EFORMAT, "%s: byte %llu: the gzip stream has ended, but more bytes follow",
                         source->path, (unsigned long long)(source->file_read - source->z.avail_in));
    if (!source->ended)
        inflateReset(&source->z);
    return AEVB_OK;
}

static aevb_status read_gzip(aevb_byte_source *source, unsigned char *out, size_t want, size_t *got, aevb_error *err)
{
    size_t have = 0;
    while (have < want && !source->ended) {
        aevb_status status = refill(source, err);
        if (status != AEVB_OK)
            return status;
        if (source->z.avail_in == 0)
            return aevb_fail(err, AEVB_EFORMAT, "%s: byte %llu: the file ends inside its gzip stream", source->path,
                             (unsigned long long)source->file_read);
        uInt room = (uInt)(want - have < STEP ? want - have : STEP);
        source->z.next_out = out + have;
        source->z.avail_out = room;
        int code = inflate(&source->z, Z_NO_FLUSH);
        have += room - source->z.avail_out;
        if (code == Z_STREAM_END)
            status = next_member(source, err);
        else if (code == Z_MEM_ERROR)
            status = aevb_fail_memory(err);
        else if (code != Z_OK)
            status = aevb_fail(err, AEVB_EFORMAT, "%s: byte %llu of the gzip stream: %s", source->path,
                               (unsigned long long)(source->file_read - source->z.avail_in),
                               explain(source->z.msg));
        if (status != AEVB_OK)
            return status;
    }
    *got = have;
    return AEVB_OK;
}

aevb_status aevb_bytes_read(aevb_byte_source *source, void *out, size_t want, size_t *got, aevb_error *err)
{
    return source->gzip ? read_gzip(source, out, want, got, err) : read_plain(source, out, want, got, err);
}

void aevb_bytes_rewind(aevb_byte_source *source)
{
    source->ended = false;
    source->file_read = 0;
    source->z.avail_in = 0;
    if (source->gzip)
        inflateReset(&source->z);
}

aevb_status aevb_bytes_unchanged(const aevb_byte_source *source, aevb_error *err)
{
    return aevb_file_in_unchanged(source->file, err);
}
