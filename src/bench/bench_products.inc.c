/* SPDX-License-Identifier: GPL-3.0-or-later
 * The three products of training, as the engine runs them on its panels, and the same by another library. */

enum { FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT, N_PRODUCTS, GROUP = 8 /* rows that a thread takes at once */ };

/* A layer of `out` units on B rows of `in` numbers. */
typedef struct product_case {
    const kernels *k;
    size_t B, in, out, P;
    int which, threads;
    size_t xstride, ystride, wstride; /* from panel to panel */
    real *x, *y, *w, *dx, *dw;        /* panels; y is dy too, the last row of w's panels the bias */
    real *flat[3];                    /* row-major x, y, w for the other library */
    const aevb_bench_config *config;
} product_case;

static size_t panels_of(size_t n, size_t P)
{
    return (n + P - 1) / P;
}

/* Panel p of n columns: how many of them are there. */
static size_t width_of(size_t n, size_t P, size_t p)
{
    return n - p * P < P ? n - p * P : P;
}

static void one_panel(const product_case *c, size_t p, size_t first, size_t end)
{
    const size_t P = c->P, rows = end - first;
    const real *w = c->w + p * c->wstride;
    switch (c->which) {
    case FORWARD:
        c->k->gemm_forward(rows, c->in, width_of(c->out, P, p), c->x + first * P, c->xstride, w, w + c->in * P,
                           c->y + p * c->ystride + first * P);
        break;
    case INPUT_GRADIENT:
        c->k->gemm_backward(rows, c->out, width_of(c->in, P, p), 0, c->y + first * P, c->ystride, c->w + p * P * P,
                            c->wstride, c->dx + p * c->xstride + first * P);
        break;
    default: /* blocks of x's panels: `first` and `end` count those */
        for (size_t q = first; q < end; q++)
            c->k->gemm_weights(c->B, width_of(c->in, P, q), width_of(c->out, P, p), 0, c->x + q * c->xstride,
                               c->y + p * c->ystride, c->dw + p * c->wstride + q * P * P);
    }
}

/* The result's panels times groups of rows (or blocks), shared out evenly. */
static void product_body(void *context, const aevb_team *team)
{
    const product_case *c = context;
    const size_t panels = panels_of(c->which == INPUT_GRADIENT ? c->in : c->out, c->P);
    const size_t groups = c->which == WEIGHT_GRADIENT ? panels_of(c->in, c->P) : panels_of(c->B, GROUP);
    const aevb_share mine = aevb_team_share(team, panels * groups);
    for (size_t at = mine.first; at < mine.end;) {
        const size_t p = at / groups, first = at % groups;
        const size_t end = mine.end - p * groups < groups ? mine.end - p * groups : groups;
        if (c->which == WEIGHT_GRADIENT)
            one_panel(c, p, first, end);
        else
            one_panel(c, p, first * GROUP, end * GROUP < c->B ? end * GROUP : c->B);
        at = p * groups + end;
    }
}

static void product_work(void *context)
{
    const product_case *c = context;
    aevb_team_run(c->threads, product_body, context);
}

/* PyTorch's and NumPy's usual layout: weights [out][in]. */
static void blas_work(void *context)
{
    const product_case *c = context;
    const int B = (int)c->B, in = (int)c->in, out = (int)c->out;
    real *x = c->flat[0], *y = c->flat[1], *w = c->flat[2];
    switch (c->which) {
    case FORWARD: c->config->BITS(gemm)(0, 1, B, out, in, x, w, y); break;
    case INPUT_GRADIENT: c->config->BITS(gemm)(0, 0, B, in, out, y, w, x); break;
    default: c->config->BITS(gemm)(1, 0, out, in, B, y, x, w);
    }
}

static real *some_numbers(size_t n)
{
    real *a = aevb_alloc(n, sizeof *a);
    for (size_t i = 0; a != NULL && i < n; i++)
        a[i] = (real)((double)(i * 37 % 101) / 101.0 - 0.5);
    return a;
}

static aevb_status make_product(product_case *c)
{
    const size_t P = c->P, line = 64 / sizeof(real);
    /* as the engine: neighbouring panels not in the same sets of the caches */
    c->xstride = c->ystride = ((c->B * P / line + 8) / 16 * 16 + 7) * line;
    c->wstride = (c->in + 1) * P;
    real **const made[] = {&c->x, &c->y, &c->w, &c->dx, &c->dw, &c->flat[0], &c->flat[1], &c->flat[2]};
    const size_t ins = panels_of(c->in, P), outs = panels_of(c->out, P);
    const size_t sizes[] = {ins * c->xstride, outs * c->ystride, outs * c->wstride, ins * c->xstride,
                            outs * c->wstride + ins * P * P, c->B * c->in, c->B * c->out, c->out * c->in};
    int complete = 1;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        complete &= (*made[i] = some_numbers(sizes[i] + P)) != NULL;
    return complete ? AEVB_OK : AEVB_ENOMEM;
}

static void free_product(product_case *c)
{
    real *const made[] = {c->x, c->y, c->w, c->dx, c->dw, c->flat[0], c->flat[1], c->flat[2]};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        aevb_free(made[i]);
}

static void measure_product(aevb_bench_session *session, aevb_level level, product_case *c)
{
    static const char *const names[N_PRODUCTS] = {"forward", "input gradient", "weight gradient"};
    const aevb_bench_config *config = &session->config;
    const double flops = 2.0 * (double)c->B * (double)c->in * (double)c->out;
    aevb_bench_result line = aevb_bench_line("product", names[c->which], level, PRECISION, c->threads, "GFLOP/s");
    if (!aevb_bench_wants(session, names[c->which]))
        return;
    snprintf(line.shape, sizeof line.shape, "%zux%zux%zu", c->B, c->in, c->out);
    const double peak = aevb_bench_peak(level, PRECISION, c->threads);
    aevb_bench_rate(config, 1e-9 * flops, product_work, c, &line);
    line.share_of_peak = 1e9 * line.median / peak;
    if (config->BITS(gemm) != NULL) {
        aevb_bench_result other = line;
        config->gemm_threads(c->threads);
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
            product_case c = {.k = KERNELS(level), .B = batches[j], .in = layers[i][0], .out = layers[i][1],
                              .config = &session->config};
            c.P = c.k->gemm_panel();
            const aevb_status status = make_product(&c);
            for (c.which = 0; status == AEVB_OK && c.which < N_PRODUCTS; c.which++) {
                c.threads = 1;
                measure_product(session, level, &c);
                c.threads = session->config.threads;
                if (c.threads > 1)
                    measure_product(session, level, &c);
            }
            free_product(&c);
            if (status != AEVB_OK)
                return aevb_fail_memory(err);
        }
    return AEVB_OK;
}
