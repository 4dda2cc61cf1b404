/* SPDX-License-Identifier: GPL-3.0-or-later
 * A stack of hidden layers, each affine and then activated. */
#ifndef AEVB_MLP_H
#define AEVB_MLP_H

#include "model/network.h"

/* One hidden layer's arrays: pre-activation a, output h and their gradients, each [R][out]. */
typedef struct aevb_hidden {
    double *a, *h, *da, *dh;
} aevb_hidden;

/* Runs R rows x[R][in] through n layers into hidden[l].a and .h; returns the output rows (x itself when n is 0).
 * [MLP.1] */
const double *aevb_ref_mlp(size_t n, const aevb_linear *layers, aevb_activation f, const double *params, size_t R,
                           const double *x, const aevb_hidden *hidden);

/* Backward from hidden[n-1].dh, which the caller has filled in; adds to grad at the offsets of the parameters and to
 * dx[R][in] unless it is NULL. The other dh and all da are zeroed first. With n = 0 it does nothing. [MLP.2] */
void aevb_ref_mlp_backward(size_t n, const aevb_linear *layers, aevb_activation f, const double *params, size_t R,
                           const double *x, const aevb_hidden *hidden, double *dx, double *grad);

#endif
