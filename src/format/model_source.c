/* SPDX-License-Identifier: GPL-3.0-or-later
 * Model files by their content: which reader, and one list of tensors over all of them. */
#include "config.h"
#include "format/model_source.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/inflate_limit.h"
#include "format/le_bytes.h"
#include "format/safetensors_file.h"

const char *aevb_model_file_path(const aevb_model_file *file)
{
    return aevb_file_in_path(file->in != NULL ? file->in : file->safetensors->in);
}

static aevb_status list_tensors(aevb_model_file *file, size_t n,
                                const aevb_stored_tensor *(*get)(const void *, size_t), const void *from,
                                aevb_error *err)
{
    file->tensors = aevb_alloc(n, sizeof *file->tensors);
    if (file->tensors == NULL)
        return aevb_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        file->tensors[i].stored = get(from, i);
    file->n = n;
    return AEVB_OK;
}

static const aevb_stored_tensor *get_safetensors(const void *from, size_t i)
{
    return aevb_safetensors_tensor(from, i);
}

static const aevb_stored_tensor *get_hdf5(const void *from, size_t i)
{
    return aevb_hdf5_child_tensor(from, i);
}

static const aevb_stored_tensor *get_npz(const void *from, size_t i)
{
    return (const aevb_stored_tensor *)from + i;
}

static aevb_status open_safetensors(aevb_model_file *file, aevb_error *err)
{
    aevb_file_in *in = file->in;
    file->in = NULL;
    file->format = "safetensors";
    aevb_status status = aevb_safetensors_take(in, &file->limits, &file->safetensors, err);
    if (status != AEVB_OK)
        return status;
    return list_tensors(file, aevb_safetensors_count(file->safetensors), get_safetensors, file->safetensors, err);
}

static aevb_status open_hdf5(aevb_model_file *file, const aevb_file_in *in, const char *format, aevb_error *err)
{
    file->format = format;
    aevb_status status = aevb_hdf5_child_open(in, &file->limits, &file->hdf5, err);
    if (status == AEVB_OK)
        status = list_tensors(file, aevb_hdf5_child_count(file->hdf5), get_hdf5, file->hdf5, err);
    return status == AEVB_OK ? aevb_keras_describe(file, err) : status;
}

/* What aevb_model_write_npz puts beside the tensors: bytes of a text, no tensor. */
static aevb_status take_npz_text(aevb_model_file *file, const aevb_npz_array *array, char **text, aevb_error *err)
{
    const aevb_npy *npy = &array->npy;
    if (array->status != AEVB_OK || npy->type != AEVB_NPY_U1 || npy->ndim != 1 ||
        npy->count > file->limits.json_bytes)
        return aevb_fail(err, AEVB_EFORMAT, "%s: array \"%s\" is not the bytes of a text", aevb_model_file_path(file),
                         array->name);
    *text = aevb_alloc((size_t)npy->count + 1, 1);
    if (*text == NULL)
        return aevb_fail_memory(err);
    return aevb_npy_rows_u8(array->in, npy, 0, npy->rows, (unsigned char *)*text, err);
}

static aevb_status open_npz(aevb_model_file *file, aevb_error *err)
{
    static const struct { const char *name; aevb_dtype dtype; } types[] = {
        {"U8", AEVB_DTYPE_OTHER}, {"F16", AEVB_DTYPE_F16}, {"F32", AEVB_DTYPE_F32}, {"F64", AEVB_DTYPE_F64}};
    size_t n = 0;
    file->format = "npz";
    file->npz_tensors = aevb_alloc(file->npz.n, sizeof *file->npz_tensors);
    if (file->npz_tensors == NULL)
        return aevb_fail_memory(err);
    for (size_t i = 0; i < file->npz.n; i++) {
        const aevb_npz_array *array = &file->npz.arrays[i];
        char **text = strcmp(array->name, AEVB_ARCH_KEY) == 0    ? &file->npz_arch
                      : strcmp(array->name, AEVB_PARTS_KEY) == 0 ? &file->npz_parts
                                                                 : NULL;
        if (text != NULL) {
            aevb_status status = take_npz_text(file, array, text, err);
            if (status != AEVB_OK)
                return status;
            continue;
        }
        aevb_stored_tensor *tensor = &file->npz_tensors[n++];
        *tensor = (aevb_stored_tensor){.name = array->name, .dtype_name = "other", .dtype = AEVB_DTYPE_OTHER};
        if (array->status != AEVB_OK)
            continue;
        tensor->dtype_name = types[array->npy.type].name;
        tensor->dtype = types[array->npy.type].dtype;
        tensor->ndim = array->npy.ndim;
        tensor->count = array->npy.count;
        memcpy(tensor->shape, array->npy.shape, sizeof tensor->shape);
    }
    return list_tensors(file, n, get_npz, file->npz_tensors, err);
}

