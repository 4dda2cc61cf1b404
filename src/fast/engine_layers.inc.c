/* SPDX-License-Identifier: GPL-3.0-or-later
 * Affine layers on panels, shared out among the threads: forward, backward, and gradient of the weights with the
 * optimiser's step on each block while it is hot. [AFFINE.1] [AFFINE.2] */

enum {
    ROW_GROUP = 8,                 /* rows are shared out in groups of this many */
    LANES = LINE / sizeof(real),   /* a narrow panel costs as much as one of so many columns, or a multiple */
    MAX_PANEL = 64                 /* no level has wider panels */
};

/* A walk over a thread's part of a grid of panels (n columns) and of `extent` rows, which are taken in groups. Work is
 * counted in columns, rounded up to LANES, times rows; a share ends at the nearest whole group. */
typedef struct walk {
    size_t P, n, extent, group;
    size_t at, end;
    size_t panel, width;  /* where the walk is: this panel, so many columns of it, */
    size_t first, past;   /* and these groups */
} walk;

static size_t lanes(size_t width, size_t P)
{
    const size_t up = (width + LANES - 1) / LANES * LANES;
    return up < P ? up : P;
}

static walk walk_start(const fast_engine *e, const aevb_team *team, size_t n, size_t extent, size_t group)
{
    const size_t P = e->P, columns = n / P * P + lanes(n % P, P);
    const aevb_share share = aevb_team_share(team, columns * extent);
    return (walk){ .P = P, .n = n, .extent = extent, .group = group, .at = share.first, .end = share.end };
}

/* The group that is nearest to row `row`, where all rows is after all groups. */
static size_t nearest_group(const walk *w, size_t row)
{
    const size_t groups = (w->extent + w->group - 1) / w->group, near = (row + w->group / 2) / w->group;
    return row == w->extent || near > groups ? groups : near;
}

static int walk_next(walk *w)
{
    while (w->at < w->end) {
        w->panel = w->at / (w->P * w->extent);
        const size_t start = w->panel * w->P * w->extent, left = w->n - w->panel * w->P;
        w->width = left < w->P ? left : w->P;
        const size_t columns = lanes(w->width, w->P), stop = start + columns * w->extent;
        const size_t to = stop < w->end ? stop : w->end;
        w->first = nearest_group(w, (w->at - start) / columns);
        w->past = nearest_group(w, (to - start) / columns);
        w->at = to;
        if (w->first < w->past) {
            return 1;
        }
    }
    return 0;
}

/* Rows of the groups that the walk is at. */
static aevb_share walk_rows(const walk *w)
{
    const size_t end = w->past * w->group;
    return (aevb_share){ w->first * w->group, end < w->extent ? end : w->extent };
}

/* y = x w + bias, and with hidden f of it, in place. */
static void forward_layer(const fast_engine *e, const aevb_team *team, const unit *l, size_t R, panels x,
                          int hidden)
{
    const layer *to = &l->affine;
    const size_t length = e->kern->gemm_block(to->in);
    for (size_t k = 0; k < to->in; k += length) {
        const size_t left = to->in - k, n = left < length ? left : length;
        for (walk w = walk_start(e, team, to->out, R, ROW_GROUP); walk_next(&w);) {
            const aevb_share rows = walk_rows(&w);
            const size_t m = rows.end - rows.first;
            const real *weights = e->theta + to->weights + w.panel * to->wstride;
            real *y = l->y.at + w.panel * l->y.stride + rows.first * e->P;
            e->kern->gemm_forward(m, n, w.width, x.at + k / e->P * x.stride + rows.first * e->P, x.stride,
                                  weights + k * e->P, k == 0 ? weights + to->in * e->P : NULL, y);
            if (hidden && left == n) {
                e->kern->activation((int)e->base.arch.activation, m * e->P, y, y);
            }
        }
    }
}

