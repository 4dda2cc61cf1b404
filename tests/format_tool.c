/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes and reads files for tests/format_numpy.py, which checks them with programs that are not ours. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/format.h"
#include "format/npz_write.h"

/* A value that float32 holds; the script knows the same formula. */
static double value(size_t i)
{
    return ((double)(i * 37 % 1009) - 504.0) / 512.0;
}

static double *values(size_t n)
{
    double *x = malloc(n * sizeof *x);
    for (size_t i = 0; x != NULL && i < n; i++)
        x[i] = value(i);
    return x;
}

/* save NAME: the model of the PyTorch VAE example. */
static aevb_status save(const char *path, aevb_dtype dtype, aevb_error *err)
{
    const aevb_arch arch = {.x_dim = 784, .z_dim = 20, .n_hidden = 1, .hidden = {400}, .activation = AEVB_RELU,
                            .likelihood = AEVB_GREY, .image_rows = 28, .image_cols = 28};
    aevb_layout layout;
    aevb_status status = aevb_layout_make(&arch, &layout, err);
    if (status != AEVB_OK)
        return status;
    double *params = values(layout.n_params);
    status = aevb_model_save(path, &arch, params, dtype, err);
    free(params);
    return status;
}

/* npy NAME DIM...: an array of that shape. */
static aevb_status npy(const char *path, size_t ndim, char **dims, aevb_error *err)
{
    size_t shape[AEVB_MAX_NDIM] = {0}, count = 1;
    for (size_t i = 0; i < ndim; i++) {
        shape[i] = strtoul(dims[i], NULL, 10);
        count *= shape[i];
    }
    double *data = values(count + 1);
    aevb_status status = aevb_npy_write(path, ndim, shape, data, err);
    free(data);
    return status;
}

/* npz NAME: an array of each type, two of them large, and texts. */
static aevb_status npz(const char *path, aevb_error *err)
{
    static const struct { const char *name; aevb_npz_type type; size_t ndim, shape[3]; } arrays[] = {
        {"scalar", AEVB_NPZ_F64, 0, {0}},
        {"case-1.inputs.mu", AEVB_NPZ_F64, 2, {2, 3}},
        {"large", AEVB_NPZ_F64, 3, {20, 30, 40}},
        {"single", AEVB_NPZ_F32, 1, {10001}},
        {"empty", AEVB_NPZ_F64, 2, {0, 5}},
    };
    const double whole[] = {0.0, -1.0, 0x1p53, -0x1p53};
    double *data = values(24000);
    aevb_npz *file = NULL;
    aevb_status status = aevb_npz_open(path, &file, err);
    for (size_t i = 0; status == AEVB_OK && i < sizeof arrays / sizeof *arrays; i++)
        status = aevb_npz_add(file, arrays[i].name, arrays[i].type, arrays[i].ndim, arrays[i].shape, data, err);
    if (status == AEVB_OK)
        status = aevb_npz_add(file, "whole", AEVB_NPZ_I64, 1, (const size_t[]){4}, whole, err);
    if (status == AEVB_OK)
        status = aevb_npz_add_text(file, "text", "{\"a\": 1}", err);
    if (status == AEVB_OK)
        status = aevb_npz_add_text(file, "nothing", "", err);
    free(data);
    if (status == AEVB_OK)
        return aevb_npz_commit(file, err);
    aevb_npz_discard(file);
    return status;
}

/* tensor FILE NAME OUT: one tensor, converted, as NPY. */
static aevb_status tensor(const char *path, const char *name, const char *out, aevb_error *err)
{
    aevb_safetensors *file = NULL;
    aevb_status status = aevb_safetensors_open(path, NULL, &file, err);
    if (status != AEVB_OK)
        return status;
    const aevb_stored_tensor *t = aevb_safetensors_find(file, name);
    double *data = t == NULL ? NULL : malloc((size_t)t->count * sizeof *data);
    status = aevb_safetensors_read(file, t, data, err);
    if (status == AEVB_OK) {
        size_t shape[AEVB_MAX_NDIM];
        for (size_t i = 0; i < t->ndim; i++)
            shape[i] = (size_t)t->shape[i];
        status = aevb_npy_write(out, t->ndim, shape, data, err);
    }
    free(data);
    aevb_safetensors_close(file);
    return status;
}

/* load FILE OUT: the model's parameters as NPY, its architecture on standard output. */
static aevb_status load(const char *path, const char *out, aevb_error *err)
{
    aevb_model *model = NULL;
    char *json = NULL;
    aevb_status status = aevb_model_load(path, NULL, NULL, &model, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_arch_to_json(&model->arch, &json, err);
    if (status == AEVB_OK) {
        puts(json);
        free(json);
        status = aevb_npy_write(out, 1, &model->layout.n_params, model->params, err);
    }
    aevb_model_free(model);
    return status;
}

int main(int argc, char **argv)
{
    aevb_error err = {.message = "usage"};
    aevb_status status = AEVB_EINVAL;
    const char *what = argc < 3 ? "" : argv[1];
    if (strcmp(what, "save64") == 0)
        status = save(argv[2], AEVB_DTYPE_F64, &err);
    else if (strcmp(what, "save32") == 0)
        status = save(argv[2], AEVB_DTYPE_F32, &err);
    else if (strcmp(what, "npy") == 0 && argc - 3 <= AEVB_MAX_NDIM)
        status = npy(argv[2], (size_t)argc - 3, argv + 3, &err);
    else if (strcmp(what, "npz") == 0)
        status = npz(argv[2], &err);
    else if (strcmp(what, "tensor") == 0 && argc == 5)
        status = tensor(argv[2], argv[3], argv[4], &err);
    else if (strcmp(what, "load") == 0 && argc == 4)
        status = load(argv[2], argv[3], &err);
    if (status != AEVB_OK)
        fprintf(stderr, "format_tool: %s: %s\n", aevb_status_name(status), err.message);
    return status != AEVB_OK;
}
