/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trees of files for the tests of the loaders. */
#include "config.h"
#include "tree_files.h"

#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "aevb/rng.h"
#include "temp_files.h"

/* The directories of a path. */
static void make_directories(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777); /* most are there */
        *slash = '/';
    }
}

static void write_directory(const char *root, const tree_file *files, size_t n)
{
    char path[8192];
    mkdir(root, 0777);
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", root, files[i].name);
        make_directories(path);
        temp_write(path, files[i].bytes, files[i].n);
    }
}

static void write_archive(tree_kind kind, const char *path, const tree_file *files, size_t n)
{
    struct archive *out = archive_write_new();
    if (kind == TREE_ZIP)
        archive_write_set_format_zip(out);
    else
        archive_write_set_format_pax_restricted(out);
    if (kind == TREE_TGZ)
        archive_write_add_filter_gzip(out);
    cr_assert_eq(archive_write_open_filename(out, path), ARCHIVE_OK);
    for (size_t i = 0; i < n; i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, files[i].name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_entry_set_size(entry, (la_int64_t)files[i].n);
        cr_assert_eq(archive_write_header(out, entry), ARCHIVE_OK, "%s", archive_error_string(out));
        cr_assert_eq(archive_write_data(out, files[i].bytes, files[i].n), (la_ssize_t)files[i].n);
        archive_entry_free(entry);
    }
    cr_assert_eq(archive_write_close(out), ARCHIVE_OK);
    archive_write_free(out);
}

const char *tree_write(tree_kind kind, const char *name, const tree_file *files, size_t n)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s", temp_path(name));
    if (kind == TREE_DIRECTORY)
        write_directory(path, files, n);
    else
        write_archive(kind, path, files, n);
    return path;
}

const aevb_dataset *source_row(const aevb_data *data, uint64_t seed, size_t k, size_t *row)
{
    size_t n = data->train->n + (data->test != NULL ? data->test->n : 0), i = 0;
    uint32_t *p = malloc(n * sizeof *p);
    cr_assert_not_null(p);
    aevb_permutation(seed, aevb_stream(AEVB_STREAM_SPLIT, 0), n, p);
    while (p[i] != k)
        i++;
    free(p);
    *row = i < data->train->n ? i : i - data->train->n;
    return i < data->train->n ? data->train : data->test;
}
