/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels on panels of one precision, each on the first panel of a square layer: a call of it, and one of what
 * src/ref needs for the same. */

enum { WIDTH = 784, ONE_PANEL = 0 /* stands for the width of a panel, which the level decides */ };

static const aevb_step_scalars adam_step = {.keep = 1.0, .rate = 1e-6, .beta1 = 0.9, .beta2 = 0.999, .root = 1.0,
                                            .eps = 1e-8};

#define FAST_PANEL(name, ...) CALL(layer_case, fast, name, s->engine.kern->name(__VA_ARGS__))
FAST_PANEL(gemm_forward, s->B, WIDTH, s->engine.P, s->x.at, s->x.stride, s->engine.theta,
           s->engine.theta + WIDTH * s->engine.P, s->layer.y.at)
FAST_PANEL(gemm_backward, s->B, WIDTH, s->engine.P, 0, s->layer.dy.at, s->layer.dy.stride, s->engine.theta,
           s->layer.affine.wstride, NULL, s->dx.at)
FAST_PANEL(gemm_weights, s->B, s->engine.P, s->engine.P, 0, s->x.at, s->layer.dy.at, s->engine.grad)
FAST_PANEL(gemm_adam, s->B, WIDTH, s->engine.P, s->x.at, s->x.stride, s->layer.dy.at, &adam_step, s->engine.theta,
           s->moments[0], s->moments[1])
FAST_PANEL(gemm_bias, s->B, 0, s->layer.dy.at, s->engine.grad)
FAST_PANEL(gemm_pack, s->B, WIDTH, s->flat[0], WIDTH, NULL, s->x.at, s->x.stride)
FAST_PANEL(gemm_unpack, s->B, WIDTH, s->x.at, s->x.stride, s->flat[0], WIDTH)

CALL(ref_case, ref, weights_adam, ref_weight_gradient(p);
     aevb_ref_adam(s->in * s->out, 10, 1e-6, 0.9, 0.999, 1e-8, s->w, s->dw, s->moments[0], s->moments[1]))
CALL(ref_case, ref, bias_gradient, aevb_ref_affine_backward(s->B, 0, s->in, s->x, s->w, s->y, NULL, s->dw, s->bias))

static const struct {
    const char *name;
    aevb_bench_work fast, ref; /* ref: NULL for what only panels need */
    size_t in, out;            /* a product of B x in and in x out numbers; or B x in numbers, when `bytes` */
    int bytes;                 /* are read and written for each */
    int ref_products;          /* that a call of ref makes */
} panel_table[] = {
    {"gemm_forward", fast_gemm_forward, ref_forward, WIDTH, ONE_PANEL, 0, 1},
    {"gemm_backward", fast_gemm_backward, ref_gradients, ONE_PANEL, WIDTH, 0, 2},
    {"gemm_weights", fast_gemm_weights, ref_weight_gradient, ONE_PANEL, ONE_PANEL, 0, 1},
    {"gemm_adam", fast_gemm_adam, ref_weights_adam, WIDTH, ONE_PANEL, 0, 1},
    {"gemm_bias", fast_gemm_bias, ref_bias_gradient, ONE_PANEL, 0, sizeof(real), 1},
    {"gemm_pack", fast_gemm_pack, NULL, WIDTH, 0, 2 * sizeof(real), 0},
    {"gemm_unpack", fast_gemm_unpack, NULL, WIDTH, 0, 2 * sizeof(real), 0},
};
enum { N_PANEL_KERNELS = sizeof panel_table / sizeof *panel_table };

#define COUNT(...) + 1
_Static_assert(N_PANEL_KERNELS + 2 == 0 AEVB_GEMM_LIST(COUNT), "all but gemm_panel and gemm_block, mere sizes");
#undef COUNT

const char *BITS(aevb_bench_panel_kernel_name)(size_t i)
{
    return i < N_PANEL_KERNELS ? panel_table[i].name : NULL;
}

/* Kernel i: GFLOP/s of a product, else time and bytes per number; and speed over that of its reference. */
static void measure_panel_kernel(aevb_bench_session *session, size_t i, aevb_level level, layer_case *c,
                                 ref_case *judge)
{
    const size_t in = panel_table[i].in == ONE_PANEL ? c->engine.P : panel_table[i].in;
    const size_t out = panel_table[i].out == ONE_PANEL ? c->engine.P : panel_table[i].out;
    const int moves = panel_table[i].bytes != 0;
    const double amount = 1e-9 * (double)(c->B * in) * (moves ? 1.0 : 2.0 * (double)out);
    aevb_bench_result other, line = aevb_bench_line("kernel", panel_table[i].name, level, PRECISION, 1,
                                                    moves ? "ns/element" : "GFLOP/s");
    if (moves) {
        snprintf(line.shape, sizeof line.shape, "%zux%zu", c->B, in);
        aevb_bench_rate(&session->config, amount, panel_table[i].fast, c, &line);
        line.gb_per_s = line.median * panel_table[i].bytes;
    } else {
        snprintf(line.shape, sizeof line.shape, "%zux%zux%zu", c->B, in, out);
        aevb_bench_share(session, amount, level, PRECISION, session->workers[0], panel_table[i].fast, c, &line);
    }
    if (panel_table[i].ref != NULL) {
        judge->in = in;
        judge->out = out;
        aevb_bench_rate(&session->config, amount * panel_table[i].ref_products, panel_table[i].ref, judge, &other);
        line.ratio_to_ref = line.median / other.median;
    }
    if (moves)
        aevb_bench_invert(&line);
    aevb_bench_report(session, &line);
}

aevb_status BITS(aevb_bench_panel_kernels)(aevb_bench_session *session, aevb_error *err)
{
    static const size_t batches[] = {20, 128};
    for (size_t j = 0; j < sizeof batches / sizeof *batches; j++)
        for (int l = 0; l < session->n_levels; l++) {
            layer_case c;
            ref_case judge = {0};
            aevb_status status = make_layer_case(&c, session->levels[l], batches[j], WIDTH, WIDTH);
            if (status == AEVB_OK)
                status = make_ref_case(&judge, batches[j], WIDTH, WIDTH);
            for (size_t i = 0; status == AEVB_OK && i < N_PANEL_KERNELS; i++)
                if (aevb_bench_wants(session, panel_table[i].name))
                    measure_panel_kernel(session, i, session->levels[l], &c, &judge);
            aevb_free(c.memory);
            aevb_free(judge.memory);
            if (status != AEVB_OK)
                return aevb_fail_memory(err);
        }
    return AEVB_OK;
}
