/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sums, and small operations on rows. Sums over a row go segment by segment in float64 (segment_sum); sums over rows
 * are one chain per column, in the order of the rows. */

/* A segment of which only m elements will be stored: the rest must not count. */
VINLINE void segment_clear(real t[SEGMENT], size_t m)
{
    if (m < SEGMENT) {
        memset(t, 0, SEGMENT * sizeof *t);
    }
}

VINLINE size_t segment_count(size_t left)
{
    return left < SEGMENT ? left : SEGMENT;
}

/* dbias[i] += sum_b dy[b][i] */
static void k_column_sums(size_t B, size_t n, size_t stride, const real *dy, real *dbias)
{
    for (size_t i = 0; i < n; i += VL) {
        const size_t m = v_count(n - i);
        vec sum = v_load_n(dbias + i, m);
        for (size_t b = 0; b < B; b++) {
            sum += v_load_n(dy + b * stride + i, m);
        }
        v_store_n(dbias + i, sum, m);
    }
}

static void k_scale_rows(size_t rows, size_t n, const double *scale, real *x)
{
    for (size_t r = 0; r < rows; r++) {
        const vec s = v_set1((real)scale[r]);
        real *row = x + r * n;
        for (size_t i = 0; i < n; i += VL) {
            const size_t m = v_count(n - i);
            v_store_n(row + i, s * v_load_n(row + i, m), m);
        }
    }
}

static void k_add(size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i += VL) {
        const size_t m = v_count(n - i);
        v_store_n(y + i, v_load_n(y + i, m) + v_load_n(x + i, m), m);
    }
}

static double k_sum_squares(size_t n, const real *x)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i += SEGMENT) {
        real t[SEGMENT];
        const size_t count = segment_count(n - i);
        segment_clear(t, count);
        for (size_t j = 0; j < count; j += VL) {
            const size_t m = v_count(count - j);
            const vec v = v_load_n(x + i + j, m);
            v_store_n(t + j, v * v, m);
        }
        sum += segment_sum(t);
    }
    return sum;
}

/* The largest of n > 0 numbers, NaN if there is one. */
VINLINE real largest(size_t n, const real *t)
{
    vec top = v_set1(t[0]);
    for (size_t i = 0; i < n; i += VL) {
        const size_t m = v_count(n - i);
        vec v = v_set1(t[0]);
        if (m == VL) {
            v = v_load(t + i);
        } else {
            for (size_t j = 0; j < m; j++) {
                v[j] = t[i + j];
            }
        }
        top = v_select(v_lt(v, top) | ~v_eq(top, top), top, v);
    }
    real result = top[0];
    for (int j = 1; j < VL; j++) {
        result = top[j] < result || result != result ? result : top[j];
    }
    return result;
}

/* lse[r] = log sum_k exp(t[r][k]); weight[r][k] = exp(t[r][k] - lse[r]). The largest is taken out first [IWAE.1]; when
 * it is infinite or NaN it is the result, and the weights are NaN. */
static void k_log_sum_exp(size_t rows, size_t K, const real *t, real *lse, real *weight)
{
    for (size_t r = 0; r < rows; r++) {
        const real *row = t + r * K;
        const real top = largest(K, row);
        double sum = 0.0;
        for (size_t i = 0; i < K; i += SEGMENT) {
            real e[SEGMENT];
            const size_t count = segment_count(K - i);
            segment_clear(e, count);
            for (size_t j = 0; j < count; j += VL) {
                const size_t m = v_count(count - j);
                const vec v = v_exp(v_load_n(row + i + j, m) - v_set1(top));
                v_store_n(e + j, v, m);
                if (weight != NULL) {
                    v_store_n(weight + r * K + i + j, v, m);
                }
            }
            sum += segment_sum(e);
        }
        const int finite = top - top == R(0.0);
        lse[r] = finite ? top + v_log(v_set1((real)sum))[0] : top;
        if (weight != NULL) {
            const vec inverse = v_set1((real)(1.0 / sum));
            for (size_t k = 0; k < K; k += VL) {
                const size_t m = v_count(K - k);
                v_store_n(weight + r * K + k, inverse * v_load_n(weight + r * K + k, m), m);
            }
        }
    }
}
