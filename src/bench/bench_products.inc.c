/* SPDX-License-Identifier: GPL-3.0-or-later
 * The three products of training as the engine runs them on its panels, and the same by src/ref and another library. */

enum { FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT, N_PRODUCTS };

/* src/ref goes row by row, so a few rows tell its speed on any number of them. */
enum { REF_ROWS = 4 };

static const char *const product_names[N_PRODUCTS] = {"forward", "input gradient", "weight gradient"};

const char *BITS(aevb_bench_product_name)(size_t i)
{
    return i < N_PRODUCTS ? product_names[i] : NULL;
}

typedef struct product_call {
    const layer_case *c;
    int which;
    aevb_workers *workers;
    const aevb_bench_config *config;
} product_call;

static void product_body(void *context, const aevb_team *team)
{
    const product_call *p = context;
    const layer_case *c = p->c;
    switch (p->which) {
    case FORWARD: forward_layer(&c->engine, team, &c->layer, c->B, c->x, 0); break;
    case INPUT_GRADIENT: backward_layers(&c->engine, team, 1, &c->layer, c->B, c->x, c->dx, 0); break;
    default: layer_weights(&c->engine, team, &c->layer, c->B, c->x, 0, NULL);
    }
}

static void product_work(void *context)
{
    const product_call *p = context;
    aevb_team_run(p->workers, product_body, context);
}

/* PyTorch's and NumPy's usual layout: weights [out][in]. */
static void blas_work(void *context)
{
    const product_call *p = context;
    const int B = (int)p->c->B, in = (int)p->c->layer.affine.in, out = (int)p->c->layer.affine.out;
    real *x = p->c->flat[0], *y = p->c->flat[1], *w = p->c->flat[2];
    switch (p->which) {
    case FORWARD: p->config->BITS(gemm)(0, 1, B, out, in, x, w, y); break;
    case INPUT_GRADIENT: p->config->BITS(gemm)(0, 0, B, in, out, y, w, x); break;
    default: p->config->BITS(gemm)(1, 0, out, in, B, y, x, w);
    }
}

/* GFLOP/s of src/ref; both gradients are one call of it. */
static aevb_status measure_ref(aevb_bench_session *session, size_t in, size_t out, double rates[N_PRODUCTS])
{
    static const aevb_bench_work works[N_PRODUCTS] = {ref_forward, ref_gradients, ref_weight_gradient};
    const double one = 2e-9 * (double)(REF_ROWS * in * out);
    ref_case c = {0};
    const aevb_status status = make_ref_case(&c, REF_ROWS, in, out);
    for (int which = 0; status == AEVB_OK && which < N_PRODUCTS; which++)
        if (aevb_bench_wants(session, product_names[which])) {
            aevb_bench_result result;
            const double amount = which == INPUT_GRADIENT ? 2.0 * one : one;
            aevb_bench_rate(&session->config, amount, works[which], &c, &result);
            rates[which] = result.median;
        }
    aevb_free(c.memory);
    return status;
}

/* One product with one number of threads: the other library once, then every level, or with threads the best. */
static void measure_product(aevb_bench_session *session, int which, int t, const layer_case *cases, double ref)
{
    const aevb_bench_config *config = &session->config;
    const int threads = aevb_workers_count(session->workers[t]);
    const size_t B = cases->B, in = cases->layer.affine.in, out = cases->layer.affine.out;
    const double amount = 2e-9 * (double)(B * in * out);
    product_call call = {.c = cases, .which = which, .workers = session->workers[t], .config = config};
    aevb_bench_result blas = {.median = (double)NAN};
    if (config->BITS(gemm) != NULL) {
        config->gemm_threads(threads);
        aevb_bench_rate(config, amount, blas_work, &call, &blas);
    }
    for (int l = 0; l < (t == 0 ? session->n_levels : 1); l++) {
        const aevb_level level = session->levels[l];
        aevb_bench_result line = aevb_bench_line("product", product_names[which], level, PRECISION, threads, "GFLOP/s");
        call.c = &cases[l];
        snprintf(line.shape, sizeof line.shape, "%zux%zux%zu", B, in, out);
        aevb_bench_share(session, amount, level, PRECISION, session->workers[t], product_work, &call, &line);
        line.ratio_to_ref = line.median / ref;
        line.ratio_to_blas = line.median / blas.median;
        aevb_bench_report(session, &line);
    }
}

static aevb_status measure_layer(aevb_bench_session *session, size_t B, size_t in, size_t out,
                                 const double ref[N_PRODUCTS])
{
    layer_case cases[AEVB_LEVEL_COUNT] = {{.B = 0}};
    aevb_status status = AEVB_OK;
    for (int l = 0; status == AEVB_OK && l < session->n_levels; l++)
        status = make_layer_case(&cases[l], session->levels[l], B, in, out);
    for (int which = 0; status == AEVB_OK && which < N_PRODUCTS; which++)
        for (int t = 0; t < session->n_thread_counts && aevb_bench_wants(session, product_names[which]); t++)
            measure_product(session, which, t, cases, ref[which]);
    for (int l = 0; l < session->n_levels; l++)
        aevb_free(cases[l].memory);
    return status;
}

aevb_status BITS(aevb_bench_products)(aevb_bench_session *session, aevb_error *err)
{
    static const size_t layers[][2] = {{784, 400}, {784, 500}, {2914, 512}, {784, 200}};
    static const size_t batches[] = {20, 32, 128, 512};
    aevb_status status = AEVB_OK;
    for (size_t i = 0; status == AEVB_OK && i < sizeof layers / sizeof *layers; i++) {
        double ref[N_PRODUCTS] = {0};
        status = measure_ref(session, layers[i][0], layers[i][1], ref);
        for (size_t j = 0; status == AEVB_OK && j < sizeof batches / sizeof *batches; j++)
            status = measure_layer(session, batches[j], layers[i][0], layers[i][1], ref);
    }
    return status == AEVB_OK ? AEVB_OK : aevb_fail_memory(err);
}
