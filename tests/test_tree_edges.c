/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trees of pictures at the edges: limits crossed by one, directories that lead into each other, old tars, archives of
 * nothing. [DATA.6] */
#include "config.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aevb/data.h"
#include "image_files.h"
#include "leaks.h"
#include "temp_files.h"
#include "tree_files.h"

TestSuite(tree_edges, .fini = no_leaks, .init = temp_clear, .timeout = 60);

static void expect(const char *source, const aevb_data_options *options, aevb_status status, const char *says)
{
    aevb_data data;
    aevb_error err = {.message = ""};
    const aevb_status given = aevb_data_open(source, options, &data, &err);
    cr_expect_eq(given, status, "%s: %d instead of %d: %s", source, (int)given, (int)status, err.message);
    cr_expect_not_null(strstr(err.message, says), "%s: expected %s: %s", source, says, err.message);
    if (given == AEVB_OK)
        aevb_data_close(&data);
}

/* [DATA.6] */
Test(tree_edges, trees_at_their_limits)
{
    aevb_limits limits = aevb_limits_default();
    tree_file files[300];
    char names[300][100];
    size_t n;
    png_write(temp_path("one.png"), 3, 2, 1);
    unsigned char *png = temp_read(temp_path("one.png"), &n);
    for (size_t i = 0; i < 300; i++) { /* names of 20 kB in all */
        snprintf(names[i], sizeof names[i], "a_directory_with_a_long_name_%zu/a_picture_with_a_long_name_%03zu.png",
                 i % 2, i);
        files[i] = (tree_file){names[i], png, n};
    }
    aevb_data_options options = aevb_data_options_default();
    options.limits = &limits;
    const char *path = tree_write(TREE_DIRECTORY, "t", files, 300);
    expect(path, &options, AEVB_OK, "");
    limits.content_bytes = n;
    expect(path, &options, AEVB_EUNSUPPORTED, "t: ");
    limits.content_bytes = n - 1;
    expect(path, &options, AEVB_EUNSUPPORTED, ".png: ");
    limits = aevb_limits_default();
    limits.entries = 299;
    expect(path, &options, AEVB_EUNSUPPORTED, "more than 299 files and directories, the limit (entries)");
    free(png);
}

/* Seven directories with 20 links each to the next: 64 million ways, and no file. */
Test(tree_edges, directories_that_are_met_over_and_over_count_each_time)
{
    aevb_limits limits = aevb_limits_default();
    aevb_data_options options = aevb_data_options_default();
    char name[32], target[24];
    for (int level = 0; level < 7; level++) {
        snprintf(name, sizeof name, "l%d", level);
        cr_assert_eq(mkdir(temp_path(name), 0777), 0);
        for (int i = 0; i < 20 && level < 6; i++) {
            snprintf(name, sizeof name, "l%d/%d", level, i);
            snprintf(target, sizeof target, "../l%d", level + 1);
            cr_assert_eq(symlink(target, temp_path(name)), 0);
        }
    }
    limits.entries = 100;
    options.limits = &limits;
    expect(temp_path("l0"), &options, AEVB_EUNSUPPORTED, "l0: more than 100 files and directories, the limit (entries)");
}

Test(tree_edges, hidden_names_count_and_are_not_visited)
{
    aevb_limits limits = aevb_limits_default();
    aevb_data_options options = aevb_data_options_default();
    cr_assert_eq(mkdir(temp_path("d"), 0777), 0);
    cr_assert_eq(symlink(".", temp_path("d/.loop")), 0);
    cr_assert_eq(mkfifo(temp_path("d/.x.png"), 0600), 0);
    png_write(temp_path("d/1.png"), 3, 2, 1);
    options.limits = &limits;
    limits.entries = 3;
    expect(temp_path("d"), &options, AEVB_OK, "");
    limits.entries = 2;
    expect(temp_path("d"), &options, AEVB_EUNSUPPORTED, "d: more than 2 files and directories");
}

/* The sum of a header in six digits, as every tar writes it. */
static void make_version_7(unsigned char header[512])
{
    unsigned sum = 0;
    memset(header + 257, 0, 512 - 257); /* magic and all that came with it */
    memset(header + 148, ' ', 8);
    for (size_t i = 0; i < 512; i++)
        sum += header[i];
    snprintf((char *)header + 148, 8, "%06o", sum);
}

Test(tree_edges, a_tar_of_before_there_was_a_magic)
{
    size_t n, png_n;
    png_write(temp_path("one.png"), 3, 2, 1);
    unsigned char *png = temp_read(temp_path("one.png"), &png_n);
    const tree_file file = {"1.png", png, png_n};
    unsigned char *bytes = temp_read(tree_write(TREE_TAR, "v7.tar", &file, 1), &n);
    make_version_7(bytes);
    temp_write(temp_path("v7.tar"), bytes, n);
    expect(temp_path("v7.tar"), NULL, AEVB_OK, "");
    bytes[0]++; /* the sum is wrong now */
    temp_write(temp_path("v7.tar"), bytes, n);
    expect(temp_path("v7.tar"), NULL, AEVB_EFORMAT, "v7.tar: byte 0: not an IDX file");
    free(bytes);
    free(png);
}

Test(tree_edges, archives_of_nothing_have_no_picture)
{
    expect(tree_write(TREE_TAR, "a.tar", NULL, 0), NULL, AEVB_EFORMAT, "a.tar: no picture in it");
    expect(tree_write(TREE_TGZ, "a.tgz", NULL, 0), NULL, AEVB_EFORMAT, "a.tgz: no picture in it");
    expect(tree_write(TREE_ZIP, "a.zip", NULL, 0), NULL, AEVB_EFORMAT, "a.zip: a zip without members");
    temp_write(temp_path("few"), "\0\0\0\0\0\0\0\0", 8);
    expect(temp_path("few"), NULL, AEVB_EFORMAT, "few: byte 2: 0x00 is no IDX element type");
}

/* What an archive inflates to is no measure for what a picture may inflate to: bytes behind its end cost nothing. */
Test(tree_edges, a_picture_may_not_inflate_twice)
{
    enum { SIDE = 4200, ROW = SIDE / 8, BLOWN_UP = 100000 };
    size_t n;
    unsigned char *raw = malloc((size_t)SIDE * ROW), *blown = calloc(1, BLOWN_UP);
    memset(raw, 0xff, (size_t)SIDE * ROW);
    unsigned char *png = png_make(&(png_wish){.type = 0, .depth = 1, .cols = SIDE, .rows = SIDE}, raw, &n);
    cr_assert_lt(n, BLOWN_UP);
    memcpy(blown, png, n);
    const tree_file file = {"0.png", blown, BLOWN_UP};
    aevb_data_options options = aevb_data_options_default();
    options.pictures.crop_bottom = options.pictures.crop_right = 2;
    expect(tree_write(TREE_DIRECTORY, "tree", &file, 1), &options, AEVB_OK, "");
    expect(tree_write(TREE_ZIP, "a.zip", &file, 1), &options, AEVB_EUNSUPPORTED, "a.zip: 0.png: ");
    free(png);
    free(blown);
    free(raw);
}
