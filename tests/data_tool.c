/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes the rows of a data source, in the order of the source, for scripts that compare them with other programs:
 *
 *     data_tool SOURCE OUT [lfw]       bytes, or float64 where the rows are numbers; prints rows x rows x columns
 *     data_tool time DIRECTORY         CPU seconds of loading MNIST and of inflating its files with zlib alone */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#include "aevb/data.h"
#include "aevb/rng.h"

enum { REPEATS = 7 };

static int fail(const char *message)
{
    fprintf(stderr, "data_tool: %s\n", message);
    return 1;
}

static int write_row(const aevb_dataset *d, size_t row, FILE *out)
{
    size_t X = d->x_dim;
    return d->u8 != NULL ? fwrite(d->u8 + row * X, 1, X, out) == X : fwrite(d->f64 + row * X, 8, X, out) == X;
}

/* Source row p[i] became row i of both parts together [DATA.4]; sources with two parts keep their order. */
static int write_rows(const aevb_data *data, int has_parts, FILE *out)
{
    size_t n_train = data->train->n, n = n_train + (data->test != NULL ? data->test->n : 0);
    uint32_t *p = malloc(n * sizeof *p), *place = malloc(n * sizeof *place);
    int good = p != NULL && place != NULL;
    if (good)
        aevb_permutation(1, aevb_stream(AEVB_STREAM_SPLIT, 0), n, p);
    for (uint32_t i = 0; good && i < n; i++)
        place[has_parts ? i : p[i]] = i;
    for (size_t k = 0; good && k < n; k++)
        good = place[k] < n_train ? write_row(data->train, place[k], out)
                                  : write_row(data->test, place[k] - n_train, out);
    free(p);
    free(place);
    return good;
}

static int dump(const char *source, const char *path, const char *preset)
{
    aevb_data_options options = aevb_data_options_default();
    aevb_data data;
    aevb_error err = {.status = AEVB_OK};
    if (preset != NULL && strcmp(preset, "lfw") == 0)
        options.pictures = aevb_picture_steps_lfw();
    if (aevb_data_open(source, &options, &data, &err) != AEVB_OK)
        return fail(err.message);
    FILE *out = fopen(path, "wb");
    int good = out != NULL && write_rows(&data, preset != NULL && strcmp(preset, "parts") == 0, out);
    if (out != NULL)
        good = fclose(out) == 0 && good;
    printf("%zu x %zu x %zu\n", data.train->n + (data.test != NULL ? data.test->n : 0), data.train->image_rows,
           data.train->image_cols);
    aevb_data_close(&data);
    return good ? 0 : fail("cannot write");
}

static double cpu_seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* What zlib itself needs: gzread of all four files into one buffer of 64 KiB. */
static int inflate_all(const char *dir)
{
    static const char *const names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
    static unsigned char buffer[1 << 16];
    char path[4096];
    for (size_t i = 0; i < 4; i++) {
        int n;
        snprintf(path, sizeof path, "%s/%s.gz", dir, names[i]);
        gzFile file = gzopen(path, "rb");
        if (file == NULL)
            return 0;
        gzbuffer(file, 1 << 16);
        while ((n = gzread(file, buffer, sizeof buffer)) > 0)
            ;
        if (n < 0 || gzclose(file) != Z_OK)
            return 0;
    }
    return 1;
}

/* The least of several, taken in turn: other programs can only make either longer. */
static int time_mnist(const char *dir)
{
    double ours = 1e9, zlib = 1e9;
    for (int i = 0; i < REPEATS; i++) {
        aevb_data data;
        aevb_error err = {.status = AEVB_OK};
        double start = cpu_seconds();
        if (!inflate_all(dir))
            return fail("cannot inflate MNIST");
        double middle = cpu_seconds();
        if (aevb_data_open(dir, NULL, &data, &err) != AEVB_OK)
            return fail(err.message);
        double end = cpu_seconds();
        aevb_data_close(&data);
        zlib = middle - start < zlib ? middle - start : zlib;
        ours = end - middle < ours ? end - middle : ours;
    }
    printf("%.4f %.4f\n", ours, zlib);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "time") == 0)
        return time_mnist(argv[2]);
    if (argc == 3 || argc == 4)
        return dump(argv[1], argv[2], argc == 4 ? argv[3] : NULL);
    return fail("SOURCE OUT [lfw|parts], or time DIRECTORY");
}
