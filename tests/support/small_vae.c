/* SPDX-License-Identifier: GPL-3.0-or-later
 * A small model for tests. */
#include "config.h"
#include <criterion/criterion.h>
#include <string.h>

#include "one_hot.h"
#include "small_vae.h"

static double *take(small_vae *v, size_t n)
{
    double *part = v->arena + v->used;
    v->used += n;
    cr_assert_leq(v->used, sizeof v->arena / sizeof *v->arena, "small_vae: arena too small");
    return part;
}

static void take_hidden(small_vae *v, aevb_hidden *hidden, const aevb_linear *layers, size_t R)
{
    for (size_t l = 0; l < v->net.n_hidden; l++)
        hidden[l] = (aevb_hidden){.a = take(v, R * layers[l].out), .h = take(v, R * layers[l].out),
                                  .da = take(v, R * layers[l].out), .dh = take(v, R * layers[l].out)};
}

void small_vae_make(small_vae *v, const aevb_arch *arch, size_t B, size_t K, double scale, uint64_t seed)
{
    aevb_error err;
    memset(v, 0, sizeof *v);
    v->arch = *arch;
    v->B = B;
    v->K = K;
    cr_assert_eq(aevb_layout_make(arch, &v->layout, &err), AEVB_OK, "%s", err.message);
    cr_assert_leq(v->layout.n_params, SMALL_MAX);
    aevb_network_make(arch, &v->layout, &v->net);
    const size_t X = arch->x_dim, Z = arch->z_dim, R = B * K;
    aevb_vae_work *w = &v->work;
    *w = (aevb_vae_work){.x = take(v, B * X), .eps = take(v, R * Z), .mu = take(v, B * Z), .logvar = take(v, B * Z),
                         .dmu = take(v, B * Z), .dlogvar = take(v, B * Z), .z = take(v, R * Z), .dz = take(v, R * Z),
                         .out = take(v, R * X), .dout = take(v, R * X), .out_logvar = take(v, R * X),
                         .dout_logvar = take(v, R * X), .logpx = take(v, R), .logpz = take(v, R),
                         .logq = take(v, R), .kl = take(v, B * Z)};
    take_hidden(v, w->encoder, v->net.encoder, B);
    take_hidden(v, w->decoder, v->net.decoder, R);
    aevb_normal_fill(seed, aevb_stream(AEVB_STREAM_TEST, 0), 0, v->layout.n_params, v->params);
    for (size_t i = 0; i < v->layout.n_params; i++)
        v->params[i] *= scale;
    aevb_uniform_fill(seed, aevb_stream(AEVB_STREAM_TEST, 1), 0, B * X, w->x);
    if (arch->likelihood == AEVB_BERNOULLI)
        for (size_t i = 0; i < B * X; i++)
            w->x[i] = w->x[i] < 0.5 ? 0.0 : 1.0;
    if (arch->likelihood == AEVB_CATEGORICAL)
        one_hot(arch->x_classes, B * X, w->x);
    aevb_normal_fill(seed, aevb_stream(AEVB_STREAM_TEST, 2), 0, R * Z, w->eps);
}

aevb_terms small_vae_terms(small_vae *v)
{
    aevb_ref_terms(&v->arch, &v->net, v->params, v->B, v->K, &v->work);
    return (aevb_terms){.B = v->B, .K = v->K, .Z = v->arch.z_dim, .logpx = v->work.logpx, .logpz = v->work.logpz,
                        .logq = v->work.logq, .kl = v->work.kl};
}

double small_vae_loss(small_vae *v, const aevb_objective *objective)
{
    const aevb_terms terms = small_vae_terms(v);
    double loss;
    cr_assert_eq(aevb_objective_eval(objective, &terms, &loss, NULL), AEVB_OK);
    return loss;
}

double small_vae_gradient(small_vae *v, const aevb_objective *objective)
{
    const aevb_terms terms = small_vae_terms(v);
    aevb_adjoints adjoints = {.logpx = v->d_logpx, .logpz = v->d_logpz, .logq = v->d_logq, .kl = v->d_kl};
    double loss;
    cr_assert_eq(aevb_objective_eval(objective, &terms, &loss, &adjoints), AEVB_OK);
    memset(v->grad, 0, sizeof v->grad);
    aevb_ref_gradient(&v->arch, &v->net, v->params, v->B, v->K, &v->work, &adjoints, v->grad);
    return loss;
}
