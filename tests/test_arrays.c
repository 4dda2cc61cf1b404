/* SPDX-License-Identifier: GPL-3.0-or-later
 * NPY and NPZ as data: every element type and order, which members are read, what is refused. [DATA.1] [DATA.8] */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "leaks.h"
#include "open_data.h"
#include "temp_files.h"
#include "tree_files.h"

TestSuite(arrays, .fini = no_leaks, .timeout = 60);

enum { ROOM = 1 << 14 };

/* An NPY file in memory. */
typedef struct npy { unsigned char bytes[ROOM]; size_t n; } npy;

static void npy_begin(npy *a, const char *descr, int fortran, const char *shape)
{
    char dict[256];
    int n = snprintf(dict, sizeof dict, "{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", descr,
                     fortran ? "True" : "False", shape);
    size_t header = (10 + (size_t)n + 1 + 63) / 64 * 64;
    memset(a->bytes, ' ', header);
    memcpy(a->bytes, "\x93NUMPY\1\0", 8);
    a->bytes[8] = (unsigned char)((header - 10) & 255);
    a->bytes[9] = (unsigned char)((header - 10) >> 8);
    memcpy(a->bytes + 10, dict, (size_t)n);
    a->bytes[header - 1] = '\n';
    a->n = header;
}

/* One element of the type of descr; f2 holds multiples of 1/1024 below 1 and 1 itself. */
static void npy_put(npy *a, const char *descr, double x)
{
    unsigned char e[8];
    size_t width = (size_t)(descr[2] - '0');
    float f = (float)x;
    int exponent;
    if (descr[1] == 'u') {
        e[0] = (unsigned char)x;
    } else if (width == 8) {
        memcpy(e, &x, 8);
    } else if (width == 4) {
        memcpy(e, &f, 4);
    } else {
        double m = frexp(x, &exponent); /* x = m 2^exponent, 1/2 <= m < 1 */
        unsigned bits = x == 0 ? 0 : (unsigned)(exponent + 14) << 10 | ((unsigned)(m * 2048) & 1023);
        e[0] = (unsigned char)(bits & 255);
        e[1] = (unsigned char)(bits >> 8);
    }
    for (size_t i = 0; i < width; i++)
        a->bytes[a->n + i] = e[descr[0] == '>' ? width - 1 - i : i];
    a->n += width;
}

/* The value of element i of all, in C order. */
static double value(size_t i, int bytes)
{
    return bytes ? (double)(i * 7 % 256) : (double)(i * 7 % 1025) / 1024;
}

/* [20][3][4], in the order that is asked for. */
static void npy_make(npy *a, const char *descr, int fortran)
{
    npy_begin(a, descr, fortran, "20, 3, 4");
    for (size_t k = 0; k < 240; k++) {
        size_t i = fortran ? k % 20 * 12 + k / 20 % 3 * 4 + k / 60 : k;
        npy_put(a, descr, value(i, descr[1] == 'u'));
    }
}

static void expect_refused(const char *name, const void *bytes, size_t n, aevb_range range, aevb_status status,
                           const char *part)
{
    aevb_data data, before;
    aevb_error err = {0};
    aevb_data_options options = aevb_data_options_default();
    const char *path = temp_path(name);
    options.range = range;
    memset(&data, 0x5a, sizeof data);
    memcpy(&before, &data, sizeof data);
    if (bytes != NULL)
        temp_write(path, bytes, n);
    cr_expect_eq(aevb_data_open(path, &options, &data, &err), status, "%s, expected %s", err.message, part);
    cr_expect_not_null(strstr(err.message, part), "expected \"%s\" in: %s", part, err.message);
    cr_expect(strchr(err.message, '\n') == NULL && strncmp(err.message, path, strlen(path)) == 0, "%s", err.message);
    cr_expect_eq(memcmp(&data, &before, sizeof data), 0);
}

