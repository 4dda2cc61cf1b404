/* SPDX-License-Identifier: GPL-3.0-or-later
 * The IDX reader: values, damaged and hostile files, exhausted memory. */
#include "config.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "data/byte_source.h"
#include "data/idx.h"
#include "idx_files.h"
#include "leaks.h"
#include "temp_files.h"

TestSuite(idx, .fini = no_leaks, .timeout = 60);

/* Of what is read; a ratio that zeros can have where a test is about more than that limit. */
static aevb_limits limits;

static aevb_limits *ratio(uint64_t inflate_ratio)
{
    limits = aevb_limits_default();
    limits.inflate_ratio = inflate_ratio;
    return &limits;
}

static aevb_idx untouched(void)
{
    aevb_idx idx;
    memset(&idx, 0x5a, sizeof idx);
    return idx;
}

/* Reads a file that must be refused: status, one line that begins with the path, out as it was. */
static void expect_refused(const char *what, const char *path, aevb_status status, const char *part)
{
    aevb_idx idx = untouched(), before = untouched();
    aevb_error err = {0};
    aevb_status got = aevb_idx_read(path, limits.content_bytes != 0 ? &limits : NULL, &idx, &err);
    cr_expect_eq(got, status, "%s: %s, expected %s: %s", what, aevb_status_name(got), aevb_status_name(status),
                 err.message);
    cr_expect_eq(err.status, status);
    cr_expect_eq(strncmp(err.message, path, strlen(path)), 0, "%s: no path: %s", what, err.message);
    cr_expect_not_null(strstr(err.message, part), "%s: expected \"%s\" in: %s", what, part, err.message);
    cr_expect_null(strchr(err.message, '\n'));
    cr_expect_eq(memcmp(&idx, &before, sizeof idx), 0, "%s: out was touched", what);
    if (got == AEVB_OK)
        aevb_free(idx.bytes);
}

Test(idx, reads_one_to_four_dimensions_plain_and_gzip_whatever_the_name)
{
    static const uint32_t dim[4] = {7, 3, 5, 2};
    for (size_t ndim = 1; ndim <= 4; ndim++) {
        for (int gzip = 0; gzip < 2; gzip++) {
            aevb_idx idx = untouched();
            size_t count = 1;
            const char *name = gzip ? "plain-name" : "misleading.gz";
            idx_write(name, ndim, dim, NULL, gzip);
            cr_assert_eq(aevb_idx_read(temp_path(name), NULL, &idx, NULL), AEVB_OK);
            cr_expect_eq(idx.ndim, ndim);
            for (size_t i = 0; i < ndim; i++) {
                cr_expect_eq(idx.dim[i], dim[i]);
                count *= dim[i];
            }
            cr_assert_eq(idx.count, count);
            for (size_t i = 0; i < count; i++)
                cr_expect_eq(idx.bytes[i], (i * 37 + 11) % 251);
            aevb_free(idx.bytes);
        }
    }
}

Test(idx, reads_files_that_are_longer_than_its_buffers)
{
    static const uint32_t dim[2] = {1000, 1003};
    for (int gzip = 0; gzip < 2; gzip++) {
        aevb_idx idx;
        size_t wrong = 0;
        idx_write("long", 2, dim, NULL, gzip);
        cr_assert_eq(aevb_idx_read(temp_path("long"), NULL, &idx, NULL), AEVB_OK);
        cr_assert_eq(idx.count, 1003000);
        for (size_t i = 0; i < idx.count; i++)
            wrong += idx.bytes[i] != (i * 37 + 11) % 251;
        cr_expect_eq(wrong, 0);
        aevb_free(idx.bytes);
    }
}

