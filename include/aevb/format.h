/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files: models as safetensors, NPZ, Keras HDF5 and ONNX, arrays as NPY. Everything read is treated as hostile and
 * kept within limits (NULL for the defaults); everything written goes to a temporary name in the same directory, is
 * synced and then renamed. */
#ifndef AEVB_FORMAT_H
#define AEVB_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/engine.h"
#include "aevb/limits.h"
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
    uint64_t begin, end;    /* byte range after the header of safetensors, else 0 */
} aevb_stored_tensor;

/* Opens a file and checks all of its header (the data are not read). Refused with a message that names the tensor or
 * the byte: duplicate keys, overlaps, holes, sizes that disagree with the shape, unknown dtypes, data beyond the end,
 * trailing bytes, a header that is not strict JSON. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_safetensors_open(const char *path, const aevb_limits *limits,
                                                           aevb_safetensors **out, aevb_error *err);
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
/* Writes the parts that the model has, as aevb_model_save does; a part alone says so under "aevb.parts". */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_write(const char *path, const aevb_model *model, aevb_dtype dtype,
                                                      aevb_error *err);
/* The same tensors under the same names as a .npz, with the architecture as the bytes of an array "aevb.arch". */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_write_npz(const char *path, const aevb_model *model, aevb_dtype dtype,
                                                          aevb_error *err);

/* Writes one of the two networks as ONNX (opset 13), values rounded to dtype F32 or kept as F64. Encoder: x -> mu,
 * logvar. Decoder: z -> logits and probability (bernoulli, grey, categorical), mean and logvar (gaussian), or mean. The
 * first dimension of all is N, of any size. Noise is never inside. EUNSUPPORTED beyond the 2 GiB of the format. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_write_onnx(const char *path, const aevb_model *model, aevb_part part,
                                                           aevb_dtype dtype, aevb_error *err);

/* --- files that belong together --- */

/* From aevb_files_hold on, what this thread writes by any function here replaces no file yet; it waits, complete, for
 * aevb_files_release, which puts all in their places, or none unless status is AEVB_OK and nothing fails (short of the
 * last renames, when others change the directories meanwhile). Returns status, or the failure. */
AEVB_API void aevb_files_hold(void);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_files_release(aevb_status status, aevb_error *err);

/* --- models of others --- */

/* A file with tensors: safetensors, .npz, Keras .h5 (weights or whole models) and .keras, told apart by content. A
 * PyTorch pickle is AEVB_EUNSUPPORTED with the command that converts it; nothing in a file is ever executed.
 *
 * For .h5 and .keras, aevb_model_file_open, aevb_model_file_memory and aevb_model_load call fork(): libhdf5 runs in a
 * child process, under limits on memory and time, from then until aevb_model_file_close, which ends it and waits for
 * it. When libhdf5 crashes, the file is refused (AEVB_EFORMAT). The calls read the tensors through a socket, so a file
 * is used by one thread at a time; several files can be read at once by several threads. The program may have threads,
 * handle or ignore SIGCHLD, and wait for all its children; its own libhdf5 is left alone. AEVB_EIO when no process can
 * be started. */
typedef struct aevb_model_file aevb_model_file;

AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_file_open(const char *path, const aevb_limits *limits,
                                                          aevb_model_file **out, aevb_error *err);
/* The same from n bytes in memory, which must outlive the file; name stands for the path in messages. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_file_memory(const char *name, const void *bytes, size_t n,
                                                            const aevb_limits *limits, aevb_model_file **out,
                                                            aevb_error *err);
AEVB_API void aevb_model_file_close(aevb_model_file *file); /* NULL is fine */
AEVB_API const char *aevb_model_file_format(const aevb_model_file *file); /* "safetensors", "npz", "h5", "keras" */
AEVB_API size_t aevb_model_file_count(const aevb_model_file *file);
AEVB_API const aevb_stored_tensor *aevb_model_file_tensor(const aevb_model_file *file, size_t i);
AEVB_API const aevb_stored_tensor *aevb_model_file_find(const aevb_model_file *file, const char *name); /* or NULL */
AEVB_API size_t aevb_model_file_n_metadata(const aevb_model_file *file);
AEVB_API const char *aevb_model_file_metadata_key(const aevb_model_file *file, size_t i);
AEVB_API const char *aevb_model_file_metadata(const aevb_model_file *file, const char *key);
/* As aevb_safetensors_read. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_file_read(aevb_model_file *file, const aevb_stored_tensor *tensor,
                                                          double *out, aevb_error *err);

/* What a file of others does not say. Everything can be left to guesses (aevb_import_default). An activation, a
 * likelihood or a variance that contradicts the file is AEVB_EFORMAT. */
typedef struct aevb_import_options {
    const char *map;              /* "ours=theirs" pairs, commas or newlines between; NULL: by names and shapes */
    int activation;               /* an aevb_activation, or -1: as the file says, else relu */
    int likelihood;               /* an aevb_likelihood, or -1: grey */
    double x_variance;            /* of gaussian-fixed, and of no other; 0: as the file says, else 1 */
    size_t image_rows, image_cols; /* 0: as the file says; else 28 x 28 for 784 values */
} aevb_import_options;

AEVB_API aevb_import_options aevb_import_default(void);

/* Where one tensor of ours comes from. */
typedef struct aevb_import_tensor {
    const aevb_stored_tensor *theirs; /* of the file; NULL for a bias that the file does not have: zeros */
    int transposed;                   /* theirs is [in][out] */
    uint64_t first;                   /* its first output, for one head that holds mu and logvar */
    int doubled;                      /* theirs is of a log standard deviation, ours of a log-variance */
} aevb_import_tensor;

/* A file understood as a network. */
typedef struct aevb_import {
    aevb_arch arch;
    unsigned parts;             /* AEVB_HAS_ENCODER, AEVB_HAS_DECODER */
    aevb_layout layout;
    aevb_import_tensor tensors[AEVB_MAX_TENSORS]; /* of layout; unused for a part that is not there */
    int ours;                   /* the file says its architecture itself */
    int activation_assumed, likelihood_assumed; /* neither the file nor the options say it */
    int heads_by_order;         /* mu and logvar told apart by their order only */
    size_t n_ignored;           /* tensors without a part in the network: counters, seeds, an optimizer's */
} aevb_import;

/* Finds the network. AEVB_EFORMAT or AEVB_EUNSUPPORTED with the tensors that fit nowhere. The architecture that a
 * file of ours carries is taken; otherwise names and shapes decide, or the map: an entry names a layer of ours (fc1)
 * or one tensor (fc1.weight); "theirs^T" is [in][out], "theirs*2" taken twice; both heads from one layer take its two
 * halves. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_import_find(const aevb_model_file *file, const aevb_import_options *options,
                                                      aevb_import *out, aevb_error *err);
/* Reads what was found. EFORMAT for a NaN or infinity, naming the element. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_import_read(aevb_model_file *file, const aevb_import *found,
                                                      aevb_model **out, aevb_error *err);
/* Opens, finds and reads; options: NULL for guesses. A model of ours must hold exactly the tensors of its
 * architecture. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_load(const char *path, const aevb_limits *limits,
                                                     const aevb_import_options *options, aevb_model **out,
                                                     aevb_error *err);

/* --- arrays --- */

/* Writes a C-ordered float64 array as NPY version 1.0. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_npy_write(const char *path, size_t ndim, const size_t *shape,
                                                    const double *data, aevb_error *err);

#ifdef __cplusplus
}
#endif
#endif
