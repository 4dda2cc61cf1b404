/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which files of a tree are pictures, and in which order they become rows. [DATA.6] */
#include "config.h"
#include "data/picture_list.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "alloc.h"
#include "error.h"

enum { FIRST_NAMES = 1 << 14, FIRST_ENTRIES = 256 };

void aevb_pictures_free(aevb_picture_list *list)
{
    aevb_free(list->names);
    aevb_free(list->entry);
}

static bool has_extension(const char *name, const char *const *extensions)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && extensions[i] != NULL; i++)
        if (strcasecmp(dot + 1, extensions[i]) == 0)
            return true;
    return false;
}

static bool is_hidden(const char *name)
{
    return name[0] == '.' || strstr(name, "/.") != NULL;
}

/* Room for one more name and entry. */
static aevb_status reserve(aevb_picture_list *list, size_t length, aevb_error *err)
{
    while (list->names_room - list->names_used <= length) {
        size_t room = list->names_room == 0 ? FIRST_NAMES : 2 * list->names_room;
        char *names = room > list->names_room ? aevb_grow(list->names, list->names_room, room, 1) : NULL;
        if (names == NULL)
            return aevb_fail_memory(err);
        list->names = names;
        list->names_room = room;
    }
    if (list->n == list->room) {
        size_t room = list->room == 0 ? FIRST_ENTRIES : 2 * list->room;
        aevb_picture_entry *entry = aevb_grow(list->entry, list->room, room, sizeof *entry);
        if (entry == NULL)
            return aevb_fail_memory(err);
        list->entry = entry;
        list->room = room;
    }
    return AEVB_OK;
}

aevb_status aevb_pictures_offer(aevb_picture_list *list, const char *name, bool *taken, aevb_error *err)
{
    static const char *const read[] = {"png", "jpg", "jpeg", "pgm", "ppm", "pnm", NULL};
    static const char *const not_read[] = {"gif", "bmp", "tif", "tiff", "webp", "pbm", "jp2", "heic", "avif", NULL};
    *taken = false;
    if (list->n == UINT32_MAX)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: more than 2^32 - 1 files", list->source);
    if (is_hidden(name))
        return AEVB_OK;
    if (has_extension(name, not_read))
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s%s%s: a kind of picture that is not read (PNG, JPEG, PGM and PPM "
                         "are)", list->source, list->joint, name);
    if (!has_extension(name, read))
        return AEVB_OK;
    size_t length = strlen(name);
    aevb_status status = reserve(list, length, err);
    if (status != AEVB_OK)
        return status;
    memcpy(list->names + list->names_used, name, length + 1);
    list->entry[list->n] = (aevb_picture_entry){.name_at = list->names_used, .ordinal = list->n};
    list->names_used += length + 1;
    list->n++;
    *taken = true;
    return AEVB_OK;
}

/* Directory by directory in the order of their bytes: '/' ends a name and so comes before everything but the end. */
static int compare_names(const void *a, const void *b)
{
    const unsigned char *p = (const unsigned char *)((const aevb_picture_entry *)a)->name;
    const unsigned char *q = (const unsigned char *)((const aevb_picture_entry *)b)->name;
    for (; *p != '\0' && *p == *q; p++)
        q++;
    int x = *p == '/' ? 1 : *p == '\0' ? 0 : *p + 1, y = *q == '/' ? 1 : *q == '\0' ? 0 : *q + 1;
    return x - y;
}

static int compare_ordinals(const void *a, const void *b)
{
    size_t x = ((const aevb_picture_entry *)a)->ordinal, y = ((const aevb_picture_entry *)b)->ordinal;
    return (x > y) - (x < y);
}

void aevb_pictures_by_ordinal(aevb_picture_list *list)
{
    qsort(list->entry, list->n, sizeof *list->entry, compare_ordinals);
}

/* Length of the directories, with the last '/', that all names begin with; the list is sorted. */
static size_t common_directories(const aevb_picture_list *list)
{
    const char *first = list->entry[0].name, *last = list->entry[list->n - 1].name;
    size_t common = 0;
    for (size_t i = 0; first[i] != '\0' && first[i] == last[i]; i++)
        if (first[i] == '/')
            common = i + 1;
    return common;
}

