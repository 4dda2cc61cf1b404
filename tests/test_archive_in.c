/* SPDX-License-Identifier: GPL-3.0-or-later
 * Archives from strangers: members as they were put in; links, "..", encryption, damage, missing ends and bombs
 * refused with the archive and the member named. */
#include "config.h"
#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "format/archive_in.h"
#include "leaks.h"
#include "temp_files.h"

TestSuite(archive_in, .fini = no_leaks);

enum { ROOM = 1 << 20 };
typedef enum packing { ZIP, TAR, TGZ } packing;
static const char *const kind_names[] = {"zip", "tar", "tar.gz"};

typedef struct item {
    const char *name, *content;
    int type;           /* AE_IFREG when 0 */
    const char *target; /* of a link */
    int hard;
} item;

/* What another writer, libarchive's, makes of the items; the caller frees it. */
static unsigned char *pack(packing kind, const item *items, size_t n, size_t *length)
{
    unsigned char *bytes = malloc(ROOM);
    struct archive *out = archive_write_new();
    cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8")); /* for names; the reader has to do without */
    if (kind == ZIP)
        archive_write_set_format_zip(out);
    else
        archive_write_set_format_pax_restricted(out);
    if (kind == TGZ)
        archive_write_add_filter_gzip(out);
    archive_write_set_bytes_in_last_block(out, 1);
    cr_assert_eq(archive_write_open_memory(out, bytes, ROOM, length), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, items[i].name);
        archive_entry_set_filetype(entry, items[i].type == 0 ? AE_IFREG : (unsigned)items[i].type);
        archive_entry_set_perm(entry, 0644);
        if (items[i].hard)
            archive_entry_set_hardlink(entry, items[i].target);
        else if (items[i].target != NULL)
            archive_entry_set_symlink(entry, items[i].target);
        size_t size = items[i].content == NULL ? 0 : strlen(items[i].content);
        archive_entry_set_size(entry, (la_int64_t)size);
        cr_assert_eq(archive_write_header(out, entry), ARCHIVE_OK, "%s", archive_error_string(out));
        if (size > 0)
            cr_assert_eq(archive_write_data(out, items[i].content, size), (la_ssize_t)size);
        archive_entry_free(entry);
    }
    cr_assert_eq(archive_write_close(out), ARCHIVE_OK);
    archive_write_free(out);
    setlocale(LC_CTYPE, "C");
    return bytes;
}

/* Reads all of an archive: the status of the first failure; text collects name=content;. */
static aevb_status read_members(const unsigned char *bytes, size_t n, const aevb_limits *limits, int content,
                                char *text, size_t room, aevb_error *err)
{
    aevb_file_in *in = NULL;
    aevb_archive_in *archive = NULL;
    text[0] = '\0';
    cr_assert_eq(aevb_file_in_memory("a.arc", bytes, n, &in, err), AEVB_OK);
    aevb_status status = aevb_archive_open(in, limits, &archive, err);
    const aevb_member *member = NULL;
    while (status == AEVB_OK && (status = aevb_archive_next(archive, &member, err)) == AEVB_OK && member != NULL) {
        unsigned char *all = NULL;
        size_t got = 0;
        if (content)
            status = aevb_archive_read_all(archive, &all, &got, err);
        size_t used = strlen(text);
        if (status == AEVB_OK)
            snprintf(text + used, room - used, "%s%s=%.*s;", member->name, member->directory ? "(d)" : "",
                     got < 50 ? (int)got : 50, all == NULL ? "" : (const char *)all);
        aevb_free(all);
    }
    aevb_archive_close(archive);
    aevb_file_in_close(in);
    return status;
}

static aevb_status read_items(packing kind, const item *items, size_t n, int content, char *text, size_t room,
                              aevb_error *err)
{
    size_t length = 0;
    unsigned char *bytes = pack(kind, items, n, &length);
    aevb_status status = read_members(bytes, length, NULL, content, text, room, err);
    free(bytes);
    return status;
}

Test(archive_in, members)
{
    const item items[] = {{.name = "d/", .type = AE_IFDIR}, {.name = "d/a.txt", .content = "hello"},
                          {.name = "./b", .content = "world"}, {.name = "empty"},
                          {.name = "\xc3\xa4/\xe2\x82\xac.png", .content = "utf-8"},
                          {.name = "x..y/..z", .content = "dots"}};
    for (int kind = ZIP; kind <= TGZ; kind++)
        for (int content = 0; content < 2; content++) {
            char text[400];
            aevb_error err = {.message = ""};
            cr_expect_eq(read_items((packing)kind, items, 6, content, text, sizeof text, &err), AEVB_OK, "%s: %s",
                         kind_names[kind], err.message);
            cr_expect_str_eq(text, content ? "d/(d)=;d/a.txt=hello;b=world;empty=;\xc3\xa4/\xe2\x82\xac.png=utf-8;"
                                             "x..y/..z=dots;"
                                           : "d/(d)=;d/a.txt=;b=;empty=;\xc3\xa4/\xe2\x82\xac.png=;x..y/..z=;");
        }
}