/* [DATA.1] Bytes are divided by 255, floats are used as they are. */
Test(arrays, npy_of_every_type_and_order)
{
    static const char *const types[] = {"|u1", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"};
    npy a;
    for (size_t t = 0; t < sizeof types / sizeof *types; t++) {
        for (int fortran = 0; fortran < 2; fortran++) {
            int bytes = types[t][1] == 'u';
            aevb_data data;
            aevb_error err = {0};
            npy_make(&a, types[t], fortran);
            temp_write(temp_path("a.npy"), a.bytes, a.n);
            cr_assert_eq(open_data(temp_path("a.npy"), 0, 4, &data, &err), AEVB_OK, "%s", err.message);
            cr_expect_str_eq(data.name, "npy");
            cr_assert(data.train->n == 18 && data.test->n == 2 && data.train->x_dim == 12);
            cr_assert(data.train->image_rows == 3 && data.train->image_cols == 4);
            cr_assert_eq(data.train->u8 != NULL, bytes);
            cr_assert_eq(data.train->f64 == NULL, bytes);
            for (size_t k = 0; k < 20; k++) {
                size_t row;
                const aevb_dataset *d = source_row(&data, 4, k, &row);
                double x[12];
                cr_assert_eq(aevb_dataset_gather(d, &(aevb_gather){.seed = 1}, &(uint32_t){(uint32_t)row}, 1, x),
                             AEVB_OK);
                for (size_t i = 0; i < 12; i++)
                    cr_assert_eq(x[i], bytes ? value(k * 12 + i, 1) / 255.0 : value(k * 12 + i, 0), "%s %zu",
                                 types[t], k);
            }
            aevb_data_close(&data);
        }
    }
}

Test(arrays, shapes_of_pictures)
{
    static const struct { const char *shape; size_t x_dim, rows, cols; } cases[] = {
        {"2, 12", 12, 0, 0}, {"2, 3, 4", 12, 3, 4}, {"2, 3, 4, 1", 12, 3, 4}, {"2, 1, 3, 4", 12, 3, 4},
        {"2, 2, 2, 3", 12, 0, 0}, {"2, 1, 12", 12, 1, 12}};
    npy a;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        aevb_data data;
        npy_begin(&a, "|u1", 0, cases[c].shape);
        for (size_t i = 0; i < 24; i++)
            npy_put(&a, "|u1", (double)i);
        temp_write(temp_path("s.npy"), a.bytes, a.n);
        cr_assert_eq(open_data(temp_path("s.npy"), 0, 1, &data, NULL), AEVB_OK);
        cr_expect(data.train->x_dim == cases[c].x_dim && data.train->image_rows == cases[c].rows &&
                  data.train->image_cols == cases[c].cols, "%s", cases[c].shape);
        aevb_data_close(&data);
    }
}

/* [DATA.1] Numbers outside 0..1 only where they are asked for, and never what is no number. */
Test(arrays, range_of_numbers)
{
    static const struct { double x; int any; } cases[] = {
        {-3.5, 1}, {255, 1}, {(double)NAN, 0}, {(double)INFINITY, 0}};
    npy a;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        npy_begin(&a, "<f8", 0, "2, 2");
        for (size_t i = 0; i < 4; i++)
            npy_put(&a, "<f8", i == 3 ? cases[c].x : 0.5);
        expect_refused("r.npy", a.bytes, a.n, AEVB_RANGE_UNIT, AEVB_EDOMAIN, "element 1 of row 1 is ");
        if (cases[c].any) {
            aevb_data_options options = aevb_data_options_default();
            aevb_data data;
            options.range = AEVB_RANGE_ANY;
            cr_assert_eq(aevb_data_open(temp_path("r.npy"), &options, &data, NULL), AEVB_OK);
            cr_expect(data.train->n == 2 && data.test == NULL);
            aevb_data_close(&data);
        } else {
            expect_refused("r.npy", NULL, 0, AEVB_RANGE_ANY, AEVB_EDOMAIN, "element 1 of row 1 is ");
        }
    }
}

Test(arrays, hostile_npy)
{
    static const struct { const char *descr, *shape; size_t bytes; aevb_status status; const char *part; } cases[] = {
        {"|u1", "20,", 20, AEVB_EFORMAT, "1 dimensions; rows of data have two or more"},
        {"|u1", "", 1, AEVB_EFORMAT, "0 dimensions"},
        {"|u1", "0, 5", 0, AEVB_EFORMAT, "an array without elements"},
        {"|u1", "5, 0", 0, AEVB_EFORMAT, "an array without elements"},
        {"|u1", "4, 5", 19, AEVB_EFORMAT, "the file ends after 19"},
        {"|u1", "4, 5", 21, AEVB_EFORMAT, "1 bytes after the array"},
        {"|u1", "4294967296, 4294967296", 9, AEVB_EFORMAT, "product of the shape overflows"},
        {"|u1", "99999999999999999999, 2", 9, AEVB_EFORMAT, "a dimension beyond 2^64"},
        {"|u1", "1000000000000, 1", 9, AEVB_EFORMAT, "the file ends after"},
        {"|u1", "-4, 5", 20, AEVB_EFORMAT, "header"},
        {"|O", "4, 5", 20, AEVB_EUNSUPPORTED, "header"},
        {"<c16", "4, 5", 320, AEVB_EUNSUPPORTED, "header"},
        {"|u1", "4, 5), 'shape': (20", 20, AEVB_EFORMAT, "header"},
        {"__import__('os')", "4, 5", 20, AEVB_EUNSUPPORTED, "header"}};
    npy a;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        npy_begin(&a, cases[c].descr, 0, cases[c].shape);
        memset(a.bytes + a.n, 77, cases[c].bytes);
        a.n += cases[c].bytes;
        aevb_data data;
        aevb_error err = {0};
        temp_write(temp_path("h.npy"), a.bytes, a.n);
        aevb_status status = open_data(temp_path("h.npy"), 0, 1, &data, &err);
        cr_expect(status == cases[c].status || status == AEVB_EFORMAT, "case %zu: %s", c, err.message);
        cr_expect_not_null(strstr(err.message, cases[c].part), "case %zu: %s", c, err.message);
    }
    npy_make(&a, "<f4", 0);
    for (size_t cut = 6; cut < a.n; cut++)
        expect_refused("cut.npy", a.bytes, cut, AEVB_RANGE_UNIT, AEVB_EFORMAT, "cut.npy");
}

