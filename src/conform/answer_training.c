/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cases about optimisers and about training. */
#include "config.h"
#include "conform/answer_types.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "conform/answer_engine.h"

/* Settings that a kind does not have keep their defaults, which it does not read. */
static aevb_status optim_of_group(const aevb_vector_group *group, aevb_optim *o)
{
    const char *name = aevb_vector_text(group, "optimiser");
    aevb_optimiser kind;
    if (name == NULL || aevb_optimiser_parse(name, &kind) != AEVB_OK)
        return AEVB_EUNSUPPORTED;
    *o = aevb_optim_default(kind);
    o->lr = aevb_vector_setting(group, "lr", NAN);
    o->momentum = aevb_vector_setting(group, "momentum", o->momentum);
    o->beta1 = aevb_vector_setting(group, "beta1", o->beta1);
    o->beta2 = aevb_vector_setting(group, "beta2", o->beta2);
    o->eps = aevb_vector_setting(group, "eps", o->eps);
    o->weight_decay = aevb_vector_setting(group, "weight_decay", o->weight_decay);
    return aevb_optim_check(o, NULL);
}

/* theta and the two states of n elements each. */
static aevb_status load_states(const aevb_vector_test *test, size_t n, double *theta, size_t n_states)
{
    aevb_status status = aevb_case_load(test, "theta", n, theta);
    if (status == AEVB_OK)
        status = aevb_case_load(test, "state1", n, theta + n);
    return status == AEVB_OK && n_states == 2 ? aevb_case_load(test, "state2", n, theta + 2 * n) : status;
}

static aevb_status optimiser(const aevb_kernel_set *k, const aevb_vector_group *group, const aevb_vector_test *test,
                             double **outputs)
{
    aevb_optim o;
    const size_t n = aevb_vector_dim(group, "n"), T = aevb_vector_dim(group, "T");
    const aevb_vector_array *grad = aevb_vector_input(test, "grad"), *done = aevb_vector_input(test, "t");
    aevb_status status = optim_of_group(group, &o);
    if (status != AEVB_OK)
        return status;
    if (n == 0 || grad == NULL || grad->n != T * n || done == NULL || done->n != 1 ||
        !(*done->data >= 0 && *done->data <= 0x1p53))
        return AEVB_EFORMAT;
    double *theta = aevb_alloc(3 * n, sizeof *theta), *state1 = theta + n, *state2 = theta + 2 * n;
    if (theta == NULL)
        return AEVB_ENOMEM;
    status = load_states(test, n, theta, aevb_optim_n_state(o.kind));
    for (size_t t = 0; status == AEVB_OK && t < T; t++)
        k->optim_step(&o, (uint64_t)*done->data + t + 1, n, theta, grad->data + t * n, state1, state2);
    if (status == AEVB_OK)
        status = aevb_case_give(test, outputs, "theta_T", n, theta);
    if (status == AEVB_OK)
        status = aevb_case_give(test, outputs, "state1_T", n, state1);
    if (status == AEVB_OK)
        status = aevb_case_give(test, outputs, "state2_T", n, state2);
    aevb_free(theta);
    return status;
}

typedef struct training {
    const aevb_kernel_set *k;
    aevb_objective objective;
    aevb_optim optim;
    double precision;          /* of the weight prior */
    size_t N, T;
    const double *data, *index, *eps; /* [N][X], [T][B], [T][B][K][Z] */
    double *state1, *state2;   /* in the layout of the parameters */
    double *loss, *recon, *kl; /* [T] */
} training;

/* Data and noise of step t; context is the training. */
static aevb_status gather(const void *context, aevb_composed *m, size_t t)
{
    const training *run = context;
    const size_t X = m->arch.x_dim, n_eps = m->B * m->K * m->arch.z_dim;
    for (size_t b = 0; b < m->B; b++) {
        const double row = run->index[t * m->B + b];
        if (!(row >= 0 && row < (double)run->N))
            return AEVB_EFORMAT;
        memcpy(m->work.x + b * X, run->data + (size_t)row * X, X * sizeof(double));
    }
    memcpy(m->work.eps, run->eps + t * n_eps, n_eps * sizeof(double));
    return AEVB_OK;
}

