/* SPDX-License-Identifier: GPL-3.0-or-later
 * Grids of grey pictures as PNG, through libpng. */
#include "config.h"
#include "aevb/report.h"
#include "alloc.h"
#include "error.h"
#include "format/atomic_file.h"

#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { gap = 2, gap_grey = 96, max_side = 1000000 /* libpng's own default limit */ };

/* The grid and the picture of it. */
typedef struct grid {
    size_t n, rows, cols, columns; /* as in the public call */
    size_t width, height;
    const double *pixels;
    const char *path;
    aevb_atomic *file;
    aevb_error problem;
} grid;

static uint8_t grey(double v)
{
    return v >= 1 ? 255 : v > 0 ? (uint8_t)(v * 255 + 0.5) : 0; /* NaN fails both comparisons */
}

/* One line of the picture. */
static void draw_line(const grid *g, size_t y, uint8_t *line)
{
    memset(line, gap_grey, g->width);
    size_t row = y % (g->rows + gap);
    if (row >= g->rows)
        return;
    size_t first = y / (g->rows + gap) * g->columns;
    for (size_t c = 0; c < g->columns && first + c < g->n; c++) {
        const double *from = g->pixels + ((first + c) * g->rows + row) * g->cols;
        uint8_t *to = line + c * (g->cols + gap);
        for (size_t x = 0; x < g->cols; x++)
            to[x] = grey(from[x]);
    }
}

/* The first problem counts: what libpng says of a failed write is less than what the file says. */
static void keep_problem(png_structp png, png_const_charp message)
{
    grid *g = png_get_error_ptr(png);
    if (g->problem.status == AEVB_OK)
        aevb_fail(&g->problem, AEVB_EIO, "%s: cannot write: %s", g->path, message);
    png_longjmp(png, 1);
}

static void write_bytes(png_structp png, png_bytep bytes, size_t n)
{
    grid *g = png_get_io_ptr(png);
    if (aevb_atomic_write(g->file, bytes, n, &g->problem) != AEVB_OK)
        png_error(png, "cannot write");
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

static void ignore_warning(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

/* Nothing that is needed after the jump changes after setjmp. */
static aevb_status write_png(grid *g, uint8_t *line)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, g, keep_problem, ignore_warning);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    if (info == NULL) {
        png_destroy_write_struct(&png, NULL);
        return aevb_fail_memory(&g->problem);
    }
    if (setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_write_struct(&png, &info);
        return g->problem.status;
    }
    png_set_write_fn(png, g, write_bytes, flush_nothing);
    png_set_IHDR(png, info, (png_uint_32)g->width, (png_uint_32)g->height, 8, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (size_t y = 0; y < g->height; y++) {
        draw_line(g, y, line);
        png_write_row(png, line);
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return AEVB_OK;
}

/* count sides with a gap between them; 0 when that is more than max_side. */
static size_t total_side(size_t side, size_t count)
{
    if (side > max_side || count > max_side / (side + gap))
        return 0;
    return count * (side + gap) - gap;
}

aevb_status aevb_png_grid(const char *path, size_t n, size_t rows, size_t cols, size_t columns, const double *pixels,
                          aevb_error *err)
{
    if (n == 0 || rows == 0 || cols == 0 || columns == 0)
        return aevb_fail(err, AEVB_EINVAL, "%s: a grid needs pictures, rows, columns", path);
    if (columns > n)
        columns = n;
    grid g = {.n = n, .rows = rows, .cols = cols, .columns = columns, .pixels = pixels, .path = path};
    g.width = total_side(cols, columns);
    g.height = total_side(rows, (n - 1) / columns + 1);
    if (g.width == 0 || g.height == 0)
        return aevb_fail(err, AEVB_EINVAL, "%s: the grid is wider or higher than %d pixels", path, max_side);
    uint8_t *line = aevb_alloc(g.width, 1);
    if (line == NULL)
        return aevb_fail_memory(err);
    aevb_status status = aevb_atomic_open(path, &g.file, err);
    if (status == AEVB_OK && (status = write_png(&g, line)) == AEVB_OK) {
        status = aevb_atomic_commit(g.file, err);
    } else if (g.file != NULL) {
        aevb_atomic_discard(g.file);
        aevb_fail(err, status, "%s", g.problem.message);
    }
    aevb_free(line);
    return status;
}
