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
 * the register file (16 registers, without FMA one more for the product; 32 on AVX-512 and NEON).
 * Bytes of the right factor that pass while a tile's sums stay in registers: three quarters of a first-level cache, but
 * AVX-512 has so many sums for each vector loaded that the second-level cache (1 MiB or more) feeds it as well, and long
 * sums save loads and stores of the accumulators. TURNED_BYTES of it are turned round at once, into the first level. */
#if defined AEVB_KERN_LEVEL_avx2
enum { PANEL_VECS = 3, TILE_ROWS = 4, BLOCK_BYTES = 24 << 10 };
#elif defined AEVB_KERN_LEVEL_avx512
enum { PANEL_VECS = 3, TILE_ROWS = 8, BLOCK_BYTES = 216 << 10 };
#elif defined AEVB_KERN_LEVEL_neon
enum { PANEL_VECS = 4, TILE_ROWS = 6, BLOCK_BYTES = 24 << 10 };
#else
enum { PANEL_VECS = 2, TILE_ROWS = 4, BLOCK_BYTES = 24 << 10 };
#endif
enum {
    TURNED_BYTES = 24 << 10,
    PANEL = PANEL_VECS * VL,
    SUMS = PANEL_VECS * TILE_ROWS, /* accumulators that fit into the register file */
    BLOCK = BLOCK_BYTES / (PANEL * (int)sizeof(real)) / PANEL * PANEL, /* rows of the right factor */
    TURNED = TURNED_BYTES / (PANEL * (int)sizeof(real)) / PANEL * PANEL,
    MAX_TILE_ROWS = 8,
    LINE_BYTES = 64,
    LINE = LINE_BYTES / sizeof(real)
};

static size_t k_gemm_panel(void)
{
    return PANEL;
}

/* Where the factors and the result of a product lie. Which of the two indices of the left factor runs within its panels
 * is a constant of the code: `by_rows`, a(r, k) = a[k / PANEL stride + r PANEL + k % PANEL], or else a[k PANEL + r]. */
typedef struct product {
    size_t n; /* terms of each sum, at least 1 */
    const real *a;
    size_t stride;
    const real *b;      /* [n][PANEL] */
    const real *init;   /* what the sums start from, rows init_step apart (0: the same for all) */
    size_t init_step;
    real *c;            /* [rows][PANEL] */
    const real *ahead;  /* NULL, or squares of PANEL x PANEL numbers, run_ahead apart, that will be wanted next: each */
    size_t run_ahead;   /* tile asks for a line of them with every term, until all are asked for */
} product;

/* sum[r][v] += a[r row_step] b[v], one term of every sum. */
VINLINE void add_term(int rows, int vecs, const real *a, size_t row_step, const real *b,
                      vec sum[MAX_TILE_ROWS][PANEL_VECS])
{
    vec bk[PANEL_VECS];
    UNROLL_ALL for (int v = 0; v < vecs; v++) {
        bk[v] = v_load(b + v * VL);
    }
    UNROLL_ALL for (int r = 0; r < rows; r++) {
        const vec ar = v_set1(a[(size_t)r * row_step]);
        UNROLL_ALL for (int v = 0; v < vecs; v++) {
            sum[r][v] = v_fma(ar, bk[v], sum[r][v]);
        }
    }
}

/* sum[r][v] = init + sum_k a(r, k) b[k][v] for rows x vecs vectors, from row `first` on. */
VINLINE void tile_sums(int by_rows, int rows, int vecs, size_t first, const product *p, const real *ahead,
                       vec sum[MAX_TILE_ROWS][PANEL_VECS])
{
    const size_t row_step = by_rows ? PANEL : 1;
    const real *a = p->a + first * row_step, *b = p->b, *init = p->init + first * p->init_step;
    UNROLL_ALL for (int r = 0; r < rows; r++) {
        UNROLL_ALL for (int v = 0; v < vecs; v++) {
            sum[r][v] = v_load(init + (size_t)r * p->init_step + (size_t)(v * VL));
        }
    }
    /* Loops that are left at their end: gcc keeps a second copy of all sums for one that may not be entered. */
    size_t n = p->n;
    do {
        const size_t m = by_rows && n > PANEL ? PANEL : n;
        const real *ak = a, *line = ahead;
        size_t k = m;
        UNROLL_4 do {
            add_term(rows, vecs, ak, row_step, b, sum);
            ak += by_rows ? 1 : PANEL;
            b += PANEL;
            if (ahead != NULL) {
                __builtin_prefetch(line, 0, 2);
                line += LINE;
            }
        } while (--k > 0);
        ahead = ahead == NULL ? NULL : ahead + p->run_ahead;
        a += p->stride;
        n -= m;
    } while (n > 0);
}

VINLINE void tile_store(int rows, int vecs, real *c, vec sum[MAX_TILE_ROWS][PANEL_VECS])
{
    UNROLL_ALL for (int r = 0; r < rows; r++) {
        UNROLL_ALL for (int v = 0; v < vecs; v++) {
            v_store(c + r * PANEL + v * VL, sum[r][v]);
        }
    }
}

