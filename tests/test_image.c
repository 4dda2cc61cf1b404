/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pictures from bytes: the samples of every kind that is read, and what is refused. [DATA.5] */
#include "config.h"
#include <criterion/criterion.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "data/image.h"
#include "image_files.h"
#include "leaks.h"

TestSuite(image, .fini = no_leaks, .timeout = 60);

enum { COLS = 19, ROWS = 11, PIXELS = COLS * ROWS };

static aevb_status decode(const void *bytes, size_t n, const aevb_limits *limits, aevb_image *out, aevb_error *err)
{
    aevb_limits usual = aevb_limits_default();
    aevb_image_bytes in = {.name = "p", .bytes = bytes, .n = n, .stored = n,
                           .limits = limits != NULL ? limits : &usual};
    return aevb_image_decode(&in, out, err);
}

static aevb_image decoded(const void *bytes, size_t n)
{
    aevb_image image = {0};
    aevb_error err = {0};
    cr_assert_eq(decode(bytes, n, NULL, &image, &err), AEVB_OK, "%s", err.message);
    return image;
}

static void refused(const void *bytes, size_t n, const aevb_limits *limits, aevb_status status, const char *part)
{
    aevb_image image, before;
    aevb_error err = {0};
    memset(&image, 0x5a, sizeof image);
    memcpy(&before, &image, sizeof image);
    cr_expect_eq(decode(bytes, n, limits, &image, &err), status, "%s, expected %s", err.message, part);
    cr_expect_not_null(strstr(err.message, part), "expected \"%s\" in: %s", part, err.message);
    cr_expect_eq(strncmp(err.message, "p: ", 3), 0, "%s", err.message);
    cr_expect_eq(memcmp(&image, &before, sizeof image), 0);
}

/* The value of sample i of a row of packed samples. */
static uint32_t packed(const uint8_t *row, size_t i, int depth)
{
    if (depth == 16)
        return (uint32_t)row[2 * i] << 8 | row[2 * i + 1];
    size_t bit = i * (size_t)depth;
    return (uint32_t)(row[bit / 8] >> (8 - (size_t)depth - bit % 8)) & ((1u << depth) - 1);
}

/* [DATA.5] Every colour type and depth, interlaced or not, with and without transparency. */
Test(image, png_of_every_kind_gives_the_samples_of_the_rule)
{
    static const struct { int type, depth; size_t channels, used; } kinds[] = {
        {PNG_COLOR_TYPE_GRAY, 1, 1, 1}, {PNG_COLOR_TYPE_GRAY, 2, 1, 1}, {PNG_COLOR_TYPE_GRAY, 4, 1, 1},
        {PNG_COLOR_TYPE_GRAY, 8, 1, 1}, {PNG_COLOR_TYPE_GRAY, 16, 1, 1}, {PNG_COLOR_TYPE_GRAY_ALPHA, 8, 2, 1},
        {PNG_COLOR_TYPE_GRAY_ALPHA, 16, 2, 1}, {PNG_COLOR_TYPE_RGB, 8, 3, 3}, {PNG_COLOR_TYPE_RGB, 16, 3, 3},
        {PNG_COLOR_TYPE_RGB_ALPHA, 8, 4, 3}, {PNG_COLOR_TYPE_RGB_ALPHA, 16, 4, 3}, {PNG_COLOR_TYPE_PALETTE, 1, 1, 3},
        {PNG_COLOR_TYPE_PALETTE, 2, 1, 3}, {PNG_COLOR_TYPE_PALETTE, 4, 1, 3}, {PNG_COLOR_TYPE_PALETTE, 8, 1, 3}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (int variant = 0; variant < 4; variant++) {
            uint8_t raw[ROWS * COLS * 8];
            picture_fill(raw, sizeof raw, (unsigned)k);
            size_t stride = (COLS * kinds[k].channels * (size_t)kinds[k].depth + 7) / 8, n;
            int is_palette = kinds[k].type == PNG_COLOR_TYPE_PALETTE;
            png_wish wish = {.type = kinds[k].type, .depth = kinds[k].depth, .cols = COLS, .rows = ROWS,
                             .interlaced = variant & 1, .palette = is_palette ? (size_t)1 << kinds[k].depth : 0,
                             .transparent = (variant & 2) != 0 && kinds[k].channels % 2 != 0};
            unsigned char *png = png_make(&wish, raw, &n);
            aevb_image image = decoded(png, n);
            free(png);
            cr_assert(image.rows == ROWS && image.cols == COLS && image.channels == kinds[k].used);
            for (size_t p = 0; p < PIXELS; p++) {
                for (size_t c = 0; c < image.channels; c++) {
                    size_t channel = is_palette ? 0 : c, largest = ((size_t)1 << kinds[k].depth) - 1;
                    uint32_t v = packed(raw + p / COLS * stride, p % COLS * kinds[k].channels + channel,
                                        kinds[k].depth);
                    uint32_t colours[3] = {v, 255 - v, 2 * v % 256};
                    uint32_t want = is_palette ? colours[c] : (uint32_t)((2 * 255 * v + largest) / (2 * largest));
                    cr_assert_eq(image.samples[p * image.channels + c], want, "kind %zu variant %d pixel %zu", k,
                                 variant, p);
                }
            }
            aevb_free(image.samples);
        }
    }
}

