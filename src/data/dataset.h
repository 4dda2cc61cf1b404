/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the loaders do with the rows that they have read. */
#ifndef AEVB_DATASET_H
#define AEVB_DATASET_H

#include "aevb/data.h"
#include "aevb/model.h"

enum { AEVB_TEST_SHARE = 10 }; /* one row in so many is of the test part, where a source has none [DATA.4] */

/* A zeroed data set with the rows, which it then owns; NULL when memory is out, and the rows stay the caller's. */
aevb_dataset *aevb_dataset_of_bytes(uint8_t *rows, size_t n, size_t x_dim);

/* AEVB_EDOMAIN unless every value is in 0..1 and the largest is above 1/255; `name` is for the message. [DATA.1] */
aevb_status aevb_dataset_check_scale(const aevb_dataset *dataset, const char *name, aevb_error *err);

/* AEVB_EDOMAIN unless every number is finite. */
aevb_status aevb_dataset_check_finite(const aevb_dataset *dataset, const char *name, aevb_error *err);

/* AEVB_ESHAPE unless the rows of both parts are alike. */
aevb_status aevb_data_check_parts(const char *name, const aevb_data *data, aevb_error *err);

/* Permutes the rows of `whole` in place by (seed, AEVB_STREAM_SPLIT) and makes its last n_test < n rows a data set of
 * their own that shares the memory; NULL when n_test is 0. `whole` becomes the training part. [DATA.4] */
aevb_status aevb_dataset_split(aevb_dataset *whole, size_t n_test, uint64_t seed, aevb_dataset **test,
                               aevb_error *err);

/* The same without the permutation. */
aevb_status aevb_dataset_part(aevb_dataset *whole, size_t n_test, aevb_dataset **test, aevb_error *err);

/* The built-in sprites as one data set, labels = indices. [SPRITE.1] */
aevb_status aevb_sprites_load(aevb_dataset **out, aevb_error *err);

/* The path of a source that is to be read as text, or NULL. */
const char *aevb_text_path(const char *source);

/* Both parts of a text, out->text and out->name. EINVAL for windows that cannot be, EFORMAT for a text that is too short
 * or has one character only, EDOMAIN for a character that is not in the alphabet that was given. limits: not
 * NULL. [TEXT.1] [TEXT.2] */
aevb_status aevb_text_load(const char *path, const aevb_text_windows *windows, const aevb_limits *limits,
                           aevb_data *out, aevb_error *err);

/* AEVB_ESHAPE unless the data are text over as many characters as the model has classes, or neither has any. */
aevb_status aevb_text_check(const aevb_dataset *dataset, const aevb_arch *arch, aevb_error *err);

#endif
