/* SPDX-License-Identifier: GPL-3.0-or-later
 * The whole model, composed of the clauses. */
#include "f_model.h"

#include <stdio.h>
#include <string.h>

static int learned(const f_model *m)
{
    return strcmp(m->likelihood, "gaussian") == 0;
}

static void add_layer(f_model *m, size_t number, const char *suffix, size_t in, size_t out)
{
    f_layer *layer = &m->layers[m->n_layers++];
    *layer = (f_layer){.in = in, .out = out};
    snprintf(layer->name, sizeof layer->name, "fc%u%s", (unsigned)number % 100, suffix);
}

void f_model_layers(f_model *m)
{
    size_t width = m->X, H = m->H;
    m->n_layers = 0;
    for (size_t l = 0; l < H; l++) {
        add_layer(m, l + 1, "", width, m->hidden[l]);
        width = m->hidden[l];
    }
    add_layer(m, H + 1, "1", width, m->Z);
    add_layer(m, H + 1, "2", width, m->Z);
    width = m->Z;
    for (size_t l = 0; l < H; l++) {
        add_layer(m, H + 2 + l, "", width, m->hidden[H - 1 - l]);
        width = m->hidden[H - 1 - l];
    }
    add_layer(m, 2 * H + 2, learned(m) ? "1" : "", width, m->X);
    if (learned(m))
        add_layer(m, 2 * H + 2, "2", width, m->X);
}

static const f_layer *heads(const f_model *m)
{
    return &m->layers[m->H];
}

static const f_layer *decoder(const f_model *m)
{
    return &m->layers[m->H + 2];
}

static void room(N **array, size_t n)
{
    if (*array == NULL)
        *array = f_room(n);
}

void f_pass_make(const f_model *m, f_pass *p)
{
    size_t BZ = p->B * m->Z, R = p->B * p->K;
    N **const latent[] = {&p->mu, &p->logvar, &p->kl, &p->dmu, &p->dlogvar};
    for (size_t i = 0; i < 5; i++)
        room(latent[i], BZ);
    room(&p->z, R * m->Z);
    room(&p->dz, R * m->Z);
    room(&p->out, R * m->X);
    room(&p->dout, R * m->X);
    room(&p->out_logvar, R * m->X);
    room(&p->dout_logvar, R * m->X);
    room(&p->logpx, R);
    room(&p->logpz, R);
    room(&p->logq, R);
    for (size_t l = 0; l < m->H; l++) {
        room(&p->encoder[l], p->B * m->layers[l].out);
        room(&p->encoder_a[l], p->B * m->layers[l].out);
        room(&p->decoder[l], R * decoder(m)[l].out);
        room(&p->decoder_a[l], R * decoder(m)[l].out);
    }
}

static void apply(const f_layer *layer, size_t rows, const N *x, N *y)
{
    f_affine(rows, layer->in, layer->out, x, layer->w, layer->b, y);
}

/* Rows through the hidden layers; the last one's output. */
static const N *stack(const f_model *m, const f_layer *layers, size_t rows, const N *x, N *const *a, N *const *h)
{
    for (size_t l = 0; l < m->H; l++) {
        apply(&layers[l], rows, x, a[l]);
        f_activation(m->activation, rows * layers[l].out, a[l], h[l]);
        x = h[l];
    }
    return x;
}

void f_forward(const f_model *m, f_pass *p)
{
    size_t B = p->B, K = p->K, X = m->X, Z = m->Z, R = B * K;
    const N *h = stack(m, m->layers, B, p->x, p->encoder_a, p->encoder);
    apply(&heads(m)[0], B, h, p->mu);
    apply(&heads(m)[1], B, h, p->logvar);
    f_reparam(B, K, Z, p->mu, p->logvar, p->eps, p->z);
    h = stack(m, decoder(m), R, p->z, p->decoder_a, p->decoder);
    apply(&decoder(m)[m->H], R, h, p->out);
    if (learned(m)) {
        apply(&decoder(m)[m->H + 1], R, h, p->out_logvar);
        f_gaussian(B, K, X, p->x, p->out, p->out_logvar, p->logpx);
    } else if (strcmp(m->likelihood, "gaussian-fixed") == 0) {
        f_gaussian_fixed(B, K, X, p->x, p->out, m->variance, p->logpx);
    } else if (strcmp(m->likelihood, "categorical") == 0) {
        f_categorical(B, K, X, m->classes, p->x, p->out, p->logpx);
    } else {
        f_bernoulli(B, K, X, p->x, p->out, p->logpx);
    }
    f_logpz(R, Z, p->z, p->logpz);
    f_logq(B, K, Z, p->logvar, p->eps, p->logq);
    f_kl(B * Z, p->mu, p->logvar, p->kl);
}

