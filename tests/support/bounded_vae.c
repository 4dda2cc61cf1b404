/* SPDX-License-Identifier: GPL-3.0-or-later
 * The model in running error analysis, written down once more from the specification. */
#include "bounded_vae.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#define LOG_2PI 1.8378770664093454836

static num *numbers(size_t n)
{
    return calloc(n > 0 ? n : 1, sizeof(num));
}

static num *exact(size_t n, const double *v)
{
    num *made = numbers(n);
    for (size_t i = 0; i < n; i++)
        made[i] = eb_exact(v[i]);
    return made;
}

static void make_hidden(bounded_hidden *hidden, const aevb_linear *layers, size_t n, size_t R)
{
    for (size_t l = 0; l < n; l++)
        hidden[l] = (bounded_hidden){numbers(R * layers[l].out), numbers(R * layers[l].out),
                                     numbers(R * layers[l].out)};
}

bounded_vae *bounded_make(const aevb_arch *arch, size_t B, size_t K, const double *params, const double *x,
                          const double *eps)
{
    bounded_vae *m = calloc(1, sizeof *m);
    const size_t R = B * K, X = arch->x_dim, Z = arch->z_dim;
    m->arch = *arch;
    m->B = B;
    m->K = K;
    if (aevb_layout_make(arch, &m->layout, NULL) != AEVB_OK)
        abort();
    aevb_network_make(arch, &m->layout, &m->net);
    m->params = exact(m->layout.n_params, params);
    m->x = exact(B * X, x);
    m->eps = exact(R * Z, eps);
    make_hidden(m->encoder, m->net.encoder, m->net.n_hidden, B);
    make_hidden(m->decoder, m->net.decoder, m->net.n_hidden, R);
    num **const per_datum[] = {&m->mu, &m->logvar, &m->kl, &m->dkl, &m->dmu, &m->dlogvar};
    for (size_t i = 0; i < sizeof per_datum / sizeof *per_datum; i++)
        *per_datum[i] = numbers(B * Z);
    num **const per_row[] = {&m->logpx, &m->logpz, &m->logq, &m->dlogpx, &m->dlogpz, &m->dlogq};
    for (size_t i = 0; i < sizeof per_row / sizeof *per_row; i++)
        *per_row[i] = numbers(R);
    m->z = numbers(R * Z);
    m->dz = numbers(R * Z);
    for (int i = 0; i < 2; i++) {
        m->out[i] = numbers(R * X);
        m->dout[i] = numbers(R * X);
    }
    m->grad = numbers(m->layout.n_params);
    return m;
}

void bounded_free(bounded_vae *m)
{
    num *const blocks[] = {m->params, m->x, m->eps, m->mu, m->logvar, m->kl, m->dkl, m->dmu, m->dlogvar, m->logpx,
                           m->logpz, m->logq, m->dlogpx, m->dlogpz, m->dlogq, m->z, m->dz, m->out[0], m->out[1],
                           m->dout[0], m->dout[1], m->grad};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    for (size_t l = 0; l < m->net.n_hidden; l++) {
        free(m->encoder[l].a);
        free(m->encoder[l].h);
        free(m->encoder[l].da);
        free(m->decoder[l].a);
        free(m->decoder[l].h);
        free(m->decoder[l].da);
    }
    free(m);
}

/* [AFFINE.1] */
static void affine(const bounded_vae *m, const aevb_linear *l, size_t R, const num *x, num *y)
{
    for (size_t r = 0; r < R; r++)
        for (size_t o = 0; o < l->out; o++)
            y[r * l->out + o] = eb_dot(m->params[l->bias + o], l->in, x + r * l->in, 1,
                                       m->params + l->weight + o * l->in, 1);
}

/* [AFFINE.2] dx is added to; NULL where it is not wanted. */
static void affine_backward(bounded_vae *m, const aevb_linear *l, size_t R, const num *x, const num *dy, num *dx)
{
    static const num one = {1.0, 0.0};
    for (size_t o = 0; o < l->out; o++) {
        for (size_t i = 0; i < l->in; i++)
            m->grad[l->weight + o * l->in + i] = eb_dot(eb_exact(0.0), R, x + i, l->in, dy + o, l->out);
        m->grad[l->bias + o] = eb_dot(eb_exact(0.0), R, dy + o, l->out, &one, 0);
    }
    for (size_t r = 0; dx != NULL && r < R; r++)
        for (size_t i = 0; i < l->in; i++)
            dx[r * l->in + i] = eb_dot(dx[r * l->in + i], l->out, dy + r * l->out, 1, m->params + l->weight + i,
                                       l->in);
}

