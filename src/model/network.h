/* SPDX-License-Identifier: GPL-3.0-or-later
 * The affine layers of an architecture, with the offsets of their parameters. [MLP.1] [POST.1] */
#ifndef AEVB_NETWORK_H
#define AEVB_NETWORK_H

#include "aevb/model.h"

typedef struct aevb_linear {
    size_t in, out;
    size_t weight, bias; /* offsets in the parameter block */
} aevb_linear;

typedef struct aevb_network {
    size_t n_hidden;
    int learned_variance;
    aevb_linear encoder[AEVB_MAX_HIDDEN], mu, logvar;
    aevb_linear decoder[AEVB_MAX_HIDDEN], out, out_logvar; /* out: logits or mean */
} aevb_network;

void aevb_network_make(const aevb_arch *arch, const aevb_layout *layout, aevb_network *network);

#endif
