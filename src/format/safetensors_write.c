/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes a safetensors file: the length of the header, the header padded to 8 bytes, the tensors without a hole. */
#include "config.h"
#include "aevb/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/array_out.h"
#include "format/json_strict.h"
#include "format/le_bytes.h"
#include "format/safetensors_file.h"

enum { ALIGNMENT = 8 };

static size_t dtype_size(aevb_dtype dtype)
{
    return dtype == AEVB_DTYPE_F32 ? 4 : 8;
}

/* Elements of a tensor whose shape is known not to overflow. */
static size_t count_of(const aevb_tensor_out *tensor)
{
    size_t count = 1;
    for (size_t i = 0; i < tensor->ndim; i++)
        count *= tensor->shape[i];
    return count;
}

#define BAD(status, format, ...) \
    aevb_fail(err, status, "%s: tensor \"%.100s\": " format, path, tensor->name, __VA_ARGS__)

/* Everything but the name; the next offset is moved on. */
static aevb_status check_tensor(const char *path, const aevb_tensor_out *tensor, uint64_t *offset, aevb_error *err)
{
    if (tensor->dtype != AEVB_DTYPE_F32 && tensor->dtype != AEVB_DTYPE_F64)
        return BAD(AEVB_EINVAL, "%s", "dtype is neither F32 nor F64");
    if (tensor->ndim > 2)
        return BAD(AEVB_EINVAL, "%zu dimensions, more than 2", tensor->ndim);
    size_t size = dtype_size(tensor->dtype);
    uint64_t room = (AEVB_JSON_MAX_INTEGER - *offset) / size;
    uint64_t count = 1;
    for (size_t i = 0; i < tensor->ndim; i++) {
        if (tensor->shape[i] > room || (tensor->shape[i] != 0 && count > room / tensor->shape[i]))
            return BAD(AEVB_ENOMEM, "%s", "its size overflows");
        count *= tensor->shape[i];
    }
    if (tensor->data == NULL && count > 0)
        return BAD(AEVB_EINVAL, "%s", "no data");
    if (*offset % size != 0)
        return BAD(AEVB_EINVAL, "%s", "not aligned: F64 tensors go before F32 tensors of odd length");
    for (uint64_t i = 0; i < count; i++) {
        if (!isfinite(tensor->data[i]))
            return BAD(AEVB_EDOMAIN, "element %" PRIu64 " is not finite", i);
        if (tensor->dtype == AEVB_DTYPE_F32 && !aevb_fits_f32(tensor->data[i]))
            return BAD(AEVB_EDOMAIN, "element %" PRIu64 " is %.17g, which F32 does not hold", i, tensor->data[i]);
    }
    *offset += count * size;
    return AEVB_OK;
}

/* Puts value (taken over) under a key that must be UTF-8 and new. */
static aevb_status put(const char *path, json_t *object, const char *key, json_t *value, aevb_error *err)
{
    aevb_error detail;
    json_t *name = NULL;
    aevb_status status = AEVB_OK;
    if (value == NULL)
        status = aevb_fail_memory(err);
    else if ((status = aevb_json_string(key, &name, &detail)) != AEVB_OK)
        aevb_fail(err, status, "%s: %s", path, detail.message);
    else if (json_object_get(object, key) != NULL)
        status = aevb_fail(err, AEVB_EINVAL, "%s: \"%.100s\" twice", path, key);
    else if (json_object_set(object, key, value) != 0)
        status = aevb_fail_memory(err);
    json_decref(name);
    json_decref(value);
    return status;
}

static aevb_status put_metadata(const char *path, const aevb_metadata_out *metadata, size_t n, json_t *header,
                                aevb_error *err)
{
    json_t *object = json_object();
    aevb_status status = put(path, header, AEVB_METADATA_KEY, object, err);
    for (size_t i = 0; i < n && status == AEVB_OK; i++) {
        aevb_error detail;
        json_t *value = NULL;
        if (metadata[i].key == NULL || metadata[i].value == NULL)
            return aevb_fail(err, AEVB_EINVAL, "%s: metadata %zu without a key or value", path, i);
        status = aevb_json_string(metadata[i].value, &value, &detail);
        if (status != AEVB_OK)
            return aevb_fail(err, status, "%s: %s", path, detail.message);
        status = put(path, object, metadata[i].key, value, err);
    }
    return status;
}

