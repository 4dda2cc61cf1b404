/* SPDX-License-Identifier: GPL-3.0-or-later
 * NPY arrays from strangers: versions, orders, types and byte orders as NEP 1 has them; malformed ones are refused. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/npy_read.h"
#include "leaks.h"
#include "temp_files.h"

TestSuite(npy_read, .fini = no_leaks);

typedef struct bytes { unsigned char at[4096]; size_t n; } bytes;

static void add(bytes *b, const void *data, size_t n)
{
    cr_assert_leq(b->n + n, sizeof b->at);
    memcpy(b->at + b->n, data, n);
    b->n += n;
}

/* An NPY file of a version around a dictionary and data. */
static bytes npy_file(int version, const char *dict, const void *data, size_t n)
{
    bytes b = {.n = 0};
    const size_t length = strlen(dict);
    const unsigned char size[4] = {(unsigned char)(length & 0xff), (unsigned char)(length >> 8), 0, 0};
    const unsigned char v[2] = {(unsigned char)version, 0};
    add(&b, "\x93NUMPY", 6);
    add(&b, v, 2);
    add(&b, size, version == 1 ? 2 : 4);
    add(&b, dict, length);
    add(&b, data, n);
    return b;
}

static aevb_status open_bytes(const bytes *b, aevb_npy *npy, aevb_error *err)
{
    aevb_file_in *in = NULL;
    cr_assert_eq(aevb_file_in_memory("x.npy", b->at, b->n, &in, err), AEVB_OK);
    aevb_status status = aevb_npy_open(in, npy, err);
    aevb_file_in_close(in);
    return status;
}

static void expect_values(const bytes *b, const double *want, size_t n)
{
    aevb_file_in *in = NULL;
    aevb_error err;
    aevb_npy npy;
    double got[64];
    cr_assert_eq(aevb_file_in_memory("x.npy", b->at, b->n, &in, &err), AEVB_OK);
    cr_assert_eq(aevb_npy_open(in, &npy, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(npy.count, n);
    cr_assert_eq(npy.rows * npy.row, n);
    cr_assert_eq(aevb_npy_rows_f64(in, &npy, 0, npy.rows, got, &err), AEVB_OK, "%s", err.message);
    for (size_t i = 0; i < n; i++)
        cr_expect(memcmp(&got[i], &want[i], sizeof got[i]) == 0, "element %zu is %g, not %g", i, got[i], want[i]);
    for (uint64_t row = 0; row < npy.rows; row++) { /* each row alone gives the same */
        cr_assert_eq(aevb_npy_rows_f64(in, &npy, row, 1, got, &err), AEVB_OK);
        for (uint64_t i = 0; i < npy.row; i++)
            cr_expect(memcmp(&got[i], &want[row * npy.row + i], sizeof got[i]) == 0);
    }
    cr_expect_eq(aevb_npy_rows_f64(in, &npy, npy.rows, 1, got, &err), AEVB_EINVAL);
    aevb_file_in_close(in);
}

Test(npy_read, versions_and_types)
{
    const unsigned char f8[] = {0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0};
    const unsigned char f8_big[] = {0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0};
    const unsigned char f4[] = {0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0}, f4_big[] = {0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0};
    const unsigned char f2[] = {0, 0x3c, 0, 0xc0}, f2_big[] = {0x3c, 0, 0xc0, 0};
    const double want[] = {1.0, -2.0};
    for (int version = 1; version <= 3; version++) {
        const struct { const char *descr; const void *data; size_t n; } cases[] = {
            {"<f8", f8, 16}, {">f8", f8_big, 16}, {"<f4", f4, 8}, {">f4", f4_big, 8}, {"<f2", f2, 4},
            {">f2", f2_big, 4}};
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            char dict[128];
            snprintf(dict, sizeof dict, "{'descr': '%s', 'fortran_order': False, 'shape': (2,), }    \n",
                     cases[i].descr);
            bytes b = npy_file(version, dict, cases[i].data, cases[i].n);
            expect_values(&b, want, 2);
        }
    }
}

Test(npy_read, bytes_and_scalars)
{
    bytes b = npy_file(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1), }\n", "\x00\x80\xff", 3);
    expect_values(&b, (const double[]){0, 128, 255}, 3);
    b = npy_file(1, "{'shape':(),\"descr\":\"|u1\",'fortran_order':True}", "\x07", 1);
    expect_values(&b, (const double[]){7}, 1);
    b = npy_file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 5), }\n", "", 0);
    expect_values(&b, NULL, 0);
    b = npy_file(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 1L), }\n", "\x01\x02", 2);
    expect_values(&b, (const double[]){1, 2}, 2);
}

