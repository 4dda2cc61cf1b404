/* SPDX-License-Identifier: GPL-3.0-or-later
 * A regular file read forward, inflated on the way when it is gzip. */
#include "config.h"
#include "byte_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* One read(2) that signals do not disturb. */
static aevb_status file_read(aevb_byte_source *source, void *out, size_t want, size_t *got, aevb_error *err)
{
    ssize_t n;
    do
        n = read(source->fd, out, want);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return aevb_fail_errno(err, source->path, "read");
    source->file_read += (uint64_t)n;
    *got = (size_t)n;
    return AEVB_OK;
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

static aevb_status open_regular(aevb_byte_source *source, aevb_error *err)
{
    struct stat info;
    /* O_NONBLOCK: opening a FIFO must not wait for a writer; regular files do not mind. */
    source->fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (source->fd < 0)
        return aevb_fail_errno(err, source->path, "open");
    if (fstat(source->fd, &info) != 0)
        return aevb_fail_errno(err, source->path, "stat");
    if (S_ISDIR(info.st_mode))
        return aevb_fail(err, AEVB_EIO, "%s: is a directory where a file is wanted", source->path);
    if (!S_ISREG(info.st_mode))
        return aevb_fail(err, AEVB_EIO, "%s: is no regular file", source->path);
    source->file_size = (uint64_t)info.st_size;
    return AEVB_OK;
}

aevb_status aevb_bytes_open(const char *path, aevb_byte_source *source, aevb_error *err)
{
    *source = (aevb_byte_source){.path = path, .fd = -1, .z = {.zalloc = z_alloc, .zfree = z_free}};
    aevb_status status = open_regular(source, err);
    if (status == AEVB_OK && (source->buffer = aevb_alloc(BUFFER, 1)) == NULL)
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

void aevb_bytes_close(aevb_byte_source *source)
{
    if (source->gzip)
        inflateEnd(&source->z);
    aevb_free(source->buffer);
    if (source->fd >= 0)
        close(source->fd);
}

static aevb_status read_plain(aevb_byte_source *source, unsigned char *out, size_t want, size_t *got, aevb_error *err)
{
    size_t have = source->z.avail_in < want ? source->z.avail_in : want;
    size_t step = 1;
    memcpy(out, source->z.next_in, have);
    source->z.next_in += have;
    source->z.avail_in -= (uInt)have;
    for (; have < want && step != 0; have += step) {
        aevb_status status = file_read(source, out + have, want - have < STEP ? want - have : STEP, &step, err);
        if (status != AEVB_OK)
            return status;
    }
    *got = have;
    return AEVB_OK;
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

aevb_status aevb_bytes_rewind(aevb_byte_source *source, aevb_error *err)
{
    if (lseek(source->fd, 0, SEEK_SET) != 0)
        return aevb_fail_errno(err, source->path, "rewind");
    source->ended = false;
    source->file_read = 0;
    source->z.avail_in = 0;
    if (source->gzip)
        inflateReset(&source->z);
    return AEVB_OK;
}
