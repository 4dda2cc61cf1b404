/* SPDX-License-Identifier: GPL-3.0-or-later
 * Hostile safetensors: each refused with one line that says where; no truncation or flipped bit does harm. */
#include "config.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aevb/format.h"
#include "alloc.h"
#include "leaks.h"
#include "st_bytes.h"
#include "temp_files.h"

TestSuite(safetensors_malformed, .fini = no_leaks);

static aevb_status open_file(const char *path, aevb_error *err)
{
    aevb_safetensors *file = NULL;
    aevb_status status = aevb_safetensors_open(path, NULL, &file, err);
    cr_expect_eq(status == AEVB_OK, file != NULL);
    aevb_safetensors_close(file);
    return status;
}

#define T(dtype, shape, offsets) "{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define ONE(dtype, shape, offsets) "{\"t\":" T(dtype, shape, offsets) "}"

static const struct bad_header {
    const char *header;
    size_t data;
    const char *where; /* what the message must contain */
    size_t bytes;      /* of the header, when it is not a C string */
} bad_headers[] = {
    /* JSON */
    {"x}", 0, "header byte 0: is 0x78, not '{'", 0},
    {"[]", 0, "header byte 0: is 0x5b", 0},
    {"  {}", 0, "header byte 0: is 0x20", 0},
    {"\xef\xbb\xbf{}", 0, "header byte 0: is 0xef", 0},
    {"{}\n", 0, "header byte 2: is 0x0a, not the closing '}'", 0},
    {"{}\0", 0, "header byte 2: is 0x00", 3},
    {"{}  x", 0, "header byte 4: is 0x78", 0},
    {"{", 0, "header length 1 is too short", 0},
    {"{ ", 0, "header byte 0: is 0x7b, not the closing '}'", 0},
    {"{}}", 0, "header byte 3: end of file expected", 0},
    {"{}{}", 0, "header byte 3: end of file expected", 0},
    {"{{}}", 0, "header byte 2: string or '}' expected", 0},
    {"{,}", 0, "header byte 2: string or '}' expected", 0},
    {"{\"t\"}", 0, "header byte 5: ':' expected", 0},
    {"{\"t\":}", 0, "header byte 6: unexpected token", 0},
    {"{\"t\":1,}", 0, "header byte 8: string or '}' expected", 0},
    {"{'t':1}", 0, "header byte 2: string or '}' expected", 0},
    {"{\"t\":NaN}", 0, "invalid token", 0},
    {"{\"t\":01}", 0, "invalid token", 0},
    {"{\"t\":+1}", 0, "invalid token", 0},
    {"{\"t\":/**/1}", 0, "invalid token", 0},
    {"{\"t\":tru}", 0, "invalid token", 0},
    {"{\"t\":1e999}", 0, "real number overflow", 0},
    {"{\"t\":99999999999999999999}", 0, "too big integer", 0},
    {"{\"t\n\":1}", 0, "header byte 3: unexpected newline", 0},
    {"{\"\0\":1}", 0, "header byte 2: control character 0x0", 7},
    {"{\"\\u0000\":1}", 0, "NUL byte in object key", 0},
    {"{\"__metadata__\":{\"k\":\"\\u0000\"}}", 0, "\\u0000 is not allowed", 0},
    {"{\"\\ud800\":1}", 0, "invalid Unicode '\\uD800'", 0},
    {"{\"\\udc00\\ud800\":1}", 0, "invalid Unicode '\\uDC00'", 0},
    {"{\"\\x41\":1}", 0, "invalid escape", 0},
    {"{\"\xff\":1}", 0, "unable to decode byte 0xff", 0},
    {"{\"\xc0\x80\":1}", 0, "unable to decode byte 0xc0", 0},
    {"{\"\xed\xa0\x80\":1}", 0, "unable to decode byte 0xed", 0},
    {"{\"\xf5\x80\x80\x80\":1}", 0, "unable to decode byte 0xf5", 0},
    {"{\"\xe2\x82\":1}", 0, "unable to decode byte 0xe2", 0},
    {"{\"t\":" T("\"U8\"", "[1]", "[0,1]") ",\"t\":" T("\"U8\"", "[1]", "[1,2]") "}", 2, "duplicate object key", 0},
    {"{\"t\":" T("\"U8\"", "[1]", "[0,1]") ",\"\\u0074\":" T("\"U8\"", "[1]", "[1,2]") "}", 2,
     "duplicate object key", 0},
    {"{\"t\":{\"dtype\":\"U8\",\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
     "duplicate object key", 0},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, "duplicate object key", 0},
    {"{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0, "duplicate object key", 0},
    /* metadata */
    {"{\"__metadata__\":[]}", 0, "__metadata__ is not an object", 0},
    {"{\"__metadata__\":null}", 0, "__metadata__ is not an object", 0},
    {"{\"__metadata__\":{\"a\":\"1\",\"n\":1}}", 0, "__metadata__ \"n\" is not a string", 0},
    {"{\"__metadata__\":{\"n\":{}}}", 0, "__metadata__ \"n\" is not a string", 0},
    /* entries */
    {"{\"t\":1}", 0, "tensor \"t\": is not an object", 0},
    {"{\"t\":[]}", 0, "tensor \"t\": is not an object", 0},
    {"{\"t\":{}}", 0, "tensor \"t\": no \"dtype\"", 0},
    {"{\"t\":{\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "tensor \"t\": no \"dtype\"", 0},
    {"{\"t\":{\"dtype\":\"U8\",\"data_offsets\":[0,1]}}", 1, "tensor \"t\": no \"shape\"", 0},
    {"{\"t\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "tensor \"t\": no \"data_offsets\"", 0},
    {"{\"t\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":1}}", 1,
     "tensor \"t\": unknown key \"x\"", 0},
    {"{\"t\":{\"Dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "tensor \"t\": unknown key \"Dtype\"", 0},
    {ONE("1", "[1]", "[0,1]"), 1, "tensor \"t\": no \"dtype\" that is a string", 0},
    {ONE("\"F33\"", "[1]", "[0,1]"), 1, "tensor \"t\": unknown dtype \"F33\"", 0},
    {ONE("\"f32\"", "[1]", "[0,4]"), 4, "tensor \"t\": unknown dtype \"f32\"", 0},
    {ONE("\"\"", "[1]", "[0,1]"), 1, "tensor \"t\": unknown dtype \"\"", 0},
    {ONE("\"F32 \"", "[1]", "[0,4]"), 4, "tensor \"t\": unknown dtype \"F32 \"", 0},
    {ONE("\"U8\"", "1", "[0,1]"), 1, "tensor \"t\": no \"shape\" that is an array", 0},
    {ONE("\"U8\"", "null", "[0,1]"), 1, "tensor \"t\": no \"shape\" that is an array", 0},
    {ONE("\"U8\"", "[1,-1]", "[0,1]"), 1, "tensor \"t\": shape[1] is not an integer", 0},
    {ONE("\"U8\"", "[1.0]", "[0,1]"), 1, "tensor \"t\": shape[0] is not an integer", 0},
    {ONE("\"U8\"", "[1e0]", "[0,1]"), 1, "tensor \"t\": shape[0] is not an integer", 0},
    {ONE("\"U8\"", "[true]", "[0,1]"), 1, "tensor \"t\": shape[0] is not an integer", 0},
    {ONE("\"U8\"", "[\"1\"]", "[0,1]"), 1, "tensor \"t\": shape[0] is not an integer", 0},
    {ONE("\"U8\"", "[[1]]", "[0,1]"), 1, "header byte 29: more than 3 levels of brackets", 0},
    {ONE("\"U8\"", "[9007199254740993]", "[0,1]"), 1, "tensor \"t\": shape[0] is not an integer", 0},
    {ONE("\"U8\"", "[4294967296,4294967296]", "[0,0]"), 0, "tensor \"t\": the product of the shape overflows", 0},
    {ONE("\"U8\"", "[4294967296,4294967297]", "[0,1]"), 1, "tensor \"t\": the product of the shape overflows", 0},
    {ONE("\"F64\"", "[4294967296,536870912]", "[0,0]"), 0, "tensor \"t\": the bytes of shape [4294967296,536870912] "
                                                           "overflow", 0},
    {ONE("\"U8\"", "[1]", "[0]"), 1, "tensor \"t\": no \"data_offsets\" of two", 0},
    {ONE("\"U8\"", "[1]", "[0,1,2]"), 1, "tensor \"t\": no \"data_offsets\" of two", 0},
    {ONE("\"U8\"", "[1]", "{\"0\":0,\"1\":1}"), 1, "tensor \"t\": no \"data_offsets\" of two", 0},
    {ONE("\"U8\"", "[1]", "[-1,0]"), 1, "tensor \"t\": no \"data_offsets\" of two", 0},
    {ONE("\"U8\"", "[1]", "[0,1.0]"), 1, "tensor \"t\": no \"data_offsets\" of two", 0},
    {ONE("\"U8\"", "[1]", "[0,9223372036854775807]"), 1, "tensor \"t\": no \"data_offsets\" of two", 0},
    {ONE("\"U8\"", "[1]", "[1,0]"), 1, "tensor \"t\": data_offsets begin at 1 and end before, at 0", 0},
    {ONE("\"U8\"", "[2]", "[0,2]"), 1, "tensor \"t\": data_offsets end at 2, beyond the 1 bytes", 0},
    {ONE("\"U8\"", "[9007199254740992]", "[0,9007199254740992]"), 1,
     "tensor \"t\": data_offsets end at 90071992547409", 0},
    {ONE("\"F32\"", "[3,2]", "[0,20]"), 20, "tensor \"t\": shape [3,2] needs 24 bytes, data_offsets give 20", 0},
    {ONE("\"F32\"", "[3,2]", "[0,28]"), 28, "tensor \"t\": shape [3,2] needs 24 bytes, data_offsets give 28", 0},
    {ONE("\"F32\"", "[1]", "[0,5]"), 5, "tensor \"t\": shape [1] needs 4 bytes, data_offsets give 5", 0},
    {ONE("\"F64\"", "[]", "[0,0]"), 0, "tensor \"t\": shape [] needs 8 bytes, data_offsets give 0", 0},
    {ONE("\"F64\"", "[0]", "[0,8]"), 8, "tensor \"t\": shape [0] needs 0 bytes, data_offsets give 8", 0},
    /* the cover */
    {ONE("\"U8\"", "[1]", "[0,1]"), 2, "1 bytes after the last tensor", 0},
    {"{}", 3, "3 bytes after the last tensor", 0},
    {ONE("\"U8\"", "[1]", "[1,2]"), 2, "tensor \"t\": begins at 1 and leaves a hole after 0", 0},
    {"{\"a\":" T("\"U8\"", "[1]", "[0,1]") ",\"b\":" T("\"U8\"", "[1]", "[2,3]") "}", 3,
     "tensor \"b\": begins at 2 and leaves a hole after 1", 0},
    {"{\"b\":" T("\"U8\"", "[2]", "[1,3]") ",\"a\":" T("\"U8\"", "[2]", "[0,2]") "}", 3,
     "tensor \"b\": overlaps tensor \"a\"", 0},
    {"{\"a\":" T("\"U8\"", "[2]", "[0,2]") ",\"b\":" T("\"U8\"", "[2]", "[0,2]") "}", 2,
     "tensor \"b\": overlaps tensor \"a\"", 0},
    {"{\"a\":" T("\"U8\"", "[2]", "[0,2]") ",\"e\":" T("\"U8\"", "[0]", "[1,1]") "}", 2,
     "tensor \"e\": overlaps tensor \"a\"", 0},
};

