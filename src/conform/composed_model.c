/* SPDX-License-Identifier: GPL-3.0-or-later
 * Forward and backward through a model whose every clause can be replaced. */
#include "config.h"
#include "conform/composed_model.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"

aevb_status aevb_arch_of_group(const aevb_vector_group *group, aevb_arch *arch)
{
    const char *activation = aevb_vector_text(group, "activation");
    const char *likelihood = aevb_vector_text(group, "likelihood");
    const double hidden = aevb_vector_setting(group, "hidden_layers", 0);
    if (!(hidden >= 0 && hidden <= AEVB_MAX_HIDDEN))
        return AEVB_EUNSUPPORTED;
    *arch = (aevb_arch){.x_dim = aevb_vector_dim(group, "X"), .z_dim = aevb_vector_dim(group, "Z"),
                        .n_hidden = (size_t)hidden, .x_variance = aevb_vector_setting(group, "variance", 1)};
    const double classes = aevb_vector_setting(group, "classes", 0);
    if (!(classes >= 0 && classes <= (double)AEVB_MAX_WIDTH))
        return AEVB_EFORMAT;
    arch->x_classes = (size_t)classes;
    for (size_t l = 0; l < arch->n_hidden; l++) {
        char name[8];
        snprintf(name, sizeof name, "H%u", (unsigned)l + 1);
        arch->hidden[l] = aevb_vector_dim(group, name);
    }
    if (activation == NULL || aevb_activation_parse(activation, &arch->activation) != AEVB_OK || likelihood == NULL ||
        aevb_likelihood_parse(likelihood, &arch->likelihood) != AEVB_OK)
        return AEVB_EUNSUPPORTED;
    return aevb_arch_check(arch, NULL) == AEVB_OK ? AEVB_OK : AEVB_EFORMAT;
}

/* Consecutive parts of a block; with a NULL block it only counts. */
static double *take(double *block, size_t *used, size_t n)
{
    double *part = block == NULL ? NULL : block + *used;
    *used += n;
    return part;
}

static void take_hidden(double *block, size_t *used, aevb_hidden *hidden, const aevb_linear *layers, size_t n,
                        size_t R)
{
    for (size_t l = 0; l < n; l++) {
        double **const arrays[] = {&hidden[l].a, &hidden[l].h, &hidden[l].da, &hidden[l].dh};
        for (size_t i = 0; i < 4; i++)
            *arrays[i] = take(block, used, R * layers[l].out);
    }
}

static size_t lay_out(aevb_composed *m, double *block)
{
    aevb_vae_work *w = &m->work;
    const size_t B = m->B, R = m->B * m->K, X = m->arch.x_dim, Z = m->arch.z_dim, P = m->layout.n_params;
    const struct { double **array; size_t n; } parts[] = {
        {&m->params, P}, {&m->grad, P}, {&w->x, B * X}, {&w->eps, R * Z}, {&w->mu, B * Z}, {&w->logvar, B * Z},
        {&w->dmu, B * Z}, {&w->dlogvar, B * Z}, {&w->z, R * Z}, {&w->dz, R * Z}, {&w->out, R * X},
        {&w->dout, R * X}, {&w->out_logvar, R * X}, {&w->dout_logvar, R * X}, {&w->logpx, R}, {&w->logpz, R},
        {&w->logq, R}, {&w->kl, B * Z}, {&m->adjoints.logpx, R}, {&m->adjoints.logpz, R}, {&m->adjoints.logq, R},
        {&m->adjoints.kl, B * Z}, {&m->bound, B},
    };
    size_t used = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        *parts[i].array = take(block, &used, parts[i].n);
    take_hidden(block, &used, w->encoder, m->net.encoder, m->net.n_hidden, B);
    take_hidden(block, &used, w->decoder, m->net.decoder, m->net.n_hidden, R);
    return used;
}