/* [MLP.1] Returns the last hidden output, or x. */
static const num *hidden_forward(const bounded_vae *m, const aevb_linear *layers, const bounded_hidden *hidden, size_t R,
                                 const num *x)
{
    for (size_t l = 0; l < m->net.n_hidden; l++) {
        affine(m, &layers[l], R, x, hidden[l].a);
        for (size_t i = 0; i < R * layers[l].out; i++)
            hidden[l].h[i] = eb_activation((int)m->arch.activation, hidden[l].a[i]);
        x = hidden[l].h;
    }
    return x;
}

static void stack_backward(bounded_vae *m, const aevb_linear *layers, const bounded_hidden *hidden, size_t R,
                           const num *x, const aevb_linear *const heads[2], num *const dheads[2], num *dx)
{
    const size_t H = m->net.n_hidden;
    const num *input = H > 0 ? hidden[H - 1].h : x;
    num *dh = H > 0 ? hidden[H - 1].da : dx;
    for (size_t i = 0; H > 0 && i < R * layers[H - 1].out; i++)
        dh[i] = eb_exact(0.0);
    for (int i = 0; i < 2; i++)
        if (heads[i] != NULL)
            affine_backward(m, heads[i], R, input, dheads[i], dh);
    for (size_t l = H; l-- > 0;) {
        for (size_t i = 0; i < R * layers[l].out; i++)
            hidden[l].da[i] = eb_activation_backward((int)m->arch.activation, hidden[l].a[i], hidden[l].da[i]);
        num *below = l > 0 ? hidden[l - 1].da : dx;
        for (size_t i = 0; l > 0 && i < R * layers[l].in; i++)
            below[i] = eb_exact(0.0);
        affine_backward(m, &layers[l], R, l > 0 ? hidden[l - 1].h : x, hidden[l].da, below);
    }
}

static num half(num a)
{
    return (num){0.5 * a.v, 0.5 * a.e};
}

static num negative(num a)
{
    return (num){-a.v, a.e};
}

void bounded_softmax(size_t rows, size_t C, num *a)
{
    num *e = numbers(C);
    for (size_t r = 0; r < rows; r++) {
        num top = a[r * C];
        for (size_t c = 1; c < C; c++)
            top = a[r * C + c].v > top.v ? a[r * C + c] : top;
        /* Whichever logit is taken out, it is taken out of all: its error is shared and leaves the quotient alone. */
        top = eb_exact(top.v);
        for (size_t c = 0; c < C; c++)
            e[c] = eb_exp(eb_sub(a[r * C + c], top));
        const num sum = eb_sum(C, e);
        for (size_t c = 0; c < C; c++)
            a[r * C + c] = eb_div(e[c], sum);
    }
    free(e);
}

/* [CAT.1] [CAT.2] of element i: a position's whole value is with the element that x chooses, as the logarithm of its
 * softmax, whose relative error is the absolute one here; besides log itself, and top, which is added twice. */
static void categorical_pieces(const bounded_vae *m, num x, size_t i, num pieces[3], num slope[2])
{
    const size_t C = m->arch.x_classes, first = i - i % C;
    num *p = numbers(C), largest = eb_exact(0.0);
    for (size_t c = 0; c < C; c++) {
        p[c] = m->out[0][first + c];
        largest = fabs(p[c].v) > fabs(largest.v) ? p[c] : largest;
    }
    bounded_softmax(1, C, p);
    const num mine = p[i % C];
    free(p);
    slope[0] = eb_sub(x, mine);
    slope[1] = eb_exact(0.0);
    if (x.v == 0.0)
        return;
    const num rounding = eb_rounded(2.0 * fabs(largest.v) + 2.0 * log((double)C) + 1.0);
    pieces[0] = (num){log(mine.v), mine.e / (mine.v - mine.e) + 4.0 * rounding.e};
}

/* What log p of one value is the sum of (pieces[3], unused ones 0), and its slopes in mean (or logit) and log-variance.
 * The pieces may be summed in any order. */
