/* SPDX-License-Identifier: GPL-3.0-or-later
 * The configuration of a Keras model as what happens to its data: from each layer back to those it takes from. */
#ifndef AEVB_KERAS_GRAPH_H
#define AEVB_KERAS_GRAPH_H

#include "format/model_source.h"

/* Goes through every layer of file->config, nested models too. An activation layer behind a dense one becomes the
 * activation of that one. What else is on the way of the data, and no network of ours does, is described in
 * file->odd_config: the first of it. Only where z is drawn from the heads does it not matter which layers do it.
 * AEVB_ENOMEM alone is a failure. */
aevb_status aevb_keras_follow(aevb_model_file *file, aevb_error *err);

#endif