aevb_status aevb_composed_make(aevb_composed *m, const aevb_kernel_set *k, const aevb_arch *arch, size_t B, size_t K)
{
    *m = (aevb_composed){.k = k, .arch = *arch, .B = B, .K = K};
    if (aevb_layout_make(arch, &m->layout, NULL) != AEVB_OK)
        return AEVB_EFORMAT;
    aevb_network_make(arch, &m->layout, &m->net);
    m->block = aevb_alloc(lay_out(m, NULL), sizeof *m->block);
    if (m->block == NULL)
        return AEVB_ENOMEM;
    lay_out(m, m->block);
    return AEVB_OK;
}

void aevb_composed_free(aevb_composed *m)
{
    aevb_free(m->block);
    m->block = NULL;
}

static void layer(const aevb_composed *m, const aevb_linear *l, size_t R, const double *x, double *y)
{
    m->k->affine(R, l->in, l->out, x, m->params + l->weight, m->params + l->bias, y);
}

/* [MLP.1] */
static const double *stack(const aevb_composed *m, const aevb_linear *layers, size_t R, const double *x,
                           const aevb_hidden *hidden)
{
    for (size_t l = 0; l < m->net.n_hidden; x = hidden[l++].h) {
        layer(m, &layers[l], R, x, hidden[l].a);
        m->k->activation(m->arch.activation, R * layers[l].out, hidden[l].a, hidden[l].h);
    }
    return x;
}

/* The heads as this implementation takes them. */
static const aevb_linear *head(const aevb_composed *m, int logvar)
{
    return logvar == !m->k->heads_swapped ? &m->net.logvar : &m->net.mu;
}

/* The reference itself is not composed anew: it is src/ref/vae.c that answers. */
static int is_reference(const aevb_composed *m)
{
    return m->k == &aevb_kernel_set_ref;
}

void aevb_composed_forward(aevb_composed *m)
{
    if (is_reference(m)) {
        aevb_ref_terms(&m->arch, &m->net, m->params, m->B, m->K, &m->work);
        return;
    }
    const aevb_kernel_set *k = m->k;
    aevb_vae_work *w = &m->work;
    const size_t B = m->B, K = m->K, R = B * K, X = m->arch.x_dim, Z = m->arch.z_dim;
    const double *h = stack(m, m->net.encoder, B, w->x, w->encoder);
    layer(m, head(m, 0), B, h, w->mu);
    layer(m, head(m, 1), B, h, w->logvar);
    k->reparam(B, K, Z, w->mu, w->logvar, w->eps, w->z);
    h = stack(m, m->net.decoder, R, w->z, w->decoder);
    layer(m, &m->net.out, R, h, w->out);
    if (m->net.learned_variance)
        layer(m, &m->net.out_logvar, R, h, w->out_logvar);
    if (m->arch.likelihood == AEVB_GAUSSIAN)
        k->gaussian(B, K, X, w->x, w->out, w->out_logvar, w->logpx);
    else if (m->arch.likelihood == AEVB_GAUSSIAN_FIXED)
        k->gaussian_fixed(B, K, X, w->x, w->out, m->arch.x_variance, w->logpx);
    else if (m->arch.likelihood == AEVB_CATEGORICAL)
        k->categorical(B, K, X, m->arch.x_classes, w->x, w->out, w->logpx);
    else
        k->bernoulli(B, K, X, w->x, w->out, w->logpx);
    k->logpz(R, Z, w->z, w->logpz);
    k->logq(B, K, Z, w->logvar, w->eps, w->logq);
    k->kl(B, Z, w->mu, w->logvar, w->kl);
}

aevb_terms aevb_composed_terms(const aevb_composed *m)
{
    const aevb_vae_work *w = &m->work;
    return (aevb_terms){m->B, m->K, m->arch.z_dim, w->logpx, w->logpz, w->logq, w->kl};
}

static void zero(double *values, size_t n)
{
    memset(values, 0, n * sizeof *values);
}

static void layer_backward(aevb_composed *m, const aevb_linear *l, size_t R, const double *x, const double *dy,
                           double *dx)
{
    m->k->affine_backward(R, l->in, l->out, x, m->params + l->weight, dy, dx, m->grad + l->weight, m->grad + l->bias);
}