/* The number of pictures below "test/" when every picture is below "train/" or "test/" and both have some, else 0. */
static size_t count_test(const aevb_picture_list *list, size_t common)
{
    size_t test = 0, train = 0;
    for (size_t i = 0; i < list->n; i++) {
        test += strncmp(list->entry[i].name + common, "test/", 5) == 0;
        train += strncmp(list->entry[i].name + common, "train/", 6) == 0;
    }
    return test > 0 && train > 0 && test + train == list->n ? test : 0;
}

/* The name from its label directory, or without one from the file, on. */
static const char *tail(const aevb_picture_list *list, size_t i, size_t common)
{
    const char *rest = list->entry[i].name + common;
    return list->n_test > 0 ? strchr(rest, '/') + 1 : rest;
}

static aevb_status check_depths(aevb_picture_list *list, size_t common, aevb_error *err)
{
    for (size_t i = 0; i < list->n; i++) {
        const char *rest = tail(list, i, common), *slash = strchr(rest, '/');
        if (slash != NULL && strchr(slash + 1, '/') != NULL)
            return aevb_fail(err, AEVB_EFORMAT, "%s%s%s: too deep: pictures lie in one directory, or in one level of "
                             "directories that are their labels", list->source, list->joint,
                             list->entry[i].name);
        if (i == 0)
            list->labelled = slash != NULL;
        else if (list->labelled != (slash != NULL))
            return aevb_fail(err, AEVB_EFORMAT, "%s: %s and %s are at different depths: either every picture has a "
                             "directory that is its label or none has", list->source, list->entry[0].name,
                             list->entry[i].name);
    }
    return AEVB_OK;
}

/* Whether the label directory of picture i comes before (< 0), is (0) or comes after that of picture j. */
static int compare_labels(const aevb_picture_list *list, size_t common, size_t i, size_t j)
{
    const char *a = tail(list, i, common), *b = tail(list, j, common);
    size_t m = strcspn(a, "/"), n = strcspn(b, "/");
    int order = memcmp(a, b, m < n ? m : n);
    return order != 0 ? order : (m > n) - (m < n);
}

/* Numbers the label directories of both parts together: i goes through the test part, j through the rest. */
static void set_labels(aevb_picture_list *list, size_t common)
{
    size_t i = 0, j = list->n_test;
    for (uint32_t label = 0; i < list->n_test || j < list->n; label++) {
        size_t low = i == list->n_test ? j : j == list->n || compare_labels(list, common, i, j) < 0 ? i : j;
        for (; i < list->n_test && compare_labels(list, common, i, low) == 0; i++)
            list->entry[i].label = label;
        for (; j < list->n && compare_labels(list, common, j, low) == 0; j++)
            list->entry[j].label = label;
    }
}

aevb_status aevb_pictures_arrange(aevb_picture_list *list, aevb_error *err)
{
    if (list->n == 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: no picture in it: no file that ends in .png, .jpg, .jpeg, .pgm, "
                         ".ppm or .pnm, and none of train-images-idx3-ubyte(.gz) and its three companions",
                         list->source);
    for (size_t i = 0; i < list->n; i++)
        list->entry[i].name = list->names + list->entry[i].name_at;
    qsort(list->entry, list->n, sizeof *list->entry, compare_names);
    for (size_t i = 1; i < list->n; i++)
        if (strcmp(list->entry[i].name, list->entry[i - 1].name) == 0)
            return aevb_fail(err, AEVB_EFORMAT, "%s%s%s is there twice", list->source, list->joint,
                             list->entry[i].name);
    size_t common = common_directories(list);
    list->n_test = count_test(list, common);
    aevb_status status = check_depths(list, common, err);
    if (status != AEVB_OK)
        return status;
    if (list->labelled)
        set_labels(list, common);
    for (size_t i = 0; i < list->n; i++)
        list->entry[i].row = i < list->n_test ? list->n - list->n_test + i : i - list->n_test;
    return AEVB_OK;
}