static aevb_status open_zip(aevb_model_file *file, aevb_error *err)
{
    aevb_status status = aevb_zip_model_read(file, err);
    if (status != AEVB_OK)
        return status;
    if (file->image == NULL)
        return open_npz(file, err);
    status = open_hdf5(file, file->image_in, "keras", err);
    aevb_file_in_close(file->image_in); /* the child has it */
    aevb_free(file->image);
    file->image_in = NULL;
    file->image = NULL;
    return status;
}

/* Pickles of PyTorch before 1.6 begin with protocol 2; 0x80 0x02 may also begin a header length of safetensors. */
static int is_pickle(const unsigned char magic[9])
{
    return magic[0] == 0x80 && magic[1] >= 2 && magic[1] <= 5 && magic[8] != '{';
}

static aevb_status open_by_content(aevb_model_file *file, aevb_error *err)
{
    unsigned char magic[9] = {0};
    const char *path = aevb_file_in_path(file->in);
    size_t n = aevb_file_in_size(file->in) < sizeof magic ? (size_t)aevb_file_in_size(file->in) : sizeof magic;
    aevb_status status = aevb_file_in_read(file->in, 0, n, magic, err);
    if (status != AEVB_OK)
        return status;
    if (memcmp(magic, "\x89HDF\r\n\x1a\n", 8) == 0)
        return open_hdf5(file, file->in, "h5", err);
    if (memcmp(magic, "PK\3\4", 4) == 0 || memcmp(magic, "PK\5\6", 4) == 0)
        return open_zip(file, err);
    if (is_pickle(magic))
        return aevb_refuse_pickle(path, err);
    if (memcmp(magic, "\x93NUMPY", 6) == 0)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: a single array, not a model", path);
    if (n == sizeof magic && magic[8] != '{' && aevb_get_u64(magic) > aevb_file_in_size(file->in)) /* nor that */
        return aevb_fail(err, AEVB_EFORMAT, "%s: neither safetensors nor .npz, Keras .h5 or .keras", path);
    return open_safetensors(file, err);
}

/* in is owned from here on. */
static aevb_status open_file(aevb_file_in *in, const aevb_limits *limits, aevb_model_file **out, aevb_error *err)
{
    aevb_model_file *file = aevb_alloc(1, sizeof *file);
    if (file == NULL) {
        aevb_file_in_close(in);
        return aevb_fail_memory(err);
    }
    file->in = in;
    file->limits = aevb_limits_or_default(limits);
    aevb_status status = open_by_content(file, err);
    if (status == AEVB_OK)
        *out = file;
    else
        aevb_model_file_close(file);
    return status;
}

