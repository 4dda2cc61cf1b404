/* SPDX-License-Identifier: GPL-3.0-or-later
 * The whole model on the oracle's numbers: [MLP.1] [MLP.2] [TERMS.1] [TERMS.2]. */
#ifndef ORACLE_F_MODEL_H
#define ORACLE_F_MODEL_H

#include "formulas.h"

enum { F_MAX_HIDDEN = 4, F_MAX_TENSORS = 4 * F_MAX_HIDDEN + 8 };

/* An affine layer: names of its tensors, sizes, and where its weight and its bias are. */
typedef struct f_layer {
    char name[8];
    size_t in, out;
    const N *w, *b;
    N *dw, *db;
} f_layer;

typedef struct f_model {
    size_t X, Z, H, hidden[F_MAX_HIDDEN];
    const char *activation, *likelihood;
    N variance; /* of gaussian-fixed */
    size_t classes; /* of categorical */
    size_t n_layers;
    f_layer layers[F_MAX_TENSORS / 2]; /* encoder, mu, logvar, decoder, out, and logvar of out if learned */
} f_model;

typedef struct f_pass {
    size_t B, K;
    const N *x, *eps;
    N *mu, *logvar, *z, *out, *out_logvar;
    N *logpx, *logpz, *logq, *kl;
    N *dmu, *dlogvar, *dz, *dout, *dout_logvar;
    N *encoder[F_MAX_HIDDEN], *encoder_a[F_MAX_HIDDEN], *decoder[F_MAX_HIDDEN], *decoder_a[F_MAX_HIDDEN];
} f_pass;

/* Layers with their names and sizes, tensors not set. */
void f_model_layers(f_model *m);
/* Allocates every array that is NULL. */
void f_pass_make(const f_model *m, f_pass *p);
void f_forward(const f_model *m, f_pass *p);
f_terms f_pass_terms(const f_model *m, const f_pass *p);
/* Sets every dw and db, and the gradients in p. */
void f_backward(const f_model *m, f_pass *p, f_adjoints d);

#endif