/* As bgzip, pigz or cat make them: several gzip members are one content. */
Test(idx, reads_gzip_members_in_a_row_and_stored_blocks)
{
    static const unsigned char content[] = {0, 0, 8, 1, 0, 0, 0, 4, 10, 20, 30, 40};
    for (size_t cut = 1; cut < sizeof content; cut++) {
        size_t n1, n2;
        unsigned char *first = gzip_make(content, cut, 9, &n1), both[256];
        unsigned char *second = gzip_make(content + cut, sizeof content - cut, 0, &n2);
        aevb_idx idx;
        memcpy(both, first, n1);
        memcpy(both + n1, second, n2);
        temp_write(temp_path("members"), both, n1 + n2);
        cr_assert_eq(aevb_idx_read(temp_path("members"), NULL, &idx, NULL), AEVB_OK);
        cr_expect(idx.count == 4 && memcmp(idx.bytes, content + 8, 4) == 0);
        aevb_free(idx.bytes);
        free(first);
        free(second);
    }
}

typedef struct bad_file {
    const char *what;
    const char *content;
    size_t size;
    bool gzip;       /* the content is gzipped, then changed: */
    size_t cut;      /* bytes taken from the end */
    size_t flip;     /* 0, or the byte, counted from the end, that is inverted */
    const char *tail;
    size_t tail_size;
    aevb_status status;
    const char *part;
} bad_file;

#define BYTES(text) text, sizeof(text) - 1
#define PLAIN(text) BYTES(text), false, 0, 0, "", 0
#define GZ(text) BYTES(text), true, 0, 0, "", 0
#define GOOD BYTES("\0\0\10\2\0\0\0\2\0\0\0\3abcdef")

