/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gradients of the whole model: every parameter, every head, every latent and output, for every activation,
 * likelihood and objective, in float64 with frozen noise, against GSL's differentiation. */
#include "config.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "deriv_check.h"
#include "ref/ref.h"
#include "small_vae.h"

typedef struct loss_context {
    small_vae *v;
    const aevb_objective *objective;
} loss_context;

static double whole_loss(void *context)
{
    loss_context *c = context;
    return small_vae_loss(c->v, c->objective);
}

static double objective_value(loss_context *c)
{
    small_vae *v = c->v;
    const aevb_terms terms = {.B = v->B, .K = v->K, .Z = v->arch.z_dim, .logpx = v->work.logpx,
                              .logpz = v->work.logpz, .logq = v->work.logq, .kl = v->work.kl};
    double loss;
    cr_assert_eq(aevb_objective_eval(c->objective, &terms, &loss, NULL), AEVB_OK);
    return loss;
}

/* The loss as a function of the decoder's outputs, logpx only. */
static void likelihood(small_vae *v)
{
    const aevb_vae_work *w = &v->work;
    const size_t X = v->arch.x_dim;
    switch (v->arch.likelihood) {
    case AEVB_BERNOULLI:
    case AEVB_GREY: aevb_ref_bernoulli(v->B, v->K, X, w->x, w->out, w->logpx); break;
    case AEVB_GAUSSIAN: aevb_ref_gaussian(v->B, v->K, X, w->x, w->out, w->out_logvar, w->logpx); break;
    case AEVB_GAUSSIAN_FIXED:
        aevb_ref_gaussian_fixed(v->B, v->K, X, w->x, w->out, v->arch.x_variance, w->logpx);
        break;
    case AEVB_CATEGORICAL:
        aevb_ref_categorical(v->B, v->K, X, v->arch.x_classes, w->x, w->out, w->logpx);
        break;
    }
}

static double loss_of_outputs(void *context)
{
    loss_context *c = context;
    likelihood(c->v);
    return objective_value(c);
}

static double loss_of_heads(void *context)
{
    loss_context *c = context;
    small_vae *v = c->v;
    aevb_vae_work *w = &v->work;
    const size_t Z = v->arch.z_dim;
    aevb_ref_reparam(v->B, v->K, Z, w->mu, w->logvar, w->eps, w->z);
    aevb_ref_decode(&v->arch, &v->net, v->params, v->B * v->K, w);
    likelihood(v);
    aevb_ref_logpz(v->B * v->K, Z, w->z, w->logpz);
    aevb_ref_logq(v->B, v->K, Z, w->logvar, w->eps, w->logq);
    aevb_ref_kl(v->B, Z, w->mu, w->logvar, w->kl);
    return objective_value(c);
}

static void check_array(deriv_count *count, loss_context *c, double (*f)(void *), double *place,
                        const double *analytic, size_t n, const char *what)
{
    double kept[SMALL_MAX];
    memcpy(kept, analytic, n * sizeof *kept);
    for (size_t i = 0; i < n; i++)
        deriv_check(count, f, c, place + i, kept[i], what, i);
}

static void check_model(aevb_activation activation, aevb_likelihood likelihood_kind, const aevb_objective *objective,
                        size_t n_hidden)
{
    static small_vae v;
    const size_t classes = likelihood_kind == AEVB_CATEGORICAL ? 3 : 0;
    const aevb_arch arch = {.x_dim = classes > 0 ? 6 : 5, .z_dim = 3, .n_hidden = n_hidden, .hidden = {4, 6},
                            .activation = activation, .likelihood = likelihood_kind, .x_variance = 0.37,
                            .x_classes = classes};
    small_vae_make(&v, &arch, 3, 2, 0.6, 11);
    loss_context c = {&v, objective};
    char what[96];
    snprintf(what, sizeof what, "%s %s %s H=%zu", aevb_activation_name(activation),
             aevb_likelihood_name(likelihood_kind), aevb_objective_name(objective->kind), n_hidden);
    deriv_count count = {0};
    small_vae_gradient(&v, objective);
    check_array(&count, &c, whole_loss, v.params, v.grad, v.layout.n_params, what);
    small_vae_gradient(&v, objective);
    const size_t R = v.B * v.K;
    check_array(&count, &c, loss_of_outputs, v.work.out, v.work.dout, R * arch.x_dim, "dout");
    if (v.net.learned_variance)
        check_array(&count, &c, loss_of_outputs, v.work.out_logvar, v.work.dout_logvar, R * arch.x_dim,
                    "dout_logvar");
    small_vae_gradient(&v, objective);
    check_array(&count, &c, loss_of_heads, v.work.mu, v.work.dmu, v.B * arch.z_dim, "dmu");
    check_array(&count, &c, loss_of_heads, v.work.logvar, v.work.dlogvar, v.B * arch.z_dim, "dlogvar");
    deriv_conclude(&count, what);
    cr_expect_gt(count.checked, v.layout.n_params);
}

