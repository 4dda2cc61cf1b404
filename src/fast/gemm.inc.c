/* SPDX-License-Identifier: GPL-3.0-or-later
 * Matrix products on panels (rows of gemm_list.h). One tile of rows x vectors stays in registers while the summation
 * index runs; a block of the right factor stays in the first-level cache while the rows pass. */

/* Everything below is one loop nest with constant bounds that must end up in registers. */
#ifdef __clang__
# define UNROLL_ALL _Pragma("clang loop unroll(full)")
# define UNROLL_4 _Pragma("clang loop unroll_count(4)")
#else
# define UNROLL_ALL _Pragma("GCC unroll 16")
# define UNROLL_4 _Pragma("GCC unroll 4")
#endif

/* Vectors per panel: accumulators for rows x PANEL_VECS vectors, PANEL_VECS of the right factor and one broadcast fill
 * the register file (16 registers, without FMA one more for the product; 32 on AVX-512 and NEON). */
#if defined AEVB_KERN_LEVEL_avx2
enum { PANEL_VECS = 3, TILE_ROWS = 4 };
#elif defined AEVB_KERN_LEVEL_avx512
enum { PANEL_VECS = 3, TILE_ROWS = 8 };
#elif defined AEVB_KERN_LEVEL_neon
enum { PANEL_VECS = 4, TILE_ROWS = 6 };
#else
enum { PANEL_VECS = 2, TILE_ROWS = 4 };
#endif
enum {
    PANEL = PANEL_VECS * VL,
    SUMS = PANEL_VECS * TILE_ROWS, /* accumulators that fit into the register file */
    /* Rows of the right factor that share the first-level cache (24 KiB of 32) with the tile's rows of the left. */
    BLOCK = 24576 / (PANEL * (int)sizeof(real)) / PANEL * PANEL,
    MAX_TILE_ROWS = 8,
    LINE_BYTES = 64
};

static size_t k_gemm_panel(void)
{
    return PANEL;
}

/* Where the factors and the result of a product lie. a(r, k) is a[r row_step + k k_step], with k counted in runs of
 * `run` that lie run_stride apart. */
typedef struct product {
    size_t n; /* terms of each sum */
    const real *a;
    size_t row_step, k_step, run, run_stride;
    const real *b;      /* [n][PANEL] */
    const real *init;   /* what the sums start from, rows init_step apart (0: the same for all) */
    size_t init_step;
    real *c;            /* [rows][PANEL], or NULL for */
    const step_vectors *step; /* a step of Adam on these, as c lies: */
    real *theta, *m, *v;
    struct fetch *fetch; /* NULL, or what to ask for meanwhile */
    size_t fetch_lines;  /* cache lines of it for each row */
} product;

/* Cache lines that will be wanted next: runs of `run` lines, `skip` numbers from the end of one to the next. */
typedef struct fetch {
    const real *line;
    size_t left, run, skip;
} fetch;

/* sum[r][v] = init + sum_k a(r, k) b[k][v] for rows x vecs vectors, from row `first` on. */
VINLINE void tile_sums(int rows, int vecs, size_t first, product p, vec sum[MAX_TILE_ROWS][PANEL_VECS])
{
    const real *a = p.a + first * p.row_step, *b = p.b, *init = p.init + first * p.init_step;
    UNROLL_ALL for (int r = 0; r < rows; r++) {
        UNROLL_ALL for (int v = 0; v < vecs; v++) {
            sum[r][v] = v_load(init + (size_t)r * p.init_step + (size_t)(v * VL));
        }
    }
    for (size_t n = p.n; n > 0; a += p.run_stride) {
        const size_t m = n < p.run ? n : p.run;
        const real *ak = a;
        UNROLL_4 for (size_t k = 0; k < m; k++) {
            vec bk[PANEL_VECS];
            UNROLL_ALL for (int v = 0; v < vecs; v++) {
                bk[v] = v_load(b + v * VL);
            }
            UNROLL_ALL for (int r = 0; r < rows; r++) {
                const vec ar = v_set1(ak[(size_t)r * p.row_step]);
                UNROLL_ALL for (int v = 0; v < vecs; v++) {
                    sum[r][v] = v_fma(ar, bk[v], sum[r][v]);
                }
            }
            ak += p.k_step;
            b += PANEL;
        }
        n -= m;
    }
}

