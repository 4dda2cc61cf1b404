/* SPDX-License-Identifier: GPL-3.0-or-later
 * Objectives, random numbers, models and optimisers of the reference. */
#include "ref_port.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/optim.h"
#include "aevb/rng.h"
#include "ref/ref.h"
#include "small_vae.h"

#define IN(name) ref_in(c, name)
#define OUT(name) ref_out(c, name)
#define DIM(name) ref_dim(c, name)
#define SETTING(name) aevb_vector_setting(c->group, name, NAN)

static aevb_objective objective_of(const ref_case *c)
{
    aevb_objective o = {.kind = AEVB_ELBO, .beta = SETTING("beta")};
    if (aevb_objective_parse(aevb_vector_text(c->group, "objective"), &o.kind) != AEVB_OK)
        o.beta = NAN;
    return o;
}

static ref_verdict elbo(const ref_case *c)
{
    aevb_objective o = objective_of(c);
    aevb_terms t = {DIM("B"), DIM("K"), DIM("Z"), IN("logpx"), IN("logpz"), IN("logq"), IN("kl")};
    aevb_adjoints d = {OUT("dlogpx"), OUT("dlogpz"), OUT("dlogq"), OUT("dkl")};
    if (aevb_objective_eval(&o, &t, OUT("loss"), &d) != AEVB_OK)
        return REF_UNSUPPORTED;
    aevb_parts parts = aevb_objective_parts(&t);
    *OUT("recon") = parts.recon;
    *OUT("kl_total") = parts.kl;
    return REF_ANSWERED;
}

static ref_verdict iwae(const ref_case *c)
{
    aevb_terms t = {.B = DIM("B"), .K = DIM("K"), .logpx = IN("logpx"), .logpz = IN("logpz"), .logq = IN("logq")};
    aevb_iwae_bound(&t, OUT("bound"));
    ref_leave_out(c, "weights"); /* [IWAE.1] has no gradient here */
    return REF_ANSWERED;
}

static ref_verdict weight_prior(const ref_case *c)
{
    aevb_weight_prior(SETTING("precision"), (size_t)SETTING("n_data"), DIM("n"), IN("theta"), OUT("loss"),
                      OUT("dtheta"));
    return REF_ANSWERED;
}

static void words(const ref_case *c, const char *name, size_t n, uint32_t *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (uint32_t)IN(name)[i];
}

static uint64_t pair(const ref_case *c, const char *name)
{
    return (uint64_t)IN(name)[1] << 32 | (uint64_t)IN(name)[0];
}

static ref_verdict philox(const ref_case *c)
{
    uint32_t counter[4], key[2], out[4];
    words(c, "counter", 4, counter);
    words(c, "key", 2, key);
    aevb_philox4x32(counter, key, out);
    for (int i = 0; i < 4; i++)
        OUT("words")[i] = out[i];
    return REF_ANSWERED;
}

static ref_verdict uniform(const ref_case *c)
{
    *OUT("u") = aevb_uniform(pair(c, "seed"), pair(c, "stream"), pair(c, "index"));
    return REF_ANSWERED;
}

static ref_verdict normal(const ref_case *c)
{
    *OUT("x") = aevb_normal(pair(c, "seed"), pair(c, "stream"), pair(c, "index"));
    return REF_ANSWERED;
}

static ref_verdict normal_quantile(const ref_case *c)
{
    for (size_t i = 0; i < DIM("n"); i++)
        OUT("x")[i] = aevb_normal_quantile(IN("u")[i]);
    return REF_ANSWERED;
}

static ref_verdict permutation(const ref_case *c)
{
    uint32_t p[128];
    if (DIM("n") > 128)
        return REF_UNSUPPORTED;
    aevb_permutation(pair(c, "seed"), pair(c, "stream"), DIM("n"), p);
    for (size_t i = 0; i < DIM("n"); i++)
        OUT("p")[i] = p[i];
    return REF_ANSWERED;
}

