/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files: models as safetensors, arrays as NPY. Everything read is treated as hostile; everything written goes to a
 * temporary name in the same directory, is synced and then renamed. */
#ifndef AEVB_FORMAT_H
#define AEVB_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/engine.h"
#include "aevb/model.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- safetensors, any content --- */

typedef struct aevb_safetensors aevb_safetensors;

typedef enum aevb_dtype { AEVB_DTYPE_F16 = 0, AEVB_DTYPE_BF16 = 1, AEVB_DTYPE_F32 = 2, AEVB_DTYPE_F64 = 3,
                          AEVB_DTYPE_OTHER = 4 /* known to the format (I64, U8, BOOL, ...), no real number */ } aevb_dtype;

#define AEVB_MAX_NDIM 8

typedef struct aevb_stored_tensor {
    const char *name;       /* owned by the reader */
    const char *dtype_name; /* as spelled in the file */
    aevb_dtype dtype;
    size_t ndim;
    uint64_t shape[AEVB_MAX_NDIM];
    uint64_t count;         /* product of the shape */
    uint64_t begin, end;    /* byte range after the header */
} aevb_stored_tensor;

/* Opens a file and checks all of its header (the data are not read). Refused with a message that names the tensor or
 * the byte: duplicate keys, overlaps, holes, sizes that disagree with the shape, unknown dtypes, data beyond the end,
 * trailing bytes, a header that is not strict JSON. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_safetensors_open(const char *path, aevb_safetensors **out, aevb_error *err);
AEVB_API void aevb_safetensors_close(aevb_safetensors *file); /* NULL is fine */
AEVB_API size_t aevb_safetensors_count(const aevb_safetensors *file);
AEVB_API const aevb_stored_tensor *aevb_safetensors_tensor(const aevb_safetensors *file, size_t i); /* by offset */
AEVB_API const aevb_stored_tensor *aevb_safetensors_find(const aevb_safetensors *file, const char *name); /* or NULL */
/* Entries of __metadata__: count, key and value of the i-th, value of a key or NULL. */
AEVB_API size_t aevb_safetensors_n_metadata(const aevb_safetensors *file);
AEVB_API const char *aevb_safetensors_metadata_key(const aevb_safetensors *file, size_t i);
AEVB_API const char *aevb_safetensors_metadata(const aevb_safetensors *file, const char *key);
/* Reads one tensor as float64 (F16, BF16, F32 exactly). EFORMAT for a NaN or infinity, naming the element;
 * EUNSUPPORTED for AEVB_DTYPE_OTHER; EIO when the file has changed since it was opened. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_safetensors_read(aevb_safetensors *file, const aevb_stored_tensor *tensor,
                                                           double *out, aevb_error *err);

/* One tensor to write; data are float64 and stored as dtype F64 or F32. EDOMAIN names an element that is not finite
 * or that F32 does not hold exactly. */
typedef struct aevb_tensor_out {
    const char *name;
    aevb_dtype dtype;
    size_t ndim;
    size_t shape[2];
    const double *data;
} aevb_tensor_out;
typedef struct aevb_metadata_out { const char *key, *value; } aevb_metadata_out;

AEVB_API AEVB_MUST_CHECK aevb_status aevb_safetensors_write(const char *path, const aevb_tensor_out *tensors,
                                                            size_t n_tensors, const aevb_metadata_out *metadata,
                                                            size_t n_metadata, aevb_error *err);

/* --- models --- */

/* The architecture as the JSON text kept under the metadata key "aevb.arch", and back with every field checked.
 * The text is malloc'ed; the caller frees it with free(). */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_arch_to_json(const aevb_arch *arch, char **json, aevb_error *err);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_arch_from_json(const char *json, aevb_arch *arch, aevb_error *err);

/* Writes params (layout of arch) with the architecture. dtype is AEVB_DTYPE_F64 or AEVB_DTYPE_F32. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_save(const char *path, const aevb_arch *arch, const double *params,
                                                     aevb_dtype dtype, aevb_error *err);
/* Loads and validates: the tensors must be exactly those of the architecture in the metadata. A file without
 * "aevb.arch" whose tensors are those of the PyTorch VAE example (fc1, fc21, fc22, fc3, fc4) is read as that network
 * (relu, grey; 784 values are pictures of 28 x 28). */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_load(const char *path, aevb_model **out, aevb_error *err);

/* --- arrays --- */

/* Writes a C-ordered float64 array as NPY version 1.0. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_npy_write(const char *path, size_t ndim, const size_t *shape,
                                                    const double *data, aevb_error *err);

#ifdef __cplusplus
}
#endif
#endif