Test(safetensors_malformed, every_bad_header_is_refused_with_its_place)
{
    size_t n = sizeof bad_headers / sizeof bad_headers[0];
    for (size_t i = 0; i < n; i++) {
        const struct bad_header *bad = &bad_headers[i];
        aevb_error err = {0};
        st_write(temp_path("m.st"), NULL, bad->header, bad->bytes != 0 ? bad->bytes : strlen(bad->header), NULL,
                 bad->data);
        cr_expect_eq(open_file(temp_path("m.st"), &err), AEVB_EFORMAT, "%s", bad->header);
        cr_expect_eq(err.status, AEVB_EFORMAT);
        cr_expect(strstr(err.message, "m.st: ") != NULL && strstr(err.message, bad->where) != NULL, "%s: %s",
                  bad->header, err.message);
    }
    cr_expect_geq(n, 60);
}

static void expect_length(unsigned long long length, const char *rest, aevb_status status, const char *where)
{
    aevb_error err = {0};
    st_write(temp_path("m.st"), &length, rest, strlen(rest), NULL, 0);
    cr_expect_eq(open_file(temp_path("m.st"), &err), status, "%s", err.message);
    cr_expect(strstr(err.message, where) != NULL, "%s", err.message);
}

Test(safetensors_malformed, header_lengths_beyond_the_limits_are_refused)
{
    expect_length(0, "{}", AEVB_EFORMAT, "m.st: header length 0 is too short");
    expect_length(1, "{}", AEVB_EFORMAT, "m.st: header length 1 is too short");
    expect_length(3, "{}", AEVB_EFORMAT, "m.st: header length 3 is beyond the end of the file (10 bytes)");
    expect_length(100000000, "{}", AEVB_EFORMAT, "m.st: header length 100000000 is beyond the end of the file");
    expect_length(100000001, "{}", AEVB_EFORMAT, "m.st: header length 100000001 is above the 100000000");
    expect_length(UINT64_MAX, "{}", AEVB_EFORMAT, "m.st: header length 18446744073709551615 is above");
    expect_length(UINT64_MAX - 7, "{}", AEVB_EFORMAT, "m.st: header length 18446744073709551608 is above");
    static const char nine[] = ONE("\"U8\"", "[1,1,1,1,1,1,1,1,1]", "[0,1]");
    expect_length(strlen(nine), nine, AEVB_EUNSUPPORTED, "m.st: tensor \"t\": 9 dimensions, more than 8");
    aevb_error err = {0};
    temp_write(temp_path("m.st"), "", 0);
    cr_expect_eq(open_file(temp_path("m.st"), &err), AEVB_EFORMAT);
    cr_expect(strstr(err.message, "m.st: 0 bytes, too short for safetensors") != NULL, "%s", err.message);
}

