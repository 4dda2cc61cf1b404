/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tensors of a stranger's file as affine layers, and the layers as the two networks of a VAE. */
#ifndef AEVB_IMPORT_LAYERS_H
#define AEVB_IMPORT_LAYERS_H

#include "format/layer_names.h"
#include "format/model_source.h"

enum { AEVB_IMPORT_LAYERS = 2 * AEVB_MAX_HIDDEN + 5 }; /* as many as a network of ours can have */

typedef struct aevb_import_layer {
    const char *name; /* begins with the layer's name */
    size_t length;    /* of that name */
    const aevb_stored_tensor *weight, *bias; /* bias: or NULL */
    int transposed;   /* weight is [in][out] */
    int doubled, bias_doubled; /* weight and bias are taken twice */
    size_t in, out;
    int side;         /* AEVB_ENCODER, AEVB_DECODER or -1: as its name says */
    aevb_layer_head head;
    int head_side;    /* the same of a head by what it is a head of, which other names may overrule */
    const char *activation; /* or NULL */
} aevb_import_layer;

typedef struct aevb_import_layers {
    aevb_import_layer layers[AEVB_IMPORT_LAYERS];
    size_t n;
    size_t n_ignored;
    int ordered; /* as the file says, not by name */
} aevb_import_layers;

/* Every tensor must be the weight or the bias of a layer, or be known to mean nothing here (scalars, seeds, what an
 * optimizer keeps). AEVB_EUNSUPPORTED with the names of the others. Layers in the order of the file when that is the
 * network's, else by name. */
aevb_status aevb_layers_collect(const aevb_model_file *file, aevb_import_layers *out, aevb_error *err);

/* The layers in their places; both heads with the same weight: it holds mu, then logvar. */
typedef struct aevb_roles {
    const aevb_import_layer *encoder[AEVB_MAX_HIDDEN], *mu, *logvar; /* NULL without an encoder */
    const aevb_import_layer *decoder[AEVB_MAX_HIDDEN], *out, *out_logvar; /* out: NULL without a decoder */
    size_t n_encoder, n_decoder;
    int by_order; /* mu and logvar were told apart by order only */
} aevb_roles;

/* AEVB_EFORMAT when no arrangement, or more than one, connects all layers, or when names hint at what they do not
 * say: then with the map to give. path: for messages. */
aevb_status aevb_roles_find(const char *path, const aevb_import_layers *layers, aevb_roles *out, aevb_error *err);

/* The same by our own names of layers, whatever stands before them ("module."): 1 when they make a network or one
 * of its two parts, all of them used. */
int aevb_roles_ours(const aevb_import_layers *layers, aevb_roles *out);

/* The layers that a map in text gives ("ours=theirs" pairs), under our names, which stay in *names (aevb_alloc). */
aevb_status aevb_layers_from_map(const aevb_model_file *file, const char *text, aevb_import_layers *out, char **names,
                                 aevb_error *err);

/* The map that says what was found, "fc1=theirs, fc21=...", for a message: cut with "..." when it is long. */
enum { AEVB_SHOWN_MAP = 300 };
void aevb_roles_map(const aevb_roles *roles, char text[AEVB_SHOWN_MAP]);

/* Appends ", "-separated names to a list, "..." when it is full. */
void aevb_list_name(char *list, size_t room, const char *name, size_t length);

#endif
