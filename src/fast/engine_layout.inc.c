/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory of the fast engine: stacks, buffers, and parameters between the public layout and panels. */

static void make_stacks(fast_engine *e)
{
    aevb_network net;
    aevb_network_make(&e->base.arch, &e->base.layout, &net);
    e->encoder.n_hidden = e->decoder.n_hidden = net.n_hidden;
    for (size_t i = 0; i < net.n_hidden; i++) {
        e->encoder.hidden[i].affine = make_layer(e, &net.encoder[i]);
        e->decoder.hidden[i].affine = make_layer(e, &net.decoder[i]);
    }
    e->encoder.n_heads = 2;
    e->encoder.heads[0].affine = make_layer(e, &net.mu);
    e->encoder.heads[1].affine = make_layer(e, &net.logvar);
    e->decoder.n_heads = net.learned_variance ? 2 : 1;
    e->decoder.heads[0].affine = make_layer(e, &net.out);
    if (net.learned_variance) {
        e->decoder.heads[1].affine = make_layer(e, &net.out_logvar);
    }
}

/* Rows of the decoder that are kept at once: a batch at least, and all samples where that takes little memory. */
static size_t decoder_rows(const fast_engine *e)
{
    enum { KEEP = 16 << 20 };
    const size_t B = e->base.used.max_batch, R = B * e->base.used.max_samples;
    size_t numbers = 2 * e->decoder.n_heads * e->base.arch.x_dim + 2 * e->base.arch.z_dim;
    for (size_t i = 0; i < e->base.arch.n_hidden; i++) {
        numbers += 2 * e->base.arch.hidden[i];
    }
    const size_t affordable = KEEP / (numbers * sizeof(real));
    return R <= affordable ? R : affordable > B ? affordable : B;
}

static void take_stack(const fast_engine *e, arena *from, size_t rows, stack *s)
{
    s->x = take_panels(e, from, rows, s->n_hidden > 0 ? s->hidden[0].affine.in : s->heads[0].affine.in);
    for (size_t i = 0; i < s->n_hidden; i++) {
        s->hidden[i].y = take_panels(e, from, rows, s->hidden[i].affine.out);
        s->hidden[i].dy = take_panels(e, from, rows, s->hidden[i].affine.out);
    }
    for (size_t i = 0; i < s->n_heads; i++) {
        s->heads[i].y = s->heads[i].dy = take_panels(e, from, rows, s->heads[i].affine.out);
    }
}

static double *take_doubles(arena *from, size_t n)
{
    return (double *)take(from, n * (sizeof(double) / sizeof(real)));
}

static void lay_out(fast_engine *e, arena *from)
{
    const size_t B = e->base.used.max_batch, R = B * e->base.used.max_samples;
    const size_t X = e->base.arch.x_dim, Z = e->base.arch.z_dim;
    e->theta = take(from, e->n_weights);
    e->grad = take(from, e->n_weights);
    take_stack(e, from, B, &e->encoder);
    take_stack(e, from, e->rows, &e->decoder);
    e->decoder.dx = take_panels(e, from, e->rows, Z);
    e->x = take(from, B * X);
    for (size_t i = 0; i < 2; i++) {
        e->moments[i] = take(from, B * Z);
        e->dmoments[i] = take(from, B * Z);
    }
    real **const samples[] = { &e->eps, &e->z, &e->dz };
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        *samples[i] = take(from, R * Z);
    }
    for (size_t i = 0; i < e->decoder.n_heads; i++) {
        e->a[i] = take(from, e->rows * X);
    }
    e->scale = take(from, e->rows);
    e->ones = take_doubles(from, e->rows);
    e->squares = take_doubles(from, e->n_rows);
    double **const terms[] = { &e->logpx, &e->logpz, &e->logq, &e->adjoints.logpx, &e->adjoints.logpz,
                               &e->adjoints.logq };
    for (size_t i = 0; i < sizeof terms / sizeof *terms; i++) {
        *terms[i] = take_doubles(from, R);
    }
    e->kl = take_doubles(from, B * Z);
    e->adjoints.kl = take_doubles(from, B * Z);
}

/* The number of a weight (or, i = in, of a bias) in a parameter block. */
static size_t weight_at(const fast_engine *e, const layer *l, size_t o, size_t i)
{
    return l->weights + o / e->P * l->wstride + i * e->P + o % e->P;
}

/* Calls visit for every layer. */
static void for_layers(const fast_engine *e, void (*visit)(const fast_engine *e, const layer *l, void *context),
                       void *context)
{
    const stack *const stacks[] = { &e->encoder, &e->decoder };
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < stacks[s]->n_hidden; i++) {
            visit(e, &stacks[s]->hidden[i].affine, context);
        }
        for (size_t i = 0; i < stacks[s]->n_heads; i++) {
            visit(e, &stacks[s]->heads[i].affine, context);
        }
    }
}

typedef struct exchange {
    real *block;        /* in panels */
    const double *from; /* one of the two: the public layout */
    double *to;
} exchange;

static void exchange_layer(const fast_engine *e, const layer *l, void *context)
{
    const exchange *x = context;
    for (size_t o = 0; o < l->out; o++) {
        for (size_t i = 0; i <= l->in; i++) {
            real *here = x->block + weight_at(e, l, o, i);
            const size_t there = i < l->in ? l->flat.weight + o * l->in + i : l->flat.bias + o;
            if (x->from != NULL) {
                *here = (real)x->from[there];
            } else {
                x->to[there] = (double)*here;
            }
        }
    }
}

static void read_block(const fast_engine *e, real *block, double *to)
{
    for_layers(e, exchange_layer, &(exchange){ .block = block, .to = to });
}

static void write_block(const fast_engine *e, real *block, const double *from)
{
    for_layers(e, exchange_layer, &(exchange){ .block = block, .from = from });
}

static void fast_set_params(aevb_engine *engine, const double *params)
{
    const fast_engine *e = (const fast_engine *)engine;
    write_block(e, e->theta, params);
}

static void fast_get_params(const aevb_engine *engine, double *params)
{
    const fast_engine *e = (const fast_engine *)engine;
    read_block(e, e->theta, params);
}

static void fast_get_state(const aevb_engine *engine, size_t which, double *state)
{
    const fast_engine *e = (const fast_engine *)engine;
    read_block(e, e->state[which], state);
}

static void fast_set_state(aevb_engine *engine, size_t which, const double *state)
{
    const fast_engine *e = (const fast_engine *)engine;
    write_block(e, e->state[which], state);
}