static int arch_of(const ref_case *c, aevb_arch *arch)
{
    *arch = (aevb_arch){.x_dim = DIM("X"), .z_dim = DIM("Z"), .n_hidden = (size_t)SETTING("hidden_layers"),
        .x_variance = aevb_vector_setting(c->group, "variance", 1),
        .x_classes = (size_t)aevb_vector_setting(c->group, "classes", 0)};
    for (size_t l = 0; l < arch->n_hidden; l++) {
        char name[8];
        snprintf(name, sizeof name, "H%u", (unsigned)(l + 1) % 100);
        arch->hidden[l] = DIM(name);
    }
    return aevb_activation_parse(aevb_vector_text(c->group, "activation"), &arch->activation) == AEVB_OK &&
        aevb_likelihood_parse(aevb_vector_text(c->group, "likelihood"), &arch->likelihood) == AEVB_OK;
}

/* Copies the tensors of a block to or from the arrays PREFIX.tensor. */
static void tensors_in(const ref_case *c, const aevb_layout *layout, double *block)
{
    for (size_t i = 0; i < layout->n_tensors; i++)
        memcpy(block + layout->tensors[i].offset, IN(layout->tensors[i].name),
               layout->tensors[i].count * sizeof *block);
}

static void tensors_out(const ref_case *c, const aevb_layout *layout, const char *prefix, const double *block)
{
    for (size_t i = 0; i < layout->n_tensors; i++) {
        char name[48];
        snprintf(name, sizeof name, "%s%s", prefix, layout->tensors[i].name);
        memcpy(OUT(name), block + layout->tensors[i].offset, layout->tensors[i].count * sizeof *block);
    }
}

static void copy_out(const ref_case *c, const char *name, const double *values, size_t n)
{
    double *to = OUT(name);
    if (to != NULL)
        memcpy(to, values, n * sizeof *to);
}