/* Element (i, j, k) of shape (2, 3, 4) is 100 i + 10 j + k; in Fortran order the first index moves fastest. */
Test(npy_read, fortran_order)
{
    unsigned char c_order[24], f_order[24], got[24];
    double want[24];
    for (unsigned i = 0; i < 2; i++)
        for (unsigned j = 0; j < 3; j++)
            for (unsigned k = 0; k < 4; k++) {
                c_order[(i * 3 + j) * 4 + k] = (unsigned char)(100 * i + 10 * j + k);
                f_order[i + 2 * (j + 3 * k)] = (unsigned char)(100 * i + 10 * j + k);
                want[(i * 3 + j) * 4 + k] = 100 * i + 10 * j + k;
            }
    bytes b = npy_file(2, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }\n", f_order, 24);
    expect_values(&b, want, 24);
    aevb_file_in *in = NULL;
    aevb_npy npy;
    cr_assert_eq(aevb_file_in_memory("x", b.at, b.n, &in, NULL), AEVB_OK);
    cr_assert_eq(aevb_npy_open(in, &npy, NULL), AEVB_OK);
    cr_assert_eq(aevb_npy_rows_u8(in, &npy, 0, 2, got, NULL), AEVB_OK);
    cr_expect(memcmp(got, c_order, 24) == 0);
    aevb_file_in_close(in);
    b = npy_file(1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 4), }\n", c_order, 24);
    expect_values(&b, want, 24);
}

/* Long enough that one row of chunks does not hold it; read from a file. */
Test(npy_read, larger_than_a_chunk)
{
    enum { ROWS = 20000, COLS = 3 };
    const char *dict = "{'descr': '<f4', 'fortran_order': True, 'shape': (20000, 3), }\n";
    const size_t head = 10 + strlen(dict), n = head + ROWS * COLS * 4;
    unsigned char *file = calloc(n, 1);
    double *got = calloc(ROWS * COLS, sizeof *got);
    bytes start = npy_file(1, dict, "", 0);
    memcpy(file, start.at, head);
    for (size_t i = 0; i < ROWS * COLS; i++) {
        float value = (float)i;
        memcpy(file + head + 4 * i, &value, 4); /* this machine is little-endian, as all that run the tests */
    }
    temp_write(temp_path("big.npy"), file, n);
    aevb_file_in *in = NULL;
    aevb_npy npy;
    aevb_error err;
    cr_assert_eq(aevb_file_in_open(temp_path("big.npy"), &in, &err), AEVB_OK);
    cr_assert_eq(aevb_npy_open(in, &npy, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_npy_rows_f64(in, &npy, 0, ROWS, got, &err), AEVB_OK);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t j = 0; j < COLS; j++)
            cr_assert_eq(got[i * COLS + j], (double)(j * ROWS + i));
    aevb_file_in_close(in);
    free(file);
    free(got);
}

#define DICT(descr, shape) "{'descr': " descr ", 'fortran_order': False, 'shape': " shape ", }\n"