static aevb_status put_tensor(const char *path, const aevb_tensor_out *tensor, uint64_t begin, uint64_t end,
                              json_t *header, aevb_error *err)
{
    json_t *shape = json_array();
    for (size_t i = 0; i < tensor->ndim; i++)
        if (shape != NULL && json_array_append_new(shape, json_integer((json_int_t)tensor->shape[i])) != 0) {
            json_decref(shape);
            shape = NULL;
        }
    json_t *entry = shape == NULL ? NULL
        : json_pack("{s:s, s:o, s:[I, I]}", "dtype", tensor->dtype == AEVB_DTYPE_F32 ? "F32" : "F64", "shape", shape,
                    "data_offsets", (json_int_t)begin, (json_int_t)end);
    return put(path, header, tensor->name, entry, err);
}

/* The header as a document; all tensors and names are checked on the way. */
static aevb_status make_header(const char *path, const aevb_tensor_out *tensors, size_t n_tensors,
                               const aevb_metadata_out *metadata, size_t n_metadata, json_t *header, aevb_error *err)
{
    aevb_status status = AEVB_OK;
    if (n_metadata > 0)
        status = put_metadata(path, metadata, n_metadata, header, err);
    uint64_t offset = 0;
    for (size_t i = 0; i < n_tensors && status == AEVB_OK; i++) {
        uint64_t begin = offset;
        if (tensors[i].name == NULL || strcmp(tensors[i].name, AEVB_METADATA_KEY) == 0)
            return aevb_fail(err, AEVB_EINVAL, "%s: tensor %zu has no usable name", path, i);
        status = check_tensor(path, &tensors[i], &offset, err);
        if (status == AEVB_OK)
            status = put_tensor(path, &tensors[i], begin, offset, header, err);
    }
    return status;
}

static aevb_status write_file(const char *path, const char *header, size_t length, const aevb_tensor_out *tensors,
                              size_t n_tensors, aevb_error *err)
{
    aevb_atomic *file = NULL;
    unsigned char prefix[8];
    aevb_put_u64(prefix, length);
    aevb_status status = aevb_atomic_open(path, &file, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_atomic_write(file, prefix, sizeof prefix, err);
    if (status == AEVB_OK)
        status = aevb_atomic_write(file, header, length, err);
    for (size_t i = 0; i < n_tensors && status == AEVB_OK; i++)
        status = aevb_array_out(file, tensors[i].dtype, count_of(&tensors[i]), tensors[i].data, err);
    if (status == AEVB_OK)
        return aevb_atomic_commit(file, err);
    aevb_atomic_discard(file);
    return status;
}

aevb_status aevb_safetensors_write(const char *path, const aevb_tensor_out *tensors, size_t n_tensors,
                                   const aevb_metadata_out *metadata, size_t n_metadata, aevb_error *err)
{
    if (path == NULL || (tensors == NULL && n_tensors > 0) || (metadata == NULL && n_metadata > 0))
        return aevb_fail(err, AEVB_EINVAL, "aevb_safetensors_write: NULL argument");
    json_t *header = json_object();
    if (header == NULL)
        return aevb_fail_memory(err);
    char *text = NULL;
    size_t length = 0;
    aevb_status status = make_header(path, tensors, n_tensors, metadata, n_metadata, header, err);
    if (status == AEVB_OK)
        status = aevb_json_text(header, ALIGNMENT, &text, &length, err);
    json_decref(header);
    if (status == AEVB_OK) {
        while (length % ALIGNMENT != 0)
            text[length++] = ' ';
        status = write_file(path, text, length, tensors, n_tensors, err);
    }
    aevb_free(text);
    return status;
}
