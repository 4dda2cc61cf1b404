/* SPDX-License-Identifier: GPL-3.0-or-later
 * Affine layers on panels, shared out among the threads: forward, backward, and gradient of the weights with the
 * optimiser's step on each block while it is hot. [AFFINE.1] [AFFINE.2] */

enum {
    ROW_GROUP = 8,  /* rows are shared out in groups of this many */
    MAX_PANEL = 64  /* no level has wider panels */
};

/* A walk over a thread's part of a grid of panels (n columns) and groups. The unit of work is a column in a group, so
 * that a narrow last panel counts less. */
typedef struct walk {
    size_t P, n, groups;
    size_t at, end;
    size_t panel, width;  /* where the walk is: this panel, so many columns of it, */
    size_t first, past;   /* and these groups */
} walk;

static walk walk_start(const fast_engine *e, const aevb_team *team, size_t n, size_t groups)
{
    const aevb_share share = aevb_team_share(team, n * groups);
    return (walk){ .P = e->P, .n = n, .groups = groups, .at = share.first, .end = share.end };
}

static int walk_next(walk *w)
{
    while (w->at < w->end) {
        w->panel = w->at / (w->P * w->groups);
        const size_t start = w->panel * w->P * w->groups, left = w->n - w->panel * w->P;
        w->width = left < w->P ? left : w->P;
        const size_t stop = start + w->width * w->groups;
        const size_t to = stop < w->end ? stop : w->end;
        w->first = (w->at - start) / w->width;
        w->past = (to - start) / w->width;
        w->at = to;
        if (w->first < w->past) {
            return 1;
        }
    }
    return 0;
}

/* Rows of the groups that the walk is at. */
static aevb_share walk_rows(const walk *w, size_t R)
{
    const size_t end = w->past * ROW_GROUP;
    return (aevb_share){ w->first * ROW_GROUP, end < R ? end : R };
}

static size_t row_groups(size_t R)
{
    return (R + ROW_GROUP - 1) / ROW_GROUP;
}

/* y = x w + bias, and with hidden f of it, in place. */
static void forward_layer(const fast_engine *e, const aevb_team *team, const unit *l, size_t R, panels x,
                          int hidden)
{
    const layer *to = &l->affine;
    for (walk w = walk_start(e, team, to->out, row_groups(R)); walk_next(&w);) {
        const aevb_share rows = walk_rows(&w, R);
        const size_t n = rows.end - rows.first;
        const real *weights = e->theta + to->weights + w.panel * to->wstride;
        real *y = l->y.at + w.panel * l->y.stride + rows.first * e->P;
        e->kern->gemm_forward(n, to->in, w.width, x.at + rows.first * e->P, x.stride, weights,
                              weights + to->in * e->P, y);
        if (hidden) {
            e->kern->activation((int)e->base.arch.activation, n * e->P, y, y);
        }
    }
}

/* All layers of a stack on the first R rows of its buffers. */
static void forward_stack(const fast_engine *e, const aevb_team *team, const stack *s, size_t R)
{
    panels x = s->x;
    for (size_t i = 0; i < s->n_hidden; i++) {
        forward_layer(e, team, &s->hidden[i], R, x, 1);
        aevb_team_barrier(team);
        x = s->hidden[i].y;
    }
    for (size_t i = 0; i < s->n_heads; i++) {
        forward_layer(e, team, &s->heads[i], R, x, 0);
    }
    aevb_team_barrier(team);
}