VINLINE void tile_store(int rows, int vecs, real *c, vec sum[MAX_TILE_ROWS][PANEL_VECS])
{
    UNROLL_ALL for (int r = 0; r < rows; r++) {
        UNROLL_ALL for (int v = 0; v < vecs; v++) {
            v_store(c + r * PANEL + v * VL, sum[r][v]);
        }
    }
}

/* The sums are gradients: they go into a step while they are in registers. The division and the root overlap with the
 * products of the next tile. */
VINLINE void tile_adam(int rows, int vecs, size_t first, product p, vec sum[MAX_TILE_ROWS][PANEL_VECS])
{
    UNROLL_ALL for (int r = 0; r < rows; r++) {
        UNROLL_ALL for (int v = 0; v < vecs; v++) {
            const size_t at = (first + (size_t)r) * PANEL + (size_t)(v * VL);
            vec mi = v_load(p.m + at), vi = v_load(p.v + at);
            v_store(p.theta + at, v_adam(p.step, v_load(p.theta + at), sum[r][v], &mi, &vi));
            v_store(p.m + at, mi);
            v_store(p.v + at, vi);
        }
    }
}

/* Asks for what tile_adam will want of the rows after these. */
VINLINE void fetch_rows(int rows, size_t first, product p)
{
    const size_t at = (first + (size_t)rows) * PANEL;
    UNROLL_ALL for (int i = 0; i < rows * PANEL * (int)sizeof(real) / LINE_BYTES; i++) {
        const size_t j = at + (size_t)i * (LINE_BYTES / sizeof(real));
        __builtin_prefetch(p.theta + j, 1);
        __builtin_prefetch(p.m + j, 1);
        __builtin_prefetch(p.v + j, 1);
    }
}

VINLINE void fetch_lines(fetch *f, size_t n)
{
    for (; n > 0; n--) {
        __builtin_prefetch(f->line, 0, 2);
        f->line += LINE_BYTES / sizeof(real);
        if (--f->left == 0) {
            f->left = f->run;
            f->line += f->skip;
        }
    }
}

/* Tiles of a constant height from row r on, as many as fit into R rows; returns the first row left. */
VINLINE size_t tiles_of_height(int rows, int vecs, int adam, size_t R, size_t r, product p)
{
    for (; rows * vecs <= SUMS && r + (size_t)rows <= R; r += (size_t)rows) {
        vec sum[MAX_TILE_ROWS][PANEL_VECS];
        if (adam) {
            fetch_rows(rows, r, p);
        } else if (p.fetch != NULL) {
            fetch_lines(p.fetch, (size_t)rows * p.fetch_lines);
        }
        tile_sums(rows, vecs, r, p, sum);
        if (adam) {
            tile_adam(rows, vecs, r, p, sum);
        } else {
            tile_store(rows, vecs, p.c + r * PANEL, sum);
        }
    }
    return r;
}

/* Narrow panels use higher tiles, so that enough sums are under way to hide the latency of the multiply-add. */
VINLINE void tiles_of_width(int vecs, int adam, size_t R, product p)
{
    size_t r = tiles_of_height(8, vecs, adam, R, 0, p);
    r = tiles_of_height(6, vecs, adam, R, r, p);
    r = tiles_of_height(4, vecs, adam, R, r, p);
    r = tiles_of_height(2, vecs, adam, R, r, p);
    tiles_of_height(1, vecs, adam, R, r, p);
}

VINLINE void tiles(size_t R, size_t width, int adam, product p)
{
    switch ((width + VL - 1) / VL) {
    case 1: tiles_of_width(1, adam, R, p); break;
    case 2: tiles_of_width(2, adam, R, p); break;
#if defined AEVB_KERN_LEVEL_neon
    case 3: tiles_of_width(3, adam, R, p); break;
#endif
    default: tiles_of_width(PANEL_VECS, adam, R, p);
    }
}

/* Sums over the columns of a left factor in panels: the forward and the backward product. What is fetched meanwhile is
 * as large as b: the right factor of the product that follows. */