Test(archive_in, parts_of_names_that_say_nothing_are_left_out)
{
    const item items[] = {{.name = "./", .type = AE_IFDIR}, {.name = "a/./b", .content = "1"},
                          {.name = "a//c", .content = "2"}, {.name = "././a/.d/", .type = AE_IFDIR},
                          {.name = ".//e/.//f", .content = "3"}, {.name = "g/.", .type = AE_IFDIR}};
    for (int kind = ZIP; kind <= TGZ; kind++) {
        char text[200];
        aevb_error err = {.message = ""};
        cr_expect_eq(read_items((packing)kind, items, 6, 1, text, sizeof text, &err), AEVB_OK, "%s: %s",
                     kind_names[kind], err.message);
        cr_expect_str_eq(text, "./(d)=;a/b=1;a/c=2;a/.d/(d)=;e/f=3;g/(d)=;", "%s: %s", kind_names[kind], text);
    }
}

/* Two archives in one file: the second would be lost. */
Test(archive_in, what_follows_the_end_is_refused)
{
    const item one[] = {{.name = "a", .content = "first"}}, two[] = {{.name = "b", .content = "second"}};
    for (int kind = ZIP; kind <= TGZ; kind++) {
        size_t n = 0, m = 0;
        char text[100];
        aevb_error err = {.message = ""};
        unsigned char *first = pack((packing)kind, one, 1, &n), *second = pack((packing)kind, two, 1, &m);
        memcpy(first + n, second, m);
        cr_expect_eq(read_members(first, n + m, NULL, 1, text, sizeof text, &err), AEVB_EFORMAT, "%s: %s",
                     kind_names[kind], text);
        cr_expect(kind == ZIP || strstr(err.message, "a.arc: byte 1024 of the tar: the archive has ended, but more "
                                        "follows") != NULL, "%s: %s", kind_names[kind], err.message);
        memset(first + n, 0, 10240);
        if (kind == TAR)
            cr_expect_eq(read_members(first, n + 10240, NULL, 1, text, sizeof text, &err), AEVB_OK, "zeros: %s",
                         err.message);
        free(first);
        free(second);
    }
}

Test(archive_in, no_members)
{
    char text[100];
    aevb_error err = {.message = ""};
    for (int kind = TAR; kind <= TGZ; kind++)
        cr_expect_eq(read_items((packing)kind, NULL, 0, 1, text, sizeof text, &err), AEVB_OK, "%s: %s",
                     kind_names[kind], err.message);
    cr_expect_eq(read_items(ZIP, NULL, 0, 1, text, sizeof text, &err), AEVB_EFORMAT);
    cr_expect_str_eq(err.message, "a.arc: a zip without members"); /* libarchive does not know such */
}

Test(archive_in, refused_members)
{
    const struct { item item; int tar_only; const char *message; } cases[] = {
        {{.name = "../x", .content = "1"}, 0, "member \"../x\": its name goes up with \"..\""},
        {{.name = "a/../../x", .content = "1"}, 0, "goes up"},
        {{.name = "a/..", .content = "1"}, 0, "goes up"},
        {{.name = "/etc/x", .content = "1"}, 0, "member \"/etc/x\": an absolute name"},
        {{.name = "l", .type = AE_IFLNK, .target = "/etc/passwd"}, 0, "member \"l\": is a symbolic link"},
        {{.name = "l", .target = "good", .hard = 1}, 1, "member \"l\": is a hard link"},
        {{.name = "f", .type = AE_IFIFO}, 1, "member \"f\": is neither a file nor a directory"},
        {{.name = "c", .type = AE_IFCHR}, 1, "member \"c\": is neither a file nor a directory"},
        {{.name = "b", .type = AE_IFBLK}, 1, "member \"b\": is neither a file nor a directory"},
    };
    for (int kind = ZIP; kind <= TGZ; kind++)
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            const item items[] = {{.name = "good", .content = "fine"}, cases[i].item};
            char text[100];
            aevb_error err = {.message = ""};
            if (kind == ZIP && cases[i].tar_only)
                continue;
            cr_expect_eq(read_items((packing)kind, items, 2, 1, text, sizeof text, &err), AEVB_EFORMAT, "%s %zu",
                         kind_names[kind], i);
            cr_expect_str_eq(text, "good=fine;");
            cr_expect(strncmp(err.message, "a.arc: ", 7) == 0 && strstr(err.message, cases[i].message) != NULL, "%s",
                      err.message);
        }
}