/* An NPZ of arrays of 20 x 2 x 2 bytes, and of 20 labels where the name is "y..." or "labels". */
static const char *npz_make(const char *name, const char *const *keys, size_t n)
{
    static npy arrays[8];
    tree_file files[8];
    static char names[8][80];
    for (size_t i = 0; i < n; i++) {
        int labels = keys[i][0] == 'y' || strcmp(keys[i], "labels") == 0;
        snprintf(names[i], sizeof names[i], "%s.npy", keys[i]);
        npy_begin(&arrays[i], "|u1", 0, labels ? "20," : "20, 2, 2");
        for (size_t k = 0; k < (labels ? 20 : 80); k++)
            npy_put(&arrays[i], "|u1", (double)((k + 50 * i) % 256));
        files[i] = (tree_file){.name = names[i], .bytes = arrays[i].bytes, .n = arrays[i].n};
    }
    return tree_write(TREE_ZIP, name, files, n);
}

Test(arrays, npz_members_by_their_names)
{
    static const struct {
        const char *keys[4];
        size_t n;
        int test, train_labels, test_labels;
        uint8_t row0, label0;
    } cases[] = {
        {{"x_train", "y_train", "x_test", "y_test"}, 4, 1, 1, 1, 0, 50},
        {{"y_test", "x_test", "y_train", "x_train"}, 4, 1, 1, 1, 150, 100},
        {{"x_test", "x_train"}, 2, 1, 0, 0, 50, 0}, {{"x_train", "y_train"}, 2, 0, 1, 1, 0, 50},
        {{"x_train", "x_test", "y_test", "other"}, 4, 1, 0, 1, 0, 0}, {{"labels", "images"}, 2, 0, 1, 1, 50, 0},
        {{"images"}, 1, 0, 0, 0, 0, 0}, {{"whatever"}, 1, 0, 0, 0, 0, 0}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        aevb_data data;
        aevb_error err = {0};
        const char *path = npz_make("a.npz", cases[c].keys, cases[c].n);
        cr_assert_eq(open_data(path, 0, 2, &data, &err), AEVB_OK, "case %zu: %s", c, err.message);
        cr_expect_str_eq(data.name, "npz");
        cr_assert(data.train->n == (cases[c].test ? 20 : 18) && data.train->image_rows == 2);
        cr_expect_eq(data.train->labels != NULL, cases[c].train_labels);
        cr_expect_eq(data.test->labels != NULL, cases[c].test_labels);
        for (size_t i = 0; i < data.train->n; i++) {
            size_t k = (uint8_t)(data.train->u8[4 * i] - cases[c].row0) / 4u; /* the row of the array */
            cr_expect(k < 20 && (!cases[c].test || k == i), "case %zu", c);
            if (cases[c].train_labels)
                cr_expect_eq(data.train->labels[i], k + cases[c].label0);
        }
        aevb_data_close(&data);
    }
}

