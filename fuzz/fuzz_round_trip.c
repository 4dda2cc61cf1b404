/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: a model that is accepted is written as safetensors and as NPZ, and reads back to the same bits. */
#include "config.h"
#include "fuzz.h"

#include <string.h>

#include "aevb/format.h"
#include "alloc.h"
#include "format/hdf5_child.h"

const char *const fuzz_target = "round_trip";

static aevb_model *read_model(const uint8_t *data, size_t n)
{
    aevb_model_file *file = NULL;
    aevb_import found;
    aevb_model *model = NULL;
    aevb_error err = {.message = ""};
    aevb_hdf5_in_process(1);
    aevb_status status = aevb_model_file_memory("bytes", data, n, &fuzz_limits, &file, &err);
    if (status == AEVB_OK)
        status = aevb_import_find(file, NULL, &found, &err);
    if (status == AEVB_OK)
        status = aevb_import_read(file, &found, &model, &err);
    fuzz_check_error(status, &err);
    aevb_model_file_close(file);
    return model;
}

static int same_arch(const aevb_arch *a, const aevb_arch *b)
{
    return a->x_dim == b->x_dim && a->z_dim == b->z_dim && a->n_hidden == b->n_hidden &&
           memcmp(a->hidden, b->hidden, a->n_hidden * sizeof *a->hidden) == 0 && a->activation == b->activation &&
           a->likelihood == b->likelihood && a->image_rows == b->image_rows && a->image_cols == b->image_cols &&
           (a->likelihood != AEVB_GAUSSIAN_FIXED || a->x_variance == b->x_variance);
}

static void check_again(const aevb_model *model)
{
    aevb_model *back = NULL;
    aevb_error err = {.message = ""};
    fuzz_require(aevb_model_load(fuzz_path(), NULL, NULL, &back, &err) == AEVB_OK, err.message);
    fuzz_require(same_arch(&model->arch, &back->arch) && model->parts == back->parts, "another architecture");
    fuzz_require(memcmp(model->params, back->params, model->layout.n_params * sizeof(double)) == 0,
                 "other parameters");
    aevb_model_free(back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    aevb_error err = {.message = ""};
    aevb_model *model = read_model(data, n);
    if (model != NULL) {
        fuzz_require(aevb_model_write(fuzz_path(), model, AEVB_DTYPE_F64, &err) == AEVB_OK, err.message);
        check_again(model);
        fuzz_require(aevb_model_write_npz(fuzz_path(), model, AEVB_DTYPE_F64, &err) == AEVB_OK, err.message);
        check_again(model);
    }
    aevb_model_free(model);
    fuzz_require(aevb_alloc_live() == 0, "memory is left behind");
    return 0;
}
