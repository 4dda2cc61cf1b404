/* SPDX-License-Identifier: GPL-3.0-or-later
 * PNG pictures through libpng: any depth, palette and interlacing; alpha is left out. [DATA.5] */
#include "config.h"
#include "data/image.h"

#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

/* Everything that must survive the jump is in here. */
typedef struct png_job {
    const aevb_image_bytes *in;
    size_t at; /* bytes taken so far */
    aevb_image image;
    aevb_status status;
    aevb_error *err;
    bool out_of_memory;
    char problem[160];
} png_job;

static void keep_problem(png_structp png, png_const_charp message)
{
    png_job *job = png_get_error_ptr(png);
    snprintf(job->problem, sizeof job->problem, "%s", message);
    png_longjmp(png, 1);
}

/* Most warnings are about chunks that are passed over; more data than the rows need is damage. */
static void sort_warning(png_structp png, png_const_charp message)
{
    if (strstr(message, "Too much image data") != NULL || strstr(message, "Extra compressed data") != NULL)
        keep_problem(png, message);
}

static png_voidp take_memory(png_structp png, png_alloc_size_t size)
{
    png_job *job = png_get_mem_ptr(png);
    void *memory = aevb_alloc(size, 1);
    job->out_of_memory = job->out_of_memory || memory == NULL;
    return memory;
}

static void give_memory(png_structp png, png_voidp memory)
{
    (void)png;
    aevb_free(memory);
}

static void read_bytes(png_structp png, png_bytep out, size_t n)
{
    png_job *job = png_get_io_ptr(png);
    if (n > job->in->n - job->at)
        png_error(png, "ends early");
    memcpy(out, job->in->bytes + job->at, n);
    job->at += n;
}

/* After it the rows are one or three bytes to the pixel, one with a palette. */
static void set_transformations(png_structp png, png_infop info)
{
    png_byte type = png_get_color_type(png, info);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_packing(png);
    else if (png_get_bit_depth(png, info) < 8)
        png_set_expand_gray_1_2_4_to_8(png);
    if (png_get_bit_depth(png, info) == 16)
        png_set_scale_16(png);
    if ((type & PNG_COLOR_MASK_ALPHA) != 0)
        png_set_strip_alpha(png);
}

/* Indices at the beginning of each row become colours; libpng itself makes black of an index beyond the palette. */
static void use_palette(png_structp png, png_infop info, const aevb_image *image)
{
    png_colorp palette = NULL;
    int n = 0;
    png_get_PLTE(png, info, &palette, &n);
    for (size_t y = 0; y < image->rows; y++) {
        uint8_t *row = image->samples + y * image->cols * 3;
        for (size_t x = image->cols; x-- > 0;) {
            if (row[x] >= n)
                png_error(png, "a sample is beyond the palette");
            const png_color colour = palette[row[x]];
            row[3 * x] = colour.red;
            row[3 * x + 1] = colour.green;
            row[3 * x + 2] = colour.blue;
        }
    }
}

/* Called between create and destroy; leaves by the jump when something is wrong. */
static void decode(png_structp png, png_infop info, png_job *job)
{
    png_set_read_fn(png, job, read_bytes);
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* ours are checked below */
    /* Chunks that are not pixels are passed over: libpng would take memory for as much as they say they hold. */
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, info);
    size_t channels = (png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR) != 0 ? 3 : 1;
    job->status = aevb_image_make(job->in, png_get_image_height(png, info), png_get_image_width(png, info), channels,
                                  &job->image, job->err);
    if (job->status != AEVB_OK)
        png_longjmp(png, 1);
    set_transformations(png, info);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stride = job->image.cols * channels;
    bool indexed = png_get_color_type(png, info) == PNG_COLOR_TYPE_PALETTE;
    if (png_get_rowbytes(png, info) != (indexed ? job->image.cols : stride))
        png_error(png, "rows of an unexpected length");
    for (int pass = 0; pass < passes; pass++)
        for (size_t y = 0; y < job->image.rows; y++)
            png_read_row(png, job->image.samples + y * stride, NULL);
    png_read_end(png, NULL);
    if (indexed)
        use_palette(png, info, &job->image);
}

aevb_status aevb_image_decode_png(const aevb_image_bytes *in, aevb_image *out, aevb_error *err)
{
    png_job job = {.in = in, .err = err};
    png_structp png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &job, keep_problem, sort_warning, &job,
                                               take_memory, give_memory);
    if (png == NULL)
        return aevb_fail_memory(err);
    png_infop info = png_create_info_struct(png);
    if (info == NULL) {
        png_destroy_read_struct(&png, NULL, NULL);
        return aevb_fail_memory(err);
    }
    int failed = setjmp(png_jmpbuf(png));
    if (failed == 0)
        decode(png, info, &job);
    png_destroy_read_struct(&png, &info, NULL);
    if (failed == 0) {
        *out = job.image;
        return AEVB_OK;
    }
    aevb_free(job.image.samples);
    if (job.status != AEVB_OK)
        return job.status;
    if (job.out_of_memory)
        return aevb_fail_memory(err);
    return aevb_fail(err, AEVB_EFORMAT, "%s: byte %zu of the PNG: %s", in->name, job.at, job.problem);
}
