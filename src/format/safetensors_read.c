/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opens a safetensors file by its header alone; tensors are read, as float64, when they are asked for. */
#include "config.h"
#include "format/safetensors_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/inflate_limit.h"
#include "format/json_strict.h"
#include "format/le_bytes.h"

#define LARGEST_HEADER UINT64_C(100000000) /* the format's own limit */
enum { LENGTH_BYTES = 8, CHUNK = 32768 };
/* A tensor is an object of dtype, shape of up to 8 numbers, and data_offsets of two: 14 values. */
enum { LEVELS = 3, VALUES_OF_TENSOR = 16 };

/* The header's text between its braces, checked as far as bytes go, and parsed. */
static aevb_status parse_header(aevb_safetensors *file, const char *text, size_t n, aevb_error *err)
{
    const char *path = aevb_file_in_path(file->in);
    if (text[0] != '{')
        return aevb_fail(err, AEVB_EFORMAT, "%s: header byte 0: is 0x%02x, not '{'", path, (unsigned char)text[0]);
    while (text[n - 1] == ' ')
        n--;
    if (text[n - 1] != '}')
        return aevb_fail(err, AEVB_EFORMAT, "%s: header byte %zu: is 0x%02x, not the closing '}'", path, n - 1,
                         (unsigned char)text[n - 1]);
    char where[320];
    snprintf(where, sizeof where, "%.300s: header", path);
    const uint64_t tensors = file->limits.tensors < LARGEST_HEADER ? file->limits.tensors : LARGEST_HEADER;
    aevb_error detail;
    aevb_status status = aevb_json_parse_within(where, text, n, LEVELS,
                                                VALUES_OF_TENSOR * (tensors + 1) + AEVB_MAX_METADATA, &file->header,
                                                &detail);
    if (status != AEVB_OK)
        aevb_fail(err, status, "%s%s", detail.message, status == AEVB_EUNSUPPORTED ? " (tensors)" : "");
    return status;
}

static aevb_status read_header(aevb_safetensors *file, aevb_error *err)
{
    const char *path = aevb_file_in_path(file->in);
    uint64_t size = aevb_file_in_size(file->in);
    unsigned char length[LENGTH_BYTES];
    if (size < LENGTH_BYTES)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %" PRIu64 " bytes, too short for safetensors", path, size);
    aevb_status status = aevb_file_in_read(file->in, 0, LENGTH_BYTES, length, err);
    if (status != AEVB_OK)
        return status;
    uint64_t n = aevb_get_u64(length);
    if (n > LARGEST_HEADER)
        return aevb_fail(err, AEVB_EFORMAT, "%s: header length %" PRIu64 " is above the %" PRIu64 " that safetensors "
                         "allows", path, n, LARGEST_HEADER);
    if (n > size - LENGTH_BYTES)
        return aevb_fail(err, AEVB_EFORMAT, "%s: header length %" PRIu64 " is beyond the end of the file (%" PRIu64
                         " bytes)", path, n, size);
    if (n > file->limits.json_bytes)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: header length %" PRIu64 " is above %" PRIu64 ", the limit "
                         "(json_bytes)", path, n, file->limits.json_bytes);
    if (n < strlen("{}"))
        return aevb_fail(err, AEVB_EFORMAT, "%s: header length %" PRIu64 " is too short for \"{}\"", path, n);
    char *text = aevb_alloc((size_t)n, 1);
    if (text == NULL)
        return aevb_fail_memory(err);
    status = aevb_file_in_read(file->in, LENGTH_BYTES, (size_t)n, text, err);
    if (status == AEVB_OK)
        status = parse_header(file, text, (size_t)n, err);
    aevb_free(text);
    if (status != AEVB_OK)
        return status;
    file->data_begin = LENGTH_BYTES + n;
    return aevb_safetensors_check_header(file, size - file->data_begin, err);
}

aevb_status aevb_safetensors_take(aevb_file_in *in, const aevb_limits *limits, aevb_safetensors **out,
                                  aevb_error *err)
{
    aevb_safetensors *file = aevb_alloc(1, sizeof *file);
    if (file == NULL) {
        aevb_file_in_close(in);
        return aevb_fail_memory(err);
    }
    file->in = in;
    file->limits = aevb_limits_or_default(limits);
    aevb_status status = read_header(file, err);
    if (status == AEVB_OK)
        *out = file;
    else
        aevb_safetensors_close(file);
    return status;
}