static void value_pieces(const bounded_vae *m, num x, size_t i, num pieces[3], num slope[2])
{
    const num a = m->out[0][i], one = eb_exact(1.0), d = eb_sub(x, a), square = eb_mul(d, d);
    num precision = eb_rounded(1.0 / m->arch.x_variance), size = eb_rounded(LOG_2PI + log(m->arch.x_variance));
    pieces[0] = pieces[1] = pieces[2] = slope[1] = eb_exact(0.0);
    switch (m->arch.likelihood) {
    case AEVB_BERNOULLI:
    case AEVB_GREY: /* [GREY.1] [GREY.2] */
        pieces[0] = eb_mul(x, a);
        pieces[1] = negative(eb_activation(AEVB_SOFTPLUS, a));
        slope[0] = eb_sub(x, eb_activation(AEVB_SIGMOID, a));
        return;
    case AEVB_GAUSSIAN: /* [GAUSS.1] [GAUSS.2] */
        precision = eb_exp(negative(m->out[1][i]));
        size = eb_rounded(LOG_2PI);
        pieces[2] = negative(half(m->out[1][i]));
        slope[1] = half(eb_sub(eb_mul(square, precision), one));
        break;
    case AEVB_GAUSSIAN_FIXED: /* [GFIX.1] [GFIX.2] */
        break;
    case AEVB_CATEGORICAL:
        categorical_pieces(m, x, i, pieces, slope);
        return;
    }
    pieces[0] = negative(half(size));
    pieces[1] = negative(half(eb_mul(square, precision)));
    slope[0] = eb_mul(d, precision);
}

/* [LOGQ.1] or [PRIOR.1]: pieces of -(log 2 pi + logvar + t^2) / 2 */
static void normal_pieces(num logvar, num t, num pieces[3])
{
    pieces[0] = negative(half(eb_rounded(LOG_2PI)));
    pieces[1] = negative(half(logvar));
    pieces[2] = negative(half(eb_mul(t, t)));
}

void bounded_terms(bounded_vae *m)
{
    const size_t X = m->arch.x_dim, Z = m->arch.z_dim, R = m->B * m->K;
    const num *h = hidden_forward(m, m->net.encoder, m->encoder, m->B, m->x);
    affine(m, &m->net.mu, m->B, h, m->mu);
    affine(m, &m->net.logvar, m->B, h, m->logvar);
    for (size_t i = 0; i < m->B * Z; i++) { /* [KL.1] */
        const num mu = m->mu[i], lv = m->logvar[i];
        m->kl[i] = half(eb_add(eb_mul(mu, mu), eb_sub(eb_expm1(lv), lv)));
    }
    num *terms = numbers(3 * (X > Z ? X : Z));
    for (size_t r = 0; r < R; r++) { /* [REP.1] */
        for (size_t j = 0; j < Z; j++) {
            const size_t i = r / m->K * Z + j;
            m->z[r * Z + j] = eb_add(m->mu[i], eb_mul(eb_exp(half(m->logvar[i])), m->eps[r * Z + j]));
        }
        for (size_t j = 0; j < Z; j++)
            normal_pieces(eb_exact(0.0), m->z[r * Z + j], terms + 3 * j);
        m->logpz[r] = eb_sum(3 * Z, terms);
        for (size_t j = 0; j < Z; j++)
            normal_pieces(m->logvar[r / m->K * Z + j], m->eps[r * Z + j], terms + 3 * j);
        m->logq[r] = eb_sum(3 * Z, terms);
    }
    h = hidden_forward(m, m->net.decoder, m->decoder, R, m->z);
    affine(m, &m->net.out, R, h, m->out[0]);
    if (m->net.learned_variance)
        affine(m, &m->net.out_logvar, R, h, m->out[1]);
    for (size_t r = 0; r < R; r++) {
        num slope[2];
        for (size_t i = 0; i < X; i++)
            value_pieces(m, m->x[r / m->K * X + i], r * X + i, terms + 3 * i, slope);
        m->logpx[r] = eb_sum(3 * X, terms);
    }
    free(terms);
}

static void rounded(size_t n, const double *from, num *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = eb_rounded(from[i]);
}

