/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checks the header of a safetensors file: every entry by itself, then all of them against the data. */
#include "config.h"
#include "format/safetensors_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/json_strict.h"

static const aevb_dtype_info dtypes[] = {
    {"BOOL", 1, AEVB_DTYPE_OTHER}, {"U8", 1, AEVB_DTYPE_OTHER}, {"I8", 1, AEVB_DTYPE_OTHER},
    {"F8_E5M2", 1, AEVB_DTYPE_OTHER}, {"F8_E4M3", 1, AEVB_DTYPE_OTHER}, {"I16", 2, AEVB_DTYPE_OTHER},
    {"U16", 2, AEVB_DTYPE_OTHER}, {"F16", 2, AEVB_DTYPE_F16}, {"BF16", 2, AEVB_DTYPE_BF16},
    {"I32", 4, AEVB_DTYPE_OTHER}, {"U32", 4, AEVB_DTYPE_OTHER}, {"F32", 4, AEVB_DTYPE_F32},
    {"F64", 8, AEVB_DTYPE_F64}, {"I64", 8, AEVB_DTYPE_OTHER}, {"U64", 8, AEVB_DTYPE_OTHER},
};

const aevb_dtype_info *aevb_dtype_find(const char *name)
{
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++)
        if (strcmp(dtypes[i].name, name) == 0)
            return &dtypes[i];
    return NULL;
}

/* The complaint about one tensor: `path: tensor "name": what`. */
#define BAD(status, format, ...) \
    aevb_fail(err, status, "%s: tensor \"%.100s\": " format, path, tensor->name, __VA_ARGS__)

static void print_shape(const aevb_stored_tensor *tensor, size_t n, char *text)
{
    size_t at = (size_t)snprintf(text, n, "[");
    for (size_t i = 0; i < tensor->ndim; i++)
        at += (size_t)snprintf(text + at, n - at, "%s%" PRIu64, i == 0 ? "" : ",", tensor->shape[i]);
    snprintf(text + at, n - at, "]");
}

static aevb_status check_shape(const char *path, const json_t *shape, aevb_stored_tensor *tensor, aevb_error *err)
{
    if (!json_is_array(shape))
        return BAD(AEVB_EFORMAT, "%s", "no \"shape\" that is an array");
    tensor->ndim = json_array_size(shape);
    if (tensor->ndim > AEVB_MAX_NDIM)
        return BAD(AEVB_EUNSUPPORTED, "%zu dimensions, more than %d", tensor->ndim, AEVB_MAX_NDIM);
    tensor->count = 1;
    for (size_t i = 0; i < tensor->ndim; i++) {
        if (!aevb_json_count(json_array_get(shape, i), &tensor->shape[i]))
            return BAD(AEVB_EFORMAT, "shape[%zu] is not an integer from 0 to 2^53", i);
        if (tensor->shape[i] != 0 && tensor->count > UINT64_MAX / tensor->shape[i])
            return BAD(AEVB_EFORMAT, "%s", "the product of the shape overflows");
        tensor->count *= tensor->shape[i];
    }
    return AEVB_OK;
}

static aevb_status check_offsets(const char *path, const json_t *offsets, uint64_t data_bytes,
                                 aevb_stored_tensor *tensor, aevb_error *err)
{
    if (json_array_size(offsets) != 2 || !aevb_json_count(json_array_get(offsets, 0), &tensor->begin) ||
        !aevb_json_count(json_array_get(offsets, 1), &tensor->end))
        return BAD(AEVB_EFORMAT, "%s", "no \"data_offsets\" of two integers from 0 to 2^53");
    if (tensor->begin > tensor->end)
        return BAD(AEVB_EFORMAT, "data_offsets begin at %" PRIu64 " and end before, at %" PRIu64, tensor->begin,
                   tensor->end);
    if (tensor->end > data_bytes)
        return BAD(AEVB_EFORMAT, "data_offsets end at %" PRIu64 ", beyond the %" PRIu64 " bytes of data in the file",
                   tensor->end, data_bytes);
    return AEVB_OK;
}

