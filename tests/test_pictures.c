/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trees of pictures from directories and archives: order, labels, parts, sizes, refusals, limits. [DATA.6] */
#include "config.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "data/sources.h"
#include "image_files.h"
#include "leaks.h"
#include "open_data.h"
#include "temp_files.h"
#include "tree_files.h"

TestSuite(pictures, .fini = no_leaks, .timeout = 60);

enum { COLS = 5, ROWS = 4, PIXELS = COLS * ROWS, MOST = 40 };

/* A PGM of ROWS x COLS whose samples are picture_fill(seed). */
typedef struct pgm { char bytes[12 + PIXELS]; size_t n; } pgm;

static pgm make_pgm(unsigned seed, size_t rows)
{
    pgm p = {.n = 0};
    p.n = (size_t)snprintf(p.bytes, sizeof p.bytes, "P5\n%d %zu\n255\n", COLS, rows);
    picture_fill((uint8_t *)p.bytes + p.n, rows * COLS, seed);
    p.n += rows * COLS;
    return p;
}

/* Files of pictures, the i-th with seed i; names that end otherwise hold text. */
typedef struct tree { pgm pictures[MOST]; tree_file files[MOST]; size_t n; } tree;

static void make_tree(tree *t, const char *const *names, size_t n)
{
    t->n = n;
    for (size_t i = 0; i < n; i++) {
        t->pictures[i] = make_pgm((unsigned)i, ROWS);
        t->files[i] = (tree_file){.name = names[i], .bytes = t->pictures[i].bytes, .n = t->pictures[i].n};
        if (strstr(names[i], ".p") == NULL && strstr(names[i], ".P") == NULL)
            t->files[i] = (tree_file){.name = names[i], .bytes = "text", .n = 4};
    }
}

static void expect_row(const aevb_dataset *d, size_t row, unsigned seed)
{
    uint8_t want[PIXELS];
    picture_fill(want, PIXELS, seed);
    cr_assert_eq(memcmp(d->u8 + row * PIXELS, want, PIXELS), 0, "row %zu is not picture %u", row, seed);
}

static void expect_refused(const char *source, const aevb_data_options *options, aevb_status status, const char *part)
{
    aevb_data data, before;
    aevb_error err = {0};
    memset(&data, 0x5a, sizeof data);
    memcpy(&before, &data, sizeof data);
    cr_expect_eq(aevb_data_open(source, options, &data, &err), status, "%s, expected %s", err.message, part);
    cr_expect_not_null(strstr(err.message, part), "expected \"%s\" in: %s", part, err.message);
    cr_expect(strchr(err.message, '\n') == NULL && strncmp(err.message, source, strlen(source)) == 0, "%s",
              err.message);
    cr_expect_eq(memcmp(&data, &before, sizeof data), 0);
}

static void expect_names(const aevb_data *data, const char *const *names, size_t n)
{
    cr_assert_eq(data->n_labels, n);
    for (size_t i = 0; i < n; i++)
        cr_expect_str_eq(data->label_names[i], names[i]);
}

/* Directories by their bytes, then files by theirs; "a" comes before "a-b" although '-' is below '/'. */
Test(pictures, order_and_labels_are_the_same_from_a_directory_and_from_archives)
{
    static const char *const names[] = {
        "s/b/2.pgm", "s/README", "s/b/10.PGM", "s/a-b/1.pgm", "s/.hidden.pgm", "s/a/z.pnm", "s/a/1.Pgm",
        "s/b/notes.csv", "s/.git/1.pgm", "s/B/x.y.pgm", "s/a/A.pgm"};
    static const struct { unsigned seed; uint32_t label; } want[] = {
        {9, 0}, {6, 1}, {10, 1}, {5, 1}, {3, 2}, {2, 3}, {0, 3}};
    tree t;
    make_tree(&t, names, sizeof names / sizeof *names);
    for (int kind = 0; kind < TREE_KINDS; kind++) {
        aevb_data data;
        aevb_error err = {0};
        char name[24];
        snprintf(name, sizeof name, "tree%d", kind);
        const char *path = tree_write((tree_kind)kind, name, t.files, t.n);
        cr_assert_eq(open_data(path, 0, 7, &data, &err), AEVB_OK, "%s", err.message);
        cr_expect_str_eq(data.name, "pictures");
        cr_assert(data.train->n == 7 && data.test == NULL && data.train->image_rows == ROWS &&
                  data.train->image_cols == COLS);
        for (size_t k = 0; k < 7; k++) {
            size_t row;
            const aevb_dataset *d = source_row(&data, 7, k, &row);
            expect_row(d, row, want[k].seed);
            cr_expect_eq(d->labels[row], want[k].label);
        }
        expect_names(&data, (const char *const[]){"B", "a", "a-b", "b"}, 4);
        aevb_data_close(&data);
    }
}