Test(safetensors_malformed, deep_nesting_is_refused_and_does_not_overflow_the_stack)
{
    enum { DEPTH = 1000000 };
    char *header = malloc(5 + 2 * DEPTH + 2);
    memcpy(header, "{\"t\":", 5);
    memset(header + 5, '[', DEPTH);
    memset(header + 5 + DEPTH, ']', DEPTH);
    header[5 + 2 * DEPTH] = '}';
    st_write(temp_path("m.st"), NULL, header, 6 + 2 * DEPTH, NULL, 0);
    free(header);
    aevb_error err = {0};
    cr_expect_eq(open_file(temp_path("m.st"), &err), AEVB_EFORMAT);
    cr_expect(strstr(err.message, "m.st: header byte 8: more than 3 levels of brackets") != NULL, "%s", err.message);
}

/* A header of n times left, a number and right, between others. */
static aevb_status open_repeated(const char *before, const char *left, const char *right, size_t n, const char *after,
                                 aevb_error *err)
{
    enum { LONGEST = 80 };
    char *header = malloc(strlen(before) + n * LONGEST + strlen(after) + 1);
    size_t at = (size_t)sprintf(header, "%s", before);
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(header + at, LONGEST, "%s%zu%s", left, i, right);
    at += (size_t)sprintf(header + at - 1, "%s", after) - 1; /* over the last comma */
    st_write(temp_path("m.st"), NULL, header, at, NULL, 0);
    free(header);
    return open_file(temp_path("m.st"), err);
}

