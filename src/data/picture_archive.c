/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trees of pictures out of an archive, in two passes: the names first, as their order is not that of the archive,
 * then each picture into its row; so no more is in memory than the rows and one picture. [DATA.6] */
#include "config.h"
#include "data/pictures.h"

#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/archive_in.h"

static aevb_status changed(const aevb_picture_list *list, aevb_error *err)
{
    return aevb_fail(err, AEVB_EIO, "%s: changed while being read", list->source);
}

static aevb_status list_members(const aevb_file_in *in, aevb_picture_list *list, aevb_error *err)
{
    aevb_archive_in *archive;
    const aevb_member *member;
    bool taken;
    aevb_status status = aevb_archive_open(in, list->limits, &archive, err);
    if (status != AEVB_OK)
        return status;
    while ((status = aevb_archive_next(archive, &member, err)) == AEVB_OK && member != NULL)
        if (!member->directory && (status = aevb_pictures_offer(list, member->name, &taken, err)) != AEVB_OK)
            break;
    aevb_archive_close(archive);
    return status;
}

static aevb_status read_member(aevb_archive_in *archive, const aevb_picture_entry *entry, aevb_picture_rows *rows,
                               aevb_error *err)
{
    unsigned char *bytes;
    size_t n;
    aevb_status status = aevb_archive_read_all(archive, &bytes, &n, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_picture_rows_put(rows, entry, bytes, n, err);
    aevb_free(bytes);
    return status;
}

/* The entries of the list are in the order of the archive. */
static aevb_status read_members(const aevb_file_in *in, const aevb_picture_list *list, aevb_picture_rows *rows,
                                aevb_error *err)
{
    aevb_archive_in *archive;
    const aevb_member *member;
    size_t i = 0;
    aevb_status status = aevb_archive_open(in, list->limits, &archive, err);
    if (status != AEVB_OK)
        return status;
    while (status == AEVB_OK && (status = aevb_archive_next(archive, &member, err)) == AEVB_OK && member != NULL) {
        if (member->directory || i == list->n || strcmp(member->name, list->entry[i].name) != 0)
            continue;
        status = read_member(archive, &list->entry[i++], rows, err);
    }
    aevb_archive_close(archive);
    return status == AEVB_OK && i < list->n ? changed(list, err) : status;
}

aevb_status aevb_pictures_from_archive(const aevb_file_in *in, const aevb_data_options *options, aevb_data *out,
                                       aevb_error *err)
{
    aevb_picture_list list = {.source = aevb_file_in_path(in), .joint = ": ", .limits = options->limits};
    aevb_picture_rows rows = {.list = &list, .steps = &options->pictures, .stored = aevb_file_in_size(in)};
    aevb_status status = list_members(in, &list, err);
    if (status == AEVB_OK)
        status = aevb_pictures_arrange(&list, err);
    if (status == AEVB_OK) {
        aevb_pictures_by_ordinal(&list);
        status = read_members(in, &list, &rows, err);
    }
    if (status == AEVB_OK)
        status = aevb_file_in_unchanged(in, err);
    if (status == AEVB_OK)
        status = aevb_pictures_finish(&rows, options, out, err);
    aevb_free(rows.u8);
    aevb_pictures_free(&list);
    return status;
}