Test(arrays, npz_refusals)
{
    static const char *const unknown[] = {"a", "b"}, *const twice[] = {"x_train", "x_train"};
    aevb_data data;
    aevb_error err = {0};
    cr_expect_eq(open_data(npz_make("u.npz", unknown, 2), 0, 1, &data, &err), AEVB_EFORMAT);
    cr_expect_not_null(strstr(err.message, "It has a, b; expected are x_train"), "%s", err.message);
    cr_expect_eq(open_data(npz_make("t.npz", twice, 2), 0, 1, &data, &err), AEVB_EFORMAT, "%s", err.message);
    cr_expect_not_null(strstr(err.message, "x_train.npy is there twice"), "%s", err.message);
    npy rows, labels;
    npy_make(&rows, "<f4", 1);
    npy_begin(&labels, "<f8", 0, "20,");
    for (size_t i = 0; i < 20; i++)
        npy_put(&labels, "<f8", i == 7 ? 2.5 : (double)i);
    tree_file files[] = {{"images.npy", rows.bytes, rows.n}, {"labels.npy", labels.bytes, labels.n}};
    cr_expect_eq(open_data(tree_write(TREE_ZIP, "l.npz", files, 2), 0, 1, &data, &err), AEVB_EDOMAIN);
    cr_expect_not_null(strstr(err.message, "labels.npy: element 7 is 2.5, no label"), "%s", err.message);
    npy_begin(&labels, "<f8", 0, "19,");
    labels.n += 19 * 8;
    files[1].n = labels.n;
    cr_expect_eq(open_data(tree_write(TREE_ZIP, "s.npz", files, 2), 0, 1, &data, &err), AEVB_ESHAPE);
    cr_expect_not_null(strstr(err.message, "19 labels in 1 dimensions for 20 rows"), "%s", err.message);
    files[0].name = "x_train.npy";
    files[1] = (tree_file){"x_test.npy", rows.bytes, 70};
    cr_expect_eq(open_data(tree_write(TREE_ZIP, "d.npz", files, 2), 0, 1, &data, &err), AEVB_EFORMAT);
    cr_expect_not_null(strstr(err.message, "d.npz: x_test.npy: "), "%s", err.message);
}

/* Labels of any integer type, as NumPy makes them by default; rows are no integers but bytes. [DATA.8] */
Test(arrays, npz_labels_of_integers)
{
    static const char *const types[] = {"|i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8", "<u2", ">u4", "<u4", "<u8"};
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
        for (int negative = 0; negative < 2; negative++) {
            const unsigned width = (unsigned)(types[t][2] - '0');
            npy rows, labels;
            npy_make(&rows, "|u1", 0);
            npy_begin(&labels, types[t], 0, "20,");
            for (uint64_t i = 0; i < 20; i++)
                for (unsigned k = 0; k < width; k++) {
                    const uint64_t label = negative && i == 7 ? (uint64_t)-3 : i == 5 && width > 1 ? 300 : i;
                    labels.bytes[labels.n++] = (unsigned char)(label >> 8 * (types[t][0] == '>' ? width - 1 - k : k));
                }
            tree_file files[] = {{"x_train.npy", rows.bytes, rows.n}, {"y_train.npy", labels.bytes, labels.n},
                                 {"x_test.npy", rows.bytes, rows.n}};
            aevb_data data;
            aevb_error err = {0};
            aevb_status status = open_data(tree_write(TREE_ZIP, "i.npz", files, 3), 0, 1, &data, &err);
            if (negative && (types[t][1] == 'i' || width == 8)) {
                cr_expect_eq(status, AEVB_EDOMAIN, "%s", types[t]);
                cr_expect_not_null(strstr(err.message, types[t][1] == 'i' ? "element 7 is -3, no label"
                                                                          : "element 7 is 1.84467e+19, no label"));
                continue;
            }
            cr_assert_eq(status, AEVB_OK, "%s: %s", types[t], err.message);
            for (uint32_t i = 0; i < 20; i++)
                cr_expect_eq(data.train->labels[i], negative && i == 7 ? (width == 2 ? 65533 : 4294967293u)
                                                    : i == 5 && width > 1 ? 300 : i, "%s, label %u", types[t], i);
            aevb_data_close(&data);
        }
    npy rows;
    npy_make(&rows, "<u2", 0);
    expect_refused("u2.npy", rows.bytes, rows.n, AEVB_RANGE_UNIT, AEVB_EUNSUPPORTED, "dtype \"<u2\"; |u1 and floats");
}

Test(arrays, npz_reports_exhausted_memory_at_every_allocation)
{
    static const char *const keys[] = {"x_train", "y_train", "x_test", "y_test"};
    const char *path = npz_make("m.npz", keys, 4);
    aevb_status status = AEVB_ENOMEM;
    size_t failures = 0;
    for (size_t n = 1; n < 1000 && status == AEVB_ENOMEM; n++) {
        aevb_data data;
        aevb_alloc_fail_after(n);
        status = open_data(path, 0, 1, &data, NULL);
        aevb_alloc_fail_after(0);
        failures += status == AEVB_ENOMEM;
        if (status == AEVB_OK)
            aevb_data_close(&data);
    }
    cr_expect_eq(status, AEVB_OK);
    cr_expect_geq(failures, 30);
}
