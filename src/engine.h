/* SPDX-License-Identifier: GPL-3.0-or-later
 * What an engine implements. src/engine.c checks the arguments of the public calls and then goes through this table,
 * so an implementation may rely on every documented precondition. */
#ifndef AEVB_ENGINE_INTERNAL_H
#define AEVB_ENGINE_INTERNAL_H

#include "aevb/engine.h"

typedef struct aevb_engine_ops {
    void (*free)(aevb_engine *engine);
    void (*set_params)(aevb_engine *engine, const double *params);
    void (*get_params)(const aevb_engine *engine, double *params);
    void (*set_x)(aevb_engine *engine, const double *x);                 /* engine->B rows */
    aevb_status (*gather)(aevb_engine *engine, const aevb_dataset *dataset, const aevb_gather *how,
                          const uint32_t *index);
    /* Index into the batch's x of the first value outside the likelihood's domain, or B * X. */
    size_t (*domain)(const aevb_engine *engine);
    void (*set_eps)(aevb_engine *engine, const double *eps);             /* engine->B * engine->K * Z values */
    void (*draw_eps)(aevb_engine *engine, const aevb_noise *noise, const uint32_t *datum);
    void (*forward)(aevb_engine *engine, aevb_terms *terms);
    void (*gradient)(aevb_engine *engine, const aevb_adjoints *adjoints, double *grad);
    aevb_status (*set_optim)(aevb_engine *engine);                       /* allocates and zeroes the state */
    aevb_status (*step)(aevb_engine *engine, const aevb_objective *objective, double prior_precision, size_t n_data,
                        aevb_step_result *result);
    void (*get_state)(const aevb_engine *engine, size_t which, double *state);
    void (*set_state)(aevb_engine *engine, size_t which, const double *state);
    void (*encode)(aevb_engine *engine, double *mu, double *logvar);
    void (*decode)(aevb_engine *engine, size_t n, const double *z, double *mean, double *logvar);
} aevb_engine_ops;

/* First member of every implementation. */
struct aevb_engine {
    const aevb_engine_ops *ops;
    aevb_engine_config used;
    aevb_arch arch;
    aevb_layout layout;
    aevb_optim optim;
    int has_optim;
    uint64_t t;  /* optimiser steps done */
    size_t B, K; /* of the batch and noise that are set; 0 = none */
};

/* Constructors of the implementations; arch is checked, config is resolved. They set ops, used and what is their own. */
aevb_status aevb_ref_engine_create(const aevb_engine_config *config, const aevb_arch *arch, const aevb_layout *layout,
                                   aevb_engine **out, aevb_error *err);
aevb_status aevb_fast_engine_create_f32(const aevb_engine_config *config, const aevb_arch *arch,
                                        const aevb_layout *layout, aevb_engine **out, aevb_error *err);
aevb_status aevb_fast_engine_create_f64(const aevb_engine_config *config, const aevb_arch *arch,
                                        const aevb_layout *layout, aevb_engine **out, aevb_error *err);

#endif