/* A flat picture at quality 100: only DC terms, quantised by 1 (8 of them to a level), and two colour conversions,
 * each rounded to a level by fixed-point constants: at most 1 + 1.772 + 1 levels. */
Test(image, jpeg_grey_and_colour_baseline_and_progressive)
{
    static const uint8_t colour[3] = {200, 90, 30};
    for (int variant = 0; variant < 4; variant++) {
        int components = variant < 2 ? 1 : 3;
        uint8_t samples[PIXELS * 3];
        size_t n, C = (size_t)components;
        for (size_t i = 0; i < PIXELS * C; i++)
            samples[i] = colour[i % C];
        unsigned char *jpeg = jpeg_make(&(jpeg_wish){components, COLS, ROWS, 100, variant & 1}, samples, &n);
        aevb_image image = decoded(jpeg, n);
        free(jpeg);
        cr_assert(image.rows == ROWS && image.cols == COLS && image.channels == C);
        for (size_t i = 0; i < PIXELS * C; i++)
            cr_assert_leq(abs(image.samples[i] - colour[i % C]), components == 1 ? 0 : 3, "%d", image.samples[i]);
        aevb_free(image.samples);
    }
}

Test(image, pnm_of_every_kind)
{
    static const struct { const char *text; size_t n, rows, cols, channels; uint8_t want[6]; } cases[] = {
        {"P5\n3 2\n255\n\x00\x01\x02\xfd\xfe\xff", 17, 2, 3, 1, {0, 1, 2, 253, 254, 255}},
        {"P5 # a\n# b 7\r3\t2 #\n 1\n\0\1\1\0\0\1", 28, 2, 3, 1, {0, 255, 255, 0, 0, 255}},
        {"P5 3 1 65535\n\0\0\x80\x80\xff\xff", 19, 1, 3, 1, {0, 128, 255}},
        {"P5 2 1 1000 \1\xf4\3\xe8", 16, 1, 2, 1, {128, 255}},
        {"P2 3 2 15 0 1 2\n13#c\n14 15 \n", 28, 2, 3, 1, {0, 17, 34, 221, 238, 255}},
        {"P2\n1 1\n65535\n32768", 18, 1, 1, 1, {128}},
        {"P6\n1 2\n255\nRGBrgb", 17, 2, 1, 3, {'R', 'G', 'B', 'r', 'g', 'b'}}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        aevb_image image = decoded(cases[c].text, cases[c].n);
        cr_assert(image.rows == cases[c].rows && image.cols == cases[c].cols && image.channels == cases[c].channels);
        cr_expect_eq(memcmp(image.samples, cases[c].want, image.rows * image.cols * image.channels), 0, "case %zu",
                     c);
        aevb_free(image.samples);
    }
}

