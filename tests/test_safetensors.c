/* SPDX-License-Identifier: GPL-3.0-or-later
 * Safetensors: what is written is read back to the bit, every dtype is converted exactly, bad arguments fail. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aevb/format.h"
#include "aevb/rng.h"
#include "alloc.h"
#include "leaks.h"
#include "st_bytes.h"
#include "temp_files.h"

TestSuite(safetensors, .fini = no_leaks);

static aevb_safetensors *open_ok(const char *path)
{
    aevb_error err = {0};
    aevb_safetensors *file = NULL;
    cr_assert_eq(aevb_safetensors_open(path, NULL, &file, &err), AEVB_OK, "%s", err.message);
    return file;
}

/* Every element of a hand-made one-dimensional tensor. */
static void expect_values(const char *dtype, size_t size, size_t n, const void *bytes, const double *expected)
{
    char header[200];
    double *out = malloc(n * sizeof *out);
    snprintf(header, sizeof header, "{\"t\":{\"dtype\":\"%s\",\"shape\":[%zu],\"data_offsets\":[0,%zu]}}", dtype, n,
             n * size);
    st_write(temp_path("v"), NULL, header, strlen(header), bytes, n * size);
    aevb_safetensors *file = open_ok(temp_path("v"));
    const aevb_stored_tensor *t = aevb_safetensors_find(file, "t");
    cr_assert_not_null(t);
    cr_expect_str_eq(t->dtype_name, dtype);
    aevb_error err = {0};
    cr_assert_eq(aevb_safetensors_read(file, t, out, &err), AEVB_OK, "%s", err.message);
    for (size_t i = 0; i < n; i++)
        cr_expect(memcmp(&out[i], &expected[i], sizeof *out) == 0, "%s[%zu]: %a, not %a", dtype, i, out[i],
                  expected[i]);
    aevb_safetensors_close(file);
    free(out);
}

Test(safetensors, converts_every_real_dtype_exactly)
{
    static const unsigned char f16[] = {0, 0x3c, 1, 0, 0xff, 0x03, 0, 0x04, 0xff, 0x7b, 0, 0x80, 0, 0xc0, 0x55, 0x35};
    expect_values("F16", 2, 8, f16, (double[]){1.0, 0x1p-24, 0x3ffp-24, 0x1p-14, 65504.0, -0.0, -2.0, 0x1.554p-2});
    static const unsigned char bf16[] = {0x80, 0x3f, 1, 0, 0x7f, 0x7f, 0, 0x80, 0x49, 0xc0};
    expect_values("BF16", 2, 5, bf16, (double[]){1.0, 0x1p-133, 0x1.fep127, -0.0, -0x1.92p1});
    static const unsigned char f32[] = {0, 0, 0x80, 0x3f, 1, 0, 0, 0, 0xff, 0xff, 0x7f, 0x7f, 0, 0, 0, 0x80};
    expect_values("F32", 4, 4, f32, (double[]){1.0, 0x1p-149, 0x1.fffffep127, -0.0});
    static const unsigned char f64[] = {0x18, 0x2d, 0x44, 0x54, 0xfb, 0x21, 9, 0xc0, 1, 0, 0, 0, 0, 0, 0, 0,
                                        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xef, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0x80};
    expect_values("F64", 8, 4, f64, (double[]){-0x1.921fb54442d18p1, 0x1p-1074, DBL_MAX, -0.0});
}