static const bad_file bad_files[] = {
    {"empty", PLAIN(""), AEVB_EFORMAT, "byte 0: ends inside the four bytes"},
    {"one byte", PLAIN("\0"), AEVB_EFORMAT, "byte 1: ends inside the four bytes"},
    {"three bytes", PLAIN("\0\0\10"), AEVB_EFORMAT, "byte 3: ends inside the four bytes"},
    {"first magic byte", PLAIN("\1\0\10\1\0\0\0\1a"), AEVB_EFORMAT, "not an IDX file: begins with 01 00 08 01"},
    {"second magic byte", PLAIN("\0\1\10\1\0\0\0\1a"), AEVB_EFORMAT, "not an IDX file: begins with 00 01 08 01"},
    {"little-endian magic", PLAIN("\3\10\0\0\1\0\0\0"), AEVB_EFORMAT, "not an IDX file: begins with 03 08 00 00"},
    {"a PNG", PLAIN("\x89PNG\r\n\x1a\n"), AEVB_EFORMAT, "begins with 89 50 4e 47"},
    {"an NPY", PLAIN("\x93NUMPY\1\0"), AEVB_EFORMAT, "begins with 93 4e 55 4d"},
    {"a zip", PLAIN("PK\3\4....."), AEVB_EFORMAT, "begins with 50 4b 03 04"},
    {"a zlib stream", PLAIN("\x78\x9c\3\0\0\0\0\1"), AEVB_EFORMAT, "begins with 78 9c 03 00"},
    {"hexadecimal text", PLAIN("00000803"), AEVB_EFORMAT, "begins with 30 30 30 30"},
    {"type 0", PLAIN("\0\0\0\1\0\0\0\1a"), AEVB_EFORMAT, "byte 2: 0x00 is no IDX element type"},
    {"type 0x0a", PLAIN("\0\0\12\1\0\0\0\1a"), AEVB_EFORMAT, "byte 2: 0x0a is no IDX element type"},
    {"type 0xff", PLAIN("\0\0\377\1\0\0\0\1a"), AEVB_EFORMAT, "byte 2: 0xff is no IDX element type"},
    {"signed bytes", PLAIN("\0\0\11\1\0\0\0\1a"), AEVB_EUNSUPPORTED, "byte 2: elements of type 0x09 (signed byte)"},
    {"16 bits", PLAIN("\0\0\13\1\0\0\0\1aa"), AEVB_EUNSUPPORTED, "(16-bit integer)"},
    {"32 bits", PLAIN("\0\0\14\1\0\0\0\1aaaa"), AEVB_EUNSUPPORTED, "(32-bit integer)"},
    {"float", PLAIN("\0\0\15\1\0\0\0\1aaaa"), AEVB_EUNSUPPORTED, "(32-bit float)"},
    {"double", PLAIN("\0\0\16\1\0\0\0\1aaaaaaaa"), AEVB_EUNSUPPORTED, "(64-bit float)"},
    {"no dimensions", PLAIN("\0\0\10\0a"), AEVB_EFORMAT, "byte 3: no dimensions"},
    {"five dimensions", PLAIN("\0\0\10\5\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1a"), AEVB_EUNSUPPORTED,
     "byte 3: 5 dimensions, more than 4"},
    {"255 dimensions", PLAIN("\0\0\10\377"), AEVB_EUNSUPPORTED, "byte 3: 255 dimensions"},
    {"no sizes", PLAIN("\0\0\10\3"), AEVB_EFORMAT, "byte 4: ends inside the sizes of its 3 dimensions"},
    {"cut in the first size", PLAIN("\0\0\10\3\0\0"), AEVB_EFORMAT, "byte 6: ends inside the sizes"},
    {"cut before the last size", PLAIN("\0\0\10\2\0\0\0\1"), AEVB_EFORMAT, "byte 8: ends inside the sizes"},
    {"first size 0", PLAIN("\0\0\10\2\0\0\0\0\0\0\0\1"), AEVB_EFORMAT, "byte 4: dimension 0 is 0"},
    {"last size 0", PLAIN("\0\0\10\2\0\0\0\1\0\0\0\0"), AEVB_EFORMAT, "byte 8: dimension 1 is 0"},
    {"no data", PLAIN("\0\0\10\1\0\0\0\1"), AEVB_EFORMAT,
     "byte 8: the file ends, but its header (1) declares 9 bytes"},
    {"a byte short", PLAIN("\0\0\10\2\0\0\0\2\0\0\0\3abcde"), AEVB_EFORMAT,
     "byte 17: the file ends, but its header (2 x 3) declares 18 bytes"},
    {"a byte long", PLAIN("\0\0\10\2\0\0\0\2\0\0\0\3abcdefg"), AEVB_EFORMAT,
     "byte 18: 1 bytes follow the data that the header (2 x 3) declares"},
    {"4 GiB claimed", PLAIN("\0\0\10\1\377\377\377\377abc"), AEVB_EFORMAT, "(4294967295) declares 4294967303 bytes"},
    {"over the limit", PLAIN("\0\0\10\2\377\377\377\377\0\0\0\5"), AEVB_EUNSUPPORTED, "more than the limit"},
    {"just 2^64", PLAIN("\0\0\10\3\200\0\0\0\200\0\0\0\0\0\0\4"), AEVB_EFORMAT, "does not fit in 64 bits"},
    {"2^128", PLAIN("\0\0\10\4\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377"), AEVB_EFORMAT,
     "4294967295 x 4294967295 x 4294967295 x 4294967295 does not fit in 64 bits"},
    {"gzip magic alone", PLAIN("\x1f\x8b"), AEVB_EFORMAT, "byte 2: the file ends inside its gzip stream"},
    {"gzip of nothing", GZ(""), AEVB_EFORMAT, "inflated byte 0: ends inside the four bytes"},
    {"gzip of three bytes", GZ("\0\0\10"), AEVB_EFORMAT, "inflated byte 3: ends inside"},
    {"gzip of text", GZ("some text"), AEVB_EFORMAT, "inflated byte 0: not an IDX file: begins with 73 6f 6d 65"},
    {"gzip in gzip", GZ("\x1f\x8b\10\0\0\0\0\0"), AEVB_EFORMAT, "begins with 1f 8b 08 00"},
    {"gzip of doubles", GZ("\0\0\16\1\0\0\0\1aaaaaaaa"), AEVB_EUNSUPPORTED, "inflated byte 2: elements of type 0x0e"},
    {"gzip without sizes", GZ("\0\0\10\1"), AEVB_EFORMAT, "inflated byte 4: ends inside the sizes"},
    {"gzip with size 0", GZ("\0\0\10\1\0\0\0\0"), AEVB_EFORMAT, "inflated byte 4: dimension 0 is 0"},
    {"gzip, a byte short", GZ("\0\0\10\1\0\0\0\5abcd"), AEVB_EFORMAT,
     "inflated byte 12: the content ends, but its header (5) declares 13 bytes"},
    {"gzip, a byte long", GZ("\0\0\10\1\0\0\0\3abcd"), AEVB_EFORMAT,
     "inflated byte 11: more bytes follow the data that the header (3) declares"},
    {"gzip, 16 MiB claimed", GZ("\0\0\10\1\1\0\0\0"), AEVB_EFORMAT, "bytes of the file can inflate to"},
    {"gzip without last byte", GOOD, true, 1, 0, "", 0, AEVB_EFORMAT, "the file ends inside its gzip stream"},
    {"gzip without trailer", GOOD, true, 8, 0, "", 0, AEVB_EFORMAT, "the file ends inside its gzip stream"},
    {"gzip, CRC wrong", GOOD, true, 0, 8, "", 0, AEVB_EFORMAT, "do not have the CRC-32"},
    {"gzip, length wrong", GOOD, true, 0, 1, "", 0, AEVB_EFORMAT, "do not have the length"},
    {"gzip, a byte follows", GOOD, true, 0, 0, BYTES("x"), AEVB_EFORMAT, "the gzip stream has ended, but more bytes"},
    {"gzip, zeros follow", GOOD, true, 0, 0, BYTES("\0\0\0\0"), AEVB_EFORMAT, "has ended, but more bytes follow"},
    {"gzip, half a member follows", GOOD, true, 0, 0, BYTES("\x1f"), AEVB_EFORMAT, "the file ends inside its gzip"},
    {"gzip, a bad member follows", GOOD, true, 0, 0, BYTES("\x1f\0\0\0"), AEVB_EFORMAT, "incorrect header check"},
    {"gzip, another method", PLAIN("\x1f\x8b\7\0\0\0\0\0\0\0"), AEVB_EFORMAT, "unknown compression method"},
    {"gzip, reserved flags", PLAIN("\x1f\x8b\10\x80\0\0\0\0\0\0"), AEVB_EFORMAT, "unknown header flags set"},
    {"gzip, reserved block type", PLAIN("\x1f\x8b\10\0\0\0\0\0\0\3\7"), AEVB_EFORMAT, "invalid block type"},
    {"gzip, distance too far back", PLAIN("\x1f\x8b\10\0\0\0\0\0\0\3\3\2\0\0\0\0\0"), AEVB_EFORMAT,
     "invalid distance too far back"},
};

