/* SPDX-License-Identifier: GPL-3.0-or-later
 * The gradient of the weights that never reaches memory: tiles of sums as in gemm.inc.c, and a step of Adam on each. */

/* A panel of weights, the left factor x in panels and the right factor dy of its gradient, and the step. */
typedef struct adam_panel {
    size_t R; /* terms of each sum */
    const real *x, *dy;
    size_t stride; /* of x */
    const step_vectors *step;
    real *theta, *m, *v;
} adam_panel;

VINLINE void adam_vector(const adam_panel *p, size_t at, vec g)
{
    vec m = v_load(p->m + at), v = v_load(p->v + at);
    v_store(p->theta + at, v_adam(p->step, v_load(p->theta + at), g, &m, &v));
    v_store(p->m + at, m);
    v_store(p->v + at, v);
}

VINLINE void adam_fetch(const adam_panel *p, size_t at)
{
    __builtin_prefetch(p->theta + at, 1);
    __builtin_prefetch(p->m + at, 1);
    __builtin_prefetch(p->v + at, 1);
}

#if defined AEVB_KERN_LEVEL_avx512 || defined AEVB_KERN_LEVEL_neon
/* One tile of rows x vecs vectors from row i on. With 32 registers a step fits in beside the sums: the gradients of the
 * tile before wait in memory, and one vector of them is stepped after every few terms, so that division and root overlap
 * with multiply-adds. What this tile's step will want is fetched meanwhile. */
VINLINE void adam_tile(int rows, int vecs, size_t i, int is_first, const adam_panel *p, real *waiting)
{
    const real *a = p->x + i / PANEL * p->stride + i % PANEL, *b = p->dy;
    const size_t n = (size_t)(rows * vecs), before = (size_t)rows * PANEL;
    vec sum[MAX_TILE_ROWS][PANEL_VECS];
    UNROLL_ALL for (int r = 0; r < rows; r++) {
        UNROLL_ALL for (int v = 0; v < vecs; v++) {
            sum[r][v] = v_set1(0);
        }
    }
    size_t due = 0; /* in n-ths of a term */
    for (size_t q = 0; q < n; q++) {
        for (due += p->R; due >= n; due -= n) {
            add_term(rows, vecs, a, 1, b, sum);
            a += PANEL;
            b += PANEL;
        }
        const size_t at = (i + q / (size_t)vecs) * PANEL + q % (size_t)vecs * VL;
        adam_fetch(p, at);
        if (!is_first) {
            adam_vector(p, at - before, v_load(waiting + q * VL));
        }
    }
    UNROLL_ALL for (int r = 0; r < rows; r++) {
        UNROLL_ALL for (int v = 0; v < vecs; v++) {
            v_store(waiting + (r * vecs + v) * VL, sum[r][v]);
        }
    }
}

/* The step of a last tile that ends before row i. */
VINLINE void adam_last(int rows, int vecs, size_t i, const adam_panel *p, const real *waiting)
{
    for (int r = 0; r < rows; r++) {
        for (int v = 0; v < vecs; v++) {
            adam_vector(p, (i - (size_t)(rows - r)) * PANEL + (size_t)(v * VL), v_load(waiting + (r * vecs + v) * VL));
        }
    }
}
#else
/* The same, stepped out of the registers. */
VINLINE void adam_tile(int rows, int vecs, size_t i, int is_first, const adam_panel *p, real *waiting)
{
    static const real zero[PANEL];
    const product sums = { .n = p->R, .a = p->x + i / PANEL * p->stride + i % PANEL, .b = p->dy, .init = zero };
    vec sum[MAX_TILE_ROWS][PANEL_VECS];
    (void)is_first;
    (void)waiting;
    UNROLL_ALL for (int l = 0; l < rows * PANEL / LINE; l++) {
        adam_fetch(p, i * PANEL + (size_t)(l * LINE));
    }
    tile_sums(0, rows, vecs, 0, &sums, NULL, sum);
    UNROLL_ALL for (int r = 0; r < rows; r++) {
        UNROLL_ALL for (int v = 0; v < vecs; v++) {
            adam_vector(p, (i + (size_t)r) * PANEL + (size_t)(v * VL), sum[r][v]);
        }
    }
}

VINLINE void adam_last(int rows, int vecs, size_t i, const adam_panel *p, const real *waiting)
{
    (void)rows, (void)vecs, (void)i, (void)p, (void)waiting;
}
#endif

/* Tiles of a constant height, which divides PANEL, from row i on, as many as fit into n; returns the first row left. */
VINLINE size_t adam_tiles(int rows, int vecs, size_t n, size_t i, const adam_panel *p)
{
    real waiting[MAX_TILE_ROWS * PANEL_VECS * VL] __attribute__((aligned(LINE_BYTES))) = { 0 };
    const size_t first = i;
    if (PANEL % rows != 0 || rows * vecs > SUMS) {
        return i;
    }
    for (; i + (size_t)rows <= n; i += (size_t)rows) {
        adam_tile(rows, vecs, i, i == first, p, waiting);
    }
    if (i > first) {
        adam_last(rows, vecs, i, p, waiting);
    }
    return i;
}

VINLINE void adam_of_width(int vecs, size_t n, const adam_panel *p)
{
    size_t i = adam_tiles(8, vecs, n, 0, p);
    i = adam_tiles(6, vecs, n, i, p);
    i = adam_tiles(4, vecs, n, i, p);
    i = adam_tiles(2, vecs, n, i, p);
    adam_tiles(1, vecs, n, i, p);
}

static void k_gemm_adam(size_t R, size_t n, size_t width, const real *x, size_t stride, const real *dy,
                        const aevb_step_scalars *s, real *theta, real *m, real *v)
{
    const step_vectors step = v_step_scalars(s);
    const adam_panel p = { .R = R, .x = x, .stride = stride, .dy = dy, .step = &step, .theta = theta, .m = m, .v = v };
    BY_WIDTH(width, adam_of_width, n, &p)
}
