/* SPDX-License-Identifier: GPL-3.0-or-later
 * IDX files: 0, 0, type, number of dimensions; big-endian 32-bit sizes; the elements, last dimension fastest. */
#include "config.h"
#include "idx.h"

#include <inttypes.h>
#include <stdio.h>

#include "alloc.h"
#include "byte_source.h"
#include "error.h"
#include "format/inflate_limit.h"

enum {
    MAGIC = 4,
    TYPE_U8 = 0x08,
    DEFLATE_RATIO = 1032,    /* no deflate stream does better: 258 bytes from two symbols of one bit */
    TRUSTED_RATIO = 16,      /* grey pictures stay below it */
    TRUSTED_BYTES = 16 << 20
};

/* "60000 x 28 x 28" */
typedef struct shape_text { char text[AEVB_IDX_MAX_NDIM * 13]; } shape_text;

static shape_text shape_of(const aevb_idx *idx)
{
    shape_text out = {""};
    for (size_t i = 0, end = 0; i < idx->ndim; i++)
        end += (size_t)snprintf(out.text + end, sizeof out.text - end, "%s%zu", i == 0 ? "" : " x ", idx->dim[i]);
    return out;
}

static size_t header_size(const aevb_idx *idx)
{
    return MAGIC + 4 * idx->ndim;
}

/* How the place of a byte is named: the byte of a gzip's content is not a byte of the file. */
static const char *byte_word(const aevb_byte_source *source)
{
    return source->gzip ? "inflated byte" : "byte";
}

static const char *type_name(unsigned type)
{
    switch (type) {
    case 0x09: return "signed byte";
    case 0x0b: return "16-bit integer";
    case 0x0c: return "32-bit integer";
    case 0x0d: return "32-bit float";
    case 0x0e: return "64-bit float";
    default: return NULL;
    }
}

static aevb_status check_magic(const aevb_byte_source *source, const unsigned char m[MAGIC], aevb_error *err)
{
    const char *path = source->path, *word = byte_word(source);
    if (m[0] != 0 || m[1] != 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %s 0: not an IDX file: begins with %02x %02x %02x %02x, not with "
                         "00 00 08", path, word, m[0], m[1], m[2], m[3]);
    if (type_name(m[2]) != NULL)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: %s 2: elements of type 0x%02x (%s); only 0x08 (unsigned byte) "
                         "is read", path, word, m[2], type_name(m[2]));
    if (m[2] != TYPE_U8)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %s 2: 0x%02x is no IDX element type", path, word, m[2]);
    if (m[3] == 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %s 3: no dimensions", path, word);
    if (m[3] > AEVB_IDX_MAX_NDIM)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: %s 3: %d dimensions, more than %d", path, word, m[3],
                         AEVB_IDX_MAX_NDIM);
    return AEVB_OK;
}

/* The product of the sizes, when the header and the length of the file allow it. */
static aevb_status check_sizes(const aevb_byte_source *source, const aevb_limits *limits, aevb_idx *idx,
                               aevb_error *err)
{
    const char *path = source->path;
    uint64_t count = 1, header = header_size(idx);
    for (size_t i = 0; i < idx->ndim; i++) {
        if (idx->dim[i] == 0)
            return aevb_fail(err, AEVB_EFORMAT, "%s: %s %zu: dimension %zu is 0", path, byte_word(source),
                             MAGIC + 4 * i, i);
        if (count > UINT64_MAX / idx->dim[i])
            return aevb_fail(err, AEVB_EFORMAT, "%s: the product of the sizes %s does not fit in 64 bits", path,
                             shape_of(idx).text);
        count *= idx->dim[i];
    }
    if (count > limits->content_bytes || count > SIZE_MAX / 2)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: the header declares %s = %" PRIu64 " bytes, more than the "
                         "limit of %" PRIu64 " (content_bytes)", path, shape_of(idx).text, count,
                         limits->content_bytes);
    if (source->gzip && (header + count) / DEFLATE_RATIO > source->file_size)
        return aevb_fail(err, AEVB_EFORMAT, "%s: the header declares %s = %" PRIu64 " bytes, more than the %" PRIu64
                         " bytes of the file can inflate to", path, shape_of(idx).text, count, source->file_size);
    if (!source->gzip && source->file_size < header + count)
        return aevb_fail(err, AEVB_EFORMAT, "%s: byte %" PRIu64 ": the file ends, but its header (%s) declares "
                         "%" PRIu64 " bytes", path, source->file_size, shape_of(idx).text, header + count);
    if (!source->gzip && source->file_size > header + count)
        return aevb_fail(err, AEVB_EFORMAT, "%s: byte %" PRIu64 ": %" PRIu64 " bytes follow the data that the header "
                         "(%s) declares", path, header + count, source->file_size - (header + count),
                         shape_of(idx).text);
    aevb_status status = source->gzip ? aevb_inflate_check(path, limits, source->file_size, header + count, err)
                                      : AEVB_OK;
    if (status == AEVB_OK)
        idx->count = (size_t)count;
    return status;
}

