/* SPDX-License-Identifier: GPL-3.0-or-later
 * An engine evaluates and trains one model: terms, gradients, optimiser steps. The reference (float64, scalar) and
 * the fast engine (SIMD, float32 or float64) stand behind the same functions.
 * An engine is used by one thread at a time; different engines are independent. */
#ifndef AEVB_ENGINE_H
#define AEVB_ENGINE_H

#include "aevb/data.h"
#include "aevb/model.h"
#include "aevb/objective.h"
#include "aevb/optim.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum aevb_engine_kind { AEVB_ENGINE_REF = 0, AEVB_ENGINE_FAST = 1 } aevb_engine_kind;
typedef enum aevb_precision { AEVB_F64 = 0, AEVB_F32 = 1 } aevb_precision;

/* Names "ref", "fast" and "f64", "f32"; NULL for a number that is none. */
AEVB_API const char *aevb_engine_kind_name(aevb_engine_kind kind);
AEVB_API const char *aevb_precision_name(aevb_precision precision);

#define AEVB_MAX_THREADS 1024

typedef struct aevb_engine_config {
    aevb_engine_kind kind;
    aevb_precision precision; /* REF: AEVB_F64 only */
    int level;                /* an aevb_level, or -1 for the best that the CPU and AEVB_LEVEL allow; FAST only */
    int threads;              /* 1 to AEVB_MAX_THREADS, or 0 for all; REF always uses one, and so does a child of fork() */
    size_t max_batch;         /* largest B, >= 1 */
    size_t max_samples;       /* largest K, >= 1 */
} aevb_engine_config;

typedef struct aevb_engine aevb_engine;

/* What an engine of this config would be: level and threads resolved, kind REF and precision AEVB_F64 where AEVB_LEVEL
 * asks for the reference (whose level is AEVB_LEVEL_REF). EINVAL for a number that is none; EUNSUPPORTED for a level
 * that is not to be had and for the reference in AEVB_F32. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_resolve(const aevb_engine_config *config, aevb_engine_config *used,
                                                         aevb_error *err);

/* Allocates everything that later calls need. Parameters are 0 and no optimiser is set. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_create(const aevb_engine_config *config, const aevb_arch *arch,
                                                        aevb_engine **out, aevb_error *err);
AEVB_API void aevb_engine_free(aevb_engine *engine); /* NULL is fine */
AEVB_API const aevb_layout *aevb_engine_layout(const aevb_engine *engine);
AEVB_API const aevb_engine_config *aevb_engine_used(const aevb_engine *engine); /* as aevb_engine_resolve says, and
                                          no more threads than the system gave */

/* Parameters in the layout of aevb_layout_make, float64 (exact for a float32 engine's own values). */
AEVB_API void aevb_engine_set_params(aevb_engine *engine, const double *params);
AEVB_API void aevb_engine_get_params(const aevb_engine *engine, double *params);

/* The batch: either numbers x[B][X], or rows of a data set. EINVAL, ESHAPE as documented for the parts. A Bernoulli
 * model demands x in {0,1}, a grey one x in [0,1], a categorical one a single 1 among 0 in each position: EDOMAIN names
 * the first datum and element [BERN.3] [GREY.3] [CAT.3]. A categorical model gathers text with its number of classes,
 * and only such a model gathers text: else ESHAPE. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_set_x(aevb_engine *engine, size_t B, const double *x,
                                                       aevb_error *err);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_gather(aevb_engine *engine, const aevb_dataset *dataset,
                                                        const aevb_gather *how, size_t B, const uint32_t *index,
                                                        aevb_error *err);

/* The noise of the batch: either numbers eps[B][K][Z], or drawn: eps[b][k][j] is the normal of
 * index (datum[b] * stride + first_k + k) * Z + j. Call after the batch is set: setting a batch forgets the noise. */
typedef struct aevb_noise {
    uint64_t seed, stream;
    uint64_t stride;  /* samples per datum in the numbering, >= first_k + K */
    uint64_t first_k;
} aevb_noise;
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_set_eps(aevb_engine *engine, size_t K, const double *eps);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_draw_eps(aevb_engine *engine, size_t K, const aevb_noise *noise,
                                                          const uint32_t *datum);

/* Forward pass over the batch and noise that are set (terms->B is 0 when either is missing). The arrays of terms
 * belong to the engine and stay valid until its next call. [TERMS.1] */
AEVB_API void aevb_engine_forward(aevb_engine *engine, aevb_terms *terms);

/* Gradient of a loss with the given adjoints, right after aevb_engine_forward or another gradient: every other call may
 * change what it needs. grad[n_params] is overwritten, with 0 when batch or noise is missing. [TERMS.2] */
AEVB_API void aevb_engine_gradient(aevb_engine *engine, const aevb_adjoints *adjoints, double *grad);

/* Training step: forward, objective, backward, weight prior, optimiser, in one call (a fast engine fuses them).
 * prior_precision 0 means none; n_data is the N of [SGVB.4]. Reports the loss (with the prior) and its parts.
 * ENONFINITE when the loss is NaN or infinite: the parameters and state are as before the call. */
typedef struct aevb_step_result { double loss; aevb_parts parts; } aevb_step_result;
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_set_optim(aevb_engine *engine, const aevb_optim *optim,
                                                           aevb_error *err);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_step(aevb_engine *engine, const aevb_objective *objective,
                                                      double prior_precision, size_t n_data,
                                                      aevb_step_result *result);

/* Optimiser state in the layout of the parameters: which < aevb_optim_n_state(kind). t counts the steps done. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_get_state(const aevb_engine *engine, size_t which, double *state,
                                                           uint64_t *t);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_set_state(aevb_engine *engine, size_t which, const double *state,
                                                           uint64_t t);

/* Encoder of the batch that is set: mu[B][Z], logvar[B][Z]. */
AEVB_API void aevb_engine_encode(aevb_engine *engine, double *mu, double *logvar);

/* Decoder alone on n <= max_batch * max_samples codes z[n][Z]: the mean of p(x|z) in mean[n][X] (Bernoulli and grey:
 * sigmoid of the logits; categorical: softmax of each position [CAT.2]), and for AEVB_GAUSSIAN the log-variance in
 * logvar[n][X], which may be NULL. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_engine_decode(aevb_engine *engine, size_t n, const double *z, double *mean,
                                                        double *logvar);

#ifdef __cplusplus
}
#endif
#endif
