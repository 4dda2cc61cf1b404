/* SPDX-License-Identifier: GPL-3.0-or-later
 * A layer of one precision as the engine keeps it, and one for src/ref: what products are measured on. */

#include "fast/engine_arena.inc.c"
#include "fast/engine_layers.inc.c"

/* A layer of an engine that has nothing else, on B rows. */
typedef struct layer_case {
    fast_engine engine;
    unit layer;
    panels x, dx;
    size_t B;
    real *moments[2]; /* of Adam, for the first panel of the weights */
    real *flat[3];    /* row-major x, y, w for the other library */
    real *memory;     /* of all of the above */
} layer_case;

static void lay_out_layer(layer_case *c, arena *from)
{
    const layer *l = &c->layer.affine;
    c->engine.theta = take(from, c->engine.n_weights);
    c->engine.grad = take(from, c->engine.n_weights);
    c->x = take_panels(&c->engine, from, c->B, l->in);
    c->dx = take_panels(&c->engine, from, c->B, l->in);
    c->layer.y = c->layer.dy = take_panels(&c->engine, from, c->B, l->out);
    for (int i = 0; i < 2; i++)
        c->moments[i] = take(from, l->wstride);
    c->flat[0] = take(from, c->B * l->in);
    c->flat[1] = take(from, c->B * l->out);
    c->flat[2] = take(from, l->out * l->in);
}

/* To be freed by aevb_free(c->memory). */
static aevb_status make_layer_case(layer_case *c, aevb_level level, size_t B, size_t in, size_t out)
{
    arena counting = {0};
    *c = (layer_case){.engine = {.kern = KERNELS(level)}, .B = B};
    c->engine.P = c->engine.kern->gemm_panel();
    c->layer.affine = make_layer(&c->engine, &(aevb_linear){.in = in, .out = out});
    lay_out_layer(c, &counting);
    c->memory = aevb_alloc(counting.used, sizeof(real));
    if (c->memory == NULL)
        return AEVB_ENOMEM;
    for (size_t i = 0; i < counting.used; i++)
        c->memory[i] = (real)((double)(i * 37 % 101) / 101.0 - 0.5);
    lay_out_layer(c, &(arena){.block = c->memory});
    for (size_t i = 0; i < c->layer.affine.wstride; i++)
        c->moments[1][i] = 1; /* of squares, which have no sign */
    return AEVB_OK;
}

/* The same for src/ref: row-major, weights [out][in]. */
typedef struct ref_case {
    size_t B, in, out;
    double *x, *y, *w, *dx, *dw, *moments[2], *bias;
    double *memory;
} ref_case;

/* Room for any layer up to in x out; to be freed by aevb_free(c->memory). */
static aevb_status make_ref_case(ref_case *c, size_t B, size_t in, size_t out)
{
    double **const arrays[] = {&c->x, &c->dx, &c->y, &c->w, &c->dw, &c->moments[0], &c->moments[1], &c->bias};
    const size_t sizes[] = {B * in, B * in, B * out, in * out, in * out, in * out, in * out, out};
    enum { N_ARRAYS = sizeof sizes / sizeof *sizes };
    size_t total = 0;
    for (size_t i = 0; i < N_ARRAYS; i++)
        total += sizes[i];
    c->memory = aevb_alloc(total, sizeof(double));
    if (c->memory == NULL)
        return AEVB_ENOMEM;
    for (size_t i = 0; i < total; i++)
        c->memory[i] = (double)(i * 37 % 101) / 101.0;
    for (size_t i = 0, at = 0; i < N_ARRAYS; at += sizes[i++])
        *arrays[i] = c->memory + at;
    c->B = B;
    c->in = in;
    c->out = out;
    return AEVB_OK;
}

CALL(ref_case, ref, forward, aevb_ref_affine(s->B, s->in, s->out, s->x, s->w, s->bias, s->y))
/* Both gradients, twice the operations of one: there is no function for that of the inputs alone. */
CALL(ref_case, ref, gradients, aevb_ref_affine_backward(s->B, s->in, s->out, s->x, s->w, s->y, s->dx, s->dw, s->bias))
CALL(ref_case, ref, weight_gradient,
     aevb_ref_affine_backward(s->B, s->in, s->out, s->x, s->w, s->y, NULL, s->dw, s->bias))
