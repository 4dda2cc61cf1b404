/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trees of pictures in directories. [DATA.6] */
#include "config.h"
#include "data/pictures.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "alloc.h"
#include "error.h"

enum { PATH_ROOM = 4352, DEEPEST = 8 };

/* The path of what is looked at; its part from `root` on is the name in the tree. */
typedef struct walk {
    aevb_picture_list *list;
    uint64_t stored, entries; /* bytes of the pictures; names that were met */
    size_t root;
    char path[PATH_ROOM];
} walk;

static aevb_status walk_directory(walk *w, int depth, aevb_error *err);

static aevb_status visit(walk *w, int depth, aevb_error *err)
{
    struct stat info;
    bool taken;
    const char *name = w->path + w->root;
    const int missing = stat(w->path, &info) == 0 ? 0 : errno;
    if (missing != 0 && missing != ENOENT && missing != ELOOP)
        return aevb_fail_errno(err, w->path, "cannot stat");
    if (missing == 0 && S_ISDIR(info.st_mode)) {
        if (depth == DEEPEST)
            return aevb_fail(err, AEVB_EFORMAT, "%s: more than %d directories deep", w->path, DEEPEST);
        return walk_directory(w, depth + 1, err);
    }
    aevb_status status = aevb_pictures_offer(w->list, name, &taken, err);
    if (status != AEVB_OK || !taken) /* a link to nowhere is passed over by its name as a file is */
        return status;
    errno = missing;
    if (missing != 0)
        return aevb_fail_errno(err, w->path, "cannot stat");
    w->stored += (uint64_t)info.st_size;
    return AEVB_OK;
}

/* Visits all that w->path holds but hidden names. What is reached over several links counts each time, or a few of
 * them would lead on for ever. */
static aevb_status walk_directory(walk *w, int depth, aevb_error *err)
{
    size_t length = strlen(w->path);
    DIR *directory = opendir(w->path);
    aevb_status status = AEVB_OK;
    if (directory == NULL)
        return aevb_fail_errno(err, w->path, "cannot open");
    while (status == AEVB_OK) {
        errno = 0;
        struct dirent *entry = readdir(directory);
        if (entry == NULL) {
            status = errno != 0 ? aevb_fail_errno(err, w->path, "cannot read") : AEVB_OK;
            break;
        }
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (++w->entries > w->list->limits->entries)
            status = aevb_fail(err, AEVB_EUNSUPPORTED, "%s: more than %" PRIu64 " files and directories, the limit "
                               "(entries)", w->list->source, w->list->limits->entries);
        if (status != AEVB_OK || entry->d_name[0] == '.')
            continue;
        if ((size_t)snprintf(w->path + length, PATH_ROOM - length, "/%s", entry->d_name) >= PATH_ROOM - length)
            status = aevb_fail(err, AEVB_EIO, "%.256s: the name is too long", w->path);
        else
            status = visit(w, depth, err);
        w->path[length] = '\0';
    }
    closedir(directory);
    return status;
}

/* A whole file in memory. */
static aevb_status read_file(const char *path, const aevb_limits *limits, uint8_t **bytes, size_t *n, aevb_error *err)
{
    aevb_file_in *file;
    aevb_status status = aevb_file_in_open(path, &file, err);
    if (status != AEVB_OK)
        return status;
    uint64_t size = aevb_file_in_size(file);
    void *memory = NULL;
    if (size > limits->content_bytes || size > SIZE_MAX / 2)
        status = aevb_fail(err, AEVB_EUNSUPPORTED, "%s: %llu bytes, more than the limit (content_bytes)", path,
                           (unsigned long long)size);
    else
        status = aevb_file_in_all(file, &memory, err);
    aevb_file_in_close(file);
    if (status != AEVB_OK)
        return status;
    *bytes = memory;
    *n = (size_t)size;
    return AEVB_OK;
}

static aevb_status read_pictures(walk *w, aevb_picture_rows *rows, aevb_error *err)
{
    aevb_status status = AEVB_OK;
    for (size_t i = 0; status == AEVB_OK && i < w->list->n; i++) {
        uint8_t *bytes;
        size_t n;
        snprintf(w->path + w->root, PATH_ROOM - w->root, "%s", w->list->entry[i].name);
        if ((status = read_file(w->path, w->list->limits, &bytes, &n, err)) != AEVB_OK)
            break;
        status = aevb_picture_rows_put(rows, &w->list->entry[i], bytes, n, err);
        aevb_free(bytes);
    }
    return status;
}

aevb_status aevb_pictures_from_directory(const char *path, const aevb_data_options *options, aevb_data *out,
                                         aevb_error *err)
{
    aevb_picture_list list = {.source = path, .joint = "/", .limits = options->limits};
    aevb_picture_rows rows = {.list = &list, .steps = &options->pictures};
    walk *w = aevb_alloc(1, sizeof *w);
    if (w == NULL)
        return aevb_fail_memory(err);
    w->list = &list;
    aevb_status status = AEVB_OK;
    if ((size_t)snprintf(w->path, PATH_ROOM, "%s", path) >= PATH_ROOM)
        status = aevb_fail(err, AEVB_EIO, "%.256s: the name is too long", path);
    w->root = strlen(w->path) + 1;
    if (status == AEVB_OK)
        status = walk_directory(w, 0, err);
    if (status == AEVB_OK)
        status = aevb_pictures_arrange(&list, err);
    rows.stored = w->stored;
    if (status == AEVB_OK) {
        w->path[w->root - 1] = '/';
        status = read_pictures(w, &rows, err);
    }
    if (status == AEVB_OK)
        status = aevb_pictures_finish(&rows, options, out, err);
    aevb_free(rows.u8);
    aevb_pictures_free(&list);
    aevb_free(w);
    return status;
}
