/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the parts of the safetensors code share. */
#ifndef AEVB_SAFETENSORS_FILE_H
#define AEVB_SAFETENSORS_FILE_H

#include <jansson.h>
#include "aevb/format.h"
#include "format/file_in.h"

#define AEVB_METADATA_KEY "__metadata__"
#define AEVB_MAX_METADATA 10000 /* keys of it */

struct aevb_safetensors {
    aevb_file_in *in;
    uint64_t data_begin; /* of the data in the file */
    json_t *header;      /* owns every name and string below */
    const json_t *metadata; /* or NULL */
    const char **metadata_keys;
    size_t n_metadata;
    aevb_stored_tensor *tensors; /* by offset */
    size_t n_tensors;
    aevb_limits limits;
};

/* Name and element size of every dtype of the format, by increasing size; NULL for a name that is none. */
typedef struct aevb_dtype_info {
    const char *name;
    unsigned size;
    aevb_dtype dtype;
} aevb_dtype_info;
const aevb_dtype_info *aevb_dtype_find(const char *name);

/* Opens over in, which is owned from here on, also after a failure. */
aevb_status aevb_safetensors_take(aevb_file_in *in, const aevb_limits *limits, aevb_safetensors **out,
                                  aevb_error *err);

/* Fills tensors and metadata from file->header and checks them against the bytes of data that there are. On failure
 * what was filled in is left for aevb_safetensors_close. */
aevb_status aevb_safetensors_check_header(aevb_safetensors *file, uint64_t data_bytes, aevb_error *err);

/* As aevb_safetensors_read, but out is in an unknown state after a failure. */
aevb_status aevb_safetensors_read_into(const aevb_safetensors *file, const aevb_stored_tensor *tensor, double *out,
                                       aevb_error *err);

#endif
