/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pictures made in memory by libpng and libjpeg. */
#include "config.h"
#include "image_files.h"

#include <criterion/criterion.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>

#include "temp_files.h"

typedef struct growing { unsigned char *bytes; size_t n; } growing;

static void append(png_structp png, png_bytep bytes, size_t n)
{
    growing *g = png_get_io_ptr(png);
    g->bytes = realloc(g->bytes, g->n + n);
    cr_assert_not_null(g->bytes);
    memcpy(g->bytes + g->n, bytes, n);
    g->n += n;
}

static void flush(png_structp png)
{
    (void)png;
}

unsigned char *png_make(const png_wish *w, const uint8_t *raw, size_t *n)
{
    growing g = {0};
    png_color palette[256];
    png_byte alpha[256] = {0};
    png_color_16 clear = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL); /* an error aborts the test */
    png_infop info = png_create_info_struct(png);
    cr_assert(png != NULL && info != NULL);
    png_set_write_fn(png, &g, append, flush);
    png_set_IHDR(png, info, (png_uint_32)w->cols, (png_uint_32)w->rows, w->depth, w->type,
                 w->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    for (size_t i = 0; i < w->palette; i++)
        palette[i] = (png_color){(png_byte)i, (png_byte)(255 - i), (png_byte)(2 * i)};
    if (w->palette > 0)
        png_set_PLTE(png, info, palette, (int)w->palette);
    if (w->transparent)
        png_set_tRNS(png, info, alpha, (int)w->palette, &clear);
    png_write_info(png, info);
    size_t stride = png_get_rowbytes(png, info);
    png_bytep *rows = calloc(w->rows, sizeof *rows);
    cr_assert_not_null(rows);
    for (size_t y = 0; y < w->rows; y++)
        rows[y] = (png_bytep)(uintptr_t)(raw + y * stride);
    png_write_image(png, rows);
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    free(rows);
    *n = g.n;
    return g.bytes;
}

unsigned char *jpeg_make(const jpeg_wish *w, const uint8_t *samples, size_t *n)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr handler; /* an error exits: the test fails */
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&handler);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = (JDIMENSION)w->cols;
    jpeg.image_height = (JDIMENSION)w->rows;
    jpeg.input_components = w->components;
    jpeg.in_color_space = w->components == 1 ? JCS_GRAYSCALE : w->components == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, w->quality, TRUE);
    static const jpeg_scan_info two[] = {{1, {0}, 0, 0, 0, 0}, {1, {0}, 1, 63, 0, 0}};
    if (w->progressive)
        jpeg_simple_progression(&jpeg);
    if (w->progressive == 2) {
        jpeg.scan_info = two;
        jpeg.num_scans = 2;
    }
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height) {
        JSAMPROW row = (JSAMPROW)(uintptr_t)(samples + jpeg.next_scanline * w->cols * (size_t)w->components);
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    *n = size;
    return bytes;
}

void picture_fill(uint8_t *samples, size_t n, unsigned seed)
{
    uint32_t state = 2654435769u * (seed + 1);
    for (size_t i = 0; i < n; i++) {
        state = 1664525u * state + 1013904223u;
        samples[i] = (uint8_t)((i * (3 + seed % 7) + (state >> 27)) % 256);
    }
}

void png_write(const char *path, size_t cols, size_t rows, unsigned seed)
{
    size_t n;
    uint8_t *samples = malloc(cols * rows);
    cr_assert_not_null(samples);
    picture_fill(samples, cols * rows, seed);
    unsigned char *png = png_make(&(png_wish){.type = PNG_COLOR_TYPE_GRAY, .depth = 8, .cols = cols, .rows = rows},
                                  samples, &n);
    temp_write(path, png, n);
    free(png);
    free(samples);
}