static void model_out(const ref_case *c, const small_vae *v)
{
    const aevb_vae_work *w = &v->work;
    const size_t BZ = v->B * v->arch.z_dim, R = v->B * v->K, RX = R * v->arch.x_dim, RZ = R * v->arch.z_dim;
    const struct { const char *name; const double *values; size_t n; } list[] = {
        {"mu", w->mu, BZ}, {"logvar", w->logvar, BZ}, {"z", w->z, RZ}, {"a", w->out, RX}, {"mean", w->out, RX},
        {"x_logvar", w->out_logvar, RX}, {"logpx", w->logpx, R}, {"logpz", w->logpz, R}, {"logq", w->logq, R},
        {"kl", w->kl, BZ}, {"dmu", w->dmu, BZ}, {"dlogvar", w->dlogvar, BZ}, {"dz", w->dz, RZ}, {"da", w->dout, RX},
        {"dmean", w->dout, RX}, {"dx_logvar", w->dout_logvar, RX},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        copy_out(c, list[i].name, list[i].values, list[i].n);
    tensors_out(c, &v->layout, "d.", v->grad);
}

static ref_verdict model(const ref_case *c)
{
    static small_vae v;
    aevb_arch arch;
    const size_t B = DIM("B"), K = DIM("K");
    if (!arch_of(c, &arch))
        return REF_UNSUPPORTED;
    if (aevb_ref_domain(arch.likelihood, arch.x_classes, B * arch.x_dim, IN("x")) < B * arch.x_dim)
        return REF_DOMAIN_ERROR;
    small_vae_make(&v, &arch, B, K, 1, 0);
    tensors_in(c, &v.layout, v.params);
    memcpy(v.work.x, IN("x"), B * arch.x_dim * sizeof(double));
    memcpy(v.work.eps, IN("eps"), B * K * arch.z_dim * sizeof(double));
    aevb_objective o = objective_of(c);
    *OUT("loss") = small_vae_gradient(&v, &o);
    aevb_terms t = small_vae_terms(&v);
    aevb_parts parts = aevb_objective_parts(&t);
    *OUT("recon") = parts.recon;
    *OUT("kl_total") = parts.kl;
    aevb_iwae_bound(&t, OUT("bound"));
    model_out(c, &v);
    return REF_ANSWERED;
}

static int optim_of(const ref_case *c, aevb_optim *o)
{
    *o = (aevb_optim){.lr = SETTING("lr"), .momentum = aevb_vector_setting(c->group, "momentum", 0),
        .beta1 = aevb_vector_setting(c->group, "beta1", 0), .beta2 = aevb_vector_setting(c->group, "beta2", 0),
        .eps = aevb_vector_setting(c->group, "eps", 0),
        .weight_decay = aevb_vector_setting(c->group, "weight_decay", 0)};
    return aevb_optimiser_parse(aevb_vector_text(c->group, "optimiser"), &o->kind) == AEVB_OK;
}

static ref_verdict optimiser(const ref_case *c)
{
    aevb_optim o;
    if (!optim_of(c, &o))
        return REF_UNSUPPORTED;
    const size_t n = DIM("n"), T = DIM("T");
    double *theta = OUT("theta_T"), *state1 = OUT("state1_T"), *state2 = OUT("state2_T");
    memcpy(theta, IN("theta"), n * sizeof *theta);
    memcpy(state1, IN("state1"), n * sizeof *theta);
    if (state2 != NULL)
        memcpy(state2, IN("state2"), n * sizeof *theta);
    for (size_t t = 0; t < T; t++)
        aevb_optim_step(&o, (uint64_t)ref_in_scalar(c, "t") + t + 1, n, theta, IN("grad") + t * n, state1, state2);
    return REF_ANSWERED;
}

static ref_verdict run(const ref_case *c, aevb_engine *engine)
{
    static double block[SMALL_MAX];
    const aevb_layout *layout = aevb_engine_layout(engine);
    const size_t T = DIM("T"), B = DIM("B"), K = DIM("K"), X = DIM("X"), Z = DIM("Z");
    const aevb_objective o = objective_of(c);
    tensors_in(c, layout, block);
    aevb_engine_set_params(engine, block);
    for (size_t t = 0; t < T; t++) {
        double x[1024];
        aevb_step_result result;
        for (size_t b = 0; b < B; b++)
            memcpy(x + b * X, IN("data") + (size_t)IN("index")[t * B + b] * X, X * sizeof *x);
        if (aevb_engine_set_x(engine, B, x, NULL) != AEVB_OK ||
            aevb_engine_set_eps(engine, K, IN("eps") + t * B * K * Z) != AEVB_OK ||
            aevb_engine_step(engine, &o, SETTING("precision"), DIM("N"), &result) != AEVB_OK)
            return REF_UNSUPPORTED;
        OUT("loss")[t] = result.loss;
        OUT("recon")[t] = result.parts.recon;
        OUT("kl_total")[t] = result.parts.kl;
    }
    aevb_engine_get_params(engine, block);
    tensors_out(c, layout, "T.", block);
    static const char *const prefix[] = {"s1.", "s2."};
    for (size_t which = 0; aevb_engine_get_state(engine, which, block, &(uint64_t){0}) == AEVB_OK; which++)
        tensors_out(c, layout, prefix[which], block);
    return REF_ANSWERED;
}

static ref_verdict trajectory(const ref_case *c)
{
    aevb_arch arch;
    aevb_optim o;
    aevb_engine *engine;
    if (!arch_of(c, &arch) || !optim_of(c, &o))
        return REF_UNSUPPORTED;
    aevb_engine_config config = {.kind = AEVB_ENGINE_REF, .level = -1, .max_batch = DIM("B"),
        .max_samples = DIM("K")};
    if (aevb_engine_create(&config, &arch, &engine, NULL) != AEVB_OK)
        return REF_UNSUPPORTED;
    ref_verdict verdict = aevb_engine_set_optim(engine, &o, NULL) == AEVB_OK ? run(c, engine) : REF_UNSUPPORTED;
    aevb_engine_free(engine);
    return verdict;
}

const ref_function ref_wholes[] = {
    {"elbo", elbo}, {"iwae", iwae}, {"weight-prior", weight_prior}, {"philox", philox}, {"uniform", uniform},
    {"normal", normal}, {"normal-quantile", normal_quantile}, {"permutation", permutation}, {"model", model},
    {"optimiser", optimiser}, {"trajectory", trajectory}, {NULL, NULL},
};
