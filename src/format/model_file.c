/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models as safetensors: the tensors of the layout, and the architecture in the metadata. */
#include "config.h"
#include "aevb/format.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "format/safetensors_file.h"

#define ARCH_KEY "aevb.arch"

aevb_status aevb_model_save(const char *path, const aevb_arch *arch, const double *params, aevb_dtype dtype,
                            aevb_error *err)
{
    if (path == NULL || arch == NULL || params == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_model_save: NULL argument");
    aevb_layout layout;
    char *json = NULL;
    aevb_status status = aevb_layout_make(arch, &layout, err);
    if (status == AEVB_OK)
        status = aevb_arch_to_json(arch, &json, err);
    if (status != AEVB_OK)
        return status;
    aevb_tensor_out tensors[AEVB_MAX_TENSORS];
    for (size_t i = 0; i < layout.n_tensors; i++) {
        const aevb_tensor *t = &layout.tensors[i];
        tensors[i] = (aevb_tensor_out){.name = t->name, .dtype = dtype, .ndim = t->ndim,
                                       .shape = {t->shape[0], t->shape[1]}, .data = params + t->offset};
    }
    const aevb_metadata_out metadata[] = {{"format", "pt"}, {ARCH_KEY, json}}; /* pt: named as PyTorch does */
    status = aevb_safetensors_write(path, tensors, layout.n_tensors, metadata, sizeof metadata / sizeof metadata[0],
                                    err);
    free(json);
    return status;
}

/* The PyTorch VAE example from its shapes; what does not fit together shows when the layout is compared. */
static aevb_status guess_arch(const aevb_safetensors *file, aevb_arch *arch, aevb_error *err)
{
    const char *path = aevb_file_in_path(file->in);
    const aevb_stored_tensor *hidden = aevb_safetensors_find(file, "fc1.weight");
    const aevb_stored_tensor *latent = aevb_safetensors_find(file, "fc21.weight");
    if (hidden == NULL || latent == NULL || hidden->ndim != 2 || latent->ndim != 2)
        return aevb_fail(err, AEVB_EFORMAT, "%s: no \"" ARCH_KEY "\" in its metadata, and not the PyTorch VAE "
                         "example: no matrix \"%s\"", path,
                         hidden == NULL || hidden->ndim != 2 ? "fc1.weight" : "fc21.weight");
    *arch = (aevb_arch){.activation = AEVB_RELU, .likelihood = AEVB_GREY, .n_hidden = 1};
    arch->hidden[0] = (size_t)hidden->shape[0];
    arch->x_dim = (size_t)hidden->shape[1];
    arch->z_dim = (size_t)latent->shape[0];
    if (arch->x_dim == 784) /* that example is made for MNIST */
        arch->image_rows = arch->image_cols = 28;
    return AEVB_OK;
}

static aevb_status find_arch(const aevb_safetensors *file, aevb_arch *arch, aevb_layout *layout, aevb_error *err)
{
    const char *json = aevb_safetensors_metadata(file, ARCH_KEY);
    if (json == NULL) {
        aevb_status status = guess_arch(file, arch, err);
        if (status != AEVB_OK)
            return status;
    }
    aevb_error detail;
    aevb_status status = json == NULL ? AEVB_OK : aevb_arch_from_json(json, arch, &detail);
    if (status == AEVB_OK)
        status = aevb_layout_make(arch, layout, &detail);
    if (status == AEVB_EINVAL) /* a guessed architecture out of range */
        status = AEVB_EFORMAT;
    return status == AEVB_OK ? AEVB_OK
                             : aevb_fail(err, status, "%s: %s", aevb_file_in_path(file->in), detail.message);
}

static int in_layout(const aevb_layout *layout, const char *name)
{
    for (size_t i = 0; i < layout->n_tensors; i++)
        if (strcmp(layout->tensors[i].name, name) == 0)
            return 1;
    return 0;
}

/* Exactly the tensors of the layout: so the parameters are no more than the file holds. */
static aevb_status check_tensors(const aevb_safetensors *file, const aevb_layout *layout, aevb_error *err)
{
    const char *path = aevb_file_in_path(file->in);
    for (size_t i = 0; i < layout->n_tensors; i++) {
        const aevb_tensor *want = &layout->tensors[i];
        const aevb_stored_tensor *have = aevb_safetensors_find(file, want->name);
        if (have == NULL)
            return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%s\": is missing", path, want->name);
        if (have->ndim != want->ndim)
            return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%s\": %zu dimensions, the architecture has %zu", path,
                             want->name, have->ndim, want->ndim);
        for (size_t k = 0; k < want->ndim; k++)
            if (have->shape[k] != want->shape[k])
                return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%s\": shape[%zu] is %" PRIu64
                                 ", the architecture has %zu", path, want->name, k, have->shape[k], want->shape[k]);
    }
    for (size_t i = 0; i < file->n_tensors; i++)
        if (!in_layout(layout, file->tensors[i].name))
            return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%.100s\": is not part of the architecture", path,
                             file->tensors[i].name);
    return AEVB_OK;
}

static aevb_status load(const aevb_safetensors *file, aevb_model **out, aevb_error *err)
{
    aevb_arch arch;
    aevb_layout layout;
    aevb_model *model = NULL;
    aevb_status status = find_arch(file, &arch, &layout, err);
    if (status == AEVB_OK)
        status = check_tensors(file, &layout, err);
    if (status == AEVB_OK)
        status = aevb_model_create(&arch, &model, err);
    for (size_t i = 0; i < layout.n_tensors && status == AEVB_OK; i++)
        status = aevb_safetensors_read_into(file, aevb_safetensors_find(file, layout.tensors[i].name),
                                            model->params + layout.tensors[i].offset, err);
    if (status == AEVB_OK)
        *out = model;
    else
        aevb_model_free(model);
    return status;
}

aevb_status aevb_model_load(const char *path, aevb_model **out, aevb_error *err)
{
    if (path == NULL || out == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_model_load: NULL argument");
    aevb_safetensors *file = NULL;
    aevb_status status = aevb_safetensors_open(path, &file, err);
    if (status == AEVB_OK)
        status = load(file, out, err);
    aevb_safetensors_close(file);
    return status;
}
