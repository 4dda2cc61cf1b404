/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pictures made in memory by libpng and libjpeg for the tests of the decoders. */
#ifndef IMAGE_FILES_H
#define IMAGE_FILES_H

#include <stddef.h>
#include <stdint.h>

typedef struct png_wish {
    int type, depth;        /* PNG_COLOR_TYPE_..., bits of a sample */
    size_t cols, rows;
    int interlaced;
    int transparent;        /* with a tRNS chunk */
    size_t palette;         /* colours of the palette, colour i is (i, 255 - i, 2 i) */
} png_wish;

/* raw: the rows as PNG has them, packed, without filter bytes. The caller frees it with free(). */
unsigned char *png_make(const png_wish *wish, const uint8_t *raw, size_t *n);

typedef struct jpeg_wish {
    int components; /* 1 grey, 3 RGB, 4 CMYK */
    size_t cols, rows;
    int quality, progressive; /* progressive 2, of one component: in two scans, of which the first may be repeated */
} jpeg_wish;

unsigned char *jpeg_make(const jpeg_wish *wish, const uint8_t *samples, size_t *n);

/* A deterministic picture of samples 0..255, smooth with some noise. */
void picture_fill(uint8_t *samples, size_t n, unsigned seed);

/* An 8-bit grey PNG of picture_fill(seed) into the file. */
void png_write(const char *path, size_t cols, size_t rows, unsigned seed);

#endif
