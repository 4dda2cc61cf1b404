/* SPDX-License-Identifier: GPL-3.0-or-later
 * .npz through libarchive's ZIP writer: stored members, one time for all. */
#include "config.h"
#include "format/npz_write.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/array_out.h"
#include "format/le_bytes.h"
#include "format/npy_header.h"

enum { BLOCK = 4096 }; /* values converted at a time */

struct aevb_npz {
    aevb_atomic *file;
    struct archive *zip;
    aevb_error error; /* of a write that libarchive asked for */
    char path[];
};

static const struct { const char *descr; size_t width; } types[] = {
    [AEVB_NPZ_F64] = {"<f8", 8}, [AEVB_NPZ_F32] = {"<f4", 4}, [AEVB_NPZ_I64] = {"<i8", 8},
    [AEVB_NPZ_U8] = {"|u1", 1},
};

static la_ssize_t write_bytes(struct archive *zip, void *user, const void *data, size_t n)
{
    aevb_npz *npz = user;
    if (aevb_atomic_write(npz->file, data, n, &npz->error) == AEVB_OK)
        return (la_ssize_t)n;
    archive_set_error(zip, EIO, "%s", npz->error.message);
    return -1;
}

static aevb_status zip_failed(const aevb_npz *npz, aevb_error *err)
{
    if (npz->error.status != AEVB_OK)
        return aevb_fail(err, npz->error.status, "%s", npz->error.message);
    const char *why = archive_error_string(npz->zip);
    return aevb_fail(err, AEVB_EIO, "%s: cannot write: %s", npz->path, why == NULL ? "libarchive does not say why" : why);
}

static aevb_status start(aevb_npz *npz, aevb_error *err)
{
    aevb_status status = aevb_atomic_open(npz->path, &npz->file, err);
    if (status != AEVB_OK)
        return status;
    npz->zip = archive_write_new();
    if (npz->zip == NULL)
        return aevb_fail_memory(err);
    const int good = archive_write_set_format_zip(npz->zip) == ARCHIVE_OK &&
        archive_write_zip_set_compression_store(npz->zip) == ARCHIVE_OK &&
        archive_write_set_bytes_per_block(npz->zip, 0) == ARCHIVE_OK &&
        archive_write_open(npz->zip, npz, NULL, write_bytes, NULL) == ARCHIVE_OK;
    return good ? AEVB_OK : zip_failed(npz, err);
}

aevb_status aevb_npz_open(const char *path, aevb_npz **out, aevb_error *err)
{
    aevb_npz *npz = aevb_alloc(1, sizeof *npz + strlen(path) + 1);
    if (npz == NULL)
        return aevb_fail_memory(err);
    strcpy(npz->path, path);
    aevb_status status = start(npz, err);
    if (status == AEVB_OK)
        *out = npz;
    else
        aevb_npz_discard(npz);
    return status;
}

static aevb_status put(aevb_npz *npz, const void *bytes, size_t n, aevb_error *err)
{
    return archive_write_data(npz->zip, bytes, n) == (la_ssize_t)n ? AEVB_OK : zip_failed(npz, err);
}

/* The member NAME.npy with its NPY header; n bytes of data are to follow. */
static aevb_status add_member(aevb_npz *npz, const char *name, const aevb_npy_header *header, size_t n, aevb_error *err)
{
    char member[512];
    if (n > (size_t)INT64_MAX - header->length)
        return aevb_fail(err, AEVB_ENOMEM, "%s: %s is too large", npz->path, name);
    if (*name == '\0' || (size_t)snprintf(member, sizeof member, "%s.npy", name) >= sizeof member)
        return aevb_fail(err, AEVB_EINVAL, "%s: no name, or too long a name, for an array: %s", npz->path, name);
    struct archive_entry *entry = archive_entry_new2(npz->zip);
    if (entry == NULL)
        return aevb_fail_memory(err);
    archive_entry_set_pathname(entry, member);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 0, 0); /* before ZIP's first date, which it becomes in every time zone */
    archive_entry_set_size(entry, (la_int64_t)(header->length + n));
    const int written = archive_write_header(npz->zip, entry) == ARCHIVE_OK;
    archive_entry_free(entry);
    return written ? put(npz, header->text, header->length, err) : zip_failed(npz, err);
}

/* One value as the type has it, or 0 when the type does not hold it. */
static int encode(aevb_npz_type type, double value, unsigned char *to)
{
    switch (type) {
    case AEVB_NPZ_F64: aevb_put_f64(to, value); return 1;
    case AEVB_NPZ_F32:
        if (!aevb_fits_f32(value))
            return 0;
        aevb_put_f32(to, (float)value);
        return 1;
    case AEVB_NPZ_I64:
        if (!(fabs(value) <= 0x1p53) || trunc(value) != value)
            return 0;
        aevb_put_u64(to, (uint64_t)(int64_t)value);
        return 1;
    case AEVB_NPZ_U8:
        if (!(value >= 0 && value <= 255) || trunc(value) != value)
            return 0;
        *to = (unsigned char)value;
        return 1;
    }
    return 0;
}

aevb_status aevb_npz_add(aevb_npz *npz, const char *name, aevb_npz_type type, size_t ndim, const size_t *shape,
                         const double *data, aevb_error *err)
{
    const size_t width = types[type].width;
    aevb_npy_header header;
    aevb_status status = aevb_npy_header_make(npz->path, types[type].descr, width, ndim, shape, &header, err);
    if (status == AEVB_OK)
        status = add_member(npz, name, &header, header.count * width, err);
    unsigned char bytes[BLOCK * 8];
    for (size_t done = 0; status == AEVB_OK && done < header.count;) {
        const size_t block = header.count - done < BLOCK ? header.count - done : BLOCK;
        for (size_t i = 0; i < block; i++)
            if (!encode(type, data[done + i], bytes + i * width))
                return aevb_fail(err, AEVB_EDOMAIN, "%s: %s: element %zu is %.17g, which %s does not hold", npz->path,
                                 name, done + i, data[done + i], types[type].descr);
        status = put(npz, bytes, block * width, err);
        done += block;
    }
    return status;
}

aevb_status aevb_npz_add_text(aevb_npz *npz, const char *name, const char *text, aevb_error *err)
{
    const size_t n = strlen(text);
    char descr[24];
    snprintf(descr, sizeof descr, "|S%zu", n == 0 ? 1 : n); /* NumPy has no type of width 0 */
    aevb_npy_header header;
    aevb_status status = aevb_npy_header_make(npz->path, descr, 1, 0, NULL, &header, err);
    if (status == AEVB_OK)
        status = add_member(npz, name, &header, n == 0 ? 1 : n, err);
    return status == AEVB_OK ? put(npz, n == 0 ? "" : text, n == 0 ? 1 : n, err) : status;
}

aevb_status aevb_npz_commit(aevb_npz *npz, aevb_error *err)
{
    if (archive_write_close(npz->zip) != ARCHIVE_OK) {
        aevb_status status = zip_failed(npz, err);
        aevb_npz_discard(npz);
        return status;
    }
    aevb_atomic *file = npz->file;
    npz->file = NULL;
    aevb_npz_discard(npz);
    return aevb_atomic_commit(file, err);
}

/* What libarchive has left to write when it is freed goes to a file that is not kept. */
void aevb_npz_discard(aevb_npz *npz)
{
    if (npz == NULL)
        return;
    archive_write_free(npz->zip);
    aevb_atomic_discard(npz->file);
    aevb_free(npz);
}
