/* SPDX-License-Identifier: GPL-3.0-or-later
 * The configuration of a Keras model: which of its layers a path in the file means. */
#ifndef AEVB_KERAS_CONFIG_H
#define AEVB_KERAS_CONFIG_H

#include <jansson.h>
#include <stddef.h>

enum { AEVB_KERAS_DEEPEST = 16 }; /* components of a path that are looked at */

typedef struct aevb_keras_path {
    char text[512];
    const char *part[AEVB_KERAS_DEEPEST];
    size_t n;
} aevb_keras_path;

/* Splits a path at '/'; too long or too deep: the first parts that fit. */
void aevb_keras_split(const char *path, aevb_keras_path *out);

/* The layers of a model, or of a layer that is a model itself, or NULL. An old Sequential has them right under
 * "config". */
json_t *aevb_keras_layers(const json_t *model);

/* A member that is a text, else "". */
const char *aevb_keras_text(const json_t *object, const char *key);
const char *aevb_keras_name(const json_t *layer);

/* "InputLayer" as "input_layer". */
void aevb_keras_snake(const char *name, char *out, size_t room);

/* The dense layer that the path of a legacy weight ("encoder/dense/kernel:0") names, or NULL. */
const json_t *aevb_keras_by_name(const json_t *model, const aevb_keras_path *path);

/* The layer that a Keras 3 path ("layers/functional/layers/dense_1/vars/0") counts to, or NULL; names gets the names
 * of the layers on the way ("encoder/z_mean"). */
const json_t *aevb_keras_by_count(const json_t *model, const aevb_keras_path *path, char *names, size_t room);

/* The activation that the layer is, as Keras spells it for dense layers; NULL when it is none of these. */
const char *aevb_keras_spelling(const json_t *layer);

/* The spelling of the activation that the layer has, the name of a class where that has none, or NULL. */
const char *aevb_keras_activation(const json_t *layer);

#endif