Test(idx, refuses_malformed_files_and_says_where_and_why)
{
    enum { N = sizeof bad_files / sizeof *bad_files };
    cr_assert_geq(N, 30);
    for (size_t i = 0; i < N; i++) {
        const bad_file *bad = &bad_files[i];
        unsigned char file[512];
        size_t n = bad->size;
        memcpy(file, bad->content, n);
        if (bad->gzip) {
            unsigned char *packed = gzip_make(bad->content, bad->size, 6, &n);
            memcpy(file, packed, n);
            free(packed);
            n -= bad->cut;
            if (bad->flip > 0)
                file[n - bad->flip] ^= 0xff;
        }
        memcpy(file + n, bad->tail, bad->tail_size);
        temp_write(temp_path("bad"), file, n + bad->tail_size);
        expect_refused(bad->what, temp_path("bad"), bad->status, bad->part);
    }
}

Test(idx, refuses_what_is_no_regular_file_without_waiting)
{
    cr_assert_eq(mkfifo(temp_path("fifo"), 0600), 0);
    expect_refused("fifo", temp_path("fifo"), AEVB_EIO, "not a regular file");
    expect_refused("directory", temp_dir(), AEVB_EIO, "is a directory, not a regular file");
    expect_refused("device", "/dev/null", AEVB_EIO, "not a regular file");
    expect_refused("absent", temp_path("absent"), AEVB_EIO, strerror(ENOENT));
}

