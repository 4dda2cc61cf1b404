/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opening a data source by name or path: the sprites, a directory, or a file, known by its first bytes. */
#include "config.h"
#include "aevb/data.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "data/byte_source.h"
#include "data/dataset.h"
#include "data/sources.h"
#include "error.h"
#include "format/inflate_limit.h"

enum { SPRITES_TEST_SHARE = 6, FIRST_BYTES = 512, TAR_SUM = 148, TAR_MAGIC = 257 };

/* [DATA.4] */
static aevb_status split(aevb_data *data, size_t share, uint64_t seed, aevb_error *err)
{
    return aevb_dataset_split(data->train, data->train->n / share, seed, &data->test, err);
}

/* Crop, scale and grey are of trees of pictures; nobody is to think that they were done to anything else. */
static aevb_status refuse_steps(const char *source, const aevb_data_options *options, aevb_error *err)
{
    const aevb_picture_steps *s = &options->pictures;
    if (s->crop_bottom == 0 && s->scale == 1 && s->grey == AEVB_GREY_LUMA)
        return AEVB_OK;
    return aevb_fail(err, AEVB_EINVAL, "%s: crop, scale and grey are for trees of pictures, which this is not",
                     source);
}

static bool is_picture(const unsigned char *first, size_t n)
{
    return n >= 4 && (memcmp(first, "\x89PNG", 4) == 0 || memcmp(first, "\xff\xd8\xff", 3) == 0 ||
                      (first[0] == 'P' && first[1] >= '1' && first[1] <= '6' &&
                       memchr(" \t\r\n#", first[2], 5) != NULL));
}

/* A tar begins with the header of a member, which has a magic or, in the oldest format, only the sum of its bytes,
 * those of the sum taken as blanks; one without members is zeros. */
static bool is_tar(const unsigned char first[FIRST_BYTES], size_t n)
{
    char digits[9] = "";
    unsigned long sum = 0;
    for (size_t i = 0; i < FIRST_BYTES; i++)
        sum += i >= TAR_SUM && i < TAR_SUM + 8 ? ' ' : first[i];
    memcpy(digits, first + TAR_SUM, 8);
    return n == FIRST_BYTES &&
           (memcmp(first + TAR_MAGIC, "ustar", 5) == 0 || strtoul(digits, NULL, 8) == sum || sum == 8 * ' ');
}

/* What compressed the file, when it is something that is not read, else NULL. */
static const char *compression_of(const unsigned char *first)
{
    static const struct { const char *magic, *name; } list[] = {
        {"\xfd""7zXZ", "xz"}, {"BZh", "bzip2"}, {"\x28\xb5\x2f\xfd", "zstd"}, {"7z\xbc\xaf\x27\x1c", "7z"}};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (memcmp(first, list[i].magic, strlen(list[i].magic)) == 0)
            return list[i].name;
    return NULL;
}

/* The first bytes of the file, or of what its gzip holds. */
static aevb_status read_first(const aevb_file_in *in, unsigned char first[FIRST_BYTES], size_t *n, bool *gzip,
                              aevb_error *err)
{
    aevb_byte_source source;
    aevb_status status = aevb_bytes_over(in, &source, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_bytes_read(&source, first, FIRST_BYTES, n, err);
    *gzip = source.gzip;
    aevb_bytes_close(&source);
    return status;
}

/* One array without a test part. */
static aevb_status open_array(const aevb_file_in *in, bool npy, const aevb_data_options *options, aevb_data *out,
                              aevb_error *err)
{
    aevb_status status = refuse_steps(aevb_file_in_path(in), options, err);
    if (status != AEVB_OK)
        return status;
    strcpy(out->name, npy ? "npy" : "idx");
    status = npy ? aevb_dataset_from_npy(in, NULL, options, &out->train, err)
                 : aevb_dataset_from_idx(in, options->limits, &out->train, err);
    return status == AEVB_OK ? split(out, AEVB_TEST_SHARE, options->seed, err) : status;
}

aevb_status aevb_data_from_file(const aevb_file_in *in, const aevb_data_options *options, aevb_data *out,
                                aevb_error *err)
{
    unsigned char first[FIRST_BYTES] = {0};
    size_t n = 0;
    bool gzip = false, is_npz = false;
    const char *path = aevb_file_in_path(in);
    aevb_status status = read_first(in, first, &n, &gzip, err);
    if (status != AEVB_OK)
        return status;
    bool zip = memcmp(first, "PK\3\4", 4) == 0 || memcmp(first, "PK\5\6", 4) == 0;
    bool npy = memcmp(first, "\x93NUMPY", 6) == 0;
    if (gzip && (zip || npy))
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: %s in gzip, of which IDX, tar and text are read: inflate it first",
                         path, zip ? "a zip" : "an NPY file");
    if (zip && (status = aevb_is_npz(in, options->limits, &is_npz, err)) != AEVB_OK)
        return status;
    if (zip && is_npz) {
        strcpy(out->name, "npz");
        status = refuse_steps(path, options, err);
        return status == AEVB_OK ? aevb_data_from_npz(in, options, out, err) : status;
    }
    if (zip || is_tar(first, n)) {
        strcpy(out->name, "pictures");
        return aevb_pictures_from_archive(in, options, out, err);
    }
    if (compression_of(first) != NULL)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: is compressed by %s; gzip and zip are read", path,
                         compression_of(first));
    if (is_picture(first, n))
        return aevb_fail(err, AEVB_EFORMAT, "%s: one picture is no data set: give the directory or the archive "
                         "that it is in", path);
    return open_array(in, npy, options, out, err);
}