/* dx = sum over the n layers that x went into of dy w'; and where x = f(a) is hidden, times f'(a). */
static void backward_layers(const fast_engine *e, const aevb_team *team, size_t n, const unit *l, size_t R,
                            panels x, panels dx, int hidden)
{
    for (size_t i = 0; i < n; i++) {
        const layer *from = &l[i].affine;
        const panels dy = l[i].dy;
        const size_t length = e->kern->gemm_block(from->out);
        for (size_t k = 0; k < from->out; k += length) {
            const size_t left = from->out - k, terms = left < length ? left : length;
            for (walk w = walk_start(e, team, from->in, R, ROW_GROUP); walk_next(&w);) {
                const aevb_share rows = walk_rows(&w);
                const size_t m = rows.end - rows.first;
                const real *weights = e->theta + from->weights + k / e->P * from->wstride + w.panel * e->P * e->P;
                real *to = dx.at + w.panel * dx.stride + rows.first * e->P;
                e->kern->gemm_backward(m, terms, w.width, i > 0 || k > 0, dy.at + k / e->P * dy.stride +
                                       rows.first * e->P, dy.stride, weights, from->wstride,
                                       w.at < w.end ? weights + e->P * e->P : NULL, to);
                if (hidden && i + 1 == n && left == terms) {
                    e->kern->activation_backward((int)e->base.arch.activation, m * e->P,
                                                 x.at + w.panel * x.stride + rows.first * e->P, to, to);
                }
            }
        }
    }
}

static void optimise(const fast_engine *e, const aevb_step_scalars *s, size_t n, size_t at, const real *g)
{
    switch (e->base.optim.kind) {
    case AEVB_SGD: e->kern->sgd(s, n, e->theta + at, g, e->state[0] + at); break;
    case AEVB_ADAGRAD: e->kern->adagrad(s, n, e->theta + at, g, e->state[0] + at); break;
    case AEVB_ADAM:
    case AEVB_ADAM_HAT:
    case AEVB_ADAMW: e->kern->adam(s, n, e->theta + at, g, e->state[0] + at, e->state[1] + at); break;
    }
}

static int is_adam(const fast_engine *e)
{
    return e->base.optim.kind == AEVB_ADAM || e->base.optim.kind == AEVB_ADAM_HAT
        || e->base.optim.kind == AEVB_ADAMW;
}

/* The walk's part of one panel of dw = x' dy and, with its last block, of db; see layer_weights. */
static void panel_weights(const fast_engine *e, const walk *w, const layer *l, size_t R, panels x, const real *dy,
                          int add, const aevb_step_scalars *s)
{
    const size_t P = e->P, panel = l->weights + w->panel * l->wstride;
    real hot[MAX_PANEL * MAX_PANEL] __attribute__((aligned(LINE)));
    if (s != NULL && w->width < P) {
        memset(hot, 0, sizeof hot); /* the columns beyond the width stay zero */
    }
    if (s != NULL && is_adam(e)) {
        const size_t at = panel + w->first * P * P;
        const size_t n = (w->past * P < l->in ? w->past * P : l->in) - w->first * P;
        e->kern->gemm_adam(R, n, w->width, x.at + w->first * x.stride, x.stride, dy, s, e->theta + at,
                           e->state[0] + at, e->state[1] + at);
    } else {
        for (size_t q = w->first; q < w->past; q++) {
            const size_t at = panel + q * P * P, m = l->in - q * P < P ? l->in - q * P : P;
            e->kern->gemm_weights(R, m, w->width, add, x.at + q * x.stride, dy, s == NULL ? e->grad + at : hot);
            if (s != NULL) {
                optimise(e, s, m * P, at, hot);
            }
        }
    }
    if (w->past == l->in_panels) {
        e->kern->gemm_bias(R, add, dy, s == NULL ? e->grad + panel + l->in * P : hot);
        if (s != NULL) {
            optimise(e, s, P, panel + l->in * P, hot);
        }
    }
}

/* dw = x' dy and db over R rows: with s, straight into an optimiser step and to no memory; else into e->grad, added to
 * what is there if `add`. Panels of x are taken so many at a time that they stay in the second-level cache while all
 * panels of dy pass. */
static void layer_weights(const fast_engine *e, const aevb_team *team, const unit *of, size_t R, panels x, int add,
                          const aevb_step_scalars *s)
{
    enum { CACHE = 192 << 10 };
    const layer *l = &of->affine;
    const size_t P = e->P, fit = CACHE / (R * P * sizeof(real)), chunk = fit > 0 ? fit : 1;
    for (size_t q = 0; q < l->in_panels; q += chunk) {
        for (walk w = walk_start(e, team, l->out, l->in, P); walk_next(&w);) {
            w.first = w.first > q ? w.first : q;
            w.past = w.past < q + chunk ? w.past : q + chunk;
            if (w.first < w.past) {
                panel_weights(e, &w, l, R, x, of->dy.at + w.panel * of->dy.stride, add, s);
            }
        }
    }
}
