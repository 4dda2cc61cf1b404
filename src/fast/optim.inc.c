/* SPDX-License-Identifier: GPL-3.0-or-later
 * Optimiser steps. The v_ functions take registers, so that a product can apply the step to a gradient tile that is
 * still in registers; the k_ functions run them over arrays. */

/* aevb_step_scalars as vectors. */
typedef struct step_vectors {
    ivec has_prior; /* -1, or 0: an infinite theta times no prior is not NaN */
    vec prior, keep, rate, momentum, beta1, beta1_rest, beta2, beta2_rest, root, eps;
} step_vectors;

VINLINE step_vectors v_step_scalars(const aevb_step_scalars *s)
{
    step_vectors c;
    c.has_prior = v_lt(v_set1(R(0.0)), v_set1((real)s->prior));
    c.prior = v_set1((real)s->prior);
    c.keep = v_set1((real)s->keep);
    c.rate = v_set1((real)s->rate);
    c.momentum = v_set1((real)s->momentum);
    c.beta1 = v_set1((real)s->beta1);
    c.beta1_rest = v_set1((real)(1.0 - s->beta1));
    c.beta2 = v_set1((real)s->beta2);
    c.beta2_rest = v_set1((real)(1.0 - s->beta2));
    c.root = v_set1((real)s->root);
    c.eps = v_set1((real)s->eps);
    return c;
}

VINLINE vec v_with_prior(const step_vectors *c, vec theta, vec g)
{
    return v_fma(c->prior, (vec)((ivec)theta & c->has_prior), g);
}

/* [SGD.1] Each returns the new theta and updates its state. */
VINLINE vec v_sgd(const step_vectors *c, vec theta, vec g, vec *v)
{
    g = v_with_prior(c, theta, g);
    *v = v_fma(c->momentum, *v, g);
    return v_fma(-c->rate, *v, theta);
}

/* [ADAGRAD.1] */
VINLINE vec v_adagrad(const step_vectors *c, vec theta, vec g, vec *v)
{
    g = v_with_prior(c, theta, g);
    *v = v_fma(g, g, *v);
    return theta - c->rate * g / (v_sqrt(*v) + c->eps);
}

/* [ADAM.1] [ADAM.2] [ADAMW.1] by the scalars. */
VINLINE vec v_adam(const step_vectors *c, vec theta, vec g, vec *m, vec *v)
{
    g = v_with_prior(c, theta, g);
    *m = v_fma(c->beta1, *m, c->beta1_rest * g);
    *v = v_fma(c->beta2, *v, c->beta2_rest * (g * g));
    return v_fma(c->keep, theta, -(c->rate * *m / v_fma(c->root, v_sqrt(*v), c->eps)));
}

static void k_sgd(const aevb_step_scalars *s, size_t n, real *theta, const real *g, real *v)
{
    const step_vectors c = v_step_scalars(s);
    V_FOR(i, m, n, {
        vec vi = v_load_n(v + i, m);
        v_store_n(theta + i, v_sgd(&c, v_load_n(theta + i, m), v_load_n(g + i, m), &vi), m);
        v_store_n(v + i, vi, m);
    });
}

static void k_adagrad(const aevb_step_scalars *s, size_t n, real *theta, const real *g, real *v)
{
    const step_vectors c = v_step_scalars(s);
    V_FOR(i, m, n, {
        vec vi = v_load_n(v + i, m);
        v_store_n(theta + i, v_adagrad(&c, v_load_n(theta + i, m), v_load_n(g + i, m), &vi), m);
        v_store_n(v + i, vi, m);
    });
}

static void k_adam(const aevb_step_scalars *s, size_t n, real *theta, const real *g, real *m, real *v)
{
    const step_vectors c = v_step_scalars(s);
    V_FOR(i, count, n, {
        vec mi = v_load_n(m + i, count), vi = v_load_n(v + i, count);
        v_store_n(theta + i, v_adam(&c, v_load_n(theta + i, count), v_load_n(g + i, count), &mi, &vi), count);
        v_store_n(m + i, mi, count);
        v_store_n(v + i, vi, count);
    });
}