static aevb_status open_directory(const char *dir, const aevb_data_options *options, aevb_data *out, aevb_error *err)
{
    bool found;
    aevb_status status = aevb_mnist_open(dir, options->limits, &found, out, err);
    if (status == AEVB_OK && found) {
        strcpy(out->name, "mnist");
        return refuse_steps(dir, options, err);
    }
    strcpy(out->name, "pictures");
    return status == AEVB_OK ? aevb_pictures_from_directory(dir, options, out, err) : status;
}

static aevb_status open_any(const char *source, const aevb_data_options *options, aevb_data *out, aevb_error *err)
{
    struct stat info;
    aevb_file_in *in;
    aevb_status status;
    const char *text = aevb_text_path(source);
    if (text != NULL) {
        status = refuse_steps(source, options, err);
        return status == AEVB_OK ? aevb_text_load(text, &options->text, options->limits, out, err) : status;
    }
    if (options->text.window != 0 || options->text.stride != 0)
        return aevb_fail(err, AEVB_EINVAL, "%s: is not read as text (text:PATH, or a name that ends in .txt), "
                         "which a window or a stride is for", source);
    if (strcmp(source, "sprites") == 0) {
        strcpy(out->name, source);
        if ((status = refuse_steps(source, options, err)) == AEVB_OK)
            status = aevb_sprites_load(&out->train, err);
        return status == AEVB_OK ? split(out, SPRITES_TEST_SHARE, options->seed, err) : status;
    }
    if (stat(source, &info) != 0)
        return aevb_fail(err, AEVB_EIO, "%s: %s; a data source is the word sprites, an IDX, NPY or NPZ file, a "
                         "directory with the four MNIST files, or pictures in a directory, zip or tar", source,
                         strerror(errno));
    if (S_ISDIR(info.st_mode))
        return open_directory(source, options, out, err);
    if ((status = aevb_file_in_open(source, &in, err)) != AEVB_OK)
        return status;
    status = aevb_data_from_file(in, options, out, err);
    aevb_file_in_close(in);
    return status;
}

static aevb_status check_options(const aevb_data_options *options, aevb_error *err)
{
    if (aevb_range_name(options->range) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "range %d does not exist", (int)options->range);
    if (options->limits->inflate_ratio == 0)
        return aevb_fail(err, AEVB_EINVAL, "a limit (inflate_ratio) of 0");
    return aevb_picture_steps_check(&options->pictures, err);
}

aevb_status aevb_data_open(const char *source, const aevb_data_options *options, aevb_data *out, aevb_error *err)
{
    aevb_data_options used = options != NULL ? *options : aevb_data_options_default();
    aevb_limits limits = aevb_limits_or_default(used.limits);
    aevb_data data = {0};
    used.limits = &limits;
    if (source == NULL || out == NULL)
        return aevb_fail(err, AEVB_EINVAL, "no data source given");
    aevb_status status = check_options(&used, err);
    if (status == AEVB_OK)
        status = open_any(source, &used, &data, err);
    if (status != AEVB_OK) {
        aevb_data_close(&data);
        return status;
    }
    if (used.limit > 0 && used.limit < data.train->n)
        data.train->n = used.limit;
    *out = data;
    return AEVB_OK;
}
