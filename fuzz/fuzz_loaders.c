/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loaders over bytes in memory. */
#include "config.h"
#include "fuzz_loaders.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/format.h"
#include "alloc.h"
#include "conform/vector_file.h"
#include "data/dataset.h"
#include "data/idx.h"
#include "data/sources.h"
#include "format/archive_in.h"
#include "format/hdf5_child.h"
#include "format/npz_in.h"
#include "fuzz.h"
#include "train/run_json.h"

static const char name[] = "bytes";

void fuzz_load(fuzz_loader *loader, const uint8_t *data, size_t n)
{
    aevb_error err = {.message = ""};
    fuzz_check_error(loader(data, n, &err), &err);
    fuzz_require(aevb_alloc_live() == 0, "memory is left behind");
}

/* With the bytes as a file; loaders that take an open file come through here. */
static aevb_status with_file(const uint8_t *data, size_t n, aevb_error *err,
                             aevb_status (*read)(const aevb_file_in *in, aevb_error *err))
{
    aevb_file_in *in = NULL;
    aevb_status status = aevb_file_in_memory(name, data, n, &in, err);
    if (status == AEVB_OK)
        status = read(in, err);
    aevb_file_in_close(in);
    return status;
}

static aevb_status read_tensor(aevb_model_file *file, const aevb_stored_tensor *tensor, aevb_error *err)
{
    if (tensor->count > fuzz_limits.content_bytes / sizeof(double))
        return AEVB_OK;
    double *values = aevb_alloc((size_t)tensor->count, sizeof *values);
    if (values == NULL) {
        err->status = AEVB_ENOMEM;
        strcpy(err->message, "no room for the values");
        return AEVB_ENOMEM;
    }
    aevb_status status = aevb_model_file_read(file, tensor, values, err);
    aevb_free(values);
    return status;
}

static aevb_status import_model(aevb_model_file *file, aevb_error *err)
{
    aevb_import found;
    aevb_model *model = NULL;
    aevb_status status = aevb_import_find(file, NULL, &found, err);
    if (status == AEVB_OK)
        status = aevb_import_read(file, &found, &model, err);
    fuzz_require((status == AEVB_OK) == (model != NULL), "a model and a status that disagree");
    aevb_model_free(model);
    return status;
}

static aevb_status load_model(const uint8_t *data, size_t n, aevb_error *err)
{
    aevb_model_file *file = NULL;
    aevb_status status = aevb_model_file_memory(name, data, n, &fuzz_limits, &file, err);
    for (size_t i = 0; status == AEVB_OK && i < aevb_model_file_count(file); i++) {
        const aevb_status read = read_tensor(file, aevb_model_file_tensor(file, i), err);
        status = read == AEVB_ENOMEM ? read : AEVB_OK; /* one bad tensor does not keep the others from being read */
        fuzz_check_error(read, err);
    }
    for (size_t i = 0; status == AEVB_OK && i < aevb_model_file_n_metadata(file); i++)
        fuzz_require(aevb_model_file_metadata(file, aevb_model_file_metadata_key(file, i)) != NULL,
                     "a key without a value");
    if (status == AEVB_OK)
        status = import_model(file, err);
    aevb_model_file_close(file);
    return status;
}

/* HDF5 in this process, where the fuzzer sees what is done with it. */
aevb_status fuzz_load_model(const uint8_t *data, size_t n, aevb_error *err)
{
    aevb_hdf5_in_process(1);
    return load_model(data, n, err);
}

aevb_status fuzz_load_keras(const uint8_t *data, size_t n, aevb_error *err)
{
    aevb_hdf5_in_process(0);
    const aevb_status apart = load_model(data, n, err);
    if (apart != AEVB_OK && strstr(err->message, "libhdf5 failed on it (killed by signal") != NULL)
        return apart;
    const aevb_status status = fuzz_load_model(data, n, err);
    fuzz_require(apart == status, "a child that comes to another end");
    return status;
}

static void check_part(const aevb_dataset *part)
{
    fuzz_require(part->n > 0 && part->x_dim > 0 && (part->u8 == NULL) != (part->f64 == NULL),
                 "a data set of nothing");
    char hex[65]; /* reads every row */
    aevb_dataset_sha256(part, hex);
}

static aevb_status read_data(const aevb_file_in *in, aevb_error *err)
{
    aevb_data_options options = aevb_data_options_default();
    aevb_data data = {.train = NULL};
    options.limits = &fuzz_limits;
    aevb_status status = aevb_data_from_file(in, &options, &data, err);
    if (status == AEVB_OK && data.train != NULL)
        check_part(data.train);
    if (status == AEVB_OK && data.test != NULL)
        check_part(data.test);
    aevb_data_close(&data);
    return status;
}

aevb_status fuzz_load_data(const uint8_t *data, size_t n, aevb_error *err)
{
    return with_file(data, n, err, read_data);
}

static aevb_status read_npy(const aevb_file_in *in, aevb_error *err)
{
    aevb_data_options options = aevb_data_options_default();
    aevb_dataset *dataset = NULL;
    options.limits = &fuzz_limits;
    options.range = AEVB_RANGE_ANY;
    aevb_status status = aevb_dataset_from_npy(in, NULL, &options, &dataset, err);
    if (status == AEVB_OK)
        check_part(dataset);
    aevb_dataset_free(dataset);
    return status;
}

aevb_status fuzz_load_npy(const uint8_t *data, size_t n, aevb_error *err)
{
    return with_file(data, n, err, read_npy);
}

