/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models of our own as .npz: the same names as in safetensors, and the architecture as an array of bytes. */
#include "config.h"
#include "aevb/format.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/model_source.h"
#include "format/npz_write.h"

/* An array of uint8 with the bytes of a text. */
static aevb_status add_bytes(aevb_npz *npz, const char *name, const char *text, aevb_error *err)
{
    const size_t n = strlen(text);
    double *values = aevb_alloc(n, sizeof *values);
    if (values == NULL)
        return aevb_fail_memory(err);
    for (size_t i = 0; i < n; i++)
        values[i] = (unsigned char)text[i];
    aevb_status status = aevb_npz_add(npz, name, AEVB_NPZ_U8, 1, &n, values, err);
    aevb_free(values);
    return status;
}

static aevb_status add_all(aevb_npz *npz, const aevb_model *model, aevb_npz_type type, const char *json,
                           aevb_error *err)
{
    aevb_status status = AEVB_OK;
    for (size_t i = 0; i < model->layout.n_tensors && status == AEVB_OK; i++) {
        const aevb_tensor *t = &model->layout.tensors[i];
        if (model->parts & 1u << t->part)
            status = aevb_npz_add(npz, t->name, type, t->ndim, t->shape, model->params + t->offset, err);
    }
    if (status == AEVB_OK)
        status = add_bytes(npz, AEVB_ARCH_KEY, json, err);
    if (status == AEVB_OK && model->parts != AEVB_HAS_BOTH)
        status = add_bytes(npz, AEVB_PARTS_KEY, aevb_parts_name(model->parts), err);
    return status;
}

aevb_status aevb_model_write_npz(const char *path, const aevb_model *model, aevb_dtype dtype, aevb_error *err)
{
    if (path == NULL || model == NULL || (dtype != AEVB_DTYPE_F64 && dtype != AEVB_DTYPE_F32))
        return aevb_fail(err, AEVB_EINVAL, "aevb_model_write_npz: NULL argument, or neither F64 nor F32");
    aevb_npz *npz = NULL;
    char *json = NULL;
    aevb_status status = aevb_arch_to_json(&model->arch, &json, err);
    if (status == AEVB_OK)
        status = aevb_npz_open(path, &npz, err);
    if (status == AEVB_OK)
        status = add_all(npz, model, dtype == AEVB_DTYPE_F64 ? AEVB_NPZ_F64 : AEVB_NPZ_F32, json, err);
    free(json);
    if (status == AEVB_OK)
        return aevb_npz_commit(npz, err);
    aevb_npz_discard(npz);
    return status;
}