Test(idx, notices_a_file_that_changes_while_it_is_read)
{
    static const uint32_t dim[2] = {1000, 1000};
    for (int gzip = 0; gzip < 2; gzip++) {
        aevb_byte_source source;
        aevb_error err = {0};
        char some[100];
        size_t got;
        idx_write("changes", 2, dim, NULL, gzip);
        cr_assert_eq(aevb_bytes_open(temp_path("changes"), &source, NULL), AEVB_OK);
        cr_assert_eq(aevb_bytes_read(&source, some, sizeof some, &got, NULL), AEVB_OK);
        cr_expect_eq(aevb_bytes_unchanged(&source, NULL), AEVB_OK);
        cr_assert_eq(truncate(temp_path("changes"), 70000 / (1 + 69 * gzip)), 0);
        cr_expect_eq(aevb_bytes_unchanged(&source, &err), AEVB_EIO);
        cr_expect_not_null(strstr(err.message, "changed while being read"), "%s", err.message);
        aevb_bytes_close(&source);
    }
}

Test(idx, refuses_a_file_cut_at_any_byte)
{
    static const unsigned char content[] = "\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\5pictures of twenty b";
    for (int gzip = 0; gzip < 2; gzip++) {
        size_t n = sizeof content - 1;
        unsigned char *packed = gzip_make(content, n, 6, gzip ? &n : &(size_t){0});
        const unsigned char *file = gzip ? packed : content;
        for (size_t cut = 0; cut < n; cut++) {
            temp_write(temp_path("cut"), file, cut);
            expect_refused("cut", temp_path("cut"), AEVB_EFORMAT, "end");
        }
        aevb_idx idx;
        temp_write(temp_path("cut"), file, n);
        cr_assert_eq(aevb_idx_read(temp_path("cut"), NULL, &idx, NULL), AEVB_OK, "the whole file is good");
        aevb_free(idx.bytes);
        free(packed);
    }
}

/* A changed bit is found, or it is one of those that do not matter: time, level and system in the gzip header, its
 * text flag, and the unused bits (at most 7) of the last byte of the deflate stream. */