/* 99 MB of "[]," used to take 4.5 GB of memory. */
Test(safetensors_malformed, headers_of_too_many_values_are_refused_before_they_are_parsed)
{
    aevb_error err = {0};
    cr_expect_eq(open_repeated("{\"a\":[", "[", "],", 1000000, "]}", &err), AEVB_EUNSUPPORTED);
    cr_expect(strstr(err.message, ": more than 170016 values, the limit (tensors)") != NULL, "%s", err.message);
}

Test(safetensors_malformed, metadata_have_ten_thousand_keys_at_most)
{
    aevb_error err = {0};
    const char *const before = "{\"__metadata__\":{", *const text = "\":\"[,{\",", *const after = "}}";
    cr_expect_eq(open_repeated(before, "\"k", text, 10000, after, &err), AEVB_OK, "%s", err.message);
    cr_expect_eq(open_repeated(before, "\"k", text, 10001, after, &err), AEVB_EUNSUPPORTED);
    cr_expect(strstr(err.message, "m.st: 10001 keys of __metadata__, more than 10000") != NULL, "%s", err.message);
}

Test(safetensors_malformed, as_many_tensors_as_the_limit_of_as_many_dimensions_as_there_can_be)
{
    aevb_error err = {0};
    const char *const text = "\":" T("\"U8\"", "[0,1,2,3,4,5,6,7]", "[0,0]") ",";
    cr_expect_eq(open_repeated("{", "\"k", text, 10000, "}", &err), AEVB_OK, "%s", err.message);
    cr_expect_eq(open_repeated("{", "\"k", text, 10001, "}", &err), AEVB_EUNSUPPORTED);
    cr_expect(strstr(err.message, "m.st: 10001 tensors, the limit (tensors) is 10000") != NULL, "%s", err.message);
}

static const char valid[] = "{\"__metadata__\":{\"k\":\"v\\u00e9\"},\"a\":" T("\"F32\"", "[2,3]", "[0,24]")
                            ",\"b\":" T("\"F64\"", "[2]", "[24,40]") "}";