Test(pictures, one_directory_has_no_labels_and_its_last_tenth_is_the_test_part)
{
    char text[MOST][16];
    const char *names[MOST];
    tree t;
    for (size_t i = 0; i < MOST; i++) {
        snprintf(text[i], sizeof text[i], "%02zu.pgm", MOST - 1 - i);
        names[i] = text[i];
    }
    make_tree(&t, names, MOST);
    aevb_data data;
    const char *path = tree_write(TREE_TGZ, "flat.tgz", t.files, t.n);
    cr_assert_eq(open_data(path, 5, 3, &data, NULL), AEVB_OK);
    cr_assert(data.train->n == 5 && data.test->n == MOST / 10 && data.train->labels == NULL);
    cr_expect(data.label_names == NULL && data.n_labels == 0);
    data.train->n = MOST - MOST / 10;
    for (size_t k = 0; k < MOST; k++) {
        size_t row;
        const aevb_dataset *d = source_row(&data, 3, k, &row);
        expect_row(d, row, (unsigned)(MOST - 1 - k));
    }
    aevb_data_close(&data);
}

Test(pictures, directories_train_and_test_are_the_parts)
{
    static const char *const names[] = {"m/train/7/b.pgm", "m/test/7/a.pgm", "m/train/7/a.pgm", "m/train/5/a.pgm",
                                        "m/test/6/a.pgm"};
    static const unsigned train[] = {3, 2, 0}, test[] = {4, 1};
    static const uint32_t train_labels[] = {0, 2, 2}, test_labels[] = {1, 2};
    tree t;
    aevb_data data;
    make_tree(&t, names, 5);
    cr_assert_eq(open_data(tree_write(TREE_DIRECTORY, "parts", t.files, 5), 0, 1, &data, NULL), AEVB_OK);
    cr_assert(data.train->n == 3 && data.test->n == 2);
    for (size_t i = 0; i < 3; i++)
        expect_row(data.train, i, train[i]);
    for (size_t i = 0; i < 2; i++)
        expect_row(data.test, i, test[i]);
    cr_expect_eq(memcmp(data.train->labels, train_labels, sizeof train_labels), 0);
    cr_expect_eq(memcmp(data.test->labels, test_labels, sizeof test_labels), 0);
    expect_names(&data, (const char *const[]){"5", "6", "7"}, 3);
    aevb_data_close(&data);
}