static void check_all_activations(aevb_likelihood likelihood_kind)
{
    static const aevb_objective objectives[] = {{AEVB_ELBO, 1.0}, {AEVB_ELBO_MC, 1.0}, {AEVB_ELBO, 4.0},
                                                {AEVB_ELBO_MC, 0.25}};
    for (int f = AEVB_IDENTITY; f <= AEVB_SOFTPLUS; f++)
        for (size_t o = 0; o < 4; o++)
            for (size_t n_hidden = 0; n_hidden <= 2; n_hidden++)
                check_model((aevb_activation)f, likelihood_kind, &objectives[o], n_hidden);
}

/* [TERMS.2] [MLP.2] [POST.1] [BERN.2] [SGVB.1] [SGVB.2] [SGVB.3] */
Test(gradients, bernoulli)
{
    check_all_activations(AEVB_BERNOULLI);
}

/* [TERMS.2] [GREY.2] */
Test(gradients, grey)
{
    check_all_activations(AEVB_GREY);
}

/* [TERMS.2] [CAT.2] */
Test(gradients, categorical)
{
    check_all_activations(AEVB_CATEGORICAL);
}

/* [TERMS.2] [GAUSS.2] */
Test(gradients, gaussian)
{
    check_all_activations(AEVB_GAUSSIAN);
}

/* [TERMS.2] [GFIX.2] */
Test(gradients, gaussian_fixed)
{
    check_all_activations(AEVB_GAUSSIAN_FIXED);
}

/* [AFFINE.2] [MLP.2] The gradient with respect to the input of a stack, through every activation. */
typedef struct stack_context {
    small_vae *v;
    const double *weight; /* the loss is a fixed linear function of the last hidden output */
} stack_context;

static double stack_loss(void *context)
{
    stack_context *c = context;
    const double *h = aevb_ref_mlp(2, c->v->net.encoder, c->v->arch.activation, c->v->params, c->v->B, c->v->work.x,
                                   c->v->work.encoder);
    double sum = 0.0;
    for (size_t i = 0; i < c->v->B * c->v->net.encoder[1].out; i++)
        sum += c->weight[i] * h[i];
    return sum;
}

Test(gradients, input_of_a_stack)
{
    static small_vae v;
    for (int f = AEVB_IDENTITY; f <= AEVB_SOFTPLUS; f++) {
        const aevb_arch arch = {.x_dim = 6, .z_dim = 2, .n_hidden = 2, .hidden = {5, 4},
                                .activation = (aevb_activation)f, .likelihood = AEVB_GREY};
        small_vae_make(&v, &arch, 3, 1, 0.7, 5);
        double weight[12], dx[18] = {0};
        aevb_normal_fill(6, aevb_stream(AEVB_STREAM_TEST, 3), 0, 12, weight);
        stack_context c = {&v, weight};
        stack_loss(&c);
        memcpy(v.work.encoder[1].dh, weight, sizeof weight);
        memset(v.grad, 0, sizeof v.grad);
        aevb_ref_mlp_backward(2, v.net.encoder, arch.activation, v.params, v.B, v.work.x, v.work.encoder, dx,
                              v.grad);
        deriv_count count = {0};
        for (size_t i = 0; i < 18; i++)
            deriv_check(&count, stack_loss, &c, v.work.x + i, dx[i], aevb_activation_name(arch.activation), i);
        deriv_conclude(&count, "input of a stack");
    }
}

/* [AFFINE.2] [REP.2] [KL.2] Backward functions add to what is there. */
Test(gradients, accumulate)
{
    const double x[2] = {2.0, 3.0}, w[2] = {5.0, 7.0}, dy[1] = {1.0};
    double dx[2] = {100.0, 200.0}, dw[2] = {1000.0, 2000.0}, db[1] = {10.0};
    aevb_ref_affine_backward(1, 2, 1, x, w, dy, dx, dw, db);
    cr_expect(dx[0] == 105.0 && dx[1] == 207.0 && dw[0] == 1002.0 && dw[1] == 2003.0 && db[0] == 11.0);
    double dmu[1] = {4.0}, dlogvar[1] = {8.0};
    aevb_ref_kl_backward(1, 1, x, (const double[1]){0.0}, dy, dmu, dlogvar);
    cr_expect(dmu[0] == 6.0 && dlogvar[0] == 8.0);
    aevb_ref_reparam_backward(1, 1, 1, (const double[1]){0.0}, (const double[1]){3.0}, dy, dmu, dlogvar);
    cr_expect(dmu[0] == 7.0 && dlogvar[0] == 9.5);
}