static const struct bad {
    const char *dict;
    size_t data;
    aevb_status status;
    const char *message;
} bads[] = {
    {"", 2, AEVB_EFORMAT, "header byte 0: '{' expected"},
    {"{", 1, AEVB_EFORMAT, "a quoted string expected"},
    {"{}", 0, AEVB_EFORMAT, "not all of descr"},
    {"{'descr': '|u1', 'shape': (1,)}", 1, AEVB_EFORMAT, "not all of descr"},
    {"{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", 1, AEVB_EFORMAT, "'descr' twice"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'x': 1}", 1, AEVB_EFORMAT, "unknown key 'x'"},
    {"{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}", 1, AEVB_EFORMAT, "True or False expected"},
    {"{'descr': '|u1' 'fortran_order': False, 'shape': (1,)}", 1, AEVB_EFORMAT, "',' or '}' expected"},
    {"{'descr'= '|u1'}", 1, AEVB_EFORMAT, "':' expected"},
    {"{'descr': '|u1}", 1, AEVB_EFORMAT, "a string without end"},
    {"{'des\\x63r': '|u1'}", 1, AEVB_EFORMAT, "character 0x5c in a string"},
    {DICT("'|u1'", "[1]"), 1, AEVB_EFORMAT, "'(' expected"},
    {DICT("'|u1'", "(1)"), 1, AEVB_EFORMAT, "',' expected in a tuple"},
    {DICT("'|u1'", "(1 1)"), 1, AEVB_EFORMAT, "',' expected in a tuple"},
    {DICT("'|u1'", "(-1,)"), 1, AEVB_EFORMAT, "a dimension (digits) expected"},
    {DICT("'|u1'", "(01,)"), 1, AEVB_EFORMAT, "leading zeros"},
    {DICT("'|u1'", "(__import__('os'),)"), 1, AEVB_EFORMAT, "a dimension (digits) expected"},
    {DICT("'|u1'", "(18446744073709551616,)"), 1, AEVB_EFORMAT, "beyond 2^64"},
    {DICT("'|u1'", "(4294967296, 4294967296)"), 0, AEVB_EFORMAT, "product of the shape overflows"},
    {DICT("'|u1'", "(0, 4294967296, 4294967296)"), 0, AEVB_EFORMAT, "product of the shape overflows"},
    {DICT("'<f8'", "(2305843009213693952,)"), 0, AEVB_EFORMAT, "the file ends after 0"},
    {DICT("'|u1'", "(1,1,1,1,1,1,1,1,1)"), 1, AEVB_EUNSUPPORTED, "more than 8 dimensions"},
    {DICT("'|u1'", "(3,)"), 2, AEVB_EFORMAT, "the shape has 3 elements of 1 bytes, the file ends after 2"},
    {DICT("'|u1'", "(3,)"), 4, AEVB_EFORMAT, "1 bytes after the array"},
    {DICT("'<f8'", "(1,)"), 7, AEVB_EFORMAT, "the file ends after 0"},
    {DICT("'|O'", "(1,)"), 8, AEVB_EUNSUPPORTED, "holds Python objects (a pickle), which are never loaded"},
    {DICT("'|i1'", "(1,)"), 1, AEVB_EUNSUPPORTED, "dtype \"|i1\""},
    {DICT("'|b1'", "(1,)"), 1, AEVB_EUNSUPPORTED, "dtype \"|b1\""},
    {DICT("'<i8'", "(1,)"), 8, AEVB_EUNSUPPORTED, "dtype \"<i8\""},
    {DICT("'<c8'", "(1,)"), 8, AEVB_EUNSUPPORTED, "dtype \"<c8\""},
    {DICT("'|f8'", "(1,)"), 8, AEVB_EUNSUPPORTED, "dtype \"|f8\""},
    {DICT("''", "(1,)"), 8, AEVB_EUNSUPPORTED, "dtype \"\""},
    {DICT("[('a', '<f4')]", "(1,)"), 4, AEVB_EUNSUPPORTED, "a structured array"},
    {DICT("'>u1'", "(1,)"), 2, AEVB_EFORMAT, "1 bytes after the array"},
    {DICT("'=f8'", "(1,)"), 8, AEVB_EUNSUPPORTED, "dtype \"=f8\""},
    {DICT("'|u1'", "(1"), 1, AEVB_EFORMAT, "a dimension (digits) expected"},
    {DICT("'|u1'", "(2L,)"), 2, AEVB_OK, ""}, /* as Python 2 wrote them */
    {DICT("'|u1'", "(1/,)"), 1, AEVB_EFORMAT, "',' expected in a tuple"},
    {DICT("'|u1'", "(1:,)"), 1, AEVB_EFORMAT, "',' expected in a tuple"},
    {"{'descr': '|u1', 'shape': (1", 1, AEVB_EFORMAT, "',' expected in a tuple"},
    {"{'descr': '|u1', 'shape': (1,", 1, AEVB_EFORMAT, "a dimension (digits) expected"},
    {"{'descr': '|u1', 'fortran_order': Tru", 1, AEVB_EFORMAT, "True or False expected"},
    {"{'descr': '|u1', 'fortran_order': F", 1, AEVB_EFORMAT, "True or False expected"},
    {"{'de\tscr': '|u1'}", 1, AEVB_EFORMAT, "character 0x09 in a string"},
    {"{'de\x7fscr': '|u1'}", 1, AEVB_EFORMAT, "character 0x7f in a string"},
    {"{'a_key_that_is_longer_than_any_of_ours': '|u1'}", 1, AEVB_EFORMAT, "a string of 37 characters is too long"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", 1, AEVB_OK, ""}, /* without a newline */
    {DICT("'|u1'", "(1,)") "x", 1, AEVB_EFORMAT, "more after the dictionary"},
    {DICT("'|u1'", "(1,)") "\n", 1, AEVB_EFORMAT, "more after the dictionary"},
};

Test(npy_read, malformed)
{
    const unsigned char zeros[16] = {0};
    for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
        aevb_npy npy = {.count = 77};
        aevb_error err = {.message = ""};
        bytes b = npy_file(1, bads[i].dict, zeros, bads[i].data);
        cr_expect_eq(open_bytes(&b, &npy, &err), bads[i].status, "%s: %s", bads[i].dict, err.message);
        cr_expect(strstr(err.message, bads[i].message) != NULL, "%s: '%s'", bads[i].dict, err.message);
        cr_expect(npy.count == 77 || bads[i].status == AEVB_OK, "output touched");
    }
}

