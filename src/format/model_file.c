/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models of our own: the tensors of the layout, and the architecture in the metadata. */
#include "config.h"
#include "aevb/format.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "format/model_source.h"

const char *aevb_parts_name(unsigned parts)
{
    return parts == AEVB_HAS_BOTH ? NULL : parts == AEVB_HAS_ENCODER ? "encoder" : "decoder";
}

/* The tensors of the parts that are there, and how many. */
static size_t list_tensors(const aevb_layout *layout, const double *params, unsigned parts, aevb_dtype dtype,
                           aevb_tensor_out tensors[AEVB_MAX_TENSORS])
{
    size_t n = 0;
    for (size_t i = 0; i < layout->n_tensors; i++) {
        const aevb_tensor *t = &layout->tensors[i];
        if (parts & 1u << t->part)
            tensors[n++] = (aevb_tensor_out){.name = t->name, .dtype = dtype, .ndim = t->ndim,
                                             .shape = {t->shape[0], t->shape[1]}, .data = params + t->offset};
    }
    return n;
}

static aevb_status save(const char *path, const aevb_arch *arch, const double *params, unsigned parts,
                        aevb_dtype dtype, aevb_error *err)
{
    aevb_layout layout;
    char *json = NULL;
    aevb_status status = aevb_layout_make(arch, &layout, err);
    if (status == AEVB_OK)
        status = aevb_arch_to_json(arch, &json, err);
    if (status != AEVB_OK)
        return status;
    aevb_tensor_out tensors[AEVB_MAX_TENSORS];
    size_t n = list_tensors(&layout, params, parts, dtype, tensors);
    const aevb_metadata_out metadata[] = {{"format", "pt"}, /* named as PyTorch does */
                                          {AEVB_ARCH_KEY, json}, {AEVB_PARTS_KEY, aevb_parts_name(parts)}};
    status = aevb_safetensors_write(path, tensors, n, metadata, parts == AEVB_HAS_BOTH ? 2 : 3, err);
    free(json);
    return status;
}

aevb_status aevb_model_save(const char *path, const aevb_arch *arch, const double *params, aevb_dtype dtype,
                            aevb_error *err)
{
    if (path == NULL || arch == NULL || params == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_model_save: NULL argument");
    return save(path, arch, params, AEVB_HAS_BOTH, dtype, err);
}

aevb_status aevb_model_write(const char *path, const aevb_model *model, aevb_dtype dtype, aevb_error *err)
{
    if (path == NULL || model == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_model_write: NULL argument");
    return save(path, &model->arch, model->params, model->parts, dtype, err);
}

aevb_status aevb_own_arch(const aevb_model_file *file, aevb_arch *arch, unsigned *parts, aevb_error *err)
{
    aevb_error detail;
    const char *part = aevb_model_file_metadata(file, AEVB_PARTS_KEY);
    aevb_status status = aevb_arch_from_json(aevb_model_file_metadata(file, AEVB_ARCH_KEY), arch, &detail);
    if (status != AEVB_OK)
        return aevb_fail(err, status, "%s: %s", aevb_model_file_path(file), detail.message);
    *parts = AEVB_HAS_BOTH;
    for (unsigned one = AEVB_HAS_ENCODER; one <= AEVB_HAS_DECODER && part != NULL; one++)
        if (strcmp(part, aevb_parts_name(one)) == 0)
            *parts = one;
    if (part != NULL && *parts == AEVB_HAS_BOTH)
        return aevb_fail(err, AEVB_EFORMAT, "%s: " AEVB_PARTS_KEY " is \"%.100s\", neither \"encoder\" nor "
                         "\"decoder\"", aevb_model_file_path(file), part);
    return AEVB_OK;
}

/* The tensor of the file for one of the layout, its shape checked. */
static aevb_status find_tensor(const aevb_model_file *file, const aevb_tensor *want, const aevb_stored_tensor **out,
                               aevb_error *err)
{
    const char *path = aevb_model_file_path(file);
    const aevb_stored_tensor *have = aevb_model_file_find(file, want->name);
    if (have == NULL)
        return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%s\": is missing", path, want->name);
    if (have->ndim != want->ndim)
        return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%s\": %zu dimensions, the architecture has %zu", path,
                         want->name, have->ndim, want->ndim);
    for (size_t k = 0; k < want->ndim; k++)
        if (have->shape[k] != want->shape[k])
            return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%s\": shape[%zu] is %" PRIu64
                             ", the architecture has %zu", path, want->name, k, have->shape[k], want->shape[k]);
    *out = have;
    return AEVB_OK;
}

static int taken(const aevb_import *found, const aevb_stored_tensor *tensor)
{
    for (size_t i = 0; i < found->layout.n_tensors; i++)
        if (found->tensors[i].theirs == tensor)
            return 1;
    return 0;
}

/* Exactly the tensors of the layout: so the parameters are no more than the file holds. */
aevb_status aevb_own_tensors(const aevb_model_file *file, aevb_import *found, aevb_error *err)
{
    const char *path = aevb_model_file_path(file);
    aevb_error detail;
    aevb_status status = aevb_layout_make(&found->arch, &found->layout, &detail);
    if (status != AEVB_OK)
        return aevb_fail(err, status == AEVB_EINVAL ? AEVB_EFORMAT : status, "%s: %s", path, detail.message);
    for (size_t i = 0; i < found->layout.n_tensors && status == AEVB_OK; i++)
        if (found->parts & 1u << found->layout.tensors[i].part)
            status = find_tensor(file, &found->layout.tensors[i], &found->tensors[i].theirs, err);
    for (size_t i = 0; i < aevb_model_file_count(file) && status == AEVB_OK; i++)
        if (!taken(found, aevb_model_file_tensor(file, i)))
            status = aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%.100s\": is not part of the architecture", path,
                               aevb_model_file_tensor(file, i)->name);
    return status;
}