void bounded_gradient(bounded_vae *m, const aevb_adjoints *adjoints)
{
    const size_t X = m->arch.x_dim, Z = m->arch.z_dim, B = m->B, K = m->K, R = B * K;
    rounded(R, adjoints->logpx, m->dlogpx);
    rounded(R, adjoints->logpz, m->dlogpz);
    rounded(R, adjoints->logq, m->dlogq);
    rounded(B * Z, adjoints->kl, m->dkl);
    for (size_t i = 0; i < R * X; i++) {
        num pieces[3], slope[2];
        value_pieces(m, m->x[i / X / K * X + i % X], i, pieces, slope);
        m->dout[0][i] = eb_mul(m->dlogpx[i / X], slope[0]);
        m->dout[1][i] = eb_mul(m->dlogpx[i / X], slope[1]);
    }
    for (size_t i = 0; i < R * Z; i++) /* [PRIOR.2] */
        m->dz[i] = eb_exact(0.0);
    stack_backward(m, m->net.decoder, m->decoder, R, m->z,
                   (const aevb_linear *const[2]){&m->net.out, m->net.learned_variance ? &m->net.out_logvar : NULL},
                   m->dout, m->dz);
    for (size_t i = 0; i < R * Z; i++)
        m->dz[i] = eb_sub(m->dz[i], eb_mul(m->dlogpz[i / Z], m->z[i]));
    for (size_t i = 0; i < B * Z; i++) { /* [REP.2] [LOGQ.2] [KL.2] */
        const num sigma = eb_exp(half(m->logvar[i]));
        num dmu = eb_exact(0.0), dlv = eb_exact(0.0);
        for (size_t k = 0; k < K; k++) {
            const size_t r = i / Z * K + k, at = r * Z + i % Z;
            dmu = eb_add(dmu, m->dz[at]);
            dlv = eb_add(dlv, half(eb_mul(eb_mul(m->dz[at], m->eps[at]), sigma)));
            dlv = eb_sub(dlv, half(m->dlogq[r]));
        }
        m->dmu[i] = eb_add(dmu, eb_mul(m->dkl[i], m->mu[i]));
        m->dlogvar[i] = eb_add(dlv, half(eb_mul(m->dkl[i], eb_expm1(m->logvar[i]))));
    }
    stack_backward(m, m->net.encoder, m->encoder, B, m->x, (const aevb_linear *const[2]){&m->net.mu, &m->net.logvar},
                   (num *const[2]){m->dmu, m->dlogvar}, NULL);
}

/* The sums and the division are float64 in every precision and exact enough to be left out. */
num bounded_loss(const bounded_vae *m, const aevb_objective *objective)
{
    const size_t R = m->B * m->K;
    num loss = eb_exact(0.0);
    for (size_t r = 0; r < R; r++) { /* [SGVB.1] [SGVB.2] [SGVB.3] */
        const double beta = objective->kind == AEVB_ELBO_MC ? objective->beta : 0.0;
        loss.v -= (m->logpx[r].v + beta * (m->logpz[r].v - m->logq[r].v)) / (double)R;
        loss.e += (m->logpx[r].e + beta * (m->logpz[r].e + m->logq[r].e)) / (double)R;
    }
    for (size_t i = 0; objective->kind == AEVB_ELBO && i < m->B * m->arch.z_dim; i++) {
        loss.v += objective->beta * m->kl[i].v / (double)m->B;
        loss.e += objective->beta * m->kl[i].e / (double)m->B;
    }
    return loss;
}

void bounded_step(const aevb_optim *o, double t, double prior, num *theta, num g, num *state1, num *state2)
{
    const num lr = eb_rounded(o->lr), b1 = eb_rounded(o->beta1), b2 = eb_rounded(o->beta2), eps = eb_rounded(o->eps);
    g = eb_add(g, eb_mul(eb_rounded(prior), *theta)); /* [MAP.1] */
    if (o->kind == AEVB_SGD) { /* [SGD.1] */
        *state1 = eb_add(eb_mul(eb_rounded(o->momentum), *state1), g);
        *theta = eb_sub(*theta, eb_mul(lr, *state1));
        return;
    }
    if (o->kind == AEVB_ADAGRAD) { /* [ADAGRAD.1] */
        *state1 = eb_add(*state1, eb_mul(g, g));
        *theta = eb_sub(*theta, eb_div(eb_mul(lr, g), eb_add(eb_sqrt(*state1), eps)));
        return;
    }
    /* Powers are float64 in every precision, 2 log2 t multiplications; 1 - beta^t magnifies their error. */
    const double p1 = pow(o->beta1, t), p2 = pow(o->beta2, t), powers = (2.0 * log2(t) + 4.0) * DBL_EPSILON;
    const num rest1 = {1.0 - p1, powers * p1}, rest2 = {1.0 - p2, powers * p2}, one = eb_exact(1.0);
    const int hat = o->kind == AEVB_ADAM_HAT; /* [ADAM.1] [ADAM.2] [ADAMW.1] */
    *state1 = eb_add(eb_mul(b1, *state1), eb_mul(eb_rounded(1.0 - o->beta1), g));
    *state2 = eb_add(eb_mul(b2, *state2), eb_mul(eb_rounded(1.0 - o->beta2), eb_mul(g, g)));
    const num rate = eb_mul(lr, eb_div(hat ? eb_sqrt(rest2) : one, rest1));
    const num root = eb_mul(hat ? one : eb_div(one, eb_sqrt(rest2)), eb_sqrt(*state2));
    const num keep = eb_rounded(o->kind == AEVB_ADAMW ? 1.0 - o->lr * o->weight_decay : 1.0);
    *theta = eb_sub(eb_mul(keep, *theta), eb_div(eb_mul(rate, *state1), eb_add(root, eps)));
}