/* From dh of the last hidden layer (complete) to dx, which may be NULL. [MLP.2] */
static void stack_backward(aevb_composed *m, const aevb_linear *layers, size_t R, const double *x,
                           const aevb_hidden *hidden, double *dx)
{
    for (size_t l = m->net.n_hidden; l-- > 0;) {
        double *below = l > 0 ? hidden[l - 1].dh : dx;
        if (l > 0)
            zero(below, R * layers[l].in);
        zero(hidden[l].da, R * layers[l].out);
        m->k->activation_backward(m->arch.activation, R * layers[l].out, hidden[l].a, hidden[l].h, hidden[l].dh,
                                  hidden[l].da);
        layer_backward(m, &layers[l], R, l > 0 ? hidden[l - 1].h : x, hidden[l].da, below);
    }
}

static void likelihood_backward(aevb_composed *m)
{
    const aevb_kernel_set *k = m->k;
    aevb_vae_work *w = &m->work;
    const size_t B = m->B, K = m->K, X = m->arch.x_dim;
    zero(w->dout, B * K * X);
    zero(w->dout_logvar, B * K * X);
    if (m->arch.likelihood == AEVB_GAUSSIAN)
        k->gaussian_backward(B, K, X, w->x, w->out, w->out_logvar, m->adjoints.logpx, w->dout, w->dout_logvar);
    else if (m->arch.likelihood == AEVB_GAUSSIAN_FIXED)
        k->gaussian_fixed_backward(B, K, X, w->x, w->out, m->arch.x_variance, m->adjoints.logpx, w->dout);
    else if (m->arch.likelihood == AEVB_CATEGORICAL)
        k->categorical_backward(B, K, X, m->arch.x_classes, w->x, w->out, m->adjoints.logpx, w->dout);
    else
        k->bernoulli_backward(B, K, X, w->x, w->out, m->adjoints.logpx, w->dout);
}

void aevb_composed_backward(aevb_composed *m)
{
    zero(m->grad, m->layout.n_params);
    if (is_reference(m)) {
        aevb_ref_gradient(&m->arch, &m->net, m->params, m->B, m->K, &m->work, &m->adjoints, m->grad);
        return;
    }
    const aevb_kernel_set *k = m->k;
    aevb_vae_work *w = &m->work;
    const size_t B = m->B, K = m->K, R = B * K, Z = m->arch.z_dim, H = m->net.n_hidden;
    const aevb_hidden *top = H > 0 ? &w->decoder[H - 1] : NULL;
    zero(w->dz, R * Z);
    likelihood_backward(m);
    if (top != NULL)
        zero(top->dh, R * m->net.decoder[H - 1].out);
    layer_backward(m, &m->net.out, R, top == NULL ? w->z : top->h, w->dout, top == NULL ? w->dz : top->dh);
    if (m->net.learned_variance)
        layer_backward(m, &m->net.out_logvar, R, top == NULL ? w->z : top->h, w->dout_logvar,
                       top == NULL ? w->dz : top->dh);
    stack_backward(m, m->net.decoder, R, w->z, w->decoder, w->dz);
    k->logpz_backward(R, Z, w->z, m->adjoints.logpz, w->dz);
    zero(w->dmu, B * Z);
    zero(w->dlogvar, B * Z);
    k->reparam_backward(B, K, Z, w->logvar, w->eps, w->dz, w->dmu, w->dlogvar);
    k->logq_backward(B, K, Z, w->eps, m->adjoints.logq, w->dlogvar);
    k->kl_backward(B, Z, w->mu, w->logvar, m->adjoints.kl, w->dmu, w->dlogvar);
    top = H > 0 ? &w->encoder[H - 1] : NULL;
    if (top != NULL)
        zero(top->dh, B * m->net.encoder[H - 1].out);
    layer_backward(m, head(m, 0), B, top == NULL ? w->x : top->h, w->dmu, top == NULL ? NULL : top->dh);
    if (!k->logvar_head_lost)
        layer_backward(m, head(m, 1), B, top == NULL ? w->x : top->h, w->dlogvar, top == NULL ? NULL : top->dh);
    stack_backward(m, m->net.encoder, B, w->x, w->encoder, NULL);
}
