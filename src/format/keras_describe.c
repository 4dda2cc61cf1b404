/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a Keras file says about its tensors beside their values: order, names and activations of the layers. */
#include "config.h"
#include "format/model_source.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/json_strict.h"
#include "format/keras_config.h"
#include "format/keras_graph.h"
#include "format/layer_names.h"

enum { LONGEST = 1024, CHUNKS = 1000 };
#define LARGEST_CONFIG ((size_t)1 << 20) /* far more than a network of ours has */

static int by_name(const void *left, const void *right)
{
    const aevb_model_tensor *a = left, *b = right;
    return aevb_natural_compare(a->stored->name, b->stored->name);
}

static aevb_status set_hint(aevb_model_tensor *tensor, const char *hint, aevb_error *err)
{
    char *copy = aevb_copy_text(hint);
    if (copy == NULL)
        return aevb_fail_memory(err);
    aevb_free(tensor->hint);
    tensor->hint = copy;
    return AEVB_OK;
}

/* An attribute that Keras splits into NAME0, NAME1, ... when it is long. */
static aevb_status chunk_of(const aevb_model_file *file, const char *group, const char *name, unsigned chunk,
                            char **text, size_t *n, aevb_error *err)
{
    char numbered[64];
    aevb_status status = AEVB_OK;
    *text = NULL;
    if (chunk == 0)
        status = aevb_hdf5_child_strings(file->hdf5, group, name, text, n, err);
    if (status != AEVB_OK || *text != NULL)
        return status;
    snprintf(numbered, sizeof numbered, "%s%u", name, chunk);
    return aevb_hdf5_child_strings(file->hdf5, group, numbered, text, n, err);
}

/* Moves the tensor base/layer/weight to the end of the `done` first. */
static aevb_status place(aevb_model_file *file, const char *base, const char *layer, const char *weight, size_t *done,
                         aevb_error *err)
{
    char path[LONGEST];
    int n = snprintf(path, sizeof path, "%s%s/%s", base, layer, weight);
    size_t at = *done;
    while (at < file->n && strcmp(file->tensors[at].stored->name, path) != 0)
        at++;
    if (n < 0 || (size_t)n >= sizeof path || at == file->n)
        return aevb_fail(err, AEVB_EFORMAT, "%s: \"%.200s\": named by weight_names but not there, or twice",
                         aevb_model_file_path(file), path);
    aevb_model_tensor found = file->tensors[at];
    memmove(file->tensors + *done + 1, file->tensors + *done, (at - *done) * sizeof found);
    file->tensors[(*done)++] = found;
    return set_hint(&file->tensors[*done - 1], path + strlen(base), err);
}

static aevb_status order_layer(aevb_model_file *file, const char *base, const char *layer, size_t *done,
                               aevb_error *err)
{
    char group[LONGEST];
    int length = snprintf(group, sizeof group, "%s%s", base, layer);
    if (length < 0 || (size_t)length >= sizeof group || *layer == '\0')
        return aevb_fail(err, AEVB_EFORMAT, "%s: a layer without a usable name", aevb_model_file_path(file));
    aevb_status status = AEVB_OK;
    for (unsigned chunk = 0; chunk < CHUNKS && status == AEVB_OK; chunk++) {
        char *names = NULL;
        size_t n = 0;
        status = chunk_of(file, group, "weight_names", chunk, &names, &n, err);
        if (names == NULL)
            break;
        const char *name = names;
        for (size_t i = 0; i < n && status == AEVB_OK; i++, name += strlen(name) + 1)
            status = place(file, base, layer, name, done, err);
        aevb_free(names);
    }
    return status;
}

/* Tensors in the order of layer_names and weight_names; what they do not name stays behind, by name. */
static aevb_status order_by_attributes(aevb_model_file *file, const char *group, const char *base, aevb_error *err)
{
    size_t done = 0;
    uint64_t n_layers = 0;
    aevb_status status = AEVB_OK;
    for (unsigned chunk = 0; chunk < CHUNKS && status == AEVB_OK; chunk++) {
        char *layers = NULL;
        size_t n = 0;
        status = chunk_of(file, group, "layer_names", chunk, &layers, &n, err);
        if (layers == NULL)
            break;
        n_layers += n;
        if (n_layers > file->limits.tensors)
            status = aevb_fail(err, AEVB_EUNSUPPORTED, "%s: more than %" PRIu64 " layers, the limit (tensors)",
                               aevb_model_file_path(file), file->limits.tensors);
        const char *layer = layers;
        for (size_t i = 0; i < n && status == AEVB_OK; i++, layer += strlen(layer) + 1)
            status = order_layer(file, base, layer, &done, err);
        aevb_free(layers);
    }
    file->ordered = done > 0;
    return status;
}