Test(pictures, what_is_no_tree_of_equal_pictures_is_refused)
{
    static const char *const mixed_depth[] = {"a/1.pgm", "b/2.pgm", "3.pgm"},
        *const deep[] = {"a/b/1.pgm", "c/d/2.pgm"},
        *const gif[] = {"a/1.pgm", "a/2.gif"}, *const none[] = {"README", "SHA256SUMS", ".x.pgm"},
        *const two[] = {"a/1.pgm", "a/2.pgm"};
    tree t;
    make_tree(&t, mixed_depth, 3);
    expect_refused(tree_write(TREE_ZIP, "1", t.files, 3), NULL, AEVB_EFORMAT, "3.pgm and a/1.pgm are at different");
    make_tree(&t, deep, 2);
    expect_refused(tree_write(TREE_DIRECTORY, "2", t.files, 2), NULL, AEVB_EFORMAT, "a/b/1.pgm: too deep");
    make_tree(&t, gif, 2);
    expect_refused(tree_write(TREE_DIRECTORY, "3", t.files, 2), NULL, AEVB_EUNSUPPORTED, "a/2.gif: a kind");
    make_tree(&t, none, 3);
    expect_refused(tree_write(TREE_TAR, "4", t.files, 3), NULL, AEVB_EFORMAT, "no picture in it");
    make_tree(&t, two, 2);
    t.files[1].name = t.files[0].name;
    expect_refused(tree_write(TREE_TAR, "5", t.files, 2), NULL, AEVB_EFORMAT, "a/1.pgm is there twice");
    for (int kind = 0; kind < TREE_KINDS; kind++) {
        char name[24];
        make_tree(&t, two, 2);
        t.pictures[1] = make_pgm(1, ROWS - 1);
        t.files[1].n = t.pictures[1].n;
        snprintf(name, sizeof name, "mixed%d", kind);
        expect_refused(tree_write((tree_kind)kind, name, t.files, 2), NULL, AEVB_ESHAPE,
                       "a/2.pgm has 3 rows and 5 columns, but a/1.pgm has 4 and 5");
        t.files[1].n -= 1;
        expect_refused(tree_write((tree_kind)kind, name, t.files, 2), NULL, AEVB_EFORMAT,
                       "a/2.pgm: byte 25: the file ends");
        t.files[1] = (tree_file){.name = "a/2.pgm", .bytes = "", .n = 0};
        expect_refused(tree_write((tree_kind)kind, name, t.files, 2), NULL, AEVB_EFORMAT, "a/2.pgm: is empty");
    }
}

Test(pictures, what_a_directory_can_hold_besides_files)
{
    static const char *const one[] = {"a/1.pgm"};
    tree t;
    make_tree(&t, one, 1);
    mkdir(temp_path("empty"), 0777);
    expect_refused(temp_path("empty"), NULL, AEVB_EFORMAT, "no picture in it");
    const char *path = tree_write(TREE_DIRECTORY, "odd", t.files, 1);
    char name[4200];
    snprintf(name, sizeof name, "%s/a/2.pgm", path);
    cr_assert_eq(mkfifo(name, 0600), 0);
    expect_refused(path, NULL, AEVB_EIO, "/odd/a/2.pgm: is a FIFO, not a regular file");
    remove(name);
    cr_assert_eq(symlink("nowhere", name), 0);
    expect_refused(path, NULL, AEVB_EIO, "/odd/a/2.pgm: cannot stat: No such file");
    remove(name);
    char other[4200];
    snprintf(other, sizeof other, "%s/README", path);
    cr_assert_eq(symlink("nowhere", other), 0);
    snprintf(other, sizeof other, "%s/a/loop", path);
    cr_assert_eq(symlink("loop", other), 0);
    aevb_data data;
    cr_assert_eq(open_data(path, 0, 1, &data, NULL), AEVB_OK, "links to nowhere whose names are no pictures'");
    cr_expect_eq(data.train->n, 1);
    aevb_data_close(&data);
    cr_assert_eq(symlink("..", name), 0); /* a directory that holds itself */
    expect_refused(path, NULL, AEVB_EFORMAT, "more than 8 directories deep");
    remove(name);
    cr_assert_eq(symlink("1.pgm", name), 0);
    cr_assert_eq(open_data(path, 0, 1, &data, NULL), AEVB_OK);
    cr_expect_eq(data.train->n, 2);
    aevb_data_close(&data);
}

Test(pictures, archives_cut_anywhere_are_refused)
{
    static const char *const names[] = {"a/1.pgm", "b/2.pgm"};
    tree t;
    make_tree(&t, names, 2);
    for (int kind = TREE_TAR; kind <= TREE_ZIP; kind++) {
        const char *path = tree_write((tree_kind)kind, "whole", t.files, 2);
        size_t n, step = kind == TREE_TAR ? 100 : 1;
        unsigned char *bytes = temp_read(path, &n);
        for (size_t cut = 0; cut + (kind == TREE_TAR ? 9000 : 0) < n; cut += step) {
            aevb_data data;
            aevb_error err = {0};
            temp_write(temp_path("cut"), bytes, cut);
            cr_expect_eq(open_data(temp_path("cut"), 0, 1, &data, &err), AEVB_EFORMAT, "kind %d, %zu of %zu: %s",
                         kind, cut, n, err.message);
        }
        free(bytes);
    }
}

