/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opening data sources: directories, single files, the split, refusals, and the real data of AEVB_DATA. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "aevb/data.h"
#include "aevb/rng.h"
#include "alloc.h"
#include "data/dataset.h"
#include "idx_files.h"
#include "leaks.h"
#include "open_data.h"
#include "sha256_hex.h"
#include "temp_files.h"

TestSuite(data_open, .fini = no_leaks, .timeout = 60);

/* Resident memory says nothing under ASan. */
#if defined(__SANITIZE_ADDRESS__)
# define AEVB_SANITIZED
#elif defined(__has_feature)
# if __has_feature(address_sanitizer)
#  define AEVB_SANITIZED
# endif
#endif

static const char *const names[4] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                                     "t10k-labels-idx1-ubyte"};

static uint8_t element(size_t i)
{
    return (uint8_t)((i * 37 + 11) % 251); /* as idx_write does */
}

static void expect_sha(const aevb_dataset *d)
{
    char text[65], sha[65];
    aevb_dataset_sha256(d, sha);
    sha256_hex(d->u8, d->n * d->x_dim, text);
    cr_expect_str_eq(sha, text);
}

/* Opens what must be refused with nothing written. */
static void expect_refused(const char *source, aevb_status status, const char *path, const char *part)
{
    aevb_data data, before;
    aevb_error err = {0};
    memset(&data, 0x5a, sizeof data);
    memcpy(&before, &data, sizeof data);
    cr_expect_eq(open_data(source, 0, 1, &data, &err), status, "%s", err.message);
    cr_expect_eq(strncmp(err.message, path, strlen(path)), 0, "expected %s: %s", path, err.message);
    cr_expect_not_null(strstr(err.message, part), "expected \"%s\" in: %s", part, err.message);
    cr_expect_eq(memcmp(&data, &before, sizeof data), 0);
}

/* The four files: n training pictures of 3 x 5, half as many of the test; bit i of `packed`: the i-th is gzip. */
static void write_four(uint32_t n, unsigned packed)
{
    for (unsigned i = 0; i < 4; i++) {
        uint32_t dim[3] = {i < 2 ? n : n / 2, 3, 5};
        char name[64];
        int gzip = packed >> i & 1;
        snprintf(name, sizeof name, "%s%s", names[i], gzip ? ".gz" : "");
        idx_write(name, i % 2 == 0 ? 3 : 1, dim, NULL, gzip);
    }
}

static void remove_file(const char *name)
{
    cr_assert_eq(remove(temp_path(name)), 0, "%s", name);
}

Test(data_open, directory_gives_both_parts_in_their_order_packed_or_not)
{
    for (unsigned packed = 0; packed < 16; packed++) {
        aevb_data data;
        temp_clear();
        write_four(30, packed);
        cr_assert_eq(open_data(temp_dir(), 0, 1, &data, NULL), AEVB_OK);
        cr_expect_str_eq(data.name, "mnist");
        const aevb_dataset *parts[2] = {data.train, data.test};
        for (size_t s = 0; s < 2; s++) {
            cr_assert(parts[s]->n == (s == 0 ? 30 : 15) && parts[s]->x_dim == 15);
            cr_assert(parts[s]->image_rows == 3 && parts[s]->image_cols == 5);
            for (size_t i = 0; i < parts[s]->n * 15; i++)
                cr_assert_eq(parts[s]->u8[i], element(i));
            for (size_t i = 0; i < parts[s]->n; i++)
                cr_assert_eq(parts[s]->labels[i], element(i));
            expect_sha(parts[s]);
        }
        aevb_data_close(&data);
    }
}

Test(data_open, directory_labels_are_optional_and_the_limit_is_kept)
{
    aevb_data data;
    write_four(30, 0);
    remove_file(names[1]);
    cr_assert_eq(open_data(temp_dir(), 7, 1, &data, NULL), AEVB_OK);
    cr_expect(data.train->n == 7 && data.test->n == 15);
    cr_expect(data.train->labels == NULL && data.test->labels != NULL);
    expect_sha(data.train);
    aevb_data_close(&data);
}

