/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is done to a decoded picture: crop, scale by an antialiased bicubic filter in fixed point, grey. [DATA.5]
 * [DATA.7] */
#include "config.h"
#include "data/image.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

enum { BITS = 22 }; /* of the fraction of a weight */

/* The part of a picture that is kept. */
typedef struct window { size_t top, left, rows, cols; } window;

/* Output i is the sum over k < count of weight[i * room + k] times input first[i] + k. */
typedef struct filter {
    size_t outputs, room;
    size_t *first, *count;
    int32_t *weight;
} filter;

static window window_of(const aevb_image *image, const aevb_picture_steps *steps)
{
    if (steps->crop_bottom == 0)
        return (window){.rows = image->rows, .cols = image->cols};
    return (window){.top = steps->crop_top, .left = steps->crop_left, .rows = steps->crop_bottom - steps->crop_top,
                    .cols = steps->crop_right - steps->crop_left};
}

static size_t scaled(double scale, size_t size)
{
    return (size_t)(scale * (double)size);
}

aevb_status aevb_image_steps_size(const char *name, const aevb_image *image, const aevb_picture_steps *steps,
                                  size_t *rows, size_t *cols, aevb_error *err)
{
    if (steps->crop_bottom > image->rows || steps->crop_right > image->cols)
        return aevb_fail(err, AEVB_ESHAPE, "%s: %zu rows and %zu columns, but rows %zu:%zu and columns %zu:%zu are "
                         "asked for", name, image->rows, image->cols, steps->crop_top, steps->crop_bottom,
                         steps->crop_left, steps->crop_right);
    window w = window_of(image, steps);
    size_t new_rows = scaled(steps->scale, w.rows), new_cols = scaled(steps->scale, w.cols);
    if (new_rows == 0 || new_cols == 0)
        return aevb_fail(err, AEVB_ESHAPE, "%s: nothing is left of %zu rows and %zu columns at a scale of %g", name,
                         w.rows, w.cols, steps->scale);
    *rows = new_rows;
    *cols = new_cols;
    return AEVB_OK;
}

/* Keys' cubic convolution kernel with a = -1/2. */
static double cubic(double x)
{
    x = fabs(x);
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    if (x < 2)
        return ((-0.5 * x + 2.5) * x - 4) * x + 2;
    return 0;
}

static void filter_free(filter *f)
{
    aevb_free(f->first);
    aevb_free(f->count);
    aevb_free(f->weight);
}

/* [DATA.7] inputs >= outputs >= 1 */
static aevb_status filter_make(size_t inputs, size_t outputs, filter *out, aevb_error *err)
{
    double step = (double)inputs / (double)outputs, reach = 2 * step;
    filter f = {.outputs = outputs, .room = 2 * (size_t)ceil(reach) + 1};
    f.first = aevb_alloc(outputs, sizeof *f.first);
    f.count = aevb_alloc(outputs, sizeof *f.count);
    f.weight = f.room <= SIZE_MAX / outputs ? aevb_alloc(outputs * f.room, sizeof *f.weight) : NULL;
    double *exact = aevb_alloc(f.room, sizeof *exact);
    if (f.first == NULL || f.count == NULL || f.weight == NULL || exact == NULL) {
        filter_free(&f);
        aevb_free(exact);
        return aevb_fail_memory(err);
    }
    for (size_t i = 0; i < outputs; i++) {
        double centre = ((double)i + 0.5) * step, sum = 0;
        double low = centre - reach + 0.5, high = centre + reach + 0.5;
        size_t first = low > 0 ? (size_t)low : 0, end = high < (double)inputs ? (size_t)high : inputs;
        f.first[i] = first;
        f.count[i] = end - first;
        for (size_t k = 0; k < end - first; k++)
            sum += exact[k] = cubic(((double)(first + k) - centre + 0.5) / step);
        for (size_t k = 0; k < end - first; k++) {
            double w = exact[k] / sum * (1 << BITS);
            f.weight[i * f.room + k] = (int32_t)(w < 0 ? w - 0.5 : w + 0.5);
        }
    }
    aevb_free(exact);
    *out = f;
    return AEVB_OK;
}

/* Output i of a line that begins at `from`, whose samples are `step` apart. */
static uint8_t filter_at(const filter *f, size_t i, const uint8_t *from, size_t step)
{
    const int32_t *weight = f->weight + i * f->room;
    int64_t sum = (int64_t)1 << (BITS - 1);
    from += f->first[i] * step;
    for (size_t k = 0; k < f->count[i]; k++)
        sum += (int64_t)weight[k] * from[k * step];
    sum = sum < 0 ? 0 : sum >> BITS;
    return (uint8_t)(sum > 255 ? 255 : sum);
}

/* Along the columns first, then along the rows, both rounded to bytes. out[rows][cols][channels] */
static aevb_status shrink(const aevb_image *image, window w, size_t rows, size_t cols, uint8_t *out, aevb_error *err)
{
    size_t C = image->channels;
    filter across = {0}, down = {0};
    uint8_t *between = aevb_alloc(w.rows, cols * C);
    aevb_status status = between == NULL ? aevb_fail_memory(err) : filter_make(w.cols, cols, &across, err);
    if (status == AEVB_OK)
        status = filter_make(w.rows, rows, &down, err);
    for (size_t y = 0; status == AEVB_OK && y < w.rows; y++) {
        const uint8_t *from = image->samples + ((w.top + y) * image->cols + w.left) * C;
        for (size_t x = 0; x < cols; x++)
            for (size_t c = 0; c < C; c++)
                between[(y * cols + x) * C + c] = filter_at(&across, x, from + c, C);
    }
    for (size_t y = 0; status == AEVB_OK && y < rows; y++)
        for (size_t i = 0; i < cols * C; i++)
            out[y * cols * C + i] = filter_at(&down, y, between + i, cols * C);
    filter_free(&across);
    filter_free(&down);
    aevb_free(between);
    return status;
}

static uint8_t grey(const uint8_t *p, size_t channels, aevb_grey_rule rule)
{
    if (channels == 1)
        return p[0];
    if (rule == AEVB_GREY_MEAN)
        return (uint8_t)((2 * (p[0] + p[1] + p[2]) + 3) / 6);
    return (uint8_t)((19595 * p[0] + 38470 * p[1] + 7471 * p[2] + 32768) >> 16);
}

aevb_status aevb_image_steps(const aevb_image *image, const aevb_picture_steps *steps, uint8_t *row, aevb_error *err)
{
    window w = window_of(image, steps);
    size_t C = image->channels, rows = scaled(steps->scale, w.rows), cols = scaled(steps->scale, w.cols);
    uint8_t *samples = NULL;
    if (rows != w.rows || cols != w.cols) {
        if ((samples = aevb_alloc(rows * cols, C)) == NULL)
            return aevb_fail_memory(err);
        aevb_status status = shrink(image, w, rows, cols, samples, err);
        if (status != AEVB_OK) {
            aevb_free(samples);
            return status;
        }
        w = (window){.rows = rows, .cols = cols};
    }
    const uint8_t *from = samples != NULL ? samples : image->samples;
    size_t stride = samples != NULL ? cols : image->cols;
    for (size_t y = 0; y < rows; y++)
        for (size_t x = 0; x < cols; x++)
            row[y * cols + x] = grey(from + ((w.top + y) * stride + w.left + x) * C, C, steps->grey);
    aevb_free(samples);
    return AEVB_OK;
}