Test(idx, notices_every_changed_bit_of_a_gzip)
{
    static const unsigned char content[] = "\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\5pictures of twenty b";
    size_t n, harmless = 0;
    unsigned char *file = gzip_make(content, sizeof content - 1, 6, &n);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        aevb_idx idx;
        file[bit / 8] ^= (unsigned char)(1 << bit % 8);
        temp_write(temp_path("bit"), file, n);
        if (aevb_idx_read(temp_path("bit"), NULL, &idx, NULL) == AEVB_OK) {
            harmless++;
            cr_expect(idx.count == 20 && memcmp(idx.bytes, content + 16, 20) == 0);
            aevb_free(idx.bytes);
        }
        file[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    cr_expect_geq(harmless, 6 * 8 + 1);
    cr_expect_leq(harmless, 6 * 8 + 1 + 7);
    free(file);
}

Test(idx, takes_a_content_of_high_ratio_after_counting_it)
{
    static const uint32_t dim[2] = {17, 1 << 20};
    uint8_t *bytes = calloc((size_t)dim[0] * dim[1], 1);
    aevb_idx idx;
    size_t n;
    bytes[(size_t)dim[0] * dim[1] - 1] = 9;
    idx_write("zeros", 2, dim, bytes, 1);
    struct stat info;
    cr_assert_eq(stat(temp_path("zeros"), &info), 0);
    cr_assert_lt(info.st_size * 500, 17 << 20, "the file is as small as meant");
    expect_refused("zeros", temp_path("zeros"), AEVB_EUNSUPPORTED, "inflate to more than 200 times as many");
    cr_assert_eq(aevb_idx_read(temp_path("zeros"), ratio(2000), &idx, NULL), AEVB_OK);
    cr_expect(idx.count == 17 << 20 && memcmp(idx.bytes, bytes, idx.count) == 0);
    aevb_free(idx.bytes);
    /* One byte more, one less, and a claim that the content does not fill. */
    unsigned char *content = calloc((18u << 20), 1);
    memcpy(content, "\0\0\10\2\0\0\0\21\0\20\0\0", 12);
    for (int off = -1; off <= 1; off += 2) {
        unsigned char *packed = gzip_make(content, (size_t)(12 + (17 << 20) + off), 6, &n);
        temp_write(temp_path("off"), packed, n);
        expect_refused("off by one", temp_path("off"), AEVB_EFORMAT, off < 0
                       ? "inflated byte 17825803: the content ends, but its header (17 x 1048576)"
                       : "inflated byte 17825804: more bytes follow");
        free(packed);
    }
    free(content);
    free(bytes);
}

/* 1 GiB claimed, possible by deflate's ratio, and 1 MiB there: memory grows by what is there. */
Test(idx, does_not_take_memory_for_an_empty_claim)
{
    struct rusage before, after;
    size_t size = 8 + (1u << 20) + (1u << 16), n;
    unsigned char *content = malloc(size);
    uint32_t state = 1;
    memcpy(content, "\0\0\10\1\100\0\0\0", 8);
    for (size_t i = 8; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        content[i] = (unsigned char)(state >> 24);
    }
    unsigned char *packed = gzip_make(content, size, 1, &n);
    cr_assert_gt(n, 1u << 20);
    temp_write(temp_path("claim"), packed, n);
    free(packed);
    free(content);
    ratio(2000);
    getrusage(RUSAGE_SELF, &before);
    expect_refused("claim", temp_path("claim"), AEVB_EFORMAT, "the content ends, but its header (1073741824)");
    getrusage(RUSAGE_SELF, &after);
    cr_expect_lt(after.ru_maxrss - before.ru_maxrss, 64 * 1024, "KiB");
}

Test(idx, reports_exhausted_memory_at_every_allocation)
{
    static const uint32_t dim[3] = {4, 300, 300}, large[2] = {17, 1 << 20};
    uint8_t *zeros = calloc((size_t)large[0] * large[1], 1);
    idx_write("plain", 3, dim, NULL, 0);
    idx_write("packed", 3, dim, NULL, 1);
    idx_write("counted", 2, large, zeros, 1);
    free(zeros);
    static const struct { const char *name; size_t least; } files[] = {{"plain", 2}, {"packed", 4}, {"counted", 4}};
    for (size_t f = 0; f < 3; f++) {
        aevb_idx idx = untouched(), before = untouched();
        aevb_error err = {0};
        aevb_status status = AEVB_ENOMEM;
        size_t failures = 0;
        for (size_t n = 1; n < 100 && status == AEVB_ENOMEM; n++) {
            aevb_alloc_fail_after(n);
            status = aevb_idx_read(temp_path(files[f].name), ratio(2000), &idx, &err);
            aevb_alloc_fail_after(0);
            failures += status == AEVB_ENOMEM;
            if (status == AEVB_ENOMEM)
                cr_expect_eq(memcmp(&idx, &before, sizeof idx), 0);
        }
        cr_assert_eq(status, AEVB_OK, "%s", err.message);
        cr_expect_geq(failures, files[f].least, "%s: %zu allocations failed", files[f].name, failures);
        aevb_free(idx.bytes);
    }
}