static void rows_by_block(size_t R, size_t n, size_t width, const real *x, size_t stride, const real *b,
                          const real *init, size_t init_step, real *c, fetch *next)
{
    const product p = { .n = n, .a = x, .row_step = PANEL, .k_step = 1, .run = PANEL, .run_stride = stride, .b = b,
                        .init = init, .init_step = init_step, .c = c, .fetch = next,
                        .fetch_lines = (n * PANEL * sizeof(real) / LINE_BYTES + R - 1) / R };
    tiles(R, width, 0, p);
}

/* The length of the blocks that n terms are cut into: whole panels, about equal, at most BLOCK. */
static size_t block_length(size_t n)
{
    const size_t blocks = (n + BLOCK - 1) / BLOCK;
    return blocks == 0 ? PANEL : ((n + blocks - 1) / blocks + PANEL - 1) / PANEL * PANEL;
}

static size_t k_gemm_block(size_t n)
{
    return block_length(n);
}

static void k_gemm_forward(size_t R, size_t n, size_t width, const real *x, size_t stride, const real *w,
                           const real *bias, const real *next, real *y)
{
    const size_t length = block_length(n);
    for (size_t k = 0; k < n; k += length) {
        const size_t m = n - k < length ? n - k : length;
        const int start = k == 0 && bias != NULL;
        fetch then = { .line = k + m < n ? w + (k + m) * PANEL : next, .left = SIZE_MAX };
        rows_by_block(R, m, width, x + k / PANEL * stride, stride, w + k * PANEL, start ? bias : y,
                      start ? 0 : PANEL, y, then.line == NULL ? NULL : &then);
    }
}

/* A square of SQUARE x SQUARE numbers turned round: to[j][i] = from[i][j], rows PANEL apart. Vectors of 32 bytes here,
 * on every level; every panel is a multiple of SQUARE. Stage by stage, blocks of 1, 2 and 4 numbers change places. */
enum { SQUARE = 32 / sizeof(real) };
typedef real side __attribute__((vector_size(32)));

