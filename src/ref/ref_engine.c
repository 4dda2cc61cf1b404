/* SPDX-License-Identifier: GPL-3.0-or-later
 * The reference engine: the whole model of vae.h behind the engine table, one thread, float64. */
#include "config.h"
#include "fp_rules.h"
#include "aevb/rng.h"
#include "alloc.h"
#include "engine.h"
#include "error.h"
#include "ref/ref.h"
#include "ref/vae.h"

#include <math.h>
#include <string.h>

typedef struct ref_engine {
    aevb_engine base;
    aevb_network net;
    aevb_vae_work work;
    aevb_adjoints adjoints;
    double *params, *grad;
    double *state[2]; /* NULL until an optimiser is set */
    double *block;    /* holds everything above but state */
} ref_engine;

/* Hands out consecutive parts of a block; with a NULL block it only counts. */
typedef struct arena {
    double *block;
    size_t used;
} arena;

static double *take(arena *from, size_t n)
{
    double *part = from->block == NULL ? NULL : from->block + from->used;
    from->used += n;
    return part;
}

static void take_hidden(arena *from, aevb_hidden *hidden, const aevb_linear *layers, size_t n, size_t R)
{
    for (size_t l = 0; l < n; l++) {
        hidden[l].a = take(from, R * layers[l].out);
        hidden[l].h = take(from, R * layers[l].out);
        hidden[l].da = take(from, R * layers[l].out);
        hidden[l].dh = take(from, R * layers[l].out);
    }
}

static void lay_out(ref_engine *e, arena *from)
{
    const aevb_arch *arch = &e->base.arch;
    aevb_vae_work *w = &e->work;
    const size_t B = e->base.used.max_batch, K = e->base.used.max_samples, R = B * K;
    const size_t X = arch->x_dim, Z = arch->z_dim;
    e->params = take(from, e->base.layout.n_params);
    e->grad = take(from, e->base.layout.n_params);
    w->x = take(from, B * X);
    w->eps = take(from, R * Z);
    take_hidden(from, w->encoder, e->net.encoder, e->net.n_hidden, B);
    take_hidden(from, w->decoder, e->net.decoder, e->net.n_hidden, R);
    double **const per_datum[] = {&w->mu, &w->logvar, &w->dmu, &w->dlogvar, &w->kl, &e->adjoints.kl};
    for (size_t i = 0; i < sizeof per_datum / sizeof *per_datum; i++)
        *per_datum[i] = take(from, B * Z);
    w->z = take(from, R * Z);
    w->dz = take(from, R * Z);
    w->out = take(from, R * X);
    w->dout = take(from, R * X);
    if (e->net.learned_variance) {
        w->out_logvar = take(from, R * X);
        w->dout_logvar = take(from, R * X);
    }
    double **const per_sample[] = {&w->logpx, &w->logpz, &w->logq, &e->adjoints.logpx, &e->adjoints.logpz,
                                   &e->adjoints.logq};
    for (size_t i = 0; i < sizeof per_sample / sizeof *per_sample; i++)
        *per_sample[i] = take(from, R);
}

static void ref_free(aevb_engine *engine)
{
    ref_engine *e = (ref_engine *)engine;
    aevb_free(e->state[0]);
    aevb_free(e->state[1]);
    aevb_free(e->block);
    aevb_free(e);
}

static void ref_set_params(aevb_engine *engine, const double *params)
{
    memcpy(((ref_engine *)engine)->params, params, engine->layout.n_params * sizeof *params);
}

static void ref_get_params(const aevb_engine *engine, double *params)
{
    memcpy(params, ((const ref_engine *)engine)->params, engine->layout.n_params * sizeof *params);
}

static void ref_set_x(aevb_engine *engine, const double *x)
{
    memcpy(((ref_engine *)engine)->work.x, x, engine->B * engine->arch.x_dim * sizeof *x);
}

static aevb_status ref_gather(aevb_engine *engine, const aevb_dataset *dataset, const aevb_gather *how,
                              const uint32_t *index)
{
    return aevb_dataset_gather(dataset, how, index, engine->B, ((ref_engine *)engine)->work.x);
}

static size_t ref_domain(const aevb_engine *engine)
{
    return aevb_ref_domain(engine->arch.likelihood, engine->arch.x_classes, engine->B * engine->arch.x_dim,
                           ((const ref_engine *)engine)->work.x);
}

static void ref_set_eps(aevb_engine *engine, const double *eps)
{
    memcpy(((ref_engine *)engine)->work.eps, eps, engine->B * engine->K * engine->arch.z_dim * sizeof *eps);
}

static void ref_draw_eps(aevb_engine *engine, const aevb_noise *noise, const uint32_t *datum)
{
    const size_t KZ = engine->K * engine->arch.z_dim;
    for (size_t b = 0; b < engine->B; b++)
        aevb_normal_fill(noise->seed, noise->stream, (datum[b] * noise->stride + noise->first_k) * engine->arch.z_dim,
                         KZ, ((ref_engine *)engine)->work.eps + b * KZ);
}

static void ref_forward(aevb_engine *engine, aevb_terms *terms)
{
    ref_engine *e = (ref_engine *)engine;
    aevb_ref_terms(&engine->arch, &e->net, e->params, engine->B, engine->K, &e->work);
    *terms = (aevb_terms){.B = engine->B, .K = engine->K, .Z = engine->arch.z_dim, .logpx = e->work.logpx,
                          .logpz = e->work.logpz, .logq = e->work.logq, .kl = e->work.kl};
}

