/* SPDX-License-Identifier: GPL-3.0-or-later
 * The categorical likelihood. Within a position, the exponentials are summed as those of log_sum_exp; the terms of
 * the positions are summed by segment_sum, SEGMENT positions at a time, as the elements of a row are elsewhere. */

/* Of count logits of a position whose largest is top: the sum of exp(a - top), which are stored in e unless that is NULL
 * (it may be a), and added to *chosen the a - top that x chooses. */
VINLINE double choice_segment(size_t count, const real *x, const real *a, real top, real *e, double *chosen)
{
    real t[SEGMENT], c[SEGMENT];
    segment_clear(t, count);
    segment_clear(c, count);
    for (size_t j = 0; j < count; j += VL) {
        const size_t m = segment_lanes(count, j);
        const vec below = v_load_n(a + j, m) - v_set1(top), v = v_exp(below);
        v_store_n(t + j, v, m);
        v_store_n(c + j, v_select(v_eq(v_load_n(x + j, m), v_set1(R(1.0))), below, v_set1(R(0.0))), m);
        if (e != NULL) {
            v_store_n(e + j, v, m);
        }
    }
    *chosen += segment_sum(c);
    return segment_sum(t);
}

/* A position: see choice_segment. All but one of the numbers that make up *chosen are 0, so their sum is exact. */
VINLINE real choice(size_t C, const real *x, const real *a, real *e, real *sum)
{
    const real top = largest(C, a);
    double total = 0.0, chosen = 0.0;
    size_t i = 0;
    for (; i + SEGMENT <= C; i += SEGMENT) {
        total += choice_segment(SEGMENT, x + i, a + i, top, e == NULL ? NULL : e + i, &chosen);
    }
    if (i < C) {
        total += choice_segment(C - i, x + i, a + i, top, e == NULL ? NULL : e + i, &chosen);
    }
    *sum = (real)total;
    return (real)chosen;
}

/* da = adjoint (x - e / sum), in place of e. */
VINLINE void choice_slopes(size_t C, const real *x, real sum, real adjoint, real *e)
{
    const vec minus = v_set1(R(-1.0) / sum), scale = v_set1(adjoint);
    for (size_t i = 0; i < C; i += VL) {
        const size_t m = v_count(C - i);
        v_store_n(e + i, scale * v_fma(v_load_n(e + i, m), minus, v_load_n(x + i, m)), m);
    }
}

/* n positions, at most SEGMENT; da NULL: the value alone. */
VINLINE double categorical_segment(size_t n, size_t C, const real *x, const real *a, real adjoint, real *da)
{
    real t[SEGMENT] = { 0 }, sum[SEGMENT];
    for (size_t p = 0; p < n; p++) {
        t[p] = choice(C, x + p * C, a + p * C, da == NULL ? NULL : da + p * C, &sum[p]);
        if (da != NULL) {
            choice_slopes(C, x + p * C, sum[p], adjoint, da + p * C);
        }
    }
    for (size_t p = 0; p < n; p += VL) {
        const size_t m = v_count(n - p);
        v_store_n(t + p, v_load_n(t + p, m) - v_log(v_load_n(sum + p, m)), m);
    }
    return segment_sum(t);
}

VINLINE double categorical_row(size_t X, size_t C, const real *x, const real *a, real adjoint, real *da)
{
    double sum = 0.0;
    for (size_t i = 0; i < X; i += SEGMENT * C) {
        const size_t left = (X - i) / C;
        sum += categorical_segment(left < SEGMENT ? left : SEGMENT, C, x + i, a + i, adjoint,
                                   da == NULL ? NULL : da + i);
    }
    return sum;
}

/* [CAT.1] */
static void k_categorical(size_t rows, size_t K, size_t X, size_t C, const real *x, const real *a, double *logpx)
{
    for (size_t r = 0; r < rows; r++) {
        logpx[r] = categorical_row(X, C, x + r / K * X, a + r * X, R(0.0), NULL);
    }
}

/* [CAT.2] */
static void k_categorical_grad(size_t rows, size_t K, size_t X, size_t C, const real *x, const real *a,
                               const double *dlogpx, double *logpx, real *da)
{
    for (size_t r = 0; r < rows; r++) {
        logpx[r] = categorical_row(X, C, x + r / K * X, a + r * X, (real)dlogpx[r], da + r * X);
    }
}

static void k_softmax(size_t rows, size_t C, const real *a, real *p)
{
    for (size_t r = 0; r < rows; r++) {
        const real top = largest(C, a + r * C);
        const double sum = exp_sum(C, a + r * C, top, p + r * C);
        divide_row(C, sum, p + r * C);
    }
}