VINLINE void transpose_square(const real *from, real *to)
{
    side row[SQUARE], t[SQUARE];
    UNROLL_ALL for (int i = 0; i < SQUARE; i++) {
        memcpy(&row[i], from + i * PANEL, sizeof row[i]);
    }
#if AEVB_BITS == 32
    UNROLL_ALL for (int i = 0; i < SQUARE; i += 2) {
        t[i] = __builtin_shufflevector(row[i], row[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        t[i + 1] = __builtin_shufflevector(row[i], row[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    UNROLL_ALL for (int i = 0; i < SQUARE; i += 4) {
        row[i] = __builtin_shufflevector(t[i], t[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        row[i + 1] = __builtin_shufflevector(t[i], t[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        row[i + 2] = __builtin_shufflevector(t[i + 1], t[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
        row[i + 3] = __builtin_shufflevector(t[i + 1], t[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
    }
    UNROLL_ALL for (int i = 0; i < SQUARE / 2; i++) {
        t[i] = __builtin_shufflevector(row[i], row[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        t[i + 4] = __builtin_shufflevector(row[i], row[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
#else
    side u[SQUARE];
    UNROLL_ALL for (int i = 0; i < SQUARE; i += 2) {
        u[i] = __builtin_shufflevector(row[i], row[i + 1], 0, 4, 2, 6);
        u[i + 1] = __builtin_shufflevector(row[i], row[i + 1], 1, 5, 3, 7);
    }
    UNROLL_ALL for (int i = 0; i < SQUARE / 2; i++) {
        t[i] = __builtin_shufflevector(u[i], u[i + 2], 0, 1, 4, 5);
        t[i + 2] = __builtin_shufflevector(u[i], u[i + 2], 2, 3, 6, 7);
    }
#endif
    UNROLL_ALL for (int i = 0; i < SQUARE; i++) {
        memcpy(to + i * PANEL, &t[i], sizeof t[i]);
    }
}

/* to[o][i] = from[i][o], o < columns, i < rows: the block of weights turned round for the backward product. */
static void transpose_block(size_t rows, size_t columns, const real *from, size_t wstride, real *to)
{
    for (size_t o = 0; o < columns; o += PANEL) {
        const real *panel = from + o / PANEL * wstride;
        const size_t m = columns - o < PANEL ? columns - o : PANEL;
        size_t i = 0;
        for (; i + SQUARE <= rows; i += SQUARE) {
            for (size_t j = 0; j < m; j += SQUARE) {
                transpose_square(panel + i * PANEL + j, to + (o + j) * PANEL + i);
            }
        }
        for (; i < rows; i++) {
            for (size_t j = 0; j < m; j++) {
                to[(o + j) * PANEL + i] = panel[i * PANEL + j];
            }
        }
    }
}

static void k_gemm_backward(size_t R, size_t n, size_t width, int add, const real *dy, size_t stride, const real *w,
                            size_t wstride, const real *next, real *dx)
{
    enum { RUN = (PANEL * PANEL * (int)sizeof(real) + LINE_BYTES - 1) / LINE_BYTES };
    static const real zero[PANEL];
    real turned[BLOCK * PANEL] __attribute__((aligned(64)));
    const size_t length = block_length(n);
    if (width < PANEL) {
        memset(turned, 0, sizeof turned);
    }
    for (size_t k = 0; k < n; k += length) {
        const size_t m = n - k < length ? n - k : length;
        const int start = k == 0 && !add;
        fetch then = { .line = k + m < n ? w + (k + m) / PANEL * wstride : next, .left = RUN, .run = RUN,
                       .skip = wstride - RUN * LINE_BYTES / sizeof(real) };
        transpose_block(width, m, w + k / PANEL * wstride, wstride, turned);
        rows_by_block(R, m, width, dy + k / PANEL * stride, stride, turned, start ? zero : dx, start ? 0 : PANEL, dx,
                      then.line == NULL ? NULL : &then);
    }
}

static void k_gemm_weights(size_t R, size_t m, size_t width, int add, const real *x, const real *dy, real *dw)
{
    static const real zero[PANEL];
    const product p = { .n = R, .a = x, .row_step = 1, .k_step = PANEL, .run = R, .b = dy, .init = add ? dw : zero,
                        .init_step = add ? PANEL : 0, .c = dw };
    tiles(m, width, 0, p);
}

static void k_gemm_adam(size_t R, size_t n, size_t width, const real *x, size_t stride, const real *dy,
                        const aevb_step_scalars *s, real *theta, real *m, real *v)
{
    static const real zero[PANEL];
    const step_vectors step = v_step_scalars(s);
    for (size_t i = 0; i < n; i += PANEL) {
        const product p = { .n = R, .a = x + i / PANEL * stride, .row_step = 1, .k_step = PANEL, .run = R, .b = dy,
                            .init = zero, .step = &step, .theta = theta + i * PANEL, .m = m + i * PANEL,
                            .v = v + i * PANEL };
        tiles(n - i < PANEL ? n - i : PANEL, width, 1, p);
    }
}

static void k_gemm_bias(size_t R, int add, const real *dy, real *db)
{
    vec sum[PANEL_VECS];
    for (int v = 0; v < PANEL_VECS; v++) {
        sum[v] = add ? v_load(db + v * VL) : v_set1(0);
    }
    for (size_t r = 0; r < R; r++) {
        for (int v = 0; v < PANEL_VECS; v++) {
            sum[v] += v_load(dy + r * PANEL + (size_t)(v * VL));
        }
    }
    for (int v = 0; v < PANEL_VECS; v++) {
        v_store(db + v * VL, sum[v]);
    }
}

static void k_gemm_pack(size_t R, size_t n, const real *src, size_t ld, const real *scale, real *dst, size_t stride)
{
    for (size_t i = 0; i < n; i += PANEL, dst += stride) {
        for (size_t r = 0; r < R; r++) {
            const vec s = v_set1(scale == NULL ? 1 : scale[r]);
            const real *from = src + r * ld + i;
            real *to = dst + r * PANEL;
            for (size_t v = 0; v < PANEL; v += VL) {
                const size_t left = i + v < n ? v_count(n - i - v) : 0;
                v_store(to + v, left == 0 ? v_set1(0) : s * v_load_n(from + v, left));
            }
        }
    }
}

static void k_gemm_unpack(size_t R, size_t n, const real *src, size_t stride, real *dst, size_t ld)
{
    for (size_t i = 0; i < n; i += PANEL, src += stride) {
        for (size_t r = 0; r < R; r++) {
            for (size_t v = 0; v < PANEL && i + v < n; v += VL) {
                const size_t left = v_count(n - i - v);
                v_store_n(dst + r * ld + i + v, v_load(src + r * PANEL + v), left);
            }
        }
    }
}