Test(npy_read, malformed_prefix)
{
    const char *dict = DICT("'|u1'", "(1,)");
    aevb_npy npy;
    aevb_error err;
    bytes b = npy_file(1, dict, "x", 1);
    for (size_t n = 0; n < b.n; n++) {
        bytes cut = b;
        cut.n = n;
        cr_expect_eq(open_bytes(&cut, &npy, &err), AEVB_EFORMAT, "%zu bytes", n);
    }
    b.at[0] = 0x94;
    cr_expect_eq(open_bytes(&b, &npy, &err), AEVB_EFORMAT);
    b = npy_file(4, dict, "x", 1);
    cr_expect_eq(open_bytes(&b, &npy, &err), AEVB_EUNSUPPORTED);
    b = npy_file(1, dict, "x", 1);
    b.at[6] = 0;
    cr_expect_eq(open_bytes(&b, &npy, &err), AEVB_EUNSUPPORTED);
    cr_expect(strstr(err.message, "NPY version 0.0; 1.0, 2.0 and 3.0 are read") != NULL, "%s", err.message);
    b.at[6] = b.at[7] = 1;
    cr_expect_eq(open_bytes(&b, &npy, &err), AEVB_EUNSUPPORTED);
    cr_expect(strstr(err.message, "NPY version 1.1") != NULL, "%s", err.message);
    b = npy_file(2, dict, "x", 1);
    b.at[11] = 0xff;
    cr_expect_eq(open_bytes(&b, &npy, &err), AEVB_EFORMAT);
    cr_expect(strstr(err.message, "beyond the end of the file") != NULL, "%s", err.message);
}

/* A header of 2^20 bytes is read, one of a byte more is not. */
Test(npy_read, longest_header)
{
    enum { LONGEST = 1 << 20 };
    static char file[12 + LONGEST + 2];
    aevb_npy npy;
    aevb_error err = {.message = ""};
    for (int more = 0; more < 2; more++) {
        aevb_file_in *in = NULL;
        const unsigned length = LONGEST + (unsigned)more;
        memset(file, ' ', sizeof file);
        memcpy(file, "\x93NUMPY\2", 8);
        for (int i = 0; i < 4; i++)
            file[8 + i] = (char)(length >> 8 * i & 255);
        memcpy(file + 12, DICT("'|u1'", "(1,)"), sizeof DICT("'|u1'", "(1,)") - 2);
        cr_assert_eq(aevb_file_in_memory("m", file, 12 + length + 1, &in, &err), AEVB_OK);
        cr_expect_eq(aevb_npy_open(in, &npy, &err), more ? AEVB_EUNSUPPORTED : AEVB_OK, "%s", err.message);
        cr_expect(!more || strcmp(err.message, "m: header length 1048577 is above 1048576") == 0, "%s", err.message);
        aevb_file_in_close(in);
    }
}

Test(npy_read, rows_that_are_not_there)
{
    double reals[2];
    unsigned char small[2];
    aevb_npy npy;
    aevb_error err = {.message = ""};
    bytes b = npy_file(1, DICT("'<f4'", "(2, 1)"), "\0\0\0\0\0\0\0\0", 8);
    aevb_file_in *in = NULL;
    cr_assert_eq(aevb_file_in_memory("m", b.at, b.n, &in, &err), AEVB_OK);
    cr_assert_eq(aevb_npy_open(in, &npy, &err), AEVB_OK, "%s", err.message);
    cr_expect_eq(aevb_npy_rows_f64(in, &npy, 3, 0, reals, &err), AEVB_EINVAL);
    cr_expect_str_eq(err.message, "m: has 2 rows, not 0 from 3 on");
    cr_expect_eq(aevb_npy_rows_f64(in, &npy, 1, 2, reals, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_npy_rows_f64(in, &npy, 2, 0, reals, &err), AEVB_OK);
    cr_expect_eq(aevb_npy_rows_u8(in, &npy, 0, 2, small, &err), AEVB_EINVAL);
    cr_expect_str_eq(err.message, "m: elements are <f4, not bytes");
    aevb_file_in_close(in);
}

Test(npy_read, shrinks)
{
    bytes b = npy_file(1, DICT("'|u1'", "(4,)"), "abcd", 4);
    unsigned char got[4];
    aevb_file_in *in = NULL;
    aevb_npy npy;
    aevb_error err;
    temp_write(temp_path("s.npy"), b.at, b.n);
    cr_assert_eq(aevb_file_in_open(temp_path("s.npy"), &in, &err), AEVB_OK);
    cr_assert_eq(aevb_npy_open(in, &npy, &err), AEVB_OK);
    temp_write(temp_path("s.npy"), b.at, b.n - 2);
    cr_expect_eq(aevb_npy_rows_u8(in, &npy, 0, 4, got, &err), AEVB_EIO);
    cr_expect(strstr(err.message, "it shrank while being read") != NULL, "%s", err.message);
    aevb_file_in_close(in);
}