static aevb_status read_header(aevb_byte_source *source, const aevb_limits *limits, aevb_idx *idx, aevb_error *err)
{
    unsigned char magic[MAGIC], sizes[4 * AEVB_IDX_MAX_NDIM];
    size_t got = 0;
    aevb_status status = aevb_bytes_read(source, magic, MAGIC, &got, err);
    if (status != AEVB_OK)
        return status;
    if (got < MAGIC)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %s %zu: ends inside the four bytes that an IDX file begins with",
                         source->path, byte_word(source), got);
    status = check_magic(source, magic, err);
    if (status != AEVB_OK)
        return status;
    idx->ndim = magic[3];
    status = aevb_bytes_read(source, sizes, 4 * idx->ndim, &got, err);
    if (status != AEVB_OK)
        return status;
    if (got < 4 * idx->ndim)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %s %zu: ends inside the sizes of its %zu dimensions", source->path,
                         byte_word(source), MAGIC + got, idx->ndim);
    for (size_t i = 0; i < idx->ndim; i++) {
        const unsigned char *s = sizes + 4 * i;
        idx->dim[i] = (size_t)s[0] << 24 | (size_t)s[1] << 16 | (size_t)s[2] << 8 | s[3];
    }
    return check_sizes(source, limits, idx, err);
}

/* Of a gzip; the length of a plain file was compared with its header. */
static aevb_status too_short(const aevb_byte_source *source, const aevb_idx *idx, size_t have, aevb_error *err)
{
    return aevb_fail(err, AEVB_EFORMAT, "%s: inflated byte %zu: the content ends, but its header (%s) declares %zu "
                     "bytes", source->path, header_size(idx) + have, shape_of(idx).text,
                     header_size(idx) + idx->count);
}

/* Reads on to the end, which also has the checksum of a gzip stream compared. */
static aevb_status expect_end(aevb_byte_source *source, const aevb_idx *idx, aevb_error *err)
{
    unsigned char extra;
    size_t got = 0;
    aevb_status status = aevb_bytes_read(source, &extra, 1, &got, err);
    if (status == AEVB_OK && got != 0)
        status = aevb_fail(err, AEVB_EFORMAT, "%s: inflated byte %zu: more bytes follow the data that the header "
                           "(%s) declares", source->path, header_size(idx) + idx->count, shape_of(idx).text);
    return status;
}

/* A gzip can claim much and hold little. Up to a usual ratio the claim is believed; above it the whole content is
 * inflated and counted first, before memory is taken for it. */
static aevb_status prove_content(aevb_byte_source *source, const aevb_idx *idx, aevb_error *err)
{
    unsigned char scratch[1 << 14];
    size_t left = idx->count, got = 0;
    aevb_status status = AEVB_OK;
    if (!source->gzip || idx->count <= TRUSTED_BYTES || idx->count / TRUSTED_RATIO <= source->file_size)
        return AEVB_OK;
    while (status == AEVB_OK && left > 0) {
        size_t want = left < sizeof scratch ? left : sizeof scratch;
        status = aevb_bytes_read(source, scratch, want, &got, err);
        left -= got;
        if (status == AEVB_OK && got < want)
            status = too_short(source, idx, idx->count - left, err);
    }
    if (status == AEVB_OK)
        status = expect_end(source, idx, err);
    if (status != AEVB_OK)
        return status;
    aevb_bytes_rewind(source);
    return aevb_bytes_read(source, scratch, header_size(idx), &got, err);
}

static aevb_status read_elements(aevb_byte_source *source, aevb_idx *idx, aevb_error *err)
{
    size_t got = 0;
    idx->bytes = aevb_alloc(idx->count, 1);
    if (idx->bytes == NULL)
        return aevb_fail(err, AEVB_ENOMEM, "%s: out of memory for %s = %zu bytes", source->path, shape_of(idx).text,
                         idx->count);
    aevb_status status = aevb_bytes_read(source, idx->bytes, idx->count, &got, err);
    return status == AEVB_OK && got < idx->count ? too_short(source, idx, got, err) : status;
}

aevb_status aevb_idx_parse(const aevb_file_in *in, const aevb_limits *limits, aevb_idx *out, aevb_error *err)
{
    aevb_byte_source source;
    aevb_idx idx = {0};
    aevb_limits used = aevb_limits_or_default(limits);
    aevb_status status = aevb_bytes_over(in, &source, err);
    if (status != AEVB_OK)
        return status;
    status = read_header(&source, &used, &idx, err);
    if (status == AEVB_OK)
        status = prove_content(&source, &idx, err);
    if (status == AEVB_OK)
        status = read_elements(&source, &idx, err);
    if (status == AEVB_OK)
        status = expect_end(&source, &idx, err);
    if (status == AEVB_OK)
        status = aevb_bytes_unchanged(&source, err);
    aevb_bytes_close(&source);
    if (status == AEVB_OK)
        *out = idx;
    else
        aevb_free(idx.bytes);
    return status;
}

aevb_status aevb_idx_read(const char *path, const aevb_limits *limits, aevb_idx *out, aevb_error *err)
{
    aevb_file_in *in;
    aevb_status status = aevb_file_in_open(path, &in, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_idx_parse(in, limits, out, err);
    aevb_file_in_close(in);
    return status;
}
