/* SPDX-License-Identifier: GPL-3.0-or-later
 * Sums over a row, segment by segment in float64 (segment_sum), and what is made of them. */

/* Rows are summed by functions of one segment, which are inlined twice: with count = SEGMENT, where every vector is
 * known to be full, and with the count of the last segment, whose absent elements count as zero. */
VINLINE void segment_clear(real t[SEGMENT], size_t count)
{
    for (size_t j = count / VL * VL; j < SEGMENT; j += VL) {
        v_store(t + j, v_set1(R(0.0)));
    }
}

/* Elements of the vector at j; SEGMENT is a multiple of VL. */
VINLINE size_t segment_lanes(size_t count, size_t j)
{
    return count == SEGMENT ? VL : v_count(count - j);
}

VINLINE double squares_segment(size_t count, const real *x)
{
    real t[SEGMENT];
    segment_clear(t, count);
    for (size_t j = 0; j < count; j += VL) {
        const size_t m = segment_lanes(count, j);
        const vec v = v_load_n(x + j, m);
        v_store_n(t + j, v * v, m);
    }
    return segment_sum(t);
}

static double k_sum_squares(size_t n, const real *x)
{
    double sum = 0.0;
    size_t i = 0;
    for (; i + SEGMENT <= n; i += SEGMENT) {
        sum += squares_segment(SEGMENT, x + i);
    }
    return i < n ? sum + squares_segment(n - i, x + i) : sum;
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
        top = v_select(v_eq(top, top), v_max(top, v), top);
    }
    real result = top[0];
    for (int j = 1; j < VL; j++) {
        result = top[j] < result || result != result ? result : top[j];
    }
    return result;
}

/* e[k] = exp(t[k] - top), stored unless e is NULL; their sum. */
VINLINE double exp_segment(size_t count, const real *t, real top, real *e)
{
    real term[SEGMENT];
    segment_clear(term, count);
    for (size_t j = 0; j < count; j += VL) {
        const size_t m = segment_lanes(count, j);
        const vec v = v_exp(v_load_n(t + j, m) - v_set1(top));
        v_store_n(term + j, v, m);
        if (e != NULL) {
            v_store_n(e + j, v, m);
        }
    }
    return segment_sum(term);
}

VINLINE double exp_sum(size_t n, const real *t, real top, real *e)
{
    double sum = 0.0;
    size_t i = 0;
    for (; i + SEGMENT <= n; i += SEGMENT) {
        sum += exp_segment(SEGMENT, t + i, top, e == NULL ? NULL : e + i);
    }
    return i < n ? sum + exp_segment(n - i, t + i, top, e == NULL ? NULL : e + i) : sum;
}

static void divide_row(size_t n, double by, real *x)
{
    const vec scale = v_set1((real)(1.0 / by));
    V_FOR(i, m, n, {
        v_store_n(x + i, scale * v_load_n(x + i, m), m);
    });
}

/* lse[r] = log sum_k exp(t[r][k]); weight[r][k] = exp(t[r][k] - lse[r]). The largest is taken out first [IWAE.1]; when
 * it is infinite or NaN it is the result, and the weights are NaN. */
static void k_log_sum_exp(size_t rows, size_t K, const real *t, real *lse, real *weight)
{
    for (size_t r = 0; r < rows; r++) {
        const real top = largest(K, t + r * K);
        const double sum = exp_sum(K, t + r * K, top, weight == NULL ? NULL : weight + r * K);
        const int finite = top - top == R(0.0);
        lse[r] = finite ? top + v_log(v_set1((real)sum))[0] : top;
        if (weight != NULL) {
            divide_row(K, sum, weight + r * K);
        }
    }
}
