/* SPDX-License-Identifier: GPL-3.0-or-later
 * The fast engine in one precision: engine_f32.c and engine_f64.c define AEVB_BITS and include this and the bodies.
 *
 * Activations and weights are kept in the panels of gemm_list.h. A layer's weights are ceil(out / P) panels of
 * [in + 1][P]: row i holds the weights of input i, the last row the bias. So the forward product reads them as they
 * lie, a block of the gradient lies as the weights, and one optimiser call serves both.
 * Every thread of a team runs the same functions on its share of the tiles of a stage; a barrier ends a stage. */
#ifndef AEVB_ENGINE_REAL_H
#define AEVB_ENGINE_REAL_H

#include "alloc.h"
#include "engine.h"
#include "fast/engine_fast.h"
#include "fast/kern.h"
#include "model/network.h"

#if AEVB_BITS == 32
typedef float real;
typedef aevb_kern_f32 kernels;
# define BITS(name) name##_f32
#else
typedef double real;
typedef aevb_kern_f64 kernels;
# define BITS(name) name##_f64
#endif

enum { LINE = 64 /* bytes of a cache line */ };

/* R rows in panels; `stride` numbers from panel to panel. */
typedef struct panels {
    real *at;
    size_t stride;
} panels;

/* An affine layer: where its weights lie in each block of parameters. */
typedef struct layer {
    size_t in, out;
    size_t in_panels;
    size_t weights, wstride; /* offset in a block of parameters; from panel to panel, (in + 1) P */
    aevb_linear flat;        /* where they lie in the layout of the public interface */
} layer;

/* A layer and its result: activations of a hidden layer, or what a head yields. */
typedef struct unit {
    layer affine;
    panels y, dy;
} unit;

/* Encoder or decoder: hidden layers, then one or two heads that read the last of them (or x, if there is none). */
typedef struct stack {
    size_t n_hidden, n_heads;
    unit hidden[AEVB_MAX_HIDDEN], heads[2];
    panels x, dx; /* dx.at is NULL where nobody wants it */
} stack;

typedef struct fast_engine {
    aevb_engine base;
    const kernels *kern;
    const aevb_kern_draw *draw;
    size_t P;                      /* panel width */
    stack encoder, decoder;        /* encoder heads: mu, logvar; decoder: logits or mean, and log-variance */
    size_t n_weights;              /* numbers in a block of parameters */
    size_t n_rows;                 /* of all layers, their biases too */
    aevb_workers *workers;
    real *block;                   /* holds everything below but state */
    real *theta, *grad, *state[2]; /* blocks of parameters; state is NULL until an optimiser is set */
    size_t rows;                   /* of the decoder's buffers: more samples than that go through in parts */
    size_t outside;                /* index of the first value of the batch outside the domain, or B X */
    real *x;                       /* [B][X] */
    real *eps, *z, *dz;            /* [B K][Z] */
    real *moments[2], *dmoments[2]; /* mu, logvar [B][Z] */
    real *a[2];                    /* [rows][X]: what the decoder yields; then the adjoint, not yet scaled */
    double *ones;                  /* [rows] */
    double *squares;               /* [n_rows]: sum of the squares of each */
    real *scale;                   /* [rows]: adjoints of logpx */
    aevb_adjoints adjoints;        /* of a step */
    double *logpx, *logpz, *logq, *kl; /* terms */
} fast_engine;

#endif
