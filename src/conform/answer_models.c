/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cases about whole models: terms, losses and gradients. */
#include "config.h"
#include "conform/answer_types.h"

#include <stdio.h>
#include <string.h>

#include "conform/answer_engine.h"

aevb_status aevb_case_load(const aevb_vector_test *test, const char *name, size_t n, double *to)
{
    const aevb_vector_array *input = aevb_vector_input(test, name);
    if (input == NULL || input->n != n)
        return AEVB_EFORMAT;
    memcpy(to, input->data, n * sizeof *to);
    return AEVB_OK;
}

aevb_status aevb_case_give(const aevb_vector_test *test, double *const *outputs, const char *name, size_t n,
                           const double *from)
{
    const aevb_vector_expected *wanted = aevb_vector_wanted(test, name);
    if (wanted == NULL || outputs[wanted - test->expected] == NULL)
        return AEVB_OK;
    if (wanted->array.n != n)
        return AEVB_EFORMAT;
    memcpy(outputs[wanted - test->expected], from, n * sizeof *from);
    return AEVB_OK;
}

void aevb_case_leave_out(const aevb_vector_test *test, double **outputs, const char *name)
{
    const aevb_vector_expected *wanted = aevb_vector_wanted(test, name);
    if (wanted != NULL)
        outputs[wanted - test->expected] = NULL;
}

aevb_status aevb_case_load_params(const aevb_vector_test *test, aevb_composed *m)
{
    aevb_status status = AEVB_OK;
    for (size_t i = 0; status == AEVB_OK && i < m->layout.n_tensors; i++) {
        const aevb_tensor *t = &m->layout.tensors[i];
        status = aevb_case_load(test, t->name, t->count, m->params + t->offset);
    }
    return status;
}

aevb_status aevb_case_give_params(const aevb_vector_test *test, double *const *outputs, const aevb_layout *layout,
                                  const char *prefix, const double *params)
{
    aevb_status status = AEVB_OK;
    for (size_t i = 0; status == AEVB_OK && i < layout->n_tensors; i++) {
        const aevb_tensor *t = &layout->tensors[i];
        char name[32];
        snprintf(name, sizeof name, "%s%s", prefix, t->name);
        status = aevb_case_give(test, outputs, name, t->count, params + t->offset);
    }
    return status;
}

static aevb_status give_model(const aevb_vector_test *test, double *const *outputs, const aevb_composed *m,
                              double loss, const aevb_parts *parts)
{
    const aevb_vae_work *w = &m->work;
    const size_t B = m->B, R = B * m->K, X = m->arch.x_dim, Z = m->arch.z_dim;
    const int gaussian = m->arch.likelihood == AEVB_GAUSSIAN || m->arch.likelihood == AEVB_GAUSSIAN_FIXED;
    const struct { const char *name; size_t n; const double *from; } list[] = {
        {"mu", B * Z, w->mu}, {"logvar", B * Z, w->logvar}, {"z", R * Z, w->z},
        {gaussian ? "mean" : "a", R * X, w->out}, {"x_logvar", R * X, w->out_logvar},
        {"logpx", R, w->logpx}, {"logpz", R, w->logpz}, {"logq", R, w->logq},
        {"kl", B * Z, w->kl}, {"loss", 1, &loss}, {"recon", 1, &parts->recon}, {"kl_total", 1, &parts->kl},
        {"dmu", B * Z, w->dmu}, {"dlogvar", B * Z, w->dlogvar}, {"dz", R * Z, w->dz},
        {gaussian ? "dmean" : "da", R * X, w->dout}, {"dx_logvar", R * X, w->dout_logvar},
    };
    aevb_status status = AEVB_OK;
    for (size_t i = 0; status == AEVB_OK && i < sizeof list / sizeof *list; i++)
        status = aevb_case_give(test, outputs, list[i].name, list[i].n, list[i].from);
    return status == AEVB_OK ? aevb_case_give_params(test, outputs, &m->layout, "d.", m->grad) : status;
}

aevb_status aevb_objective_of_group(const aevb_vector_group *group, aevb_objective *objective)
{
    const char *name = aevb_vector_text(group, "objective");
    objective->beta = aevb_vector_setting(group, "beta", 1);
    return name != NULL && aevb_objective_parse(name, &objective->kind) == AEVB_OK ? AEVB_OK : AEVB_EUNSUPPORTED;
}

/* Loss, parts and the bound of each datum, and the gradients, of the clauses of k. */
static void compose(const aevb_objective *objective, aevb_composed *m, double *loss, aevb_parts *parts, double *bound)
{
    aevb_composed_forward(m);
    const aevb_terms terms = aevb_composed_terms(m);
    m->k->parts(&terms, parts);
    m->k->iwae(&terms, bound);
    m->k->objective(objective, &terms, loss, &m->adjoints);
    aevb_composed_backward(m);
}

static aevb_status answer(const aevb_kernel_set *k, const aevb_objective *objective, const aevb_vector_test *test,
                          double **outputs, aevb_composed *m)
{
    static const char *const hidden[] = {"z", "a", "mean", "x_logvar", "dmu", "dlogvar", "dz", "da", "dmean",
                                         "dx_logvar"};
    double loss, *const bound = m->bound;
    aevb_parts parts;
    aevb_status status = AEVB_OK;
    const size_t n = m->B * m->arch.x_dim;
    if (k->engine != NULL) {
        status = aevb_engine_answer_model(k->engine, objective, m, &loss, &parts, bound);
        for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
            aevb_case_leave_out(test, outputs, hidden[i]);
    } else if (!k->no_domain && aevb_ref_domain(m->arch.likelihood, m->arch.x_classes, n, m->work.x) < n) {
        status = AEVB_EDOMAIN;
    } else {
        compose(objective, m, &loss, &parts, bound);
    }
    if (status == AEVB_OK)
        status = aevb_case_give(test, outputs, "bound", m->B, bound);
    return status == AEVB_OK ? give_model(test, outputs, m, loss, &parts) : status;
}

static aevb_status load_model(const aevb_vector_test *test, aevb_composed *m)
{
    aevb_status status = aevb_case_load(test, "x", m->B * m->arch.x_dim, m->work.x);
    if (status == AEVB_OK)
        status = aevb_case_load(test, "eps", m->B * m->K * m->arch.z_dim, m->work.eps);
    return status == AEVB_OK ? aevb_case_load_params(test, m) : status;
}

static aevb_status model(const aevb_kernel_set *k, const aevb_vector_group *group, const aevb_vector_test *test,
                         double **outputs)
{
    aevb_arch arch;
    aevb_objective objective;
    aevb_composed m;
    const size_t B = aevb_vector_dim(group, "B"), K = aevb_vector_dim(group, "K");
    aevb_status status = B == 0 || K == 0 ? AEVB_EFORMAT : aevb_arch_of_group(group, &arch);
    if (status == AEVB_OK)
        status = aevb_objective_of_group(group, &objective);
    if (status == AEVB_OK)
        status = aevb_composed_make(&m, k, &arch, B, K);
    if (status != AEVB_OK)
        return status;
    status = load_model(test, &m);
    if (status == AEVB_OK)
        status = answer(k, &objective, test, outputs, &m);
    aevb_composed_free(&m);
    return status;
}

const aevb_answer_type aevb_answer_models[] = {
    {.name = "model", .answer_whole = model},
    {.name = NULL},
};