/* Tiles of a constant height from row r on, as many as fit into R rows; returns the first row left. */
VINLINE size_t tiles_of_height(int by_rows, int rows, int vecs, size_t R, size_t r, const product *p, const real **ahead)
{
    enum { SQUARE_LINES = PANEL * PANEL / LINE };
    for (; rows * vecs <= SUMS && r + (size_t)rows <= R; r += (size_t)rows) {
        vec sum[MAX_TILE_ROWS][PANEL_VECS];
        tile_sums(by_rows, rows, vecs, r, p, *ahead, sum);
        tile_store(rows, vecs, p->c + r * PANEL, sum);
        if (*ahead != NULL) {
            *ahead += PANEL * LINE;
            if (*ahead >= p->ahead + SQUARE_LINES * LINE) {
                *ahead = NULL;
            }
        }
    }
    return r;
}

/* Narrow panels use higher tiles, so that enough sums are under way to hide the latency of the multiply-add. */
VINLINE void tiles_of_width(int vecs, int by_rows, size_t R, const product *p)
{
    const real *ahead = p->ahead;
    size_t r = tiles_of_height(by_rows, 8, vecs, R, 0, p, &ahead);
    r = tiles_of_height(by_rows, 6, vecs, R, r, p, &ahead);
    r = tiles_of_height(by_rows, 4, vecs, R, r, p, &ahead);
    r = tiles_of_height(by_rows, 2, vecs, R, r, p, &ahead);
    tiles_of_height(by_rows, 1, vecs, R, r, p, &ahead);
}

/* f(vecs, ...) with the number of vectors in `width` columns as a constant. */
#if defined AEVB_KERN_LEVEL_neon
# define CASE_3(f, ...) case 3: f(3, __VA_ARGS__); break;
#else
# define CASE_3(f, ...)
#endif
#define BY_WIDTH(width, f, ...) \
    switch (((width) + VL - 1) / VL) { \
    case 1: f(1, __VA_ARGS__); break; \
    case 2: f(2, __VA_ARGS__); break; \
    CASE_3(f, __VA_ARGS__) \
    default: f(PANEL_VECS, __VA_ARGS__); \
    }

static void tiles_by_rows(size_t R, size_t width, const product *p)
{
    BY_WIDTH(width, tiles_of_width, 1, R, p)
}

static void tiles_by_columns(size_t R, size_t width, const product *p)
{
    BY_WIDTH(width, tiles_of_width, 0, R, p)
}

/* The length of the blocks that n terms are cut into: whole panels, about equal, at most `most`. */
static size_t block_length(size_t n, size_t most)
{
    const size_t blocks = (n + most - 1) / most;
    return blocks == 0 ? PANEL : ((n + blocks - 1) / blocks + PANEL - 1) / PANEL * PANEL;
}

static size_t k_gemm_block(size_t n)
{
    return block_length(n, BLOCK);
}

static void k_gemm_forward(size_t R, size_t n, size_t width, const real *x, size_t stride, const real *w,
                           const real *bias, real *y)
{
    const size_t length = block_length(n, BLOCK);
    for (size_t k = 0; k < n; k += length) {
        const int start = k == 0 && bias != NULL;
        const product p = { .n = n - k < length ? n - k : length, .a = x + k / PANEL * stride, .stride = stride,
                            .b = w + k * PANEL,
                            .init = start ? bias : y, .init_step = start ? 0 : PANEL, .c = y };
        tiles_by_rows(R, width, &p);
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
    static const real zero[PANEL];
    real turned[TURNED * PANEL] __attribute__((aligned(LINE_BYTES)));
    const size_t length = block_length(n, TURNED);
    for (size_t k = 0; k < n; k += length) {
        const size_t m = n - k < length ? n - k : length;
        const int start = k == 0 && !add;
        const product p = { .n = m, .a = dy + k / PANEL * stride, .stride = stride, .b = turned, .init = start ? zero : dx,
                            .init_step = start ? 0 : PANEL, .c = dx,
                            .ahead = k + m < n ? w + (k + m) / PANEL * wstride : next, .run_ahead = wstride };
        if (width < PANEL) {
            memset(turned, 0, m * PANEL * sizeof *turned);
        }
        transpose_block(width, m, w + k / PANEL * wstride, wstride, turned);
        tiles_by_rows(R, width, &p);
    }
}

static void k_gemm_weights(size_t R, size_t m, size_t width, int add, const real *x, const real *dy, real *dw)
{
    static const real zero[PANEL];
    const product p = { .n = R, .a = x, .b = dy, .init = add ? dw : zero,
                        .init_step = add ? PANEL : 0, .c = dw };
    tiles_by_columns(m, width, &p);
}

static void k_gemm_bias(size_t R, int add, const real *dy, real *db)
{
    vec sum[PANEL_VECS];
    UNROLL_ALL for (int v = 0; v < PANEL_VECS; v++) {
        sum[v] = add ? v_load(db + v * VL) : v_set1(0);
    }
    for (size_t r = 0; r < R; r++) {
        UNROLL_ALL for (int v = 0; v < PANEL_VECS; v++) {
            sum[v] += v_load(dy + r * PANEL + (size_t)(v * VL));
        }
    }
    UNROLL_ALL for (int v = 0; v < PANEL_VECS; v++) {
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
