/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trees of pictures, from a directory or out of an archive, as data. [DATA.5] [DATA.6] */
#ifndef AEVB_PICTURES_H
#define AEVB_PICTURES_H

#include "data/image.h"
#include "data/picture_list.h"
#include "format/file_in.h"

/* The rows that are being filled. Begins as {.list = ..., .steps = ...}. */
typedef struct aevb_picture_rows {
    const aevb_picture_list *list; /* arranged */
    const aevb_picture_steps *steps;
    uint64_t stored;               /* bytes of the files that the pictures come from */
    const aevb_picture_entry *first;
    size_t rows, cols;             /* of the first picture; 0 before it */
    uint8_t *u8;
} aevb_picture_rows;

/* Decodes a picture into its row. The first one decides the size and takes the memory for all. ESHAPE names both
 * pictures and their sizes; else as aevb_image_decode. */
aevb_status aevb_picture_rows_put(aevb_picture_rows *rows, const aevb_picture_entry *entry, const uint8_t *bytes,
                                  size_t n, aevb_error *err);

/* Fill `out` with both parts: those of the directories "train" and "test" where all pictures are in them, else as
 * [DATA.4] has it. The options hold limits (not NULL). */
aevb_status aevb_pictures_from_directory(const char *path, const aevb_data_options *options, aevb_data *out,
                                         aevb_error *err);
aevb_status aevb_pictures_from_archive(const aevb_file_in *in, const aevb_data_options *options, aevb_data *out,
                                       aevb_error *err);

/* Takes over the rows. */
aevb_status aevb_pictures_finish(aevb_picture_rows *rows, const aevb_data_options *options, aevb_data *out,
                                 aevb_error *err);

#endif
