/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is behind an aevb_model_file: one of four readers, its tensors in one list, and what a Keras file says of its
 * layers. */
#ifndef AEVB_MODEL_SOURCE_H
#define AEVB_MODEL_SOURCE_H

#include <jansson.h>
#include "aevb/format.h"
#include "format/file_in.h"
#include "format/hdf5_child.h"
#include "format/npz_in.h"

#define AEVB_ARCH_KEY "aevb.arch"
#define AEVB_PARTS_KEY "aevb.parts"

/* What a file of one part alone has under AEVB_PARTS_KEY, NULL for both. */
const char *aevb_parts_name(unsigned parts);

/* One tensor and how its layer is called where the file has better names than paths. */
typedef struct aevb_model_tensor {
    const aevb_stored_tensor *stored;
    char *hint;             /* from aevb_alloc, or NULL: the tensor's own name */
    const char *activation; /* of its layer, as Keras spells it; NULL when the file does not say */
} aevb_model_tensor;

struct aevb_model_file {
    const char *format;
    aevb_file_in *in; /* NULL once safetensors owns it */
    aevb_limits limits;
    aevb_safetensors *safetensors;
    aevb_npz_in npz;
    aevb_stored_tensor *npz_tensors;
    char *npz_arch, *npz_parts; /* metadata of a .npz of ours, or NULL */
    unsigned char *image; /* model.weights.h5 out of a .keras, while it is opened */
    aevb_file_in *image_in;
    aevb_hdf5_child *hdf5;
    char *config_text; /* of Keras */
    size_t config_length;
    json_t *config; /* owns every activation */
    char odd_config[240]; /* what in it no network of ours has, so that nothing in it is believed; or empty */
    aevb_model_tensor *tensors;
    size_t n;
    int ordered; /* tensors are in the order of the network's layers, as far as the file says one */
};

const char *aevb_model_file_path(const aevb_model_file *file);

/* The members of a zip: fills npz, or image and config_text. A pickle inside is refused. */
aevb_status aevb_zip_model_read(aevb_model_file *file, aevb_error *err);

/* Names, order and activations of a Keras file's tensors, from its attributes and its configuration. */
aevb_status aevb_keras_describe(aevb_model_file *file, aevb_error *err);

/* As aevb_model_file_read, but out is in an unknown state after a failure. */
aevb_status aevb_model_file_read_into(const aevb_model_file *file, const aevb_stored_tensor *tensor, double *out,
                                      aevb_error *err);

/* The architecture and the parts that a file of ours carries. */
aevb_status aevb_own_arch(const aevb_model_file *file, aevb_arch *arch, unsigned *parts, aevb_error *err);
/* The layout of found->arch, and every tensor of it, which must be all that the file has. */
aevb_status aevb_own_tensors(const aevb_model_file *file, aevb_import *found, aevb_error *err);

/* AEVB_EUNSUPPORTED with the command that makes a .npz of a PyTorch pickle. */
aevb_status aevb_refuse_pickle(const char *path, aevb_error *err);

#endif
