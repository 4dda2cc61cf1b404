/* SPDX-License-Identifier: GPL-3.0-or-later
 * The whole model: encoder, sample, decoder, likelihood, terms; and back. */
#include "config.h"
#include "fp_rules.h"
#include "ref/ref.h"
#include "ref/vae.h"

#include <string.h>

static void affine(const aevb_linear *layer, const double *params, size_t R, const double *x, double *y)
{
    aevb_ref_affine(R, layer->in, layer->out, x, params + layer->weight, params + layer->bias, y);
}

static void affine_backward(const aevb_linear *layer, const double *params, size_t R, const double *x,
                            const double *dy, double *dx, double *grad)
{
    aevb_ref_affine_backward(R, layer->in, layer->out, x, params + layer->weight, dy, dx, grad + layer->weight,
                             grad + layer->bias);
}

static void zero(double *values, size_t n)
{
    memset(values, 0, n * sizeof *values);
}

/* [POST.1] */
void aevb_ref_encode(const aevb_arch *arch, const aevb_network *net, const double *params, size_t B,
                     aevb_vae_work *work)
{
    const double *h = aevb_ref_mlp(net->n_hidden, net->encoder, arch->activation, params, B, work->x, work->encoder);
    affine(&net->mu, params, B, h, work->mu);
    affine(&net->logvar, params, B, h, work->logvar);
}

void aevb_ref_decode(const aevb_arch *arch, const aevb_network *net, const double *params, size_t R,
                     aevb_vae_work *work)
{
    const double *h = aevb_ref_mlp(net->n_hidden, net->decoder, arch->activation, params, R, work->z, work->decoder);
    affine(&net->out, params, R, h, work->out);
    if (net->learned_variance)
        affine(&net->out_logvar, params, R, h, work->out_logvar);
}

static void likelihood(const aevb_arch *arch, size_t B, size_t K, aevb_vae_work *work)
{
    switch (arch->likelihood) {
    case AEVB_BERNOULLI:
    case AEVB_GREY:
        aevb_ref_bernoulli(B, K, arch->x_dim, work->x, work->out, work->logpx);
        break;
    case AEVB_GAUSSIAN:
        aevb_ref_gaussian(B, K, arch->x_dim, work->x, work->out, work->out_logvar, work->logpx);
        break;
    case AEVB_GAUSSIAN_FIXED:
        aevb_ref_gaussian_fixed(B, K, arch->x_dim, work->x, work->out, arch->x_variance, work->logpx);
        break;
    case AEVB_CATEGORICAL:
        aevb_ref_categorical(B, K, arch->x_dim, arch->x_classes, work->x, work->out, work->logpx);
        break;
    }
}

/* [TERMS.1] */
void aevb_ref_terms(const aevb_arch *arch, const aevb_network *net, const double *params, size_t B, size_t K,
                    aevb_vae_work *work)
{
    const size_t Z = arch->z_dim;
    aevb_ref_encode(arch, net, params, B, work);
    aevb_ref_reparam(B, K, Z, work->mu, work->logvar, work->eps, work->z);
    aevb_ref_decode(arch, net, params, B * K, work);
    likelihood(arch, B, K, work);
    aevb_ref_logpz(B * K, Z, work->z, work->logpz);
    aevb_ref_logq(B, K, Z, work->logvar, work->eps, work->logq);
    aevb_ref_kl(B, Z, work->mu, work->logvar, work->kl);
}

static void likelihood_backward(const aevb_arch *arch, size_t B, size_t K, aevb_vae_work *work, const double *dlogpx)
{
    const size_t X = arch->x_dim;
    zero(work->dout, B * K * X);
    switch (arch->likelihood) {
    case AEVB_BERNOULLI:
    case AEVB_GREY:
        aevb_ref_bernoulli_backward(B, K, X, work->x, work->out, dlogpx, work->dout);
        break;
    case AEVB_GAUSSIAN:
        zero(work->dout_logvar, B * K * X);
        aevb_ref_gaussian_backward(B, K, X, work->x, work->out, work->out_logvar, dlogpx, work->dout,
                                   work->dout_logvar);
        break;
    case AEVB_GAUSSIAN_FIXED:
        aevb_ref_gaussian_fixed_backward(B, K, X, work->x, work->out, arch->x_variance, dlogpx, work->dout);
        break;
    case AEVB_CATEGORICAL:
        aevb_ref_categorical_backward(B, K, X, arch->x_classes, work->x, work->out, dlogpx, work->dout);
        break;
    }
}

/* From the gradients of a stack's heads to those of its input: two heads at most read the same last hidden output
 * (or, without hidden layers, the input itself). */
static void stack_backward(const aevb_arch *arch, size_t n, const aevb_linear *layers,
                           const aevb_linear *const head[2], const double *const dhead[2], const double *params,
                           size_t R, const double *x, const aevb_hidden *hidden, double *dx, double *grad)
{
    const double *h = n > 0 ? hidden[n - 1].h : x;
    double *dh = n > 0 ? hidden[n - 1].dh : dx;
    if (n > 0)
        zero(dh, R * layers[n - 1].out);
    for (int i = 0; i < 2; i++)
        if (head[i] != NULL)
            affine_backward(head[i], params, R, h, dhead[i], dh, grad);
    aevb_ref_mlp_backward(n, layers, arch->activation, params, R, x, hidden, dx, grad);
}

/* [TERMS.2] */
void aevb_ref_gradient(const aevb_arch *arch, const aevb_network *net, const double *params, size_t B, size_t K,
                       aevb_vae_work *work, const aevb_adjoints *adjoints, double *grad)
{
    const size_t Z = arch->z_dim;
    likelihood_backward(arch, B, K, work, adjoints->logpx);
    zero(work->dz, B * K * Z);
    stack_backward(arch, net->n_hidden, net->decoder,
                   (const aevb_linear *const[2]){&net->out, net->learned_variance ? &net->out_logvar : NULL},
                   (const double *const[2]){work->dout, work->dout_logvar}, params, B * K, work->z, work->decoder,
                   work->dz, grad);
    aevb_ref_logpz_backward(B * K, Z, work->z, adjoints->logpz, work->dz);
    zero(work->dmu, B * Z);
    zero(work->dlogvar, B * Z);
    aevb_ref_reparam_backward(B, K, Z, work->logvar, work->eps, work->dz, work->dmu, work->dlogvar);
    aevb_ref_logq_backward(B, K, Z, adjoints->logq, work->dlogvar);
    aevb_ref_kl_backward(B, Z, work->mu, work->logvar, adjoints->kl, work->dmu, work->dlogvar);
    stack_backward(arch, net->n_hidden, net->encoder, (const aevb_linear *const[2]){&net->mu, &net->logvar},
                   (const double *const[2]){work->dmu, work->dlogvar}, params, B, work->x, work->encoder, NULL, grad);
}
