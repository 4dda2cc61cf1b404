/* SPDX-License-Identifier: GPL-3.0-or-later
 * An engine of ours, driven as any user of the library drives it. */
#include "config.h"
#include "conform/answer_engine.h"

#include <string.h>

static aevb_status start(const aevb_engine_config *config, const aevb_composed *m, aevb_engine **engine)
{
    aevb_engine_config c = *config;
    c.max_batch = m->B;
    c.max_samples = m->K;
    aevb_status status = aevb_engine_create(&c, &m->arch, engine, NULL);
    if (status == AEVB_OK)
        aevb_engine_set_params(*engine, m->params);
    return status;
}

static aevb_status set_batch(aevb_engine *engine, const aevb_composed *m)
{
    aevb_status status = aevb_engine_set_x(engine, m->B, m->work.x, NULL);
    return status == AEVB_OK ? aevb_engine_set_eps(engine, m->K, m->work.eps) : status;
}

aevb_status aevb_engine_answer_model(const aevb_engine_config *config, const aevb_objective *objective,
                                     aevb_composed *m, double *loss, aevb_parts *parts, double *bound)
{
    aevb_engine *engine;
    aevb_status status = start(config, m, &engine);
    if (status != AEVB_OK)
        return status;
    status = set_batch(engine, m);
    if (status == AEVB_OK) {
        aevb_terms t;
        aevb_engine_forward(engine, &t);
        memcpy(m->work.logpx, t.logpx, t.B * t.K * sizeof(double));
        memcpy(m->work.logpz, t.logpz, t.B * t.K * sizeof(double));
        memcpy(m->work.logq, t.logq, t.B * t.K * sizeof(double));
        memcpy(m->work.kl, t.kl, t.B * t.Z * sizeof(double));
        *parts = aevb_objective_parts(&t);
        aevb_iwae_bound(&t, bound);
        status = aevb_objective_eval(objective, &t, loss, &m->adjoints);
    }
    if (status == AEVB_OK) {
        aevb_engine_gradient(engine, &m->adjoints, m->grad);
        aevb_engine_encode(engine, m->work.mu, m->work.logvar);
    }
    aevb_engine_free(engine);
    return status;
}

static aevb_status step(aevb_engine *engine, const aevb_engine_run *run, const aevb_composed *m, size_t t)
{
    aevb_step_result result;
    aevb_status status = set_batch(engine, m);
    if (status == AEVB_OK)
        status = aevb_engine_step(engine, run->objective, run->precision, run->N, &result);
    if (status != AEVB_OK)
        return status;
    run->loss[t] = result.loss;
    run->recon[t] = result.parts.recon;
    run->kl[t] = result.parts.kl;
    return AEVB_OK;
}

aevb_status aevb_engine_answer_run(const aevb_engine_config *config, const aevb_engine_run *run, aevb_composed *m,
                                   aevb_status (*load)(const void *context, aevb_composed *model, size_t t),
                                   const void *context)
{
    aevb_engine *engine;
    uint64_t done;
    aevb_status status = start(config, m, &engine);
    if (status != AEVB_OK)
        return status;
    status = aevb_engine_set_optim(engine, run->optim, NULL);
    for (size_t t = 0; status == AEVB_OK && t < run->T; t++) {
        status = load(context, m, t);
        if (status == AEVB_OK)
            status = step(engine, run, m, t);
    }
    for (size_t i = 0; status == AEVB_OK && i < aevb_optim_n_state(run->optim->kind); i++)
        status = aevb_engine_get_state(engine, i, run->state[i], &done);
    if (status == AEVB_OK)
        aevb_engine_get_params(engine, m->params);
    aevb_engine_free(engine);
    return status;
}