Test(safetensors, names_the_element_that_is_not_finite_and_leaves_the_output_alone)
{
    static const struct {
        const char *dtype;
        size_t size;
        unsigned char bytes[8];
        const char *what;
    } cases[] = {
        {"F16", 2, {0, 0x7c}, "infinite"}, {"F16", 2, {0, 0xfc}, "infinite"}, {"F16", 2, {1, 0x7c}, "NaN"},
        {"BF16", 2, {0x80, 0x7f}, "infinite"}, {"BF16", 2, {0x81, 0xff}, "NaN"},
        {"F32", 4, {0, 0, 0x80, 0xff}, "infinite"}, {"F32", 4, {1, 0, 0x80, 0x7f}, "NaN"},
        {"F64", 8, {0, 0, 0, 0, 0, 0, 0xf0, 0x7f}, "infinite"}, {"F64", 8, {1, 0, 0, 0, 0, 0, 0xf0, 0xff}, "NaN"},
    };
    enum { N = 20000, AT = 17001 };
    static double out[N];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char header[200], expected[100];
        unsigned char *bytes = calloc(N, cases[i].size);
        memcpy(bytes + AT * cases[i].size, cases[i].bytes, cases[i].size);
        snprintf(header, sizeof header, "{\"w\":{\"dtype\":\"%s\",\"shape\":[200,100],\"data_offsets\":[0,%zu]}}",
                 cases[i].dtype, N * cases[i].size);
        st_write(temp_path("n"), NULL, header, strlen(header), bytes, N * cases[i].size);
        free(bytes);
        aevb_safetensors *file = open_ok(temp_path("n"));
        aevb_error err = {0};
        for (size_t k = 0; k < N; k++)
            out[k] = 7.0;
        cr_expect_eq(aevb_safetensors_read(file, aevb_safetensors_tensor(file, 0), out, &err), AEVB_EFORMAT);
        snprintf(expected, sizeof expected, "n: tensor \"w\": element 17001 is %s", cases[i].what);
        cr_expect(strstr(err.message, expected) != NULL, "%s", err.message);
        for (size_t k = 0; k < N; k++)
            cr_assert_eq(out[k], 7.0);
        aevb_safetensors_close(file);
    }
}

Test(safetensors, lists_every_dtype_sorted_by_offset_with_metadata_in_order)
{
    static const char header[] =
        "{\"z\":{\"shape\":[],\"data_offsets\":[0,1],\"dtype\":\"BOOL\"},"
        "\"empty\":{\"dtype\":\"F64\",\"shape\":[3,0],\"data_offsets\":[2,2]},"
        "\"y\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]},"
        "\"__metadata__\":{\"b\":\"2\",\"a\":\"\\u00e9\",\"\":\"\"},"
        "\"i64\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[40,48]},"
        "\"u64\":{\"dtype\":\"U64\",\"shape\":[1],\"data_offsets\":[48,56]},"
        "\"i8\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[2,4]},"
        "\"e5\":{\"dtype\":\"F8_E5M2\",\"shape\":[2],\"data_offsets\":[4,6]},"
        "\"e4\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[6,8]},"
        "\"i16\":{\"dtype\":\"I16\",\"shape\":[2],\"data_offsets\":[8,12]},"
        "\"u16\":{\"dtype\":\"U16\",\"shape\":[2],\"data_offsets\":[12,16]},"
        "\"i32\":{\"dtype\":\"I32\",\"shape\":[2,1],\"data_offsets\":[16,24]},"
        "\"u32\":{\"dtype\":\"U32\",\"shape\":[2],\"data_offsets\":[24,32]},"
        "\"\":{\"dtype\":\"F64\",\"shape\":[1,1,1,1,1,1,1,1],\"data_offsets\":[32,40]}} ";
    static const char *const order[] = {"z", "y", "empty", "i8", "e5", "e4", "i16", "u16", "i32", "u32", "", "i64",
                                        "u64"};
    st_write(temp_path("d"), NULL, header, strlen(header), NULL, 56);
    aevb_safetensors *file = open_ok(temp_path("d"));
    cr_assert_eq(aevb_safetensors_count(file), sizeof order / sizeof order[0]);
    double out = 5.0;
    aevb_error err = {0};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const aevb_stored_tensor *t = aevb_safetensors_tensor(file, i);
        cr_expect_str_eq(t->name, order[i]);
        cr_expect_eq(aevb_safetensors_find(file, order[i]), t);
        cr_expect_eq(aevb_safetensors_read(file, t, &out, &err),
                     t->dtype == AEVB_DTYPE_OTHER ? AEVB_EUNSUPPORTED : AEVB_OK, "%s", err.message);
    }
    cr_expect(strstr(err.message, "d: tensor \"u64\": dtype U64") != NULL, "%s", err.message);
    cr_expect_eq(out, 0.0);
    const aevb_stored_tensor *i32 = aevb_safetensors_find(file, "i32");
    cr_expect(i32->ndim == 2 && i32->shape[0] == 2 && i32->shape[1] == 1 && i32->count == 2 && i32->begin == 16 &&
              i32->end == 24);
    cr_expect_null(aevb_safetensors_tensor(file, 13));
    cr_expect_null(aevb_safetensors_find(file, "__metadata__"));
    cr_assert_eq(aevb_safetensors_n_metadata(file), 3);
    cr_expect_str_eq(aevb_safetensors_metadata_key(file, 0), "b");
    cr_expect_str_eq(aevb_safetensors_metadata_key(file, 2), "");
    cr_expect_null(aevb_safetensors_metadata_key(file, 3));
    cr_expect_str_eq(aevb_safetensors_metadata(file, "a"), "\xc3\xa9");
    cr_expect_null(aevb_safetensors_metadata(file, "c"));
    aevb_safetensors_close(file);

    st_write(temp_path("e"), NULL, "{}", 2, NULL, 0);
    file = open_ok(temp_path("e"));
    cr_expect(aevb_safetensors_count(file) == 0 && aevb_safetensors_n_metadata(file) == 0);
    cr_expect_null(aevb_safetensors_metadata(file, "a"));
    aevb_safetensors_close(file);
    aevb_safetensors_close(NULL);
}