aevb_status aevb_safetensors_open(const char *path, const aevb_limits *limits, aevb_safetensors **out,
                                  aevb_error *err)
{
    if (path == NULL || out == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_safetensors_open: NULL argument");
    aevb_file_in *in = NULL;
    aevb_status status = aevb_file_in_open(path, &in, err);
    return status == AEVB_OK ? aevb_safetensors_take(in, limits, out, err) : status;
}

void aevb_safetensors_close(aevb_safetensors *file)
{
    if (file == NULL)
        return;
    aevb_free(file->tensors);
    aevb_free(file->metadata_keys);
    json_decref(file->header);
    aevb_file_in_close(file->in);
    aevb_free(file);
}

size_t aevb_safetensors_count(const aevb_safetensors *file)
{
    return file->n_tensors;
}

const aevb_stored_tensor *aevb_safetensors_tensor(const aevb_safetensors *file, size_t i)
{
    return i < file->n_tensors ? &file->tensors[i] : NULL;
}

const aevb_stored_tensor *aevb_safetensors_find(const aevb_safetensors *file, const char *name)
{
    for (size_t i = 0; i < file->n_tensors; i++)
        if (strcmp(file->tensors[i].name, name) == 0)
            return &file->tensors[i];
    return NULL;
}

size_t aevb_safetensors_n_metadata(const aevb_safetensors *file)
{
    return file->n_metadata;
}

const char *aevb_safetensors_metadata_key(const aevb_safetensors *file, size_t i)
{
    return i < file->n_metadata ? file->metadata_keys[i] : NULL;
}

const char *aevb_safetensors_metadata(const aevb_safetensors *file, const char *key)
{
    return json_string_value(json_object_get(file->metadata, key));
}

static double element(aevb_dtype dtype, const unsigned char *bytes)
{
    switch (dtype) {
    case AEVB_DTYPE_F16: return aevb_get_f16(bytes);
    case AEVB_DTYPE_BF16: return aevb_get_bf16(bytes);
    case AEVB_DTYPE_F32: return aevb_get_f32(bytes);
    default: return aevb_get_f64(bytes);
    }
}

aevb_status aevb_safetensors_read_into(const aevb_safetensors *file, const aevb_stored_tensor *tensor, double *out,
                                       aevb_error *err)
{
    const char *path = aevb_file_in_path(file->in);
    const uint64_t size = aevb_file_in_size(file->in);
    aevb_status status = aevb_inflate_check(path, &file->limits, size, size - file->data_begin, err);
    if (status != AEVB_OK)
        return status;
    if (tensor->dtype == AEVB_DTYPE_OTHER)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: tensor \"%.100s\": dtype %s does not hold real numbers",
                         path, tensor->name, tensor->dtype_name);
    size_t width = aevb_dtype_find(tensor->dtype_name)->size;
    unsigned char bytes[CHUNK];
    for (uint64_t done = 0; done < tensor->count;) {
        uint64_t left = tensor->count - done;
        size_t n = left < CHUNK / width ? (size_t)left : CHUNK / width;
        status = aevb_file_in_read(file->in, file->data_begin + tensor->begin + done * width, n * width, bytes, err);
        if (status != AEVB_OK)
            return status;
        for (size_t i = 0; i < n; i++) {
            double value = element(tensor->dtype, bytes + i * width);
            if (!isfinite(value))
                return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%.100s\": element %" PRIu64 " is %s", path,
                                 tensor->name, done + i, isnan(value) ? "NaN" : "infinite");
            out[done + i] = value;
        }
        done += n;
    }
    return aevb_file_in_unchanged(file->in, err);
}

aevb_status aevb_safetensors_read(aevb_safetensors *file, const aevb_stored_tensor *tensor, double *out,
                                  aevb_error *err)
{
    if (file == NULL || tensor == NULL || (out == NULL && tensor->count > 0))
        return aevb_fail(err, AEVB_EINVAL, "aevb_safetensors_read: NULL argument");
    double *values = tensor->count > SIZE_MAX ? NULL : aevb_alloc((size_t)tensor->count, sizeof *values);
    if (values == NULL)
        return aevb_fail_memory(err);
    aevb_status status = aevb_safetensors_read_into(file, tensor, values, err);
    if (status == AEVB_OK && tensor->count > 0)
        memcpy(out, values, (size_t)tensor->count * sizeof *values);
    aevb_free(values);
    return status;
}