Test(data_open, directory_refusals_name_the_file)
{
    static const uint32_t nine[1] = {9}, square[2] = {3, 3}, other[3] = {15, 5, 3}, flat[1] = {450};
    uint8_t ones[15 * 15];
    expect_refused(temp_dir(), AEVB_EFORMAT, temp_dir(), "none of train-images-idx3-ubyte(.gz)");
    write_four(30, 0);
    idx_write(names[1], 1, nine, NULL, 0);
    expect_refused(temp_dir(), AEVB_ESHAPE, temp_path(names[1]), "9 labels for the 30 pictures of ");
    idx_write(names[1], 2, square, NULL, 0);
    expect_refused(temp_dir(), AEVB_EFORMAT, temp_path(names[1]), "2 dimensions; labels have one");
    temp_write(temp_path(names[1]), "\0\0\10\1\0\0\0\3ab", 10);
    expect_refused(temp_dir(), AEVB_EFORMAT, temp_path(names[1]), "byte 10: the file ends");
    write_four(30, 0);
    idx_write(names[2], 3, other, NULL, 0);
    expect_refused(temp_dir(), AEVB_ESHAPE, temp_dir(), "pictures of 3 x 5 (15 numbers), but test pictures of 5");
    memset(ones, 1, sizeof ones);
    idx_write(names[2], 3, (const uint32_t[]){15, 3, 5}, ones, 0);
    expect_refused(temp_dir(), AEVB_EDOMAIN, temp_path(names[2]), "wrong scale");
    remove_file(names[2]);
    expect_refused(temp_dir(), AEVB_EIO, temp_dir(), "no t10k-images-idx3-ubyte and no t10k-images-idx3-ub");
    write_four(30, 0);
    idx_write(names[0], 1, flat, NULL, 0);
    expect_refused(temp_dir(), AEVB_EFORMAT, temp_path(names[0]), "byte 3: one dimension, as labels have");
}

Test(data_open, what_is_no_source_is_told_what_one_is)
{
    expect_refused("", AEVB_EIO, ": ", "a data source is the word sprites, an IDX, NPY or NPZ file, a directory");
    expect_refused("Sprites", AEVB_EIO, "Sprites: ", "a data source is the word sprites");
    expect_refused("/dev/null", AEVB_EIO, "/dev/null: ", "not a regular file");
    expect_refused(NULL, AEVB_EINVAL, "", "no data source");
    temp_write(temp_path("text"), "To be, or not to be", 19);
    expect_refused(temp_path("text"), AEVB_EFORMAT, temp_path("text"), "not an IDX file");
    char longer[6000];
    memset(longer, '/', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    expect_refused(longer, AEVB_EIO, "////", "/");
}

/* [DATA.4] A single file: training row i is source row p[i], the last tenth is the test part. */
Test(data_open, single_file_is_split_by_the_permutation)
{
    static const uint32_t counts[] = {1, 2, 9, 10, 19, 20, 333};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        uint32_t n = counts[c], dim[3] = {n, 4, 7}, p[333];
        aevb_data data;
        idx_write("one", 3, dim, NULL, 1);
        aevb_permutation(99, aevb_stream(AEVB_STREAM_SPLIT, 0), n, p);
        cr_assert_eq(open_data(temp_path("one"), 0, 99, &data, NULL), AEVB_OK);
        cr_expect_str_eq(data.name, "idx");
        cr_assert_eq(data.test == NULL, n < 10);
        const aevb_dataset *parts[2] = {data.train, data.test};
        size_t source = 0;
        for (size_t s = 0; s < 2 && parts[s] != NULL; s++) {
            cr_assert_eq(parts[s]->n, s == 0 ? n - n / 10 : n / 10);
            cr_assert(parts[s]->image_rows == 4 && parts[s]->image_cols == 7 && parts[s]->labels == NULL);
            for (size_t i = 0; i < parts[s]->n; i++, source++)
                for (size_t j = 0; j < 28; j++)
                    cr_assert_eq(parts[s]->u8[i * 28 + j], element(p[source] * 28 + j));
            expect_sha(parts[s]);
        }
        cr_expect_eq(source, n);
        if (c % 2 == 0) { /* either part may go first */
            aevb_dataset_free(data.test);
            data.test = NULL;
        }
        aevb_data_close(&data);
    }
}

