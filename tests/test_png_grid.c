/* SPDX-License-Identifier: GPL-3.0-or-later
 * PNG grids, read back through libpng. */
#include "config.h"

#include <criterion/criterion.h>
#include <math.h>
#include <png.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include "aevb/report.h"

enum { gap = 2, gap_grey = 96 };

static char folder[] = "/tmp/aevb-png-XXXXXX";
static char path[64];

static void enter(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/grid.png", folder);
}

static void leave(void)
{
    unlink(path);
    rmdir(folder);
}

TestSuite(png_grid, .init = enter, .fini = leave);

/* The grey values of the file; the caller frees them. */
static png_bytep read_back(size_t width, size_t height)
{
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    cr_assert(png_image_begin_read_from_file(&image, path), "%s", image.message);
    cr_assert_eq(image.width, width);
    cr_assert_eq(image.height, height);
    image.format = PNG_FORMAT_GRAY;
    png_bytep values = malloc(PNG_IMAGE_SIZE(image));
    cr_assert_not_null(values);
    cr_assert(png_image_finish_read(&image, NULL, values, 0, NULL), "%s", image.message);
    return values;
}

/* Every value of every picture is where it belongs, and everything else is the gap. */
static void check_grid(size_t n, size_t rows, size_t cols, size_t columns)
{
    double pixels[7 * 5 * 3];
    cr_assert_leq(n * rows * cols, sizeof pixels / sizeof *pixels);
    for (size_t i = 0; i < n * rows * cols; i++)
        pixels[i] = (double)(i * 37 % 256) / 255;
    aevb_error err;
    cr_assert_eq(aevb_png_grid(path, n, rows, cols, columns, pixels, &err), AEVB_OK);
    size_t across = columns < n ? columns : n, down = (n + columns - 1) / columns;
    size_t width = across * (cols + gap) - gap, height = down * (rows + gap) - gap;
    png_bytep values = read_back(width, height);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            size_t row = y % (rows + gap), col = x % (cols + gap);
            size_t k = y / (rows + gap) * across + x / (cols + gap);
            int wanted = row < rows && col < cols && k < n ? (int)((k * rows + row) * cols + col) * 37 % 256 : gap_grey;
            cr_assert_eq(values[y * width + x], wanted, "x %zu, y %zu", x, y);
        }
    free(values);
}

Test(png_grid, one)
{
    check_grid(1, 5, 3, 1);
}

Test(png_grid, full_rows)
{
    check_grid(6, 5, 3, 3);
}

Test(png_grid, short_last_row)
{
    check_grid(7, 5, 3, 3);
}

Test(png_grid, more_columns_than_pictures)
{
    check_grid(3, 4, 5, 9);
}

Test(png_grid, values_outside_are_clamped_and_nan_is_black)
{
    const double pixels[8] = {-1, 2, NAN, INFINITY, -INFINITY, 0.5, 0.499 / 255, 0.501 / 255};
    const png_byte wanted[8] = {0, 255, 0, 255, 0, 128, 0, 1};
    cr_assert_eq(aevb_png_grid(path, 1, 1, 8, 1, pixels, NULL), AEVB_OK);
    png_bytep values = read_back(8, 1);
    for (size_t i = 0; i < 8; i++)
        cr_assert_eq(values[i], wanted[i], "value %zu", i);
    free(values);
}

Test(png_grid, refusals)
{
    const double pixel = 0;
    aevb_error err;
    cr_assert_eq(aevb_png_grid(path, 0, 1, 1, 1, &pixel, &err), AEVB_EINVAL);
    cr_assert_eq(aevb_png_grid(path, 1, 0, 1, 1, &pixel, &err), AEVB_EINVAL);
    cr_assert_eq(aevb_png_grid(path, 1, 1, 0, 1, &pixel, &err), AEVB_EINVAL);
    cr_assert_eq(aevb_png_grid(path, 1, 1, 1, 0, &pixel, &err), AEVB_EINVAL);
    cr_assert_eq(aevb_png_grid(path, SIZE_MAX / 4, 1, 1, 1, &pixel, &err), AEVB_EINVAL);
    cr_assert_eq(aevb_png_grid(path, 1, SIZE_MAX - 1, 1, 1, &pixel, &err), AEVB_EINVAL);
    cr_assert_eq(access(path, F_OK), -1);
    cr_assert_eq(aevb_png_grid("/nonexistent/grid.png", 1, 1, 1, 1, &pixel, &err), AEVB_EIO);
    cr_assert_not_null(strstr(err.message, "/nonexistent/grid.png"));
}

/* A limit on the size of files stands in for a full disk: the line names the system's reason, and no part stays. */
Test(png_grid, a_full_disk)
{
    enum { SIDE = 200 };
    static double pixels[SIDE * SIDE];
    for (size_t i = 0; i < SIDE * SIDE; i++)
        pixels[i] = (double)((uint32_t)(i * i * 2654435761u) >> 24) / 255; /* does not compress */
    aevb_error err = {.message = ""};
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){4096, RLIM_INFINITY}), 0);
    cr_expect_eq(aevb_png_grid(path, 1, SIDE, SIDE, 1, pixels, &err), AEVB_EIO);
    cr_expect_not_null(strstr(err.message, "grid.png: cannot write: File too large"), "%s", err.message);
    cr_expect_eq(rmdir(folder), 0, "something is left behind");
}