static void ref_gradient(aevb_engine *engine, const aevb_adjoints *adjoints, double *grad)
{
    ref_engine *e = (ref_engine *)engine;
    memset(grad, 0, engine->layout.n_params * sizeof *grad);
    aevb_ref_gradient(&engine->arch, &e->net, e->params, engine->B, engine->K, &e->work, adjoints, grad);
}

static aevb_status ref_set_optim(aevb_engine *engine)
{
    ref_engine *e = (ref_engine *)engine;
    const size_t n_state = aevb_optim_n_state(engine->optim.kind);
    double *made[2] = {NULL, NULL};
    for (size_t i = 0; i < n_state; i++)
        made[i] = aevb_alloc(engine->layout.n_params, sizeof **made);
    if (made[0] == NULL || (n_state == 2 && made[1] == NULL)) {
        aevb_free(made[0]);
        aevb_free(made[1]);
        return AEVB_ENOMEM;
    }
    for (size_t i = 0; i < 2; i++) {
        aevb_free(e->state[i]);
        e->state[i] = made[i];
    }
    return AEVB_OK;
}

static aevb_status ref_step(aevb_engine *engine, const aevb_objective *objective, double prior_precision,
                            size_t n_data, aevb_step_result *result)
{
    ref_engine *e = (ref_engine *)engine;
    const size_t n = engine->layout.n_params;
    aevb_terms terms;
    double loss;
    ref_forward(engine, &terms);
    aevb_status status = aevb_objective_eval(objective, &terms, &loss, &e->adjoints);
    if (status != AEVB_OK)
        return status;
    aevb_weight_prior(prior_precision, n_data, n, e->params, &loss, NULL);
    if (!isfinite(loss))
        return AEVB_ENONFINITE;
    ref_gradient(engine, &e->adjoints, e->grad);
    aevb_weight_prior(prior_precision, n_data, n, e->params, NULL, e->grad);
    aevb_optim_step(&engine->optim, engine->t + 1, n, e->params, e->grad, e->state[0], e->state[1]);
    *result = (aevb_step_result){.loss = loss, .parts = aevb_objective_parts(&terms)};
    return AEVB_OK;
}

static void ref_get_state(const aevb_engine *engine, size_t which, double *state)
{
    memcpy(state, ((const ref_engine *)engine)->state[which], engine->layout.n_params * sizeof *state);
}

static void ref_set_state(aevb_engine *engine, size_t which, const double *state)
{
    memcpy(((ref_engine *)engine)->state[which], state, engine->layout.n_params * sizeof *state);
}

static void ref_encode(aevb_engine *engine, double *mu, double *logvar)
{
    ref_engine *e = (ref_engine *)engine;
    aevb_ref_encode(&engine->arch, &e->net, e->params, engine->B, &e->work);
    memcpy(mu, e->work.mu, engine->B * engine->arch.z_dim * sizeof *mu);
    memcpy(logvar, e->work.logvar, engine->B * engine->arch.z_dim * sizeof *logvar);
}

static void ref_decode(aevb_engine *engine, size_t n, const double *z, double *mean, double *logvar)
{
    ref_engine *e = (ref_engine *)engine;
    const size_t count = n * engine->arch.x_dim;
    memcpy(e->work.z, z, n * engine->arch.z_dim * sizeof *z);
    aevb_ref_decode(&engine->arch, &e->net, e->params, n, &e->work);
    if (engine->arch.likelihood == AEVB_BERNOULLI || engine->arch.likelihood == AEVB_GREY)
        aevb_ref_activation(AEVB_SIGMOID, count, e->work.out, mean);
    else if (engine->arch.likelihood == AEVB_CATEGORICAL)
        aevb_ref_softmax(count / engine->arch.x_classes, engine->arch.x_classes, e->work.out, mean);
    else
        memcpy(mean, e->work.out, count * sizeof *mean);
    if (e->net.learned_variance && logvar != NULL)
        memcpy(logvar, e->work.out_logvar, count * sizeof *logvar);
}

static const aevb_engine_ops ref_ops = {
    .free = ref_free, .set_params = ref_set_params, .get_params = ref_get_params, .set_x = ref_set_x,
    .gather = ref_gather, .domain = ref_domain, .set_eps = ref_set_eps, .draw_eps = ref_draw_eps,
    .forward = ref_forward, .gradient = ref_gradient, .set_optim = ref_set_optim, .step = ref_step,
    .get_state = ref_get_state, .set_state = ref_set_state, .encode = ref_encode, .decode = ref_decode,
};

aevb_status aevb_ref_engine_create(const aevb_engine_config *config, const aevb_arch *arch, const aevb_layout *layout,
                                   aevb_engine **out, aevb_error *err)
{
    ref_engine *e = aevb_alloc(1, sizeof *e);
    if (e == NULL)
        return aevb_fail_memory(err);
    e->base = (aevb_engine){.ops = &ref_ops, .used = *config, .arch = *arch, .layout = *layout};
    aevb_network_make(arch, layout, &e->net);
    arena counting = {0};
    lay_out(e, &counting);
    e->block = aevb_alloc(counting.used, sizeof *e->block);
    if (e->block == NULL) {
        aevb_free(e);
        return aevb_fail_memory(err);
    }
    lay_out(e, &(arena){.block = e->block});
    *out = &e->base;
    return AEVB_OK;
}