/* No cut of any of them passes for whole. */
Test(archive_in, truncated)
{
    const item items[] = {{.name = "a", .content = "some content, some content, some content"},
                          {.name = "b", .content = "more"}};
    for (int kind = ZIP; kind <= TGZ; kind++) {
        size_t n = 0;
        char text[200];
        aevb_error err;
        unsigned char *bytes = pack((packing)kind, items, 2, &n);
        for (size_t cut = 0; cut < n; cut++) {
            aevb_status status = read_members(bytes, cut, NULL, 1, text, sizeof text, &err);
            cr_expect(status == AEVB_EFORMAT, "%s cut to %zu of %zu: %d %s", kind_names[kind], cut, n, (int)status,
                      text);
        }
        free(bytes);
    }
}

/* A flipped bit is harmless: refused, or the content is what it was (bits of times and owners). */
Test(archive_in, flipped)
{
    const item items[] = {{.name = "a", .content = "some content, some content, some content"}};
    for (int kind = ZIP; kind <= TGZ; kind++) {
        size_t n = 0, refused = 0;
        char text[200];
        aevb_error err;
        unsigned char *bytes = pack((packing)kind, items, 1, &n);
        for (size_t i = 0; i < 8 * n; i++) {
            bytes[i / 8] ^= (unsigned char)(1u << i % 8);
            aevb_status status = read_members(bytes, n, NULL, 1, text, sizeof text, &err);
            if (status != AEVB_OK)
                refused++;
            else if (kind != TAR) /* plain tar has no sum over its content */
                cr_expect(text[0] == '\0' || strstr(text, "=some content, some content, some content;") != NULL,
                          "%s bit %zu: %s", kind_names[kind], i, text);
            bytes[i / 8] ^= (unsigned char)(1u << i % 8);
        }
        cr_expect_gt(refused, n, "%s", kind_names[kind]);
        free(bytes);
    }
}

/* Bit 0 of the flags says encrypted, in the member's header and in the directory. */
Test(archive_in, encrypted)
{
    const item items[] = {{.name = "secret", .content = "0123456789abcdef0123456789abcdef"}};
    size_t n = 0;
    char text[100];
    aevb_error err = {.message = ""};
    unsigned char *bytes = pack(ZIP, items, 1, &n);
    for (size_t i = 0; i + 4 < n; i++) {
        if (memcmp(bytes + i, "PK\3\4", 4) == 0)
            bytes[i + 6] |= 1;
        if (memcmp(bytes + i, "PK\1\2", 4) == 0)
            bytes[i + 8] |= 1;
    }
    cr_expect_eq(read_members(bytes, n, NULL, 1, text, sizeof text, &err), AEVB_EFORMAT);
    cr_expect(strstr(err.message, "encrypted") != NULL, "%s", err.message);
    free(bytes);
}

/* The sizes and the sum in the directory differ from those of the member. */
Test(archive_in, zip_directory_disagrees)
{
    const item items[] = {{.name = "m", .content = "0123456789abcdef0123456789abcdef"}};
    static const size_t fields[] = {16, 20, 24}; /* CRC-32, compressed size, size */
    for (size_t f = 0; f < 3; f++) {
        size_t n = 0;
        char text[100];
        aevb_error err = {.message = ""};
        unsigned char *bytes = pack(ZIP, items, 1, &n);
        for (size_t i = 0; i + 46 < n; i++)
            if (memcmp(bytes + i, "PK\1\2", 4) == 0)
                bytes[i + fields[f]] ^= 1;
        cr_expect_eq(read_members(bytes, n, NULL, 1, text, sizeof text, &err), AEVB_EFORMAT, "field %zu: %s", f,
                     text);
        free(bytes);
    }
}