Test(pictures, steps_are_done_and_are_for_pictures_only)
{
    static const char *const names[] = {"1.pgm"};
    tree t;
    aevb_data data;
    aevb_data_options options = aevb_data_options_default();
    make_tree(&t, names, 1);
    const char *path = tree_write(TREE_DIRECTORY, "steps", t.files, 1);
    options.pictures = (aevb_picture_steps){.crop_top = 1, .crop_bottom = 4, .crop_left = 2, .crop_right = 4,
                                            .scale = 1};
    cr_assert_eq(aevb_data_open(path, &options, &data, NULL), AEVB_OK);
    uint8_t all[PIXELS];
    picture_fill(all, PIXELS, 0);
    cr_assert(data.train->image_rows == 3 && data.train->image_cols == 2);
    for (size_t i = 0; i < 6; i++)
        cr_expect_eq(data.train->u8[i], all[(1 + i / 2) * COLS + 2 + i % 2]);
    aevb_data_close(&data);
    options.pictures.crop_right = COLS + 1;
    expect_refused(path, &options, AEVB_ESHAPE, "1.pgm: 4 rows and 5 columns, but rows 1:4 and columns 2:6");
    options.pictures = (aevb_picture_steps){.scale = 0.2};
    expect_refused(path, &options, AEVB_ESHAPE, "nothing is left of 4 rows and 5 columns at a scale of 0.2");
    expect_refused("sprites", &options, AEVB_EINVAL, "are for trees of pictures");
    static const aevb_picture_steps bad[] = {{.scale = 0}, {.scale = 1.5}, {.scale = 1, .crop_top = 3},
        {.scale = 1, .crop_bottom = 3}, {.scale = 1, .crop_right = 3}, {.scale = 1, .grey = (aevb_grey_rule)2}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        options.pictures = bad[i];
        cr_expect_eq(aevb_data_open(path, &options, &data, NULL), AEVB_EINVAL, "%zu", i);
    }
}

Test(pictures, limits_are_kept)
{
    static const char *const names[] = {"1.pgm", "2.pgm", "README"};
    tree t;
    make_tree(&t, names, 3);
    for (int kind = 0; kind < TREE_KINDS; kind++) {
        char name[24];
        snprintf(name, sizeof name, "limits%d", kind);
        const char *path = tree_write((tree_kind)kind, name, t.files, 3);
        aevb_limits limits = aevb_limits_default();
        aevb_data_options options = aevb_data_options_default();
        aevb_data data;
        options.limits = &limits;
        limits.entries = 3;
        limits.pixels = PIXELS;
        cr_assert_eq(aevb_data_open(path, &options, &data, NULL), AEVB_OK);
        aevb_data_close(&data);
        limits.entries = 2;
        expect_refused(path, &options, AEVB_EUNSUPPORTED, "more than 2 ");
        limits = aevb_limits_default();
        limits.pixels = PIXELS - 1;
        expect_refused(path, &options, AEVB_EUNSUPPORTED, "are beyond the limit of 19 pixels");
        limits = aevb_limits_default();
        limits.content_bytes = 2 * PIXELS - 1;
        expect_refused(path, &options, AEVB_EUNSUPPORTED, "content_bytes");
        limits.inflate_ratio = 0;
        cr_expect_eq(aevb_data_open(path, &options, &data, NULL), AEVB_EINVAL);
    }
}