Test(data_open, rows_may_have_one_to_three_dimensions)
{
    static const struct { size_t ndim; uint32_t dim[4]; size_t x_dim, rows, cols; } shapes[] = {
        {2, {20, 6}, 6, 0, 0}, {3, {20, 2, 3}, 6, 2, 3}, {4, {20, 2, 3, 1}, 6, 2, 3}, {4, {20, 2, 3, 3}, 18, 0, 0}};
    for (size_t s = 0; s < 4; s++) {
        aevb_data data;
        idx_write("rows", shapes[s].ndim, shapes[s].dim, NULL, 0);
        cr_assert_eq(open_data(temp_path("rows"), 0, 0, &data, NULL), AEVB_OK);
        cr_expect(data.train->x_dim == shapes[s].x_dim && data.train->image_rows == shapes[s].rows &&
                  data.train->image_cols == shapes[s].cols && data.test->x_dim == shapes[s].x_dim);
        aevb_data_close(&data);
    }
}

/* [DATA.1] (errata A24) Bytes whose largest is 0 or 1 were scaled before, or are 0/1 data. */
Test(data_open, bytes_of_the_wrong_scale_are_refused_with_the_reason)
{
    uint8_t bytes[20 * 4] = {0};
    static const uint32_t dim[2] = {20, 4};
    for (uint8_t largest = 0; largest < 2; largest++) {
        char part[64];
        snprintf(part, sizeof part, "the maximum of x would be %d/255", largest);
        bytes[57] = largest;
        idx_write("dark", 2, dim, bytes, 0);
        expect_refused(temp_path("dark"), AEVB_EDOMAIN, temp_path("dark"), part);
        expect_refused(temp_path("dark"), AEVB_EDOMAIN, temp_path("dark"), "scaled twice");
    }
    aevb_data data;
    bytes[79] = 2;
    idx_write("dark", 2, dim, bytes, 0);
    cr_assert_eq(open_data(temp_path("dark"), 0, 0, &data, NULL), AEVB_OK);
    aevb_data_close(&data);
}

/* [DATA.1] Numbers: within 0..1 and above 1/255 somewhere. */
Test(data_open, numbers_of_the_wrong_scale_are_refused_with_the_reason)
{
    static const struct { double value; aevb_status status; const char *part; } cases[] = {
        {1.0, AEVB_OK, ""}, {0.004, AEVB_OK, ""},
        {0, AEVB_EDOMAIN, "the maximum of x is 0, at most 1/255"},
        {1.0 / 255.0, AEVB_EDOMAIN, "divided by 255 twice"},
        {1.0000001, AEVB_EDOMAIN, "element 2 of row 1 is 1.0000001"},
        {255, AEVB_EDOMAIN, "element 2 of row 1 is 255, outside 0..1"},
        {-1e-9, AEVB_EDOMAIN, "element 2 of row 1 is -1.0000000000000001e-09, outside 0..1"},
        {(double)NAN, AEVB_EDOMAIN, "outside 0..1"}, {(double)INFINITY, AEVB_EDOMAIN, "is inf, outside 0..1"}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double rows[6] = {0};
        aevb_dataset d = {.n = 2, .x_dim = 3, .f64 = rows};
        aevb_error err = {0};
        rows[5] = cases[c].value;
        cr_expect_eq(aevb_dataset_check_scale(&d, "numbers", &err), cases[c].status, "%g", cases[c].value);
        cr_expect_not_null(strstr(err.message, cases[c].part), "%s", err.message);
    }
}