static aevb_status step(const training *run, aevb_composed *m, size_t t)
{
    const aevb_kernel_set *k = run->k;
    aevb_parts parts;
    aevb_status status = gather(run, m, t);
    if (status != AEVB_OK)
        return status;
    aevb_composed_forward(m);
    const aevb_terms terms = aevb_composed_terms(m);
    k->parts(&terms, &parts);
    k->objective(&run->objective, &terms, &run->loss[t], &m->adjoints);
    aevb_composed_backward(m);
    k->weight_prior(run->precision, run->N, m->layout.n_params, m->params, &run->loss[t], m->grad);
    run->recon[t] = parts.recon;
    run->kl[t] = parts.kl;
    k->optim_step(&run->optim, t + 1, m->layout.n_params, m->params, m->grad, run->state1, run->state2);
    return AEVB_OK;
}

static aevb_status train(const training *run, const aevb_vector_test *test, double *const *outputs, aevb_composed *m)
{
    aevb_status status = aevb_case_load_params(test, m);
    const aevb_engine_run by_engine = {&run->objective, &run->optim, run->precision, run->N, run->T, run->loss,
                                       run->recon, run->kl, {run->state1, run->state2}};
    if (status == AEVB_OK && run->k->engine != NULL)
        status = aevb_engine_answer_run(run->k->engine, &by_engine, m, gather, run);
    for (size_t t = 0; status == AEVB_OK && run->k->engine == NULL && t < run->T; t++)
        status = step(run, m, t);
    const struct { const char *name; const double *from; } series[] = {
        {"loss", run->loss}, {"recon", run->recon}, {"kl_total", run->kl},
    };
    for (size_t i = 0; status == AEVB_OK && i < 3; i++)
        status = aevb_case_give(test, outputs, series[i].name, run->T, series[i].from);
    const struct { const char *prefix; const double *from; } blocks[] = {
        {"T.", m->params}, {"s1.", run->state1}, {"s2.", run->state2},
    };
    for (size_t i = 0; status == AEVB_OK && i < 3; i++)
        status = aevb_case_give_params(test, outputs, &m->layout, blocks[i].prefix, blocks[i].from);
    return status;
}

static const double *array(const aevb_vector_test *test, const char *name, size_t n)
{
    const aevb_vector_array *input = aevb_vector_input(test, name);
    return input == NULL || input->n != n ? NULL : input->data;
}

static aevb_status trajectory(const aevb_kernel_set *k, const aevb_vector_group *group, const aevb_vector_test *test,
                              double **outputs)
{
    const size_t B = aevb_vector_dim(group, "B"), K = aevb_vector_dim(group, "K");
    training run = {.k = k, .precision = aevb_vector_setting(group, "precision", 0), .N = aevb_vector_dim(group, "N"),
                    .T = aevb_vector_dim(group, "T")};
    aevb_arch arch;
    aevb_composed m = {.block = NULL};
    aevb_status status = aevb_arch_of_group(group, &arch);
    if (status == AEVB_OK)
        status = aevb_objective_of_group(group, &run.objective);
    if (status == AEVB_OK)
        status = optim_of_group(group, &run.optim);
    if (status != AEVB_OK)
        return status;
    run.data = array(test, "data", run.N * arch.x_dim);
    run.index = array(test, "index", run.T * B);
    run.eps = array(test, "eps", run.T * B * K * arch.z_dim);
    if (B * K * run.N * run.T == 0 || run.data == NULL || run.index == NULL || run.eps == NULL ||
        !(run.precision >= 0))
        return AEVB_EFORMAT;
    status = aevb_composed_make(&m, k, &arch, B, K);
    if (status == AEVB_OK) {
        const size_t P = m.layout.n_params;
        double *room = aevb_alloc(2 * P + 3 * run.T, sizeof *room);
        run.state1 = room;
        run.state2 = room + P;
        run.loss = room + 2 * P;
        run.recon = run.loss + run.T;
        run.kl = run.recon + run.T;
        status = room == NULL ? AEVB_ENOMEM : train(&run, test, outputs, &m);
        aevb_free(room);
    }
    aevb_composed_free(&m);
    return status;
}

const aevb_answer_type aevb_answer_training[] = {
    {.name = "optimiser", .answer_whole = optimiser},
    {.name = "trajectory", .answer_whole = trajectory},
    {.name = NULL},
};
