/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of the kernel list for matrix products; see kern_list.h.
 *
 * Products work on panels. A matrix of R rows and n columns is kept as ceil(n / P) panels of P = gemm_panel() columns,
 * each [rows][P] without gaps, `stride` numbers from one panel to the next; the columns beyond n are zero. Each number
 * of a product is one chain of fused multiply-adds in ascending order of the summation index, whatever the blocking,
 * so results depend on no panel width, block size or thread. Tolerance of a chain of n terms: gamma_(n + 1). No sum and
 * no matrix of a product is empty: R, n, m and width are at least 1. */
#ifndef AEVB_GEMM_LIST_H
#define AEVB_GEMM_LIST_H

#define AEVB_GEMM_LIST(K) \
    /* P of this level and precision; a multiple of the vector length. */ \
    K(size_t, gemm_panel, (void), EXACT, 0, 0) \
    /* dst panels <- (scale == NULL ? 1 : scale[r]) src[r][i], r < R, i < n; rows of src are ld apart. */ \
    K(void, gemm_pack, (size_t R, size_t n, const real *src, size_t ld, const real *scale, real *dst, \
      size_t stride), ULP, 1, 1) \
    /* dst[r][i] <- src panels, r < R, i < n; rows of dst are ld apart. */ \
    K(void, gemm_unpack, (size_t R, size_t n, const real *src, size_t stride, real *dst, size_t ld), EXACT, 0, 0) \
    /* A multiple of P. Sums of n terms are best cut into pieces of this length and done piece by piece for all panels of
       a result, so that a piece of the left factor stays in the cache. */ \
    K(size_t, gemm_block, (size_t n), EXACT, 0, 0) \
    /* One panel of y = x w + bias, of which `width` columns are wanted: y[r][j] = bias[j] + sum_k x(r, k) w[k][j],
       k < n; x in panels, w[n][P], bias[P], y[R][P]; NULL for bias: y[r][j] + the sum. [AFFINE.1] */ \
    K(void, gemm_forward, (size_t R, size_t n, size_t width, const real *x, size_t stride, const real *w, \
      const real *bias, real *y), GAMMA, 1, 1) \
    /* One panel of dx = dy w': dx[r][i] = (add ? dx[r][i] : 0) + sum_o dy(r, o) w(i, o), o < n, i < width; dy in
       panels, dx[R][P]. w points to the first of the `width` rows in the first panel of weights, wstride from panel
       to panel. `next` is NULL, or the w of the call that follows, which is fetched meanwhile. [AFFINE.2] */ \
    K(void, gemm_backward, (size_t R, size_t n, size_t width, int add, const real *dy, size_t stride, \
      const real *w, size_t wstride, const real *next, real *dx), GAMMA, 1, 1) \
    /* A block of dw = x' dy: dw[i][j] = (add ? dw[i][j] : 0) + sum_r x[r][i] dy[r][j], i < m <= P, j < width; x[R][P]
       and dy[R][P] are one panel each, dw[m][P]. [AFFINE.2] */ \
    K(void, gemm_weights, (size_t R, size_t m, size_t width, int add, const real *x, const real *dy, real *dw), \
      GAMMA, 1, 1) \
    /* One panel of the same, i < n with x in panels, kept nowhere: the gradient of a step of adam() on theta, m and
       v[n][P]. */ \
    K(void, gemm_adam, (size_t R, size_t n, size_t width, const real *x, size_t stride, const real *dy, \
      const aevb_step_scalars *s, real *theta, real *m, real *v), GAMMA, 16, 16) \
    /* db[j] = (add ? db[j] : 0) + sum_r dy[r][j], j < P, one panel. [AFFINE.2] */ \
    K(void, gemm_bias, (size_t R, int add, const real *dy, real *db), GAMMA, 1, 1)

#endif