/* dx = sum over the n layers that x went into of dy w'; and where x = f(a) is hidden, times f'(a). */
static void backward_layers(const fast_engine *e, const aevb_team *team, size_t n, const unit *l, size_t R,
                            panels x, panels dx, int hidden)
{
    for (walk w = walk_start(e, team, l[0].affine.in, row_groups(R)); walk_next(&w);) {
        const aevb_share rows = walk_rows(&w, R);
        const size_t m = rows.end - rows.first;
        real *to = dx.at + w.panel * dx.stride + rows.first * e->P;
        for (size_t i = 0; i < n; i++) {
            const layer *from = &l[i].affine;
            e->kern->gemm_backward(m, from->out, w.width, i > 0, l[i].dy.at + rows.first * e->P, l[i].dy.stride,
                                   e->theta + from->weights + w.panel * e->P * e->P, from->wstride, to);
        }
        if (hidden) {
            e->kern->activation_backward((int)e->base.arch.activation, m * e->P,
                                         x.at + w.panel * x.stride + rows.first * e->P, to, to);
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

/* A panel's share of dw = x' dy over R rows, block by block into e->grad, or through `hot` into a step. */
static void panel_weights(const fast_engine *e, const walk *w, const layer *l, size_t R, panels x, const real *dy,
                          int add, const aevb_step_scalars *s, real *hot)
{
    const size_t P = e->P;
    for (size_t q = w->first; q < w->past; q++) {
        const size_t at = l->weights + w->panel * l->wstride + q * P * P;
        const size_t m = l->in - q * P < P ? l->in - q * P : P;
        e->kern->gemm_weights(R, m, w->width, add, x.at + q * x.stride, dy, s == NULL ? e->grad + at : hot);
        if (s != NULL) {
            optimise(e, s, m * P, at, hot);
        }
    }
}

/* dw = x' dy and db over R rows: with s, straight into an optimiser step and to no memory; else into e->grad, added to
 * what is there if `add`. */
static void layer_weights(const fast_engine *e, const aevb_team *team, const unit *of, size_t R, panels x, int add,
                          const aevb_step_scalars *s)
{
    const layer *l = &of->affine;
    const size_t P = e->P;
    real hot[MAX_PANEL * MAX_PANEL] __attribute__((aligned(LINE)));
    for (walk w = walk_start(e, team, l->out, l->in_panels); walk_next(&w);) {
        const real *dy = of->dy.at + w.panel * of->dy.stride;
        const size_t panel = l->weights + w.panel * l->wstride, at = panel + w.first * P * P;
        const size_t n = (w.past * P < l->in ? w.past * P : l->in) - w.first * P;
        if (s != NULL && w.width < P) {
            memset(hot, 0, sizeof hot); /* the columns beyond the width stay zero */
        }
        if (s != NULL && is_adam(e)) {
            e->kern->gemm_adam(R, n, w.width, x.at + w.first * x.stride, x.stride, dy, s, e->theta + at,
                               e->state[0] + at, e->state[1] + at);
        } else {
            panel_weights(e, &w, l, R, x, dy, add, s, hot);
        }
        if (w.past == l->in_panels) {
            e->kern->gemm_bias(R, add, dy, s == NULL ? e->grad + panel + l->in * P : hot);
            if (s != NULL) {
                optimise(e, s, P, panel + l->in * P, hot);
            }
        }
    }
}

/* From the adjoints of the heads to those of the input, and the gradient of every layer (see layer_weights). A layer's
 * weights change only after everybody has read them; then the next stage is already open to all. */
static void backward_stack(const fast_engine *e, const aevb_team *team, const stack *s, size_t R, int add,
                           const aevb_step_scalars *scalars)
{
    const unit *l = s->heads;
    size_t n = s->n_heads;
    for (size_t i = s->n_hidden; ; i--) {
        const panels x = i > 0 ? s->hidden[i - 1].y : s->x, dx = i > 0 ? s->hidden[i - 1].dy : s->dx;
        if (dx.at != NULL) {
            backward_layers(e, team, n, l, R, x, dx, i > 0);
        }
        aevb_team_barrier(team);
        for (size_t j = 0; j < n; j++) {
            layer_weights(e, team, &l[j], R, x, add, scalars);
        }
        if (i == 0) {
            break;
        }
        l = &s->hidden[i - 1];
        n = 1;
    }
    aevb_team_barrier(team);
}
