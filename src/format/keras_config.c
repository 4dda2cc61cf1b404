/* SPDX-License-Identifier: GPL-3.0-or-later
 * Walks through the JSON that Keras keeps beside its weights; everything in it is a hint, nothing is instantiated. */
#include "config.h"
#include "format/keras_config.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void aevb_keras_split(const char *path, aevb_keras_path *out)
{
    snprintf(out->text, sizeof out->text, "%s", path);
    out->n = 0;
    for (char *at = out->text; at != NULL && out->n < AEVB_KERAS_DEEPEST;) {
        out->part[out->n++] = at;
        at = strchr(at, '/');
        if (at != NULL)
            *at++ = '\0';
    }
}

json_t *aevb_keras_layers(const json_t *model)
{
    json_t *config = json_object_get(model, "config");
    return json_is_array(config) ? config : json_object_get(config, "layers");
}

const char *aevb_keras_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

const char *aevb_keras_name(const json_t *layer)
{
    const char *name = aevb_keras_text(json_object_get(layer, "config"), "name");
    return *name != '\0' ? name : aevb_keras_text(layer, "name");
}

static int is_part(const aevb_keras_path *path, const char *name)
{
    for (size_t i = 0; i < path->n; i++)
        if (strcmp(path->part[i], name) == 0)
            return 1;
    return 0;
}

/* wanted: the name of the layer itself. In models that the path names first, then in any. */
static const json_t *find_dense(const json_t *model, const aevb_keras_path *path, const char *wanted, unsigned depth)
{
    const json_t *layers = aevb_keras_layers(model);
    for (int named = 1; named >= 0; named--)
        for (size_t i = 0; i < json_array_size(layers); i++) {
            const json_t *layer = json_array_get(layers, i), *found = NULL;
            if (aevb_keras_layers(layer) == NULL) {
                if (strcmp(aevb_keras_text(layer, "class_name"), "Dense") == 0 &&
                    strcmp(aevb_keras_name(layer), wanted) == 0)
                    return layer;
            } else if (is_part(path, aevb_keras_name(layer)) == named && depth < AEVB_KERAS_DEEPEST) {
                found = find_dense(layer, path, wanted, depth + 1);
            }
            if (found != NULL)
                return found;
        }
    return NULL;
}

const json_t *aevb_keras_by_name(const json_t *model, const aevb_keras_path *path)
{
    return path->n < 2 ? NULL : find_dense(model, path, path->part[path->n - 2], 0);
}

void aevb_keras_snake(const char *name, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; name[i] != '\0' && n + 2 < room; i++) {
        int upper = isupper((unsigned char)name[i]);
        if (upper && i > 0 && (islower((unsigned char)name[i - 1]) || islower((unsigned char)name[i + 1])))
            out[n++] = '_';
        out[n++] = (char)tolower((unsigned char)name[i]);
    }
    out[n] = '\0';
}

/* The layer whose class and count among its class make the name: "dense", "dense_1", ... */
static const json_t *counted(const json_t *layers, const char *name)
{
    const char *underscore = strrchr(name, '_');
    size_t length = strlen(name), wanted = 0;
    if (underscore != NULL && underscore[1] != '\0' && strspn(underscore + 1, "0123456789") == strlen(underscore + 1)) {
        length = (size_t)(underscore - name);
        wanted = strtoul(underscore + 1, NULL, 10);
    }
    for (size_t i = 0; i < json_array_size(layers); i++) {
        char class_name[128];
        aevb_keras_snake(aevb_keras_text(json_array_get(layers, i), "class_name"), class_name, sizeof class_name);
        if (strlen(class_name) == length && memcmp(class_name, name, length) == 0 && wanted-- == 0)
            return json_array_get(layers, i);
    }
    return NULL;
}

/* The list of a model's layers in a path, as Keras 3 and as 2.12 calls it. */
static bool is_list(const char *part)
{
    return strcmp(part, "layers") == 0 || strcmp(part, "_layer_checkpoint_dependencies") == 0;
}

const json_t *aevb_keras_by_count(const json_t *model, const aevb_keras_path *path, char *names, size_t room)
{
    const json_t *at = model;
    size_t used = 0;
    for (size_t i = 0; i + 2 < path->n && at != NULL; i++) { /* the last two are "vars" and a number */
        if (is_list(path->part[i]))
            at = counted(aevb_keras_layers(at), path->part[++i]);
        else /* an attribute of a model of the user's own class */
            at = json_object_get(json_object_get(at, "config"), path->part[i]);
        const char *name = at == NULL || *aevb_keras_name(at) == '\0' ? path->part[i] : aevb_keras_name(at);
        int more = snprintf(names + used, room - used, "%s%s", used > 0 ? "/" : "", name);
        if (more < 0 || (size_t)more >= room - used)
            return NULL;
        used += (size_t)more;
    }
    return used == 0 ? NULL : at;
}

static bool zero(const json_t *value)
{
    return value == NULL || json_is_null(value) || (json_is_number(value) && json_number_value(value) == 0);
}

const char *aevb_keras_spelling(const json_t *layer)
{
    const char *class_name = aevb_keras_text(layer, "class_name");
    const json_t *config = json_object_get(layer, "config"), *most = json_object_get(config, "max_value");
    if (strcmp(class_name, "Activation") == 0)
        return aevb_keras_activation(layer);
    const bool plain = (most == NULL || json_is_null(most)) && zero(json_object_get(config, "negative_slope")) &&
                       zero(json_object_get(config, "threshold"));
    return strcmp(class_name, "ReLU") == 0 && plain ? "relu" : NULL;
}

const char *aevb_keras_activation(const json_t *layer)
{
    const json_t *activation = json_object_get(json_object_get(layer, "config"), "activation");
    if (!json_is_object(activation))
        return json_string_value(activation);
    const char *function = aevb_keras_text(activation, "config"); /* Keras 3; else it is a layer */
    const char *spelling = *function != '\0' ? function : aevb_keras_spelling(activation);
    return spelling != NULL ? spelling : aevb_keras_text(activation, "class_name");
}