/* Rows of data and a model: both readers of the same container. */
aevb_status fuzz_load_npz(const uint8_t *data, size_t n, aevb_error *err)
{
    const aevb_status status = fuzz_load_data(data, n, err);
    return status == AEVB_ENOMEM ? status : fuzz_load_model(data, n, err);
}

aevb_status fuzz_load_idx(const uint8_t *data, size_t n, aevb_error *err)
{
    aevb_file_in *in = NULL;
    aevb_idx idx = {.bytes = NULL};
    aevb_status status = aevb_file_in_memory(name, data, n, &in, err);
    if (status == AEVB_OK)
        status = aevb_idx_parse(in, &fuzz_limits, &idx, err);
    aevb_free(idx.bytes);
    aevb_dataset *dataset = NULL;
    if (status == AEVB_OK)
        status = aevb_dataset_from_idx(in, &fuzz_limits, &dataset, err);
    if (status == AEVB_OK)
        check_part(dataset);
    aevb_dataset_free(dataset);
    aevb_file_in_close(in);
    return status;
}

/* The first byte chooses the steps after the decoder. */
aevb_status fuzz_load_image(const uint8_t *data, size_t n, aevb_error *err)
{
    const unsigned choice = n > 0 ? data[0] : 0;
    const aevb_image_bytes in = {name, data + (n > 0), n - (n > 0), n - (n > 0), &fuzz_limits};
    aevb_picture_steps steps = aevb_picture_steps_none();
    aevb_image image = {.samples = NULL};
    size_t rows, cols;
    steps.grey = choice & 1 ? AEVB_GREY_MEAN : AEVB_GREY_LUMA;
    steps.scale = choice & 2 ? 0.5 : choice & 4 ? 0.03125 * (1 + choice / 8) : 1.0;
    aevb_status status = aevb_image_decode(&in, &image, err);
    if (status == AEVB_OK)
        status = aevb_image_steps_size(name, &image, &steps, &rows, &cols, err);
    uint8_t *row = status == AEVB_OK ? malloc(rows * cols) : NULL;
    if (status == AEVB_OK) {
        fuzz_require(rows > 0 && cols > 0 && row != NULL, "a picture of no size");
        status = aevb_image_steps(&image, &steps, row, err);
    }
    free(row);
    aevb_free(image.samples);
    return status;
}

static aevb_status read_archive(const aevb_file_in *in, aevb_error *err)
{
    aevb_archive_in *archive = NULL;
    const aevb_member *member = NULL;
    aevb_status status = aevb_archive_open(in, &fuzz_limits, &archive, err);
    while (status == AEVB_OK && (status = aevb_archive_next(archive, &member, err)) == AEVB_OK && member != NULL) {
        fuzz_require(member->name[0] != '/' && strncmp(member->name, "../", 3) != 0 &&
                     strstr(member->name, "/../") == NULL, "a member outside");
        unsigned char *bytes = NULL;
        size_t got = 0;
        if (!member->directory)
            status = aevb_archive_read_all(archive, &bytes, &got, err);
        aevb_free(bytes);
    }
    aevb_archive_close(archive);
    return status;
}

/* Member by member, then as pictures. */
aevb_status fuzz_load_archive(const uint8_t *data, size_t n, aevb_error *err)
{
    const aevb_status status = with_file(data, n, err, read_archive);
    return status == AEVB_OK ? fuzz_load_data(data, n, err) : status;
}

/* Window and stride in two bytes (0: as by default), then the text, which is read from a path only. */
aevb_status fuzz_load_text(const uint8_t *data, size_t n, aevb_error *err)
{
    aevb_data_options options = aevb_data_options_default();
    aevb_data out = {.train = NULL};
    char source[128];
    options.limits = &fuzz_limits;
    options.text.window = n > 0 ? data[0] : 0;
    options.text.stride = n > 1 ? data[1] : 0;
    snprintf(source, sizeof source, "text:%s", fuzz_path());
    FILE *stream = fopen(fuzz_path(), "wb");
    fuzz_require(stream != NULL && (n < 3 || fwrite(data + 2, 1, n - 2, stream) == n - 2) && fclose(stream) == 0,
                 "the text cannot be written");
    aevb_status status = aevb_data_open(source, &options, &out, err);
    if (status == AEVB_OK && out.train != NULL)
        check_part(out.train);
    if (status == AEVB_OK && out.test != NULL)
        check_part(out.test);
    aevb_data_close(&out);
    return status;
}

/* A record that is accepted is written and read again without a difference. */
static aevb_status read_run(const aevb_file_in *in, aevb_error *err)
{
    aevb_run_record *record = calloc(2, sizeof *record);
    fuzz_require(record != NULL, "no memory");
    aevb_status status = aevb_run_json_parse(in, &record[0], err);
    if (status == AEVB_OK)
        status = aevb_run_json_write(fuzz_path(), &record[0], err);
    if (status == AEVB_OK)
        status = aevb_run_json_read(fuzz_path(), &record[1], err);
    if (status == AEVB_OK)
        fuzz_require(aevb_settings_difference(&record[0].config, &record[1].config) == NULL,
                     "a run.json that changes when it is written again");
    free(record);
    return status;
}

aevb_status fuzz_load_run_json(const uint8_t *data, size_t n, aevb_error *err)
{
    return with_file(data, n, err, read_run);
}

static aevb_status read_vectors(const aevb_file_in *in, aevb_error *err)
{
    aevb_vector_file *file = NULL;
    aevb_status status = aevb_vector_parse(in, &file, err);
    aevb_vector_close(file);
    return status;
}

aevb_status fuzz_load_vectors(const uint8_t *data, size_t n, aevb_error *err)
{
    return with_file(data, n, err, read_vectors);
}