/* The configuration of a .keras, or the attribute model_config of a whole legacy model. */
static aevb_status load_config(aevb_model_file *file, aevb_error *err)
{
    char where[320];
    aevb_status status = AEVB_OK;
    if (file->config_text == NULL) {
        size_t n = 0;
        status = aevb_hdf5_child_strings(file->hdf5, "/", "model_config", &file->config_text, &n, err);
        file->config_length = file->config_text == NULL ? 0 : strlen(file->config_text);
    }
    if (status != AEVB_OK || file->config_text == NULL)
        return status;
    if (file->config_length > file->limits.json_bytes)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: configuration of %zu bytes, the limit (json_bytes) is %" PRIu64,
                         aevb_model_file_path(file), file->config_length, file->limits.json_bytes);
    if (file->config_length > LARGEST_CONFIG) {
        snprintf(file->odd_config, sizeof file->odd_config, "%zu bytes, more than any of a network of ours",
                 file->config_length);
        return AEVB_OK;
    }
    snprintf(where, sizeof where, "%.300s: configuration", aevb_model_file_path(file));
    return aevb_json_parse(where, file->config_text, file->config_length, &file->config, err);
}

/* The names of the layers on the way to a Keras 3 tensor, as newer versions write them beside the weights; a group's
 * own where there is none. Empty when the layer itself has none. */
static aevb_status names_of_groups(const aevb_model_file *file, const aevb_stored_tensor *tensor,
                                   const aevb_keras_path *path, char names[LONGEST], aevb_error *err)
{
    char group[LONGEST];
    size_t used = 0;
    bool named = false;
    for (size_t i = 0; i + 2 < path->n && used + 1 < LONGEST; i++) { /* the last two are "vars" and a number */
        char *name = NULL;
        size_t n = 0, length = (size_t)(path->part[i] - path->text) + strlen(path->part[i]);
        snprintf(group, sizeof group, "%.*s/vars", (int)length, tensor->name);
        aevb_status status = aevb_hdf5_child_strings(file->hdf5, group, "name", &name, &n, err);
        if (status != AEVB_OK)
            return status;
        named = n == 1 && *name != '\0';
        snprintf(names + used, LONGEST - used, "%s%s", used > 0 ? "/" : "", named ? name : path->part[i]);
        used += strlen(names + used);
        aevb_free(name);
    }
    if (!named || used + 1 == LONGEST) /* cut, perhaps */
        *names = '\0';
    return AEVB_OK;
}

static const char *activation_of(const aevb_model_file *file, const json_t *layer)
{
    return *file->odd_config != '\0' ? NULL : aevb_keras_activation(layer);
}

/* The layer of a Keras 3 tensor: as the configuration counts, else as it is called beside the weights. */
static aevb_status describe_counted(aevb_model_file *file, aevb_model_tensor *tensor, const aevb_keras_path *path,
                                    aevb_error *err)
{
    aevb_keras_path named;
    char names[LONGEST], hint[LONGEST + 32];
    const json_t *layer = aevb_keras_by_count(file->config, path, names, sizeof names);
    if (layer == NULL) {
        aevb_status status = names_of_groups(file, tensor->stored, path, names, err);
        if (status != AEVB_OK || *names == '\0')
            return status;
        snprintf(hint, sizeof hint, "%s/vars", names);
        aevb_keras_split(hint, &named);
        layer = aevb_keras_by_name(file->config, &named);
    }
    tensor->activation = activation_of(file, layer);
    snprintf(hint, sizeof hint, "%s/vars/%s", names, path->part[path->n - 1]);
    return set_hint(tensor, hint, err);
}

static aevb_status describe(aevb_model_file *file, aevb_model_tensor *tensor, aevb_error *err)
{
    aevb_keras_path path;
    if (tensor->hint != NULL) {
        aevb_keras_split(tensor->hint, &path);
        tensor->activation = activation_of(file, aevb_keras_by_name(file->config, &path));
        return AEVB_OK;
    }
    aevb_keras_split(tensor->stored->name, &path);
    if (path.n < 3 || strcmp(path.part[path.n - 2], "vars") != 0)
        return AEVB_OK;
    return describe_counted(file, tensor, &path, err);
}

aevb_status aevb_keras_describe(aevb_model_file *file, aevb_error *err)
{
    qsort(file->tensors, file->n, sizeof *file->tensors, by_name);
    aevb_status status = order_by_attributes(file, "/", "", err);
    if (status == AEVB_OK && !file->ordered)
        status = order_by_attributes(file, "model_weights", "model_weights/", err);
    if (status == AEVB_OK)
        status = load_config(file, err);
    if (file->n > 16 * AEVB_MAX_TENSORS) /* with what an optimizer keeps; a larger file is no network of ours */
        return status;
    if (status == AEVB_OK)
        status = aevb_keras_follow(file, err);
    for (size_t i = 0; i < file->n && status == AEVB_OK; i++)
        status = describe(file, &file->tensors[i], err);
    return status;
}
