/* SPDX-License-Identifier: GPL-3.0-or-later
 * Architecture of a VAE, the layout of its parameters, and models in memory.
 *
 * Encoder q(z|x): X -> hidden[0] -> ... -> hidden[H-1] -> {mu [Z], logvar [Z]}
 * Decoder p(x|z): Z -> hidden[H-1] -> ... -> hidden[0] -> logits a [X], or {mean [X], logvar [X]}
 * The activation follows every hidden layer; heads are affine. [MLP.1] [POST.1] */
#ifndef AEVB_MODEL_H
#define AEVB_MODEL_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum aevb_activation {
    AEVB_IDENTITY = 0,
    AEVB_RELU = 1,
    AEVB_TANH = 2,
    AEVB_SIGMOID = 3,
    AEVB_SOFTPLUS = 4
} aevb_activation;

typedef enum aevb_likelihood {
    AEVB_BERNOULLI = 0,     /* x in {0,1}, logits [BERN.1] */
    AEVB_GREY = 1,          /* x in [0,1], cross-entropy on logits: a pseudo-likelihood [GREY.1] */
    AEVB_GAUSSIAN = 2,      /* mean and log-variance heads [GAUSS.1] */
    AEVB_GAUSSIAN_FIXED = 3, /* mean head, one fixed variance [GFIX.1] */
    AEVB_CATEGORICAL = 4    /* positions of one class each, one-hot, logits [CAT.1] */
} aevb_likelihood;

#define AEVB_MAX_HIDDEN 8
#define AEVB_MAX_WIDTH ((size_t)1 << 20)
#define AEVB_MAX_ALPHABET 256

/* Value type, freely copied. image_rows * image_cols == x_dim when the data are pictures, else both are 0. */
typedef struct aevb_arch {
    size_t x_dim;                    /* X >= 1 */
    size_t z_dim;                    /* Z >= 1 */
    size_t n_hidden;                 /* H, 0 to AEVB_MAX_HIDDEN; 0 gives a linear encoder and decoder */
    size_t hidden[AEVB_MAX_HIDDEN];  /* widths in encoder order, each >= 1 */
    aevb_activation activation;
    aevb_likelihood likelihood;
    double x_variance;               /* the fixed variance of AEVB_GAUSSIAN_FIXED, > 0; ignored otherwise */
    size_t image_rows, image_cols;
    size_t x_classes;                /* C >= 2 of AEVB_CATEGORICAL, of which X is a multiple; 0 otherwise */
    /* What the classes stand for when the data are text: C different bytes, ascending. n_alphabet is C, or 0. */
    size_t n_alphabet;
    uint8_t alphabet[AEVB_MAX_ALPHABET];
} aevb_arch;

typedef enum aevb_part { AEVB_ENCODER = 0, AEVB_DECODER = 1 } aevb_part; /* phi and theta of the paper */

/* One named tensor of the parameter block. Names are those of the PyTorch VAE example, continued for any depth:
 * encoder fc1..fcH, heads fc{H+1}1 (mu) and fc{H+1}2 (logvar), decoder fc{H+2}..fc{2H+1}, output fc{2H+2}
 * (with a learned variance: fc{2H+2}1 mean, fc{2H+2}2 logvar), each with ".weight" [out][in] and ".bias" [out]. */
typedef struct aevb_tensor {
    char name[24];
    aevb_part part;
    size_t ndim;     /* 2 for a weight, 1 for a bias */
    size_t shape[2]; /* [out][in], or [out] */
    size_t offset;   /* of the first element in the parameter block */
    size_t count;    /* elements */
} aevb_tensor;

#define AEVB_MAX_TENSORS (4 * AEVB_MAX_HIDDEN + 8)

/* Where every tensor lies in one contiguous block of n_params doubles, in the order of the list, no holes. */
typedef struct aevb_layout {
    size_t n_tensors;
    size_t n_params;
    aevb_tensor tensors[AEVB_MAX_TENSORS];
} aevb_layout;

/* Checks an architecture. EINVAL names the first field that is out of range. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_arch_check(const aevb_arch *arch, aevb_error *err);

/* Computes the parameter layout. Statuses of aevb_arch_check. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_layout_make(const aevb_arch *arch, aevb_layout *layout, aevb_error *err);

/* Names of the enumerators as the command line and files spell them ("relu", "gaussian-fixed", ...), NULL for a
 * number that is none; and back: AEVB_EINVAL for an unknown name. */
AEVB_API const char *aevb_activation_name(aevb_activation activation);
AEVB_API const char *aevb_likelihood_name(aevb_likelihood likelihood);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_activation_parse(const char *name, aevb_activation *out);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_likelihood_parse(const char *name, aevb_likelihood *out);

/* Which of its two networks a model has. One that came from a decoder alone has AEVB_HAS_DECODER: it draws and
 * decodes. One that came from an encoder alone has AEVB_HAS_ENCODER: it encodes. The parameters of the part that is
 * not there are 0 and mean nothing. */
enum { AEVB_HAS_ENCODER = 1 << AEVB_ENCODER, AEVB_HAS_DECODER = 1 << AEVB_DECODER, AEVB_HAS_BOTH = 3 };

/* A model in memory: architecture, layout and parameters in float64. Create makes all parameters 0 and both parts. */
typedef struct aevb_model {
    aevb_arch arch;
    aevb_layout layout;
    double *params; /* [layout.n_params], owned by the model */
    unsigned parts; /* AEVB_HAS_... */
} aevb_model;

AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_create(const aevb_arch *arch, aevb_model **out, aevb_error *err);
AEVB_API void aevb_model_free(aevb_model *model); /* NULL is fine */

typedef enum aevb_init {
    AEVB_INIT_GLOROT = 0, /* weights U(-r, r), r = sqrt(6 / (in + out)); biases 0 [INIT.1] */
    AEVB_INIT_NORMAL = 1  /* every parameter N(0, stddev^2) [INIT.2] */
} aevb_init;

AEVB_API const char *aevb_init_name(aevb_init init); /* "glorot", "normal"; NULL for a number that is none */

/* Draws the parameters: element i of the block uses index i of stream AEVB_STREAM_INIT [INIT.1] [INIT.2] [RNG.6].
 * stddev >= 0 is used by AEVB_INIT_NORMAL only. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_model_init(aevb_model *model, aevb_init init, double stddev, uint64_t seed);

#ifdef __cplusplus
}
#endif
#endif