Test(image, pnm_refusals_name_the_byte)
{
    static const struct { const char *text; size_t n; aevb_status status; const char *part; } cases[] = {
        {"", 0, AEVB_EFORMAT, "is empty"},
        {"GIF89a", 6, AEVB_EFORMAT, "byte 0: begins as no PNG, JPEG or PGM"},
        {"P", 1, AEVB_EFORMAT, "byte 0: begins as no PNG"},
        {"P5", 2, AEVB_EFORMAT, "byte 2: ends before the width"},
        {"P4 3 2 ", 7, AEVB_EUNSUPPORTED, "byte 1: a PNM of kind P4"},
        {"P5 -3 2 255 ", 12, AEVB_EFORMAT, "byte 3: no number where the width"},
        {"P5 3", 4, AEVB_EFORMAT, "byte 4: ends before the height"},
        {"P5 3 2 65536 ", 13, AEVB_EFORMAT, "byte 7: the largest value is more than 65535"},
        {"P5 3 2 0 ", 9, AEVB_EFORMAT, "byte 7: a largest value of 0"},
        {"P5 0 2 255 ", 11, AEVB_EFORMAT, "a picture of 2 x 0 pixels"},
        {"P5 99999999999999999999 2 255 ", 30, AEVB_EFORMAT, "byte 3: the width is more than 2147483647"},
        {"P5 2147483647 2147483647 255 x", 30, AEVB_EFORMAT, "byte 30: the file ends"},
        {"P5 3 2 255", 10, AEVB_EFORMAT, "byte 10: no white space"},
        {"P5 3 2 255\n12345", 16, AEVB_EFORMAT, "byte 16: the file ends, but its header declares 6 samples"},
        {"P5 3 2 255\n1234567", 18, AEVB_EFORMAT, "byte 17: 1 bytes follow the last sample"},
        {"P5 3 1 7\n\1\2\10", 12, AEVB_EFORMAT, "byte 11: a sample of 8, more than the largest value of 7"},
        {"P2 2 1 7\n1 8", 12, AEVB_EFORMAT, "byte 11: a sample is more than 7"},
        {"P2 2 1 7\n1 2 3", 14, AEVB_EFORMAT, "byte 13: more follows the last sample"},
        {"P2 2 1 7\n1 x", 12, AEVB_EFORMAT, "byte 11: no number where a sample"},
        {"P2 2 1 7\n# 1 2", 14, AEVB_EFORMAT, "byte 14: ends before a sample"},
        {"P2 1000 1000 7\n1 2", 18, AEVB_EFORMAT, "byte 18: the file ends"}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        refused(cases[c].text, cases[c].n, NULL, cases[c].status, cases[c].part);
}

/* Each prefix, and each single byte inverted, ends in a picture or in one message; which, valgrind and ASan watch. */
static void cut_and_bend(unsigned char *bytes, size_t n, size_t whole)
{
    for (size_t cut = 0; cut < whole; cut++) {
        unsigned char *part = malloc(cut + 1);
        memcpy(part, bytes, cut);
        aevb_image image = {0};
        aevb_error err = {0};
        aevb_status status = decode(part, cut, NULL, &image, &err);
        cr_expect(status == AEVB_EFORMAT, "%zu of %zu bytes: %s", cut, n, err.message);
        free(part);
    }
    for (size_t i = 0; i < n; i++) {
        aevb_image image = {0};
        aevb_error err = {0};
        bytes[i] ^= 0xff;
        aevb_status status = decode(bytes, n, NULL, &image, &err);
        if (status == AEVB_OK)
            aevb_free(image.samples);
        else
            cr_expect(strncmp(err.message, "p: ", 3) == 0 && strchr(err.message, '\n') == NULL, "%s", err.message);
        bytes[i] ^= 0xff;
    }
}

Test(image, what_is_none_of_the_formats)
{
    static const char *const list[] = {"", "P", "P0 1 1", "P8 1 1", "Q5 1 1", "\x89PNF", "\xff\xd8\xfe"};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        refused(list[i], strlen(list[i]), NULL, AEVB_EFORMAT, i == 0 ? "is empty" : "begins as no PNG, JPEG or PGM");
}

Test(image, cut_and_damaged_pictures_are_refused)
{
    uint8_t samples[PIXELS * 3];
    size_t n;
    picture_fill(samples, sizeof samples, 5);
    unsigned char *bytes = png_make(&(png_wish){.type = PNG_COLOR_TYPE_RGB, .depth = 8, .cols = COLS, .rows = ROWS},
                                    samples, &n);
    cut_and_bend(bytes, n, n);
    bytes[n - 30] ^= 1;
    refused(bytes, n, NULL, AEVB_EFORMAT, "of the PNG: ");
    free(bytes);
    for (int progressive = 0; progressive < 2; progressive++) {
        bytes = jpeg_make(&(jpeg_wish){3, COLS, ROWS, 80, progressive}, samples, &n);
        cut_and_bend(bytes, n, n - 2); /* what only lacks its end marker is complete to libjpeg when it says so */
        refused(bytes, n / 2, NULL, AEVB_EFORMAT, "damaged JPEG: ");
        free(bytes);
    }
}

/* Each scan costs a pass over the whole picture, and a kilobyte holds hundreds. */
Test(image, a_jpeg_of_more_than_a_hundred_scans_is_refused)
{
    uint8_t samples[PIXELS];
    size_t n, first = 0, second = 0;
    picture_fill(samples, sizeof samples, 6);
    unsigned char *bytes = jpeg_make(&(jpeg_wish){1, COLS, ROWS, 80, 2}, samples, &n);
    for (size_t i = n - 2; i > 0; i--) { /* the tables of a scan stand before it */
        if (bytes[i] == 0xff && bytes[i + 1] == 0xc4 && second == 0)
            second = i;
        else if (bytes[i] == 0xff && bytes[i + 1] == 0xc4)
            first = i;
    }
    cr_assert(0 < first && first < second);
    for (size_t repeats = 98; repeats < 101; repeats++) {
        const size_t scan = second - first;
        unsigned char *many = malloc(n + repeats * scan);
        memcpy(many, bytes, second);
        for (size_t i = 0; i < repeats; i++)
            memcpy(many + second + i * scan, bytes + first, scan);
        memcpy(many + second + repeats * scan, bytes + second, n - second);
        if (repeats + 2 > 100) {
            refused(many, n + repeats * scan, NULL, AEVB_EUNSUPPORTED, "more than 100 scans");
        } else {
            aevb_image image = decoded(many, n + repeats * scan);
            aevb_free(image.samples);
        }
        free(many);
    }
    free(bytes);
}

Test(image, limits_are_checked_before_memory_is_taken)
{
    aevb_limits limits = aevb_limits_default();
    uint8_t samples[PIXELS * 4];
    size_t n;
    picture_fill(samples, sizeof samples, 5);
    unsigned char *png = png_make(&(png_wish){.type = PNG_COLOR_TYPE_GRAY, .depth = 8, .cols = COLS, .rows = ROWS},
                                  samples, &n);
    limits.pixels = PIXELS - 1;
    refused(png, n, &limits, AEVB_EUNSUPPORTED, "11 x 19 pixels are beyond the limit of 208 pixels");
    limits.pixels = PIXELS;
    aevb_image image;
    cr_assert_eq(decode(png, n, &limits, &image, NULL), AEVB_OK);
    aevb_free(image.samples);
    free(png);
    uint8_t *wide = calloc(8000, 8000);
    png = png_make(&(png_wish){.type = PNG_COLOR_TYPE_GRAY, .depth = 1, .cols = 8000, .rows = 8000}, wide, &n);
    free(wide);
    refused(png, n, NULL, AEVB_EUNSUPPORTED, "more than 200 times as many");
    free(png);
    unsigned char *cmyk = jpeg_make(&(jpeg_wish){4, COLS, ROWS, 80, 0}, samples, &n);
    refused(cmyk, n, NULL, AEVB_EUNSUPPORTED, "4 colour components that are neither grey nor RGB");
    free(cmyk);
}

Test(image, reports_exhausted_memory)
{
    uint8_t samples[PIXELS];
    size_t n[3];
    picture_fill(samples, sizeof samples, 5);
    unsigned char *bytes[3] = {
        png_make(&(png_wish){.type = PNG_COLOR_TYPE_GRAY, .depth = 8, .cols = COLS, .rows = ROWS}, samples, &n[0]),
        jpeg_make(&(jpeg_wish){1, COLS, ROWS, 80, 0}, samples, &n[1]), malloc(17)};
    memcpy(bytes[2], "P5\n3 2\n255\nabcdef", 17);
    n[2] = 17;
    for (size_t k = 0; k < 3; k++) {
        size_t failures = 0;
        aevb_status status = AEVB_ENOMEM;
        for (size_t f = 1; f < 100 && status == AEVB_ENOMEM; f++) {
            aevb_image image;
            aevb_alloc_fail_after(f);
            status = decode(bytes[k], n[k], NULL, &image, NULL);
            aevb_alloc_fail_after(0);
            failures += status == AEVB_ENOMEM;
            if (status == AEVB_OK)
                aevb_free(image.samples);
        }
        cr_expect_eq(status, AEVB_OK);
        cr_expect_geq(failures, k == 0 ? 4 : k == 1 ? 2 : 1);
        free(bytes[k]);
    }
}
