/* SPDX-License-Identifier: GPL-3.0-or-later
 * NPY arrays by position: any rows of them as float64 or bytes, in C order. */
#include "config.h"
#include "format/npy_read.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/le_bytes.h"

enum { PREFIX_1 = 10, PREFIX_2 = 12, LARGEST_HEADER = 1 << 20, CHUNK = 32768 };

/* Where the dictionary begins and how long it is. */
static aevb_status read_prefix(const aevb_file_in *in, uint64_t *begin, uint64_t *length, aevb_error *err)
{
    const char *path = aevb_file_in_path(in);
    uint64_t size = aevb_file_in_size(in);
    unsigned char prefix[PREFIX_2];
    if (size < PREFIX_2)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %" PRIu64 " bytes, too short for NPY", path, size);
    aevb_status status = aevb_file_in_read(in, 0, PREFIX_2, prefix, err);
    if (status != AEVB_OK)
        return status;
    if (memcmp(prefix, "\x93NUMPY", 6) != 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: byte 0: not the magic of NPY", path);
    if (prefix[6] < 1 || prefix[6] > 3 || prefix[7] != 0)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: NPY version %u.%u; 1.0, 2.0 and 3.0 are read", path, prefix[6],
                         prefix[7]);
    *begin = prefix[6] == 1 ? PREFIX_1 : PREFIX_2;
    *length = prefix[6] == 1 ? aevb_get_u16(prefix + 8) : aevb_get_u32(prefix + 8);
    if (*length > size - *begin)
        return aevb_fail(err, AEVB_EFORMAT, "%s: header length %" PRIu64 " is beyond the end of the file (%" PRIu64
                         " bytes)", path, *length, size);
    if (*length > LARGEST_HEADER)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: header length %" PRIu64 " is above %d", path, *length,
                         LARGEST_HEADER);
    return AEVB_OK;
}

/* count, rows, row from the shape, and all of it against the bytes of the file. */
static aevb_status check_size(const char *path, uint64_t size, aevb_npy *npy, aevb_error *err)
{
    uint64_t there = (size - npy->data_begin) / npy->width;
    npy->count = npy->rows = npy->row = 1;
    for (size_t i = 0; i < npy->ndim; i++) {
        if (npy->shape[i] != 0 && npy->count > UINT64_MAX / npy->shape[i])
            return aevb_fail(err, AEVB_EFORMAT, "%s: header: the product of the shape overflows", path);
        npy->count *= npy->shape[i];
        if (npy->shape[i] != 0 && npy->row > UINT64_MAX / npy->shape[i])
            return aevb_fail(err, AEVB_EFORMAT, "%s: header: the product of the shape overflows", path);
        if (i == 0)
            npy->rows = npy->shape[0];
        else
            npy->row *= npy->shape[i];
    }
    if (npy->count > there)
        return aevb_fail(err, AEVB_EFORMAT, "%s: the shape has %" PRIu64 " elements of %u bytes, the file ends "
                         "after %" PRIu64, path, npy->count, npy->width, there);
    if (npy->count * npy->width != size - npy->data_begin)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %" PRIu64 " bytes after the array", path,
                         size - npy->data_begin - npy->count * npy->width);
    return AEVB_OK;
}

static aevb_status open_array(const aevb_file_in *in, bool labels, aevb_npy *out, aevb_error *err)
{
    const char *path = aevb_file_in_path(in);
    uint64_t begin = 0, length = 0;
    aevb_status status = read_prefix(in, &begin, &length, err);
    if (status != AEVB_OK)
        return status;
    char *text = aevb_alloc((size_t)length, 1);
    if (text == NULL)
        return aevb_fail_memory(err);
    char where[320];
    snprintf(where, sizeof where, "%.300s: header", path);
    aevb_npy npy;
    status = aevb_file_in_read(in, begin, (size_t)length, text, err);
    if (status == AEVB_OK)
        status = aevb_npy_parse_dict(where, text, (size_t)length, labels, &npy, err);
    aevb_free(text);
    if (status != AEVB_OK)
        return status;
    npy.data_begin = begin + length;
    status = check_size(path, aevb_file_in_size(in), &npy, err);
    if (status == AEVB_OK)
        *out = npy;
    return status;
}

aevb_status aevb_npy_open(const aevb_file_in *in, aevb_npy *out, aevb_error *err)
{
    return open_array(in, false, out, err);
}