aevb_status aevb_model_file_open(const char *path, const aevb_limits *limits, aevb_model_file **out, aevb_error *err)
{
    if (path == NULL || out == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_model_file_open: NULL argument");
    aevb_file_in *in = NULL;
    aevb_status status = aevb_file_in_open(path, &in, err);
    return status == AEVB_OK ? open_file(in, limits, out, err) : status;
}

aevb_status aevb_model_file_memory(const char *name, const void *bytes, size_t n, const aevb_limits *limits,
                                   aevb_model_file **out, aevb_error *err)
{
    if (name == NULL || (bytes == NULL && n > 0) || out == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_model_file_memory: NULL argument");
    aevb_file_in *in = NULL;
    aevb_status status = aevb_file_in_memory(name, bytes, n, &in, err);
    return status == AEVB_OK ? open_file(in, limits, out, err) : status;
}

void aevb_model_file_close(aevb_model_file *file)
{
    if (file == NULL)
        return;
    for (size_t i = 0; i < file->n; i++)
        aevb_free(file->tensors[i].hint);
    aevb_free(file->tensors);
    json_decref(file->config);
    aevb_free(file->config_text);
    aevb_hdf5_child_close(file->hdf5);
    aevb_file_in_close(file->image_in);
    aevb_free(file->image);
    aevb_free(file->npz_arch);
    aevb_free(file->npz_parts);
    aevb_free(file->npz_tensors);
    aevb_npz_in_close(&file->npz);
    aevb_safetensors_close(file->safetensors);
    aevb_file_in_close(file->in);
    aevb_free(file);
}

const char *aevb_model_file_format(const aevb_model_file *file)
{
    return file->format;
}

size_t aevb_model_file_count(const aevb_model_file *file)
{
    return file->n;
}

const aevb_stored_tensor *aevb_model_file_tensor(const aevb_model_file *file, size_t i)
{
    return i < file->n ? file->tensors[i].stored : NULL;
}

const aevb_stored_tensor *aevb_model_file_find(const aevb_model_file *file, const char *name)
{
    for (size_t i = 0; i < file->n; i++)
        if (strcmp(file->tensors[i].stored->name, name) == 0)
            return file->tensors[i].stored;
    return NULL;
}

size_t aevb_model_file_n_metadata(const aevb_model_file *file)
{
    if (file->safetensors != NULL)
        return aevb_safetensors_n_metadata(file->safetensors);
    return (file->npz_arch != NULL) + (size_t)(file->npz_parts != NULL);
}

const char *aevb_model_file_metadata_key(const aevb_model_file *file, size_t i)
{
    if (file->safetensors != NULL)
        return aevb_safetensors_metadata_key(file->safetensors, i);
    if (i >= aevb_model_file_n_metadata(file))
        return NULL;
    return i == 0 && file->npz_arch != NULL ? AEVB_ARCH_KEY : AEVB_PARTS_KEY;
}

const char *aevb_model_file_metadata(const aevb_model_file *file, const char *key)
{
    if (file->safetensors != NULL)
        return aevb_safetensors_metadata(file->safetensors, key);
    return strcmp(key, AEVB_ARCH_KEY) == 0    ? file->npz_arch
           : strcmp(key, AEVB_PARTS_KEY) == 0 ? file->npz_parts
                                              : NULL;
}

static aevb_status read_npz(const aevb_model_file *file, const aevb_stored_tensor *tensor, double *out,
                            aevb_error *err)
{
    const aevb_npz_array *array = file->npz.arrays;
    while (strcmp(array->name, tensor->name) != 0)
        array++;
    if (tensor->dtype == AEVB_DTYPE_OTHER)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: array \"%.100s\": %s", aevb_model_file_path(file), tensor->name,
                         array->status == AEVB_OK ? "does not hold real numbers" : array->why);
    return aevb_npy_rows_f64(array->in, &array->npy, 0, array->npy.rows, out, err);
}

aevb_status aevb_model_file_read_into(const aevb_model_file *file, const aevb_stored_tensor *tensor, double *out,
                                      aevb_error *err)
{
    if (file->safetensors != NULL)
        return aevb_safetensors_read_into(file->safetensors, tensor, out, err);
    aevb_status status = file->hdf5 != NULL ? aevb_hdf5_child_read(file->hdf5, tensor, out, err)
                                            : read_npz(file, tensor, out, err);
    for (uint64_t i = 0; i < tensor->count && status == AEVB_OK; i++)
        if (!isfinite(out[i]))
            status = aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%.100s\": element %" PRIu64 " is %s",
                               aevb_model_file_path(file), tensor->name, i, isnan(out[i]) ? "NaN" : "infinite");
    return status;
}

aevb_status aevb_model_file_read(aevb_model_file *file, const aevb_stored_tensor *tensor, double *out,
                                 aevb_error *err)
{
    if (file == NULL || tensor == NULL || (out == NULL && tensor->count > 0))
        return aevb_fail(err, AEVB_EINVAL, "aevb_model_file_read: NULL argument");
    double *values = tensor->count > SIZE_MAX ? NULL : aevb_alloc((size_t)tensor->count, sizeof *values);
    if (values == NULL)
        return aevb_fail_memory(err);
    aevb_status status = aevb_model_file_read_into(file, tensor, values, err);
    if (status == AEVB_OK && tensor->count > 0)
        memcpy(out, values, (size_t)tensor->count * sizeof *values);
    aevb_free(values);
    return status;
}
