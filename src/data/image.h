/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pictures from a stranger's bytes: PNG, JPEG, PGM and PPM in memory become 8-bit samples. [DATA.5] */
#ifndef AEVB_IMAGE_H
#define AEVB_IMAGE_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/data.h"

typedef struct aevb_image {
    size_t rows, cols;
    size_t channels;  /* 1 (grey) or 3 (red, green, blue) */
    uint8_t *samples; /* [rows][cols][channels], aevb_alloc'ed */
} aevb_image;

/* The bytes of a picture and what is said of them in messages. */
typedef struct aevb_image_bytes {
    const char *name;
    const uint8_t *bytes;
    size_t n;
    uint64_t stored; /* as many or fewer when an archive holds them: what the limit of inflated bytes goes by */
    const aevb_limits *limits; /* not NULL */
} aevb_image_bytes;

/* Decodes a whole picture, recognised by its first bytes. EFORMAT: none of the three formats, or damaged, or cut
 * (also where a library would only warn); EUNSUPPORTED: CMYK, other kinds of PNM, or beyond limits (pixels, and
 * inflate_ratio beyond 16 MiB), which is known before memory is taken. */
aevb_status aevb_image_decode(const aevb_image_bytes *in, aevb_image *out, aevb_error *err);

/* The three, by what a picture begins with. */
aevb_status aevb_image_decode_png(const aevb_image_bytes *in, aevb_image *out, aevb_error *err);
aevb_status aevb_image_decode_jpeg(const aevb_image_bytes *in, aevb_image *out, aevb_error *err);
aevb_status aevb_image_decode_pnm(const aevb_image_bytes *in, aevb_image *out, aevb_error *err);

/* For a decoder that knows the size from the header: checks it and takes the memory. */
aevb_status aevb_image_make(const aevb_image_bytes *in, uint64_t rows, uint64_t cols, size_t channels,
                            aevb_image *out, aevb_error *err);

/* The size of a picture after the steps. ESHAPE when they do not fit the picture; name is for the message. */
aevb_status aevb_image_steps_size(const char *name, const aevb_image *image, const aevb_picture_steps *steps,
                                  size_t *rows, size_t *cols, aevb_error *err);

/* row[rows * cols] <- the picture after the steps, whose size aevb_image_steps_size gave. [DATA.5] [DATA.7] */
aevb_status aevb_image_steps(const aevb_image *image, const aevb_picture_steps *steps, uint8_t *row, aevb_error *err);

#endif