aevb_status aevb_npy_open_labels(const aevb_file_in *in, aevb_npy *out, aevb_error *err)
{
    return open_array(in, true, out, err);
}

/* Two's complement, least byte first. */
static double integer(const unsigned char *bytes, unsigned width, bool is_signed)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    if (!is_signed || bytes[width - 1] < 0x80)
        return (double)value;
    return -(double)((UINT64_MAX >> (64 - 8 * width)) - value) - 1;
}

static double element(const aevb_npy *npy, const unsigned char *bytes)
{
    unsigned char turned[8];
    if (npy->big_endian) {
        for (unsigned i = 0; i < npy->width; i++)
            turned[i] = bytes[npy->width - 1 - i];
        bytes = turned;
    }
    switch (npy->type) {
    case AEVB_NPY_U1: return bytes[0];
    case AEVB_NPY_F2: return aevb_get_f16(bytes);
    case AEVB_NPY_F4: return aevb_get_f32(bytes);
    case AEVB_NPY_INT:
    case AEVB_NPY_UINT: return integer(bytes, npy->width, npy->type == AEVB_NPY_INT);
    case AEVB_NPY_F8: break;
    }
    return aevb_get_f64(bytes);
}

/* n elements that follow each other in the file from element `first` on, to every step-th place of one of the two. */
static aevb_status read_run(const aevb_file_in *in, const aevb_npy *npy, uint64_t first, uint64_t n, uint64_t step,
                            double *reals, unsigned char *bytes, aevb_error *err)
{
    unsigned char chunk[CHUNK];
    for (uint64_t done = 0; done < n;) {
        size_t part = n - done < CHUNK / npy->width ? (size_t)(n - done) : CHUNK / npy->width;
        aevb_status status = aevb_file_in_read(in, npy->data_begin + (first + done) * npy->width, part * npy->width,
                                               chunk, err);
        if (status != AEVB_OK)
            return status;
        for (size_t i = 0; i < part; i++)
            if (reals != NULL)
                reals[(done + i) * step] = element(npy, chunk + i * npy->width);
            else
                bytes[(done + i) * step] = chunk[i];
        done += part;
    }
    return AEVB_OK;
}

/* The place within a row, C order, of the k-th element of a row in Fortran order. */
static uint64_t place_in_row(const aevb_npy *npy, uint64_t k)
{
    uint64_t place = 0, stride = npy->row;
    for (size_t i = 1; i < npy->ndim; i++) {
        stride /= npy->shape[i];
        place += k % npy->shape[i] * stride;
        k /= npy->shape[i];
    }
    return place;
}

static aevb_status read_rows(const aevb_file_in *in, const aevb_npy *npy, uint64_t first, uint64_t n, double *reals,
                             unsigned char *bytes, aevb_error *err)
{
    if (first > npy->rows || n > npy->rows - first)
        return aevb_fail(err, AEVB_EINVAL, "%s: has %" PRIu64 " rows, not %" PRIu64 " from %" PRIu64 " on",
                         aevb_file_in_path(in), npy->rows, n, first);
    if (n == 0 || npy->row == 0)
        return AEVB_OK;
    if (!npy->fortran)
        return read_run(in, npy, first * npy->row, n * npy->row, 1, reals, bytes, err);
    aevb_status status = AEVB_OK;
    for (uint64_t k = 0; k < npy->row && status == AEVB_OK; k++) {
        uint64_t place = place_in_row(npy, k);
        status = read_run(in, npy, k * npy->rows + first, n, npy->row, reals == NULL ? NULL : reals + place,
                          bytes == NULL ? NULL : bytes + place, err);
    }
    return status;
}

aevb_status aevb_npy_rows_f64(const aevb_file_in *in, const aevb_npy *npy, uint64_t first, uint64_t n, double *out,
                              aevb_error *err)
{
    return read_rows(in, npy, first, n, out, NULL, err);
}

aevb_status aevb_npy_rows_u8(const aevb_file_in *in, const aevb_npy *npy, uint64_t first, uint64_t n,
                             unsigned char *out, aevb_error *err)
{
    if (npy->type != AEVB_NPY_U1)
        return aevb_fail(err, AEVB_EINVAL, "%s: elements are %s, not bytes", aevb_file_in_path(in), npy->descr);
    return read_rows(in, npy, first, n, NULL, out, err);
}
