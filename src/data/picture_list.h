/* SPDX-License-Identifier: GPL-3.0-or-later
 * The pictures of a tree of directories or of an archive: which files count, order, labels, parts. [DATA.6] */
#ifndef AEVB_PICTURE_LIST_H
#define AEVB_PICTURE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "aevb/data.h"

typedef struct aevb_picture_entry {
    size_t name_at;   /* in list->names */
    const char *name; /* from the root of the tree on; known once the list is arranged */
    size_t ordinal;   /* the how manyeth was added */
    size_t row;
    uint32_t label;
} aevb_picture_entry;

/* Begins as {.source = ..., .joint = ..., .limits = ...}. */
typedef struct aevb_picture_list {
    const char *source;        /* for messages: source, joint, name of the picture */
    const char *joint;         /* "/" of a directory, ": " of an archive */
    const aevb_limits *limits; /* not NULL */
    char *names;
    size_t names_used, names_room;
    aevb_picture_entry *entry;
    size_t n, room;
    size_t n_test;             /* rows of the directory "test", which come last; 0 without such parts */
    bool labelled;
} aevb_picture_list;

void aevb_pictures_free(aevb_picture_list *list);

/* Offers the name of a file, relative to the root, with '/'. *taken tells whether it is a picture of the list: hidden
 * names and files without the extension of a picture are passed over. EUNSUPPORTED: a kind of picture that is not
 * read. */
aevb_status aevb_pictures_offer(aevb_picture_list *list, const char *name, bool *taken, aevb_error *err);

/* Sorts the list and gives every picture its row and label. EFORMAT: no pictures, a name that is there twice, or
 * pictures at different depths or too deep. */
aevb_status aevb_pictures_arrange(aevb_picture_list *list, aevb_error *err);

/* Back to the order in which the names were offered. */
void aevb_pictures_by_ordinal(aevb_picture_list *list);

#endif
