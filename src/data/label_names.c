/* SPDX-License-Identifier: GPL-3.0-or-later
 * The names behind the labels of a tree of pictures, kept and written. [DATA.6] */
#include "config.h"
#include "data/label_names.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/atomic_file.h"

/* The directory that a picture lies in, as a text of its own; NULL when memory is out. */
static char *directory_of(const char *name)
{
    const char *end = strrchr(name, '/'), *begin = end;
    while (begin > name && begin[-1] != '/')
        begin--;
    char *copy = aevb_alloc((size_t)(end - begin) + 1, 1);
    if (copy != NULL)
        memcpy(copy, begin, (size_t)(end - begin));
    return copy;
}

aevb_status aevb_label_names_of(const aevb_picture_list *list, aevb_data *out, aevb_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++)
        n = list->entry[i].label >= n ? list->entry[i].label + (size_t)1 : n;
    char **names = aevb_alloc(n, sizeof *names);
    if (names == NULL)
        return aevb_fail_memory(err);
    out->label_names = names;
    out->n_labels = n;
    for (size_t i = 0; i < list->n; i++) {
        char **name = &names[list->entry[i].label];
        if (*name == NULL && (*name = directory_of(list->entry[i].name)) == NULL)
            return aevb_fail_memory(err);
    }
    return AEVB_OK;
}

void aevb_label_names_free(aevb_data *data)
{
    for (size_t i = 0; i < data->n_labels; i++)
        aevb_free(data->label_names[i]);
    aevb_free(data->label_names);
}

/* One name as a line; what would end or disguise it as "\xNN". */
static aevb_status write_line(aevb_atomic *file, const char *name, aevb_error *err)
{
    aevb_status status = AEVB_OK;
    for (const unsigned char *c = (const unsigned char *)name; *c != '\0' && status == AEVB_OK; c++) {
        char escaped[8];
        const int odd = *c < 0x20 || *c == 0x7f || *c == '\\';
        const int length = snprintf(escaped, sizeof escaped, odd ? "\\x%02x" : "%c", *c);
        status = aevb_atomic_write(file, escaped, (size_t)length, err);
    }
    return status == AEVB_OK ? aevb_atomic_write(file, "\n", 1, err) : status;
}

aevb_status aevb_label_names_write(const char *path, const aevb_data *data, aevb_error *err)
{
    if (path == NULL || data == NULL || data->label_names == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_label_names_write: NULL argument, or data without names");
    aevb_atomic *file;
    aevb_status status = aevb_atomic_open(path, &file, err);
    if (status != AEVB_OK)
        return status;
    for (size_t i = 0; i < data->n_labels && status == AEVB_OK; i++)
        status = write_line(file, data->label_names[i], err);
    if (status == AEVB_OK)
        return aevb_atomic_commit(file, err);
    aevb_atomic_discard(file);
    return status;
}
