/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pairs weights with biases: the affine layers of a stranger's file. */
#include "config.h"
#include "format/import_layers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

void aevb_list_name(char *list, size_t room, const char *name, size_t length)
{
    size_t used = strlen(list);
    const char *comma = used > 0 ? ", " : "";
    if (used + length + 8 < room)
        snprintf(list + used, room - used, "%s%.*s", comma, (int)length, name);
    else if (used + 6 < room && (used < 3 || strcmp(list + used - 3, "...") != 0))
        snprintf(list + used, room - used, "%s...", comma);
}

static const char *shown_name(const aevb_model_tensor *tensor)
{
    return tensor->hint != NULL ? tensor->hint : tensor->stored->name;
}

/* An array of a .npz that cannot be read has no shape here (count 0): by its name it may be needed. */
static int ignorable(const aevb_model_file *file, const aevb_stored_tensor *tensor)
{
    const char *name = tensor->name;
    size_t length;
    return (tensor->ndim == 0 && (tensor->count == 1 || aevb_tensor_kind_of(name, &length) == AEVB_TENSOR_OTHER)) ||
           strstr(name, "seed_generator") != NULL ||
           (file->hdf5 != NULL &&
            (strncmp(name, "optimizer_weights/", 18) == 0 || strncmp(name, "optimizer/", 10) == 0));
}

static aevb_import_layer *layer_named(aevb_import_layers *list, const char *name, size_t length)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->layers[i].length == length && memcmp(list->layers[i].name, name, length) == 0)
            return &list->layers[i];
    return NULL;
}

static aevb_import_layer *new_layer(aevb_import_layers *list, const char *name, size_t length)
{
    aevb_import_layer *layer = &list->layers[list->n++];
    const aevb_layer_head head = aevb_layer_head_of(name, length);
    *layer = (aevb_import_layer){.name = name, .length = length, .side = aevb_layer_side_of(name, length),
                                 .head = head,
                                 .head_side = head == AEVB_NO_HEAD ? -1 : aevb_head_side_of(name, length)};
    return layer;
}

/* Puts a tensor into its layer; 0 when it has no place in one, or when the layer is one too many. */
static int add_tensor(aevb_import_layers *list, const aevb_model_tensor *tensor, int *too_many)
{
    const char *name = shown_name(tensor);
    size_t length = 0;
    aevb_tensor_kind kind = aevb_tensor_kind_of(name, &length);
    const aevb_stored_tensor *stored = tensor->stored;
    if (kind == AEVB_TENSOR_OTHER || stored->dtype == AEVB_DTYPE_OTHER ||
        stored->ndim != (kind == AEVB_TENSOR_BIAS ? 1 : 2))
        return 0;
    aevb_import_layer *layer = layer_named(list, name, length);
    *too_many = layer == NULL && list->n == AEVB_IMPORT_LAYERS;
    if (*too_many)
        return 0;
    if (layer == NULL)
        layer = new_layer(list, name, length);
    const aevb_stored_tensor **place = kind == AEVB_TENSOR_BIAS ? &layer->bias : &layer->weight;
    if (*place != NULL)
        return 0;
    *place = stored;
    if (tensor->activation != NULL)
        layer->activation = tensor->activation;
    if (kind != AEVB_TENSOR_BIAS) {
        layer->transposed = kind == AEVB_TENSOR_KERNEL;
        layer->out = (size_t)stored->shape[layer->transposed];
        layer->in = (size_t)stored->shape[!layer->transposed];
    }
    return 1;
}

/* The tensor that makes no sense in its layer, or NULL. */
static const aevb_stored_tensor *misfit(const aevb_import_layer *layer)
{
    if (layer->weight == NULL)
        return layer->bias;
    if (layer->in == 0 || layer->out == 0)
        return layer->weight;
    return layer->bias != NULL && layer->bias->shape[0] != layer->out ? layer->bias : NULL;
}

static int by_name(const void *left, const void *right)
{
    const aevb_import_layer *a = left, *b = right;
    char x[512], y[512];
    snprintf(x, sizeof x, "%.*s", (int)(a->length < 511 ? a->length : 511), a->name);
    snprintf(y, sizeof y, "%.*s", (int)(b->length < 511 ? b->length : 511), b->name);
    return aevb_natural_compare(x, y);
}

aevb_status aevb_layers_collect(const aevb_model_file *file, aevb_import_layers *out, aevb_error *err)
{
    char misfits[280] = "";
    int too_many = 0;
    *out = (aevb_import_layers){.ordered = file->ordered};
    for (size_t i = 0; i < file->n; i++) {
        const aevb_stored_tensor *stored = file->tensors[i].stored;
        if (ignorable(file, stored))
            out->n_ignored++;
        else if (add_tensor(out, &file->tensors[i], &too_many))
            continue;
        else if (too_many)
            return aevb_fail(err, AEVB_EUNSUPPORTED, "%.200s: more than %d affine layers, the most that a network of "
                             "ours has (--map says which to take)", aevb_model_file_path(file), AEVB_IMPORT_LAYERS);
        else
            aevb_list_name(misfits, sizeof misfits, stored->name, strlen(stored->name));
    }
    for (size_t i = 0; i < out->n; i++) {
        const aevb_stored_tensor *odd = misfit(&out->layers[i]);
        if (odd != NULL)
            aevb_list_name(misfits, sizeof misfits, odd->name, strlen(odd->name));
    }
    if (*misfits != '\0')
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%.150s: tensors of no affine layer (--map says what is what): %s",
                         aevb_model_file_path(file), misfits);
    if (out->n == 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: no tensors of a network", aevb_model_file_path(file));
    if (file->hdf5 == NULL)
        qsort(out->layers, out->n, sizeof out->layers[0], by_name);
    return AEVB_OK;
}
