/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the names of layers and tensors in strangers' files usually mean. */
#ifndef AEVB_LAYER_NAMES_H
#define AEVB_LAYER_NAMES_H

#include <stddef.h>

/* As strcmp, but digits compare as numbers: "fc2" before "fc10". */
int aevb_natural_compare(const char *a, const char *b);

/* 1 when two names have the same letters, so that only numbers put one before the other. */
int aevb_names_count(const char *a, const char *b);

typedef enum aevb_tensor_kind {
    AEVB_TENSOR_OTHER = 0,
    AEVB_TENSOR_WEIGHT = 1, /* [out][in], as PyTorch has it */
    AEVB_TENSOR_KERNEL = 2, /* [in][out], as Keras has it */
    AEVB_TENSOR_BIAS = 3
} aevb_tensor_kind;

/* By the last component of a name; *length gets the length of the layer's name before it. */
aevb_tensor_kind aevb_tensor_kind_of(const char *name, size_t *length);

typedef enum aevb_layer_head { AEVB_NO_HEAD = 0, AEVB_MU_HEAD = 1, AEVB_LOGVAR_HEAD = 2, AEVB_STDDEV_HEAD = 3 }
    aevb_layer_head;

/* Which head a layer's name (length bytes) means, by its last component that says one: "z_mean", "fc_logvar.0", ... */
aevb_layer_head aevb_layer_head_of(const char *name, size_t length);

/* 1 when a word from begin on begins or ends as names of heads do ("encmu", "meanlayer"), or may stand
 * for one ("m"): too little to take the layer for a head, too much to go by order. */
int aevb_layer_hints_at_head(const char *name, size_t begin, size_t length);

/* The side of a head by what it is the mean or variance of: AEVB_ENCODER for z, AEVB_DECODER for x, else -1. */
int aevb_head_side_of(const char *name, size_t length);

/* AEVB_ENCODER or AEVB_DECODER by a component such as "encoder" or "dec", else -1. */
int aevb_layer_side_of(const char *name, size_t length);

#endif