Test(data_open, reports_exhausted_memory_at_every_allocation)
{
    static const uint32_t dim[3] = {40, 4, 7};
    write_four(30, 0xa);
    idx_write("one", 3, dim, NULL, 0);
    const char *sources[2] = {temp_dir(), temp_path("one")};
    static const size_t least[2] = {12, 7};
    for (size_t s = 0; s < 2; s++) {
        aevb_data data = {.name = "as before"};
        aevb_status status = AEVB_ENOMEM;
        size_t failures = 0;
        for (size_t n = 1; n < 100 && status == AEVB_ENOMEM; n++) {
            aevb_alloc_fail_after(n);
            status = open_data(sources[s], 0, 1, &data, NULL);
            aevb_alloc_fail_after(0);
            failures += status == AEVB_ENOMEM;
            if (status == AEVB_ENOMEM)
                cr_expect(data.train == NULL && data.test == NULL && strcmp(data.name, "as before") == 0);
        }
        cr_assert_eq(status, AEVB_OK);
        cr_expect_geq(failures, least[s]);
        aevb_data_close(&data);
    }
}

static const char *real_data(const char *name)
{
    static char path[4096];
    const char *root = getenv("AEVB_DATA");
    if (root == NULL)
        cr_skip("AEVB_DATA is not set");
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static uint64_t sum_bytes(const aevb_dataset *d)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < d->n * d->x_dim; i++)
        sum += d->u8[i];
    return sum;
}

Test(data_open, mnist_is_mnist)
{
    static const uint32_t first[2][10] = {{5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, {7, 2, 1, 0, 4, 1, 4, 9, 5, 9}};
    static const size_t classes[2][10] = {{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949},
                                          {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}};
    static const uint64_t sums[2] = {1567298545, 264923200};
    const char *path = real_data("mnist");
    aevb_data data;
    aevb_error err = {0};
    cr_assert_eq(open_data(path, 0, 1, &data, &err), AEVB_OK, "%s", err.message);
    const aevb_dataset *parts[2] = {data.train, data.test};
    for (size_t s = 0; s < 2; s++) {
        size_t count[10] = {0};
        cr_assert(parts[s]->n == (s == 0 ? 60000 : 10000) && parts[s]->x_dim == 784 && parts[s]->image_rows == 28);
        cr_expect_eq(sum_bytes(parts[s]), sums[s]);
        cr_expect_eq(memcmp(parts[s]->labels, first[s], sizeof first[s]), 0);
        for (size_t i = 0; i < parts[s]->n; i++) {
            cr_assert_lt(parts[s]->labels[i], 10);
            count[parts[s]->labels[i]]++;
        }
        cr_expect_eq(memcmp(count, classes[s], sizeof count), 0);
    }
    aevb_data_close(&data);
#if !defined(AEVB_SANITIZED)
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    cr_expect_lt(usage.ru_maxrss, (70000 * 784 + (64 << 20)) / 1024, "KiB: data bytes + 64 MiB");
#endif
}

Test(data_open, frey_faces_are_split)
{
    const char *path = real_data("frey/frey-images-idx3-ubyte.gz");
    aevb_data data;
    aevb_error err = {0};
    cr_assert_eq(open_data(path, 0, 1, &data, &err), AEVB_OK, "%s", err.message);
    cr_expect(data.train->n == 1769 && data.test->n == 196 && data.train->x_dim == 560);
    cr_expect(data.train->image_rows == 28 && data.train->image_cols == 20);
    cr_expect_eq(sum_bytes(data.train) + sum_bytes(data.test), 169968741);
    aevb_data_close(&data);
}