Test(archive_in, limits)
{
    enum { ZEROS = 17 << 20 };
    const item items[] = {{.name = "a", .content = "1"}, {.name = "b", .content = "2"}};
    char text[100], *zeros = malloc(ZEROS + 1);
    aevb_error err = {.message = ""};
    aevb_limits limits = aevb_limits_default();
    size_t n = 0;
    unsigned char *bytes = pack(ZIP, items, 2, &n);
    limits.entries = 1;
    cr_expect_eq(read_members(bytes, n, &limits, 1, text, sizeof text, &err), AEVB_EUNSUPPORTED);
    cr_expect_str_eq(err.message, "a.arc: more than 1 members, the limit (entries)");
    limits = aevb_limits_default();
    limits.content_bytes = 1;
    cr_expect_eq(read_members(bytes, n, &limits, 1, text, sizeof text, &err), AEVB_EUNSUPPORTED);
    free(bytes);
    memset(zeros, ' ', ZEROS);
    zeros[ZEROS] = '\0';
    const item bomb[] = {{.name = "bomb", .content = zeros}};
    for (int kind = ZIP; kind <= TGZ; kind += 2) { /* a tar.gz also when no member is read */
        bytes = pack((packing)kind, bomb, 1, &n);
        cr_assert_lt(n, 100000);
        for (int content = kind == ZIP; content < 2; content++) {
            cr_expect_eq(read_members(bytes, n, NULL, content, text, sizeof text, &err), AEVB_EUNSUPPORTED);
            cr_expect(strstr(err.message, "(inflate_ratio)") != NULL, "%s", err.message);
        }
        limits = aevb_limits_default();
        limits.inflate_ratio = 2000;
        cr_expect_eq(read_members(bytes, n, &limits, 1, text, sizeof text, &err), AEVB_OK, "%s", err.message);
        free(bytes);
    }
    free(zeros);
}

Test(archive_in, neither)
{
    const char *const others[] = {"", "x", "PK\3\4", "PK\5\6", "PK\3\4 and so on", "\x1f\x8b", "{}", "#!/bin/sh\n",
                                  "BZh9", "7z\xbc\xaf\x27\x1c"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char text[100];
        aevb_error err = {.message = ""};
        cr_expect_eq(read_members((const unsigned char *)others[i], strlen(others[i]), NULL, 1, text, sizeof text,
                                  &err), AEVB_EFORMAT, "%zu", i);
    }
}

/* The n-th allocation of ours fails: no leak, no crash (the suite counts blocks). */
Test(archive_in, out_of_memory)
{
    const item items[] = {{.name = "a", .content = "some content"}};
    for (int kind = ZIP; kind <= TGZ; kind++) {
        size_t n = 0;
        aevb_error err;
        unsigned char *bytes = pack((packing)kind, items, 1, &n);
        aevb_file_in *in = NULL;
        cr_assert_eq(aevb_file_in_memory("a", bytes, n, &in, &err), AEVB_OK);
        aevb_status status = AEVB_ENOMEM;
        size_t fail = 1;
        for (; status == AEVB_ENOMEM && fail < 100; fail++) {
            aevb_archive_in *archive = NULL;
            const aevb_member *member = NULL;
            unsigned char *all = NULL;
            size_t got = 0;
            aevb_alloc_fail_after(fail);
            status = aevb_archive_open(in, NULL, &archive, &err);
            if (status == AEVB_OK)
                status = aevb_archive_next(archive, &member, &err);
            if (status == AEVB_OK)
                status = aevb_archive_read_all(archive, &all, &got, &err);
            aevb_alloc_fail_after(0);
            aevb_free(all);
            aevb_archive_close(archive);
        }
        cr_expect_eq(status, AEVB_OK, "%s", err.message);
        cr_expect_gt(fail, 3);
        aevb_file_in_close(in);
        free(bytes);
    }
}

Test(archive_in, shrinks)
{
    const item items[] = {{.name = "a", .content = "some content"}, {.name = "b", .content = "more"}};
    for (int kind = ZIP; kind <= TGZ; kind++) {
        size_t n = 0;
        aevb_error err = {.message = ""};
        aevb_file_in *in = NULL;
        aevb_archive_in *archive = NULL;
        const aevb_member *member = NULL;
        aevb_status status;
        unsigned char *bytes = pack((packing)kind, items, 2, &n), *all = NULL;
        temp_write(temp_path("s"), bytes, n);
        cr_assert_eq(aevb_file_in_open(temp_path("s"), &in, &err), AEVB_OK);
        cr_assert_eq(aevb_archive_open(in, NULL, &archive, &err), AEVB_OK);
        temp_write(temp_path("s"), bytes, 10);
        do {
            status = aevb_archive_next(archive, &member, &err);
            if (status == AEVB_OK && member != NULL)
                status = aevb_archive_read_all(archive, &all, &n, &err);
            aevb_free(all);
            all = NULL;
        } while (status == AEVB_OK && member != NULL);
        cr_expect_eq(status, AEVB_EIO, "%s: %d %s", kind_names[kind], (int)status, err.message);
        aevb_archive_close(archive);
        aevb_file_in_close(in);
        free(bytes);
    }
}
