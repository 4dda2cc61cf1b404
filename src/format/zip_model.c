/* SPDX-License-Identifier: GPL-3.0-or-later
 * The members of a zip that holds a model: arrays of a .npz, or the weights and the configuration of a .keras. */
#include "config.h"
#include "format/model_source.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

enum { LONGEST_NAME = 201 };

static bool ends_in(const char *name, const char *ending)
{
    size_t n = strlen(name), m = strlen(ending);
    return n > m && strcmp(name + n - m, ending) == 0;
}

static aevb_status take_weights(aevb_model_file *file, aevb_archive_in *archive, aevb_error *err)
{
    const char *path = aevb_model_file_path(file);
    size_t n = 0;
    if (file->image != NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s: member \"model.weights.h5\" twice", path);
    aevb_status status = aevb_archive_read_all(archive, &file->image, &n, err);
    return status == AEVB_OK ? aevb_file_in_memory(path, file->image, n, &file->image_in, err) : status;
}

static aevb_status take_config(aevb_model_file *file, aevb_archive_in *archive, const aevb_member *member,
                               aevb_error *err)
{
    const char *path = aevb_model_file_path(file);
    unsigned char *text = NULL;
    if (file->config_text != NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s: member \"config.json\" twice", path);
    if (!member->sized || member->size > file->limits.json_bytes)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: member \"config.json\": more than %" PRIu64 " bytes, the limit "
                         "(json_bytes)", path, file->limits.json_bytes);
    aevb_status status = aevb_archive_read_all(archive, &text, &file->config_length, err);
    file->config_text = (char *)text;
    return status;
}

/* strange gets the name of the first member that is no part of a model: a pickle may follow, which tells more. */
static aevb_status take_member(aevb_model_file *file, aevb_archive_in *archive, const aevb_member *member,
                               char strange[LONGEST_NAME], aevb_error *err)
{
    const char *path = aevb_model_file_path(file), *name = member->name;
    if (ends_in(name, ".pkl"))
        return aevb_refuse_pickle(path, err);
    if (strcmp(name, "model.weights.h5") == 0)
        return take_weights(file, archive, err);
    if (strcmp(name, "config.json") == 0)
        return take_config(file, archive, member, err);
    if (ends_in(name, ".npy"))
        return aevb_npz_in_add(&file->npz, path, archive, member, &file->limits, err);
    if (member->directory || strcmp(name, "metadata.json") == 0 || strncmp(name, "assets/", 7) == 0)
        return AEVB_OK;
    if (*strange == '\0')
        snprintf(strange, LONGEST_NAME, "%s", name);
    return AEVB_OK;
}

aevb_status aevb_zip_model_read(aevb_model_file *file, aevb_error *err)
{
    const aevb_member *member = NULL;
    aevb_archive_in *archive = NULL;
    char strange[LONGEST_NAME] = "";
    aevb_status status = aevb_archive_open(file->in, &file->limits, &archive, err);
    while (status == AEVB_OK && (status = aevb_archive_next(archive, &member, err)) == AEVB_OK && member != NULL)
        status = take_member(file, archive, member, strange, err);
    aevb_archive_close(archive);
    if (status == AEVB_OK && *strange != '\0')
        status = aevb_fail(err, AEVB_EUNSUPPORTED, "%s: member \"%s\": part of neither a .npz nor a .keras",
                           aevb_model_file_path(file), strange);
    if (status == AEVB_OK && (file->npz.n > 0) == (file->image != NULL))
        status = aevb_fail(err, AEVB_EFORMAT, "%s: a zip with %s", aevb_model_file_path(file),
                           file->npz.n > 0 ? "both arrays and model.weights.h5"
                                           : "neither arrays nor model.weights.h5");
    return status;
}