f_terms f_pass_terms(const f_model *m, const f_pass *p)
{
    return (f_terms){p->B, p->K, m->Z, p->logpx, p->logpz, p->logq, p->kl};
}

/* Back through the hidden layers from the gradient dh of the last one's output; the gradient of x, or nothing for the
 * encoder, whose input is data. */
static N *stack_backward(const f_model *m, const f_layer *layers, size_t rows, const N *x, N *const *a, N *const *h,
                         N *dh, int wants_dx)
{
    for (size_t l = m->H; l-- > 0;) {
        const f_layer *layer = &layers[l];
        N *da = f_room(rows * layer->out), *dx = l > 0 || wants_dx ? f_room(rows * layer->in) : NULL;
        f_activation_backward(m->activation, rows * layer->out, a[l], h[l], dh, da);
        f_affine_backward(rows, layer->in, layer->out, l > 0 ? h[l - 1] : x, layer->w, da, dx, layer->dw, layer->db);
        dh = dx;
    }
    return dh;
}

static void likelihood_backward(const f_model *m, f_pass *p, const N *dlogpx)
{
    if (learned(m))
        f_gaussian_backward(p->B, p->K, m->X, p->x, p->out, p->out_logvar, dlogpx, p->dout, p->dout_logvar);
    else if (strcmp(m->likelihood, "gaussian-fixed") == 0)
        f_gaussian_fixed_backward(p->B, p->K, m->X, p->x, p->out, m->variance, dlogpx, p->dout);
    else if (strcmp(m->likelihood, "categorical") == 0)
        f_categorical_backward(p->B, p->K, m->X, m->classes, p->x, p->out, dlogpx, p->dout);
    else
        f_bernoulli_backward(p->B, p->K, m->X, p->x, p->out, dlogpx, p->dout);
}

/* Two heads on one input: the gradients meet there. */
static N *heads_backward(const f_layer *first, const f_layer *second, size_t rows, const N *h, const N *dfirst,
                         const N *dsecond, int wants_dh)
{
    N *dh = wants_dh ? f_room(rows * first->in) : NULL, *more = wants_dh ? f_room(rows * first->in) : NULL;
    f_affine_backward(rows, first->in, first->out, h, first->w, dfirst, dh, first->dw, first->db);
    if (second == NULL)
        return dh;
    f_affine_backward(rows, second->in, second->out, h, second->w, dsecond, more, second->dw, second->db);
    if (wants_dh)
        f_accumulate(rows * first->in, dh, more);
    return dh;
}

void f_backward(const f_model *m, f_pass *p, f_adjoints d)
{
    size_t B = p->B, K = p->K, Z = m->Z, R = B * K, H = m->H;
    likelihood_backward(m, p, d.logpx);
    const f_layer *out = &decoder(m)[H];
    N *dh = heads_backward(out, learned(m) ? out + 1 : NULL, R, H > 0 ? p->decoder[H - 1] : p->z, p->dout,
                           p->dout_logvar, 1);
    dh = stack_backward(m, decoder(m), R, p->z, p->decoder_a, p->decoder, dh, 1);
    N *prior = f_room(R * Z);
    f_logpz_backward(R, Z, p->z, d.logpz, prior);
    for (size_t i = 0; i < R * Z; i++)
        p->dz[i] = num_add(dh[i], prior[i]);
    N *kl_mu = f_room(B * Z), *kl_logvar = f_room(B * Z), *path = f_room(B * Z);
    f_reparam_backward(B, K, Z, p->logvar, p->eps, p->dz, p->dmu, p->dlogvar);
    f_kl_backward(B * Z, p->mu, p->logvar, d.kl, kl_mu, kl_logvar);
    f_logq_backward(B, K, Z, d.logq, path);
    f_accumulate(B * Z, p->dmu, kl_mu);
    f_accumulate(B * Z, p->dlogvar, kl_logvar);
    f_accumulate(B * Z, p->dlogvar, path);
    dh = heads_backward(&heads(m)[0], &heads(m)[1], B, H > 0 ? p->encoder[H - 1] : p->x, p->dmu, p->dlogvar, H > 0);
    stack_backward(m, m->layers, B, p->x, p->encoder_a, p->encoder, dh, 0);
}
