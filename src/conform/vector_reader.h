/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the parts of the reader of vectors share. */
#ifndef AEVB_VECTOR_READER_H
#define AEVB_VECTOR_READER_H

#include "conform/vector_file.h"

/* Where we are, for messages. */
typedef struct aevb_vector_reader {
    const char *path, *place;
    aevb_error *err;
} aevb_vector_reader;

/* AEVB_EFORMAT: "PATH: PLACE: WHAT NAME". */
aevb_status aevb_vector_bad(const aevb_vector_reader *r, const char *what, const char *name);

/* Name and shape of an array from the declaration of its group; no data. */
aevb_status aevb_vector_shape(const aevb_vector_reader *r, const json_t *group, const char *name,
                              aevb_vector_array *a);

/* Inputs that stand in the JSON text. */
aevb_status aevb_vector_read_inputs(const aevb_vector_reader *r, const json_t *group, json_t *inputs,
                                    aevb_vector_test *test);

/* Inputs and expected arrays from the safetensors file `name`, which lies beside the vector file and nowhere else:
 * tensors inputs.NAME, expected.NAME, tail.NAME, cond.NAME and, where not 0, floor64.NAME and floor32.NAME. */
aevb_status aevb_vector_open_tensors(const aevb_vector_reader *r, json_t *group, const char *name,
                                     aevb_vector_test *test);

#endif
