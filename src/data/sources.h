/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kinds of data sources, each over an open file or bytes in memory. The options hold limits (not NULL). */
#ifndef AEVB_SOURCES_H
#define AEVB_SOURCES_H

#include "data/pictures.h"

/* Recognises a file by its first bytes, of the content when it is gzip, and opens it as what it is. `out` is
 * filled but for the limit of rows; on failure the caller closes it. */
aevb_status aevb_data_from_file(const aevb_file_in *in, const aevb_data_options *options, aevb_data *out,
                                aevb_error *err);

/* A directory with the four MNIST names. *found is false, and out untouched, when it has none of the two that must be
 * there. */
aevb_status aevb_mnist_open(const char *dir, const aevb_limits *limits, bool *found, aevb_data *out, aevb_error *err);

/* One array of an IDX file of pictures or rows, unparted. */
aevb_status aevb_dataset_from_idx(const aevb_file_in *in, const aevb_limits *limits, aevb_dataset **out,
                                  aevb_error *err);

/* One NPY array, unparted. bytes: where `in` is over memory from aevb_alloc, that memory, which is taken over (and
 * *bytes set to NULL) when it can hold the rows itself; NULL for a file. */
aevb_status aevb_dataset_from_npy(const aevb_file_in *in, unsigned char **bytes, const aevb_data_options *options,
                                  aevb_dataset **out, aevb_error *err);

/* The arrays of an NPZ, as aevb_data_from_file. */
aevb_status aevb_data_from_npz(const aevb_file_in *in, const aevb_data_options *options, aevb_data *out,
                               aevb_error *err);

/* Whether a zip holds arrays. */
aevb_status aevb_is_npz(const aevb_file_in *in, const aevb_limits *limits, bool *is, aevb_error *err);

#endif