/* Opens and reads everything; only a crash, a leak or a wrong pairing of status and output is a failure. */
static aevb_status read_all(const char *path, aevb_error *err)
{
    aevb_safetensors *file = NULL;
    aevb_status status = aevb_safetensors_open(path, NULL, &file, err);
    for (size_t i = 0; status == AEVB_OK && i < aevb_safetensors_count(file); i++) {
        const aevb_stored_tensor *t = aevb_safetensors_tensor(file, i);
        cr_assert_leq(t->count, 40);
        double out[40];
        status = aevb_safetensors_read(file, t, out, err);
    }
    aevb_safetensors_close(file);
    return status;
}

Test(safetensors_malformed, every_truncation_is_refused)
{
    const char *path = temp_path("m.st");
    st_write(path, NULL, valid, strlen(valid), NULL, 40);
    aevb_error err = {0};
    cr_assert_eq(read_all(path, &err), AEVB_OK, "%s", err.message);
    for (off_t n = 8 + (off_t)strlen(valid) + 40 - 1; n >= 0; n--) {
        cr_assert_eq(truncate(path, n), 0);
        cr_expect_eq(read_all(path, &err), AEVB_EFORMAT, "%ld bytes", (long)n);
    }
}

Test(safetensors_malformed, no_changed_byte_of_length_or_header_does_harm)
{
    const char *path = temp_path("m.st");
    size_t n, refused = 0, accepted = 0;
    st_write(path, NULL, valid, strlen(valid), NULL, 40);
    unsigned char *bytes = temp_read(path, &n);
    int fd = open(path, O_WRONLY);
    cr_assert(fd >= 0);
    for (off_t i = 0; i < 8 + (off_t)strlen(valid); i++) {
        for (unsigned change = 0; change < 10; change++) { /* each bit flipped, all zero, all one */
            unsigned value = change < 8 ? bytes[i] ^ 1u << change : change == 8 ? 0 : 0xff;
            unsigned char byte = (unsigned char)(value & 0xff);
            aevb_error err = {0};
            cr_assert_eq(pwrite(fd, &byte, 1, i), 1);
            if (read_all(path, &err) == AEVB_OK) {
                accepted++;
            } else {
                refused++;
                cr_expect(strstr(err.message, "m.st: ") != NULL, "%s", err.message);
            }
        }
        cr_assert_eq(pwrite(fd, &bytes[i], 1, i), 1);
    }
    close(fd);
    free(bytes);
    cr_expect(accepted > 0 && refused > accepted, "%zu accepted, %zu refused", accepted, refused);
}

static void *failing_malloc(size_t n)
{
    return aevb_alloc(n, 1);
}

/* Without jansson's own allocations every failure is AEVB_ENOMEM; jansson itself can take one for bad syntax. */
static void fail_each_allocation(int with_jansson, size_t least)
{
    const char *path = temp_path("m.st");
    const double x[2] = {1.0, 2.0};
    const aevb_tensor_out tensors[] = {{"some_longer_name_of_a_tensor", AEVB_DTYPE_F64, 2, {2, 1}, x},
                                       {"b", AEVB_DTYPE_F64, 0, {0}, x}};
    const aevb_metadata_out metadata[] = {{"key", "a value that is longer than a few bytes"}};
    aevb_error err = {0};
    if (with_jansson)
        json_set_alloc_funcs(failing_malloc, aevb_free);
    temp_write(path, "old", 3);
    aevb_status status = AEVB_ENOMEM;
    size_t n = 0;
    while (status != AEVB_OK) {
        aevb_alloc_fail_after(++n);
        status = aevb_safetensors_write(path, tensors, 2, metadata, 1, &err);
        aevb_alloc_fail_after(0);
        cr_assert(status == AEVB_OK || status == AEVB_ENOMEM, "write, allocation %zu: %s", n, err.message);
        size_t length;
        unsigned char *bytes = temp_read(path, &length);
        cr_assert_eq(length == 3 && memcmp(bytes, "old", 3) == 0, status != AEVB_OK);
        free(bytes);
        cr_assert_eq(temp_count(), 1);
    }
    cr_expect_gt(n, least);
    for (n = 0, status = AEVB_ENOMEM; status != AEVB_OK;) {
        aevb_alloc_fail_after(++n);
        status = read_all(path, &err);
        aevb_alloc_fail_after(0);
        cr_assert(status == AEVB_OK || status == AEVB_ENOMEM || (with_jansson && status == AEVB_EFORMAT),
                  "read, allocation %zu: %s", n, err.message);
    }
    cr_expect_gt(n, least);
}

Test(safetensors_malformed, every_failed_allocation_of_ours_is_enomem)
{
    fail_each_allocation(0, 1);
}

Test(safetensors_malformed, every_failed_allocation_of_jansson_is_an_error)
{
    fail_each_allocation(1, 30);
}
