/* SPDX-License-Identifier: GPL-3.0-or-later
 * The directory of a zip against its members, which libarchive leaves unchecked. */
#include "config.h"
#include "format/zip_check.h"

#include <stdbool.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

enum { END = 22, LOCATOR = 20, ENTRY = 46, LOCAL = 30, LONGEST_NAME = 65535, LONGEST_END = END + 65535 };
enum { UNIX = 3, KIND = 0170000, FIFO = 0010000, CHARACTERS = 0020000, BLOCKS = 0060000, SOCKET = 0140000 };

#define BAD(what) aevb_fail(err, AEVB_EFORMAT, "%s: %s", aevb_file_in_path(in), what)

static uint32_t u16(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t u32(const unsigned char *at)
{
    return u16(at) | u16(at + 2) << 16;
}

typedef struct directory {
    uint32_t n, bytes, at;
    bool zip64;
} directory;

/* The record that ends the file: its comment reaches to the last byte. */
static aevb_status find_end(const aevb_file_in *in, directory *out, aevb_error *err)
{
    uint64_t size = aevb_file_in_size(in);
    size_t n = size < LONGEST_END ? (size_t)size : LONGEST_END;
    unsigned char *tail = aevb_alloc(n, 1), *end = NULL;
    if (tail == NULL)
        return aevb_fail_memory(err);
    aevb_status status = aevb_file_in_read(in, size - n, n, tail, err);
    for (size_t back = END; status == AEVB_OK && back <= n && end == NULL; back++)
        if (memcmp(tail + n - back, "PK\5\6", 4) == 0 && u16(tail + n - back + 20) == back - END)
            end = tail + n - back;
    if (status == AEVB_OK && end == NULL)
        status = BAD("has no end of a zip's directory, it may be cut short");
    if (status == AEVB_OK) {
        *out = (directory){.n = u16(end + 10), .bytes = u32(end + 12), .at = u32(end + 16)};
        /* Numbers too large for this record, or a record of Zip64 in front of it although they fit (PyTorch). */
        out->zip64 = out->n == UINT16_MAX || out->bytes == UINT32_MAX || out->at == UINT32_MAX ||
            (end - tail >= LOCATOR && memcmp(end - LOCATOR, "PK\6\7", 4) == 0);
        if (!out->zip64 && (uint64_t)out->at + out->bytes != size - n + (uint64_t)(end - tail))
            status = BAD("the directory is not where the end of the zip says");
        else if (out->n == 0)
            status = BAD("a zip without members");
    }
    aevb_free(tail);
    return status;
}

static aevb_status check_member(const aevb_file_in *in, const unsigned char *entry, uint64_t end,
                                unsigned char *local, aevb_error *err)
{
    const uint32_t length = u16(entry + 28), kind = entry[5] == UNIX ? u16(entry + 40) & KIND : 0;
    const uint64_t at = u32(entry + 42);
    if (at == UINT32_MAX) /* Zip64 */
        return AEVB_OK;
    if (kind == FIFO || kind == CHARACTERS || kind == BLOCKS || kind == SOCKET)
        return BAD("a member is neither a file nor a directory, refused");
    if (at + LOCAL + length > end)
        return BAD("the directory names a member beyond the members");
    aevb_status status = aevb_file_in_read(in, at, (size_t)LOCAL + length, local, err);
    if (status != AEVB_OK)
        return status;
    if (memcmp(local, "PK\3\4", 4) != 0)
        return BAD("the directory names a member that is not there");
    if (u16(local + 26) != length || memcmp(local + LOCAL, entry + ENTRY, length) != 0)
        return BAD("a member has another name than in the directory");
    return AEVB_OK;
}

static aevb_status check_entries(const aevb_file_in *in, const directory *d, const unsigned char *entries,
                                 unsigned char *local, aevb_error *err)
{
    size_t at = 0;
    aevb_status status = AEVB_OK;
    for (uint32_t i = 0; i < d->n && status == AEVB_OK; i++) {
        const unsigned char *entry = entries + at;
        if (d->bytes - at < ENTRY || memcmp(entry, "PK\1\2", 4) != 0)
            return BAD("the directory has fewer members than it says");
        size_t length = (size_t)ENTRY + u16(entry + 28) + u16(entry + 30) + u16(entry + 32);
        if (length > d->bytes - at)
            return BAD("the directory ends inside a member");
        status = check_member(in, entry, d->at, local, err);
        at += length;
    }
    if (status == AEVB_OK && at != d->bytes)
        return BAD("the directory has more members than it says");
    return status;
}

aevb_status aevb_zip_check(const aevb_file_in *in, aevb_error *err)
{
    directory d = {0};
    aevb_status status = find_end(in, &d, err);
    if (status != AEVB_OK || d.zip64)
        return status;
    unsigned char *entries = aevb_alloc(d.bytes, 1), *local = aevb_alloc(LOCAL + LONGEST_NAME, 1);
    status = entries == NULL || local == NULL ? aevb_fail_memory(err)
                                              : aevb_file_in_read(in, d.at, d.bytes, entries, err);
    if (status == AEVB_OK)
        status = check_entries(in, &d, entries, local, err);
    aevb_free(local);
    aevb_free(entries);
    return status;
}