Test(pictures, reports_exhausted_memory_at_every_allocation)
{
    char text[MOST][16];
    const char *names[MOST];
    tree t;
    for (size_t i = 0; i < MOST; i++) {
        snprintf(text[i], sizeof text[i], "%zu/%zu.pgm", i % 3, i);
        names[i] = text[i];
    }
    make_tree(&t, names, MOST);
    for (int kind = 0; kind < TREE_KINDS; kind++) {
        char name[24];
        snprintf(name, sizeof name, "memory%d", kind);
        const char *path = tree_write((tree_kind)kind, name, t.files, MOST);
        aevb_data data = {.name = "as before"};
        aevb_status status = AEVB_ENOMEM;
        size_t failures = 0;
        for (size_t n = 1; n < 2000 && status == AEVB_ENOMEM; n++) {
            aevb_alloc_fail_after(n);
            status = open_data(path, 0, 1, &data, NULL);
            aevb_alloc_fail_after(0);
            failures += status == AEVB_ENOMEM;
            if (status == AEVB_ENOMEM)
                cr_expect(data.train == NULL && strcmp(data.name, "as before") == 0);
        }
        cr_assert_eq(status, AEVB_OK, "kind %d: %d", kind, (int)status);
        cr_expect_geq(failures, 2 * MOST);
        aevb_data_close(&data);
    }
}

/* Whatever byte is wrong: rows, or one message. */
Test(pictures, archives_with_any_byte_changed)
{
    static const char *const names[] = {"a/1.pgm", "b/2.pgm"};
    tree t;
    make_tree(&t, names, 2);
    for (int kind = TREE_TAR; kind <= TREE_ZIP; kind++) {
        size_t n, refused = 0, step = kind == TREE_TAR ? 7 : 1;
        const char *path = tree_write((tree_kind)kind, "whole", t.files, 2);
        unsigned char *bytes = temp_read(path, &n);
        for (size_t i = 0; i < n; i += step) {
            aevb_data data;
            aevb_error err = {0};
            bytes[i] ^= 0xff;
            temp_write(temp_path("bent"), bytes, n);
            bytes[i] ^= 0xff;
            if (open_data(temp_path("bent"), 0, 1, &data, &err) == AEVB_OK) {
                aevb_data_close(&data);
            } else {
                refused++;
                cr_expect(strncmp(err.message, temp_path("bent"), strlen(temp_path("bent"))) == 0 &&
                          strchr(err.message, '\n') == NULL, "kind %d byte %zu: %s", kind, i, err.message);
            }
        }
        cr_expect_gt(refused, n / step / 20, "kind %d: %zu of %zu", kind, refused, n);
        free(bytes);
    }
}

/* 25 MB of zeros in a few kilobytes. */
Test(pictures, bombs_are_refused)
{
    size_t n = 15 + (size_t)5000 * 5000;
    char *bytes = calloc(n, 1);
    memcpy(bytes, "P5\n5000 5000\n1\n", 15);
    tree_file file = {.name = "1.pgm", .bytes = bytes, .n = n};
    expect_refused(tree_write(TREE_TGZ, "bomb.tgz", &file, 1), NULL, AEVB_EUNSUPPORTED, "more than 200 times");
    expect_refused(tree_write(TREE_ZIP, "bomb.zip", &file, 1), NULL, AEVB_EUNSUPPORTED, "more than 200 times");
    free(bytes);
}

/* Files are never mapped: one that shrinks or grows after it was opened is an error and no signal. */
Test(pictures, files_that_change_while_they_are_read)
{
    static const char *const names[] = {"a/1.pgm", "b/2.pgm"};
    tree t;
    make_tree(&t, names, 2);
    aevb_limits limits = aevb_limits_default();
    aevb_data_options options = aevb_data_options_default();
    options.limits = &limits;
    for (int kind = TREE_TAR; kind <= TREE_ZIP; kind++) {
        for (int grows = 0; grows < 2; grows++) {
            const char *path = tree_write((tree_kind)kind, "changing", t.files, 2);
            struct stat info;
            aevb_file_in *in;
            aevb_data data = {.train = NULL};
            aevb_error err = {0};
            cr_assert(stat(path, &info) == 0 && aevb_file_in_open(path, &in, NULL) == AEVB_OK);
            cr_assert_eq(truncate(path, grows ? info.st_size + 1 : info.st_size / 3), 0);
            cr_expect_eq(aevb_data_from_file(in, &options, &data, &err), AEVB_EIO, "%s", err.message);
            cr_expect_not_null(strstr(err.message, grows ? "changed while being read" : "it shrank while being read"),
                               "%s", err.message);
            aevb_data_close(&data);
            aevb_file_in_close(in);
        }
    }
}
