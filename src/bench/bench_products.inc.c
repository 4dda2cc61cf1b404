/* SPDX-License-Identifier: GPL-3.0-or-later
 * The three products of training, as the engine runs them on its panels, and the same by another library. */

#include "fast/engine_arena.inc.c"
#include "fast/engine_layers.inc.c"

enum { FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT, N_PRODUCTS };

/* A layer of an engine that has nothing else, on B rows. */
typedef struct product_case {
    fast_engine engine;
    unit layer;
    panels x, dx;
    size_t B;
    int which;
    aevb_workers *workers;
    real *memory;  /* of all of the above */
    real *flat[3]; /* row-major x, y, w for the other library */
    const aevb_bench_config *config;
} product_case;

static void product_body(void *context, const aevb_team *team)
{
    const product_case *c = context;
    switch (c->which) {
    case FORWARD: forward_layer(&c->engine, team, &c->layer, c->B, c->x, 0); break;
    case INPUT_GRADIENT: backward_layers(&c->engine, team, 1, &c->layer, c->B, c->x, c->dx, 0); break;
    default: layer_weights(&c->engine, team, &c->layer, c->B, c->x, 0, NULL);
    }
}

static void product_work(void *context)
{
    const product_case *c = context;
    aevb_team_run(c->workers, product_body, context);
}

/* PyTorch's and NumPy's usual layout: weights [out][in]. */
static void blas_work(void *context)
{
    const product_case *c = context;
    const int B = (int)c->B, in = (int)c->layer.affine.in, out = (int)c->layer.affine.out;
    real *x = c->flat[0], *y = c->flat[1], *w = c->flat[2];
    switch (c->which) {
    case FORWARD: c->config->BITS(gemm)(0, 1, B, out, in, x, w, y); break;
    case INPUT_GRADIENT: c->config->BITS(gemm)(0, 0, B, in, out, y, w, x); break;
    default: c->config->BITS(gemm)(1, 0, out, in, B, y, x, w);
    }
}

static void lay_out_product(product_case *c, arena *from)
{
    const layer *l = &c->layer.affine;
    c->engine.theta = take(from, c->engine.n_weights);
    c->engine.grad = take(from, c->engine.n_weights);
    c->x = take_panels(&c->engine, from, c->B, l->in);
    c->dx = take_panels(&c->engine, from, c->B, l->in);
    c->layer.y = c->layer.dy = take_panels(&c->engine, from, c->B, l->out);
    c->flat[0] = take(from, c->B * l->in);
    c->flat[1] = take(from, c->B * l->out);
    c->flat[2] = take(from, l->out * l->in);
}

static aevb_status make_product(product_case *c, size_t in, size_t out)
{
    arena counting = {0};
    c->engine.P = c->engine.kern->gemm_panel();
    c->layer.affine = make_layer(&c->engine, &(aevb_linear){.in = in, .out = out});
    lay_out_product(c, &counting);
    c->memory = aevb_alloc(counting.used, sizeof(real));
    if (c->memory == NULL)
        return AEVB_ENOMEM;
    for (size_t i = 0; i < counting.used; i++)
        c->memory[i] = (real)((double)(i * 37 % 101) / 101.0 - 0.5);
    lay_out_product(c, &(arena){.block = c->memory});
    return AEVB_OK;
}

static void measure_product(aevb_bench_session *session, aevb_level level, product_case *c)
{
    static const char *const names[N_PRODUCTS] = {"forward", "input gradient", "weight gradient"};
    const aevb_bench_config *config = &session->config;
    const layer *l = &c->layer.affine;
    const double flops = 2.0 * (double)c->B * (double)l->in * (double)l->out;
    aevb_bench_result line = aevb_bench_line("product", names[c->which], level, PRECISION,
                                            aevb_workers_count(c->workers), "GFLOP/s");
    if (!aevb_bench_wants(session, names[c->which]))
        return;
    snprintf(line.shape, sizeof line.shape, "%zux%zux%zu", c->B, l->in, l->out);
    const double before = aevb_bench_peak(level, PRECISION, c->workers);
    aevb_bench_rate(config, 1e-9 * flops, product_work, c, &line);
    const double after = aevb_bench_peak(level, PRECISION, c->workers);
    line.share_of_peak = 1e9 * line.median / (before > after ? before : after);
    if (config->BITS(gemm) != NULL) {
        aevb_bench_result other = line;
        config->gemm_threads(aevb_workers_count(c->workers));
        aevb_bench_rate(config, 1e-9 * flops, blas_work, c, &other);
        line.ratio_to_blas = line.median / other.median;
    }
    aevb_bench_report(session, &line);
}

aevb_status BITS(aevb_bench_products)(aevb_bench_session *session, aevb_level level, aevb_error *err)
{
    static const size_t layers[][2] = {{784, 400}, {784, 500}, {2914, 512}, {784, 200}};
    static const size_t batches[] = {20, 32, 128, 512};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        for (size_t j = 0; j < sizeof batches / sizeof *batches; j++) {
            product_case c = {.engine = {.kern = KERNELS(level)}, .B = batches[j], .config = &session->config};
            const aevb_status status = make_product(&c, layers[i][0], layers[i][1]);
            for (c.which = 0; status == AEVB_OK && c.which < N_PRODUCTS; c.which++)
                for (int t = 0; t < session->n_thread_counts; t++) {
                    c.workers = session->workers[t];
                    measure_product(session, level, &c);
                }
            aevb_free(c.memory);
            if (status != AEVB_OK)
                return aevb_fail_memory(err);
        }
    return AEVB_OK;
}