static aevb_status check_tensor(const char *path, const json_t *entry, uint64_t data_bytes,
                                aevb_stored_tensor *tensor, aevb_error *err)
{
    if (!json_is_object(entry))
        return BAD(AEVB_EFORMAT, "%s", "is not an object");
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)entry, key, value)
        if (strcmp(key, "dtype") != 0 && strcmp(key, "shape") != 0 && strcmp(key, "data_offsets") != 0)
            return BAD(AEVB_EFORMAT, "unknown key \"%.100s\"", key);
    tensor->dtype_name = json_string_value(json_object_get(entry, "dtype"));
    if (tensor->dtype_name == NULL)
        return BAD(AEVB_EFORMAT, "%s", "no \"dtype\" that is a string");
    const aevb_dtype_info *info = aevb_dtype_find(tensor->dtype_name);
    if (info == NULL)
        return BAD(AEVB_EFORMAT, "unknown dtype \"%.100s\"", tensor->dtype_name);
    tensor->dtype = info->dtype;
    aevb_status status = check_shape(path, json_object_get(entry, "shape"), tensor, err);
    if (status == AEVB_OK)
        status = check_offsets(path, json_object_get(entry, "data_offsets"), data_bytes, tensor, err);
    if (status != AEVB_OK)
        return status;
    uint64_t given = tensor->end - tensor->begin;
    if (given % info->size != 0 || given / info->size != tensor->count) {
        char shape[24 * AEVB_MAX_NDIM];
        print_shape(tensor, sizeof shape, shape);
        if (tensor->count > UINT64_MAX / info->size)
            return BAD(AEVB_EFORMAT, "the bytes of shape %s overflow", shape);
        return BAD(AEVB_EFORMAT, "shape %s needs %" PRIu64 " bytes, data_offsets give %" PRIu64, shape,
                   tensor->count * info->size, given);
    }
    return AEVB_OK;
}

static aevb_status check_metadata(aevb_safetensors *file, const json_t *metadata, aevb_error *err)
{
    const char *path = aevb_file_in_path(file->in);
    if (!json_is_object(metadata))
        return aevb_fail(err, AEVB_EFORMAT, "%s: %s is not an object", path, AEVB_METADATA_KEY);
    if (json_object_size(metadata) > AEVB_MAX_METADATA)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: %zu keys of %s, more than %d", path, json_object_size(metadata),
                         AEVB_METADATA_KEY, AEVB_MAX_METADATA);
    file->metadata = metadata;
    file->metadata_keys = aevb_alloc(json_object_size(metadata), sizeof *file->metadata_keys);
    if (file->metadata_keys == NULL)
        return aevb_fail_memory(err);
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)metadata, key, value) {
        if (!json_is_string(value))
            return aevb_fail(err, AEVB_EFORMAT, "%s: %s \"%.100s\" is not a string", path, AEVB_METADATA_KEY, key);
        file->metadata_keys[file->n_metadata++] = key;
    }
    return AEVB_OK;
}

static int by_offset(const void *left, const void *right)
{
    const aevb_stored_tensor *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return strcmp(a->name, b->name);
}

/* The tensors, by offset, must cover the data from the first byte to the last, each byte once. */
static aevb_status check_cover(const aevb_safetensors *file, uint64_t data_bytes, aevb_error *err)
{
    const char *path = aevb_file_in_path(file->in);
    uint64_t covered = 0;
    for (size_t i = 0; i < file->n_tensors; i++) {
        const aevb_stored_tensor *tensor = &file->tensors[i];
        if (tensor->begin > covered)
            return BAD(AEVB_EFORMAT, "begins at %" PRIu64 " and leaves a hole after %" PRIu64, tensor->begin,
                       covered);
        if (tensor->begin < covered)
            return BAD(AEVB_EFORMAT, "overlaps tensor \"%.100s\"", file->tensors[i - 1].name);
        covered = tensor->end;
    }
    if (covered != data_bytes)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %" PRIu64 " bytes after the last tensor", path,
                         data_bytes - covered);
    return AEVB_OK;
}

aevb_status aevb_safetensors_check_header(aevb_safetensors *file, uint64_t data_bytes, aevb_error *err)
{
    const char *path = aevb_file_in_path(file->in);
    if (json_object_size(file->header) > file->limits.tensors)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: %zu tensors, the limit (tensors) is %" PRIu64, path,
                         json_object_size(file->header), file->limits.tensors);
    file->tensors = aevb_alloc(json_object_size(file->header), sizeof *file->tensors);
    if (file->tensors == NULL)
        return aevb_fail_memory(err);
    const char *key;
    json_t *value;
    json_object_foreach(file->header, key, value) {
        aevb_status status;
        if (strcmp(key, AEVB_METADATA_KEY) == 0) {
            status = check_metadata(file, value, err);
        } else {
            aevb_stored_tensor *tensor = &file->tensors[file->n_tensors++];
            tensor->name = key;
            status = check_tensor(path, value, data_bytes, tensor, err);
        }
        if (status != AEVB_OK)
            return status;
    }
    qsort(file->tensors, file->n_tensors, sizeof *file->tensors, by_offset);
    return check_cover(file, data_bytes, err);
}