enum { ROWS = 123, COLS = 77 };

static void fill(double *w, uint64_t stream, int f32)
{
    for (size_t i = 0; i < ROWS * COLS; i++) {
        uint64_t bits = (uint64_t)(aevb_uniform(1, stream, i) * 0x1p52) << 12 | (i & 0xfff);
        memcpy(&w[i], &bits, sizeof bits);
        if (!isfinite(w[i]) || (f32 && fabs(w[i]) > (double)FLT_MAX))
            w[i] = -0.0;
        if (f32)
            w[i] = (double)(float)w[i];
    }
}

Test(safetensors, round_trip_to_the_bit)
{
    static double w64[ROWS * COLS], w32[ROWS * COLS], back[ROWS * COLS];
    const double scalar = 0x1.123456789abcdp-1022;
    fill(w64, aevb_stream(AEVB_STREAM_TEST, 1), 0);
    fill(w32, aevb_stream(AEVB_STREAM_TEST, 2), 1);
    const aevb_tensor_out tensors[] = {
        {"scalar", AEVB_DTYPE_F64, 0, {0, 0}, &scalar},
        {"a \"name\"\\\n\xc3\xa9", AEVB_DTYPE_F64, 2, {ROWS, COLS}, w64},
        {"none", AEVB_DTYPE_F64, 2, {5, 0}, NULL},
        {"w32", AEVB_DTYPE_F32, 1, {ROWS * COLS, 0}, w32},
    };
    const aevb_metadata_out metadata[] = {{"format", "pt"}, {"k\xc3\xa9y", "line\n\"two\""}};
    aevb_error err = {0};
    cr_assert_eq(aevb_safetensors_write(temp_path("r"), tensors, 4, metadata, 2, &err), AEVB_OK, "%s", err.message);

    size_t n;
    unsigned char *bytes = temp_read(temp_path("r"), &n);
    size_t length = bytes[0] + 256u * bytes[1];
    cr_expect(length % 8 == 0 && n == 8 + length + 8 + sizeof w64 + sizeof w32 / 2);
    static const char begin[] = "{\"__metadata__\":{\"format\":\"pt\",\"k\xc3\xa9y\":\"line\\n\\\"two\\\"\"},"
                                "\"scalar\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]},";
    cr_expect(memcmp(bytes + 8, begin, strlen(begin)) == 0, "%.*s", (int)length, (char *)bytes + 8);
    free(bytes);

    aevb_safetensors *file = open_ok(temp_path("r"));
    cr_assert_eq(aevb_safetensors_count(file), 4);
    for (size_t i = 0; i < 4; i++) {
        const aevb_stored_tensor *t = aevb_safetensors_tensor(file, i);
        cr_expect_str_eq(t->name, tensors[i].name);
        cr_expect_eq(t->ndim, tensors[i].ndim);
        cr_assert_eq(aevb_safetensors_read(file, t, t->count == 0 ? NULL : back, &err), AEVB_OK, "%s", err.message);
        cr_expect(t->count == 0 || memcmp(back, tensors[i].data, (size_t)t->count * sizeof *back) == 0, "%s",
                  t->name);
    }
    cr_expect_str_eq(aevb_safetensors_metadata(file, "k\xc3\xa9y"), "line\n\"two\"");
    aevb_safetensors_close(file);
}

