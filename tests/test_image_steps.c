/* SPDX-License-Identifier: GPL-3.0-or-later
 * Crop, scale and grey of pictures against Pillow's results and against the filter in float64. [DATA.5] [DATA.7] */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "data/image.h"
#include "image_files.h"
#include "leaks.h"

TestSuite(image_steps, .fini = no_leaks, .timeout = 60);

static void run(size_t rows, size_t cols, size_t channels, const uint8_t *samples, aevb_picture_steps steps,
                uint8_t *out, size_t want_rows, size_t want_cols)
{
    uint8_t copy[4096];
    aevb_image image = {.rows = rows, .cols = cols, .channels = channels, .samples = copy};
    size_t out_rows, out_cols;
    memcpy(copy, samples, rows * cols * channels);
    cr_assert_eq(aevb_image_steps_size("p", &image, &steps, &out_rows, &out_cols, NULL), AEVB_OK);
    cr_assert(out_rows == want_rows && out_cols == want_cols, "%zu x %zu", out_rows, out_cols);
    cr_assert_eq(aevb_image_steps(&image, &steps, out, NULL), AEVB_OK);
}

/* Pillow 9.4: Image.fromarray(a).resize((cols, rows), Image.BICUBIC) of the 9 x 8 picture_fill(3), and
 * convert("L") of the 9 x 8 x 3 picture_fill(4). */
Test(image_steps, equal_pillow)
{
    static const uint8_t half[16] = {53, 63, 72, 87, 164, 166, 180, 192, 71, 78, 92, 106, 98, 117, 132, 144};
    static const uint8_t more[30] = {34, 46, 45, 57, 67, 101, 102, 117, 130, 141, 196, 187, 206, 202, 220,
                                     83, 82, 89, 104, 111, 42, 58, 71, 83, 95, 125, 143, 146, 168, 168};
    static const uint8_t luma[12] = {21, 44, 69, 79, 101, 137, 150, 177, 186, 201, 230, 219};
    uint8_t grey[72], colour[216], out[72];
    picture_fill(grey, sizeof grey, 3);
    picture_fill(colour, sizeof colour, 4);
    run(9, 8, 1, grey, (aevb_picture_steps){.scale = 0.5}, out, 4, 4);
    cr_expect_eq(memcmp(out, half, sizeof half), 0);
    run(9, 8, 1, grey, (aevb_picture_steps){.scale = 0.7}, out, 6, 5);
    cr_expect_eq(memcmp(out, more, sizeof more), 0);
    run(9, 8, 3, colour, aevb_picture_steps_none(), out, 9, 8);
    cr_expect_eq(memcmp(out, luma, sizeof luma), 0);
}

Test(image_steps, grey_of_every_rule_keeps_grey)
{
    for (int v = 0; v < 256; v++) {
        uint8_t rgb[3] = {(uint8_t)v, (uint8_t)v, (uint8_t)v}, out;
        for (int rule = 0; rule < 2; rule++) {
            run(1, 1, 3, rgb, (aevb_picture_steps){.scale = 1, .grey = (aevb_grey_rule)rule}, &out, 1, 1);
            cr_expect_eq(out, v);
        }
        rgb[1] = (uint8_t)(255 - v), rgb[2] = (uint8_t)(v / 3);
        run(1, 1, 3, rgb, (aevb_picture_steps){.scale = 1, .grey = AEVB_GREY_MEAN}, &out, 1, 1);
        cr_expect_eq(out, (int)floor((rgb[0] + rgb[1] + rgb[2]) / 3.0 + 0.5));
    }
}

static double cubic(double x)
{
    x = fabs(x);
    return x < 1 ? 1.5 * x * x * x - 2.5 * x * x + 1 : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
}

/* Weight of input k in output i of a line that shrinks by `step`. */
static double weight(size_t i, size_t k, size_t inputs, double step)
{
    double centre = ((double)i + 0.5) * step, sum = 0;
    for (size_t j = 0; j < inputs; j++)
        sum += cubic(((double)j + 0.5 - centre) / step);
    return cubic(((double)k + 0.5 - centre) / step) / sum;
}

/* The filter without any rounding in between. Each pass rounds to a level (1/2) and its weights to 2^-23, 255
 * times at most 40 of them: the columns' errors come through the rows' weights, whose magnitudes sum to m. No
 * sample is near the ends of 0..255, so nothing is clipped. */
Test(image_steps, scale_is_the_filter_of_the_specification)
{
    enum { ROWS = 31, COLS = 23 };
    uint8_t samples[ROWS * COLS], out[ROWS * COLS];
    static const double scales[] = {0.9, 0.5, 0.34, 0.2, 0.05};
    picture_fill(samples, sizeof samples, 9);
    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (uint8_t)(64 + samples[i] / 2);
    for (size_t s = 0; s < sizeof scales / sizeof *scales; s++) {
        size_t rows = (size_t)(scales[s] * ROWS), cols = (size_t)(scales[s] * COLS);
        double down = (double)ROWS / (double)rows, across = (double)COLS / (double)cols;
        run(ROWS, COLS, 1, samples, (aevb_picture_steps){.scale = scales[s]}, out, rows, cols);
        for (size_t y = 0; y < rows; y++) {
            for (size_t x = 0; x < cols; x++) {
                double exact = 0, m = 0;
                for (size_t j = 0; j < ROWS; j++) {
                    double w = weight(y, j, ROWS, down), line = 0;
                    for (size_t i = 0; i < COLS; i++)
                        line += weight(x, i, COLS, across) * samples[j * COLS + i];
                    exact += w * line;
                    m += fabs(w);
                }
                double pass = 0.5 + 255 * 40 * 0x1p-23, bound = pass * m + pass;
                cr_assert_leq(fabs(out[y * cols + x] - exact), bound, "scale %g (%zu, %zu)", scales[s], y, x);
            }
        }
    }
}

/* [DATA.7] The preset on a picture of LFW's size: colour, cropped and halved. */
Test(image_steps, lfw_preset_is_crop_half_mean)
{
    static uint8_t samples[250 * 250 * 3], middle[125 * 94 * 3], whole[62 * 47], part[62 * 47];
    aevb_image image = {.rows = 250, .cols = 250, .channels = 3, .samples = samples};
    aevb_image cut = {.rows = 125, .cols = 94, .channels = 3, .samples = middle};
    aevb_picture_steps steps = aevb_picture_steps_lfw(), rest = {.scale = 0.5, .grey = AEVB_GREY_MEAN};
    size_t rows, cols;
    picture_fill(samples, sizeof samples, 1);
    for (size_t y = 0; y < 125; y++)
        memcpy(middle + y * 94 * 3, samples + ((70 + y) * 250 + 78) * 3, 94 * 3);
    cr_assert_eq(aevb_image_steps_size("p", &image, &steps, &rows, &cols, NULL), AEVB_OK);
    cr_assert(rows == 62 && cols == 47);
    cr_assert_eq(aevb_image_steps(&image, &steps, whole, NULL), AEVB_OK);
    cr_assert_eq(aevb_image_steps(&cut, &rest, part, NULL), AEVB_OK);
    cr_expect_eq(memcmp(whole, part, sizeof whole), 0);
}