static void expect_write(aevb_status status, const aevb_tensor_out *tensors, size_t n, const aevb_metadata_out *meta,
                         size_t n_meta, const char *what)
{
    aevb_error err = {0};
    cr_expect_eq(aevb_safetensors_write(temp_path("w"), tensors, n, meta, n_meta, &err), status, "%s: %s", what,
                 err.message);
    cr_expect(strstr(err.message, what) != NULL, "%s, not %s", err.message, what);
    cr_expect_eq(temp_count(), 0);
}

Test(safetensors, the_writer_refuses_what_it_could_not_read_back)
{
    const double x[3] = {1.0, 0.1, (double)NAN}, big = 1e39, tiny = 0x1p-150, y[2] = {0.5, (double)-INFINITY};
#define WRITE(status, what, ...) expect_write(status, &(aevb_tensor_out){__VA_ARGS__}, 1, NULL, 0, what)
    WRITE(AEVB_EDOMAIN, "w: tensor \"t\": element 2 is not finite", "t", AEVB_DTYPE_F64, 1, {3}, x);
    WRITE(AEVB_EDOMAIN, "w: tensor \"t\": element 1 is not finite", "t", AEVB_DTYPE_F32, 1, {2}, y);
    WRITE(AEVB_EDOMAIN, "w: tensor \"t\": element 1 is 0.10000000000000001, which F32", "t", AEVB_DTYPE_F32, 1, {2},
          x);
    WRITE(AEVB_EDOMAIN, "element 0 is 9.9999999999999994e+38, which F32", "t", AEVB_DTYPE_F32, 0, {0}, &big);
    WRITE(AEVB_EDOMAIN, "which F32 does not hold", "t", AEVB_DTYPE_F32, 0, {0}, &tiny);
    WRITE(AEVB_EINVAL, "w: tensor \"t\": dtype is neither", "t", AEVB_DTYPE_F16, 0, {0}, x);
    WRITE(AEVB_EINVAL, "w: tensor \"t\": 3 dimensions", "t", AEVB_DTYPE_F64, 3, {1, 1}, x);
    WRITE(AEVB_EINVAL, "w: tensor \"t\": no data", "t", AEVB_DTYPE_F64, 1, {1}, NULL);
    WRITE(AEVB_ENOMEM, "w: tensor \"t\": its size overflows", "t", AEVB_DTYPE_F64, 2, {SIZE_MAX, 2}, x);
    WRITE(AEVB_ENOMEM, "w: tensor \"t\": its size overflows", "t", AEVB_DTYPE_F64, 2, {0, SIZE_MAX}, x);
    WRITE(AEVB_EINVAL, "w: tensor 0 has no usable name", "__metadata__", AEVB_DTYPE_F64, 0, {0}, x);
    WRITE(AEVB_EINVAL, "w: tensor 0 has no usable name", NULL, AEVB_DTYPE_F64, 0, {0}, x);
    WRITE(AEVB_EINVAL, "is not UTF-8", "t\xff", AEVB_DTYPE_F64, 0, {0}, x);
#undef WRITE
    const aevb_tensor_out twice[] = {{"t", AEVB_DTYPE_F64, 0, {0}, x}, {"t", AEVB_DTYPE_F64, 0, {0}, x}};
    expect_write(AEVB_EINVAL, twice, 2, NULL, 0, "w: \"t\" twice");
    const aevb_tensor_out odd[] = {{"a", AEVB_DTYPE_F32, 0, {0}, x}, {"b", AEVB_DTYPE_F64, 0, {0}, x}};
    expect_write(AEVB_EINVAL, odd, 2, NULL, 0, "w: tensor \"b\": not aligned");
    const aevb_metadata_out bad[] = {{"k", "v"}, {"k", "w"}, {"\xc0", "v"}, {"k", "\x80"}, {NULL, "v"}, {"k", NULL}};
    expect_write(AEVB_EINVAL, NULL, 0, bad, 2, "w: \"k\" twice");
    expect_write(AEVB_EINVAL, NULL, 0, bad + 2, 1, "is not UTF-8");
    expect_write(AEVB_EINVAL, NULL, 0, bad + 3, 1, "is not UTF-8");
    expect_write(AEVB_EINVAL, NULL, 0, bad + 4, 1, "w: metadata 0 without a key or value");
    expect_write(AEVB_EINVAL, NULL, 0, bad + 5, 1, "w: metadata 0 without a key or value");
    aevb_error err = {0};
    cr_expect_eq(aevb_safetensors_write(NULL, NULL, 0, NULL, 0, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_safetensors_write(temp_path("w"), NULL, 1, NULL, 0, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_safetensors_write(temp_path("w"), NULL, 0, NULL, 1, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_safetensors_write(temp_path("no/w"), NULL, 0, NULL, 0, &err), AEVB_EIO);
}

Test(safetensors, a_file_that_changes_after_opening_is_an_error)
{
    static const char header[] = "{\"t\":{\"dtype\":\"F64\",\"shape\":[20000],\"data_offsets\":[0,160000]}}";
    static double out[20000];
    for (int grow = 0; grow < 2; grow++) {
        const char *path = temp_path("c");
        st_write(path, NULL, header, strlen(header), NULL, 160000);
        aevb_safetensors *file = open_ok(path);
        aevb_error err = {0};
        out[0] = 7.0;
        cr_assert_eq(truncate(path, grow ? 200000 : 100000), 0);
        cr_expect_eq(aevb_safetensors_read(file, aevb_safetensors_tensor(file, 0), out, &err), AEVB_EIO);
        cr_expect(strstr(err.message, grow ? "c: changed while being read" : "c: ends at byte 100000") != NULL, "%s",
                  err.message);
        cr_expect_eq(out[0], 7.0);
        aevb_safetensors_close(file);
    }
}

Test(safetensors, null_arguments_are_refused)
{
    aevb_error err = {0};
    aevb_safetensors *file = NULL;
    double x = 1.0;
    aevb_stored_tensor t = {.count = 1};
    cr_expect_eq(aevb_safetensors_open(NULL, NULL, &file, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_safetensors_open("x", NULL, NULL, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_safetensors_read(NULL, &t, &x, &err), AEVB_EINVAL);
    st_write(temp_path("e"), NULL, "{}", 2, NULL, 0);
    file = open_ok(temp_path("e"));
    cr_expect_eq(aevb_safetensors_read(file, NULL, &x, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_safetensors_read(file, &t, NULL, &err), AEVB_EINVAL);
    aevb_safetensors_close(file);
}
