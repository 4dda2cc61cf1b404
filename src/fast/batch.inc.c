/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of a data set to a batch, the domain of the data, and conversions from and to float64. */

/* k / 255 correctly rounded for k = 0..255 (checked for every k). With a fused multiply-add the quotient is k times
 * 1/255 in two parts, which is off by less than 2^-20 ulp, and k / 255 is never that close to a rounding boundary. */
VINLINE vec v_div255(vec k)
{
#if V_FUSED
    const real high = R(1.0) / R(255.0);
    const real low = (real)((1.0L / 255.0L) - (long double)high);
    return v_fma(k, v_set1(high), k * v_set1(low));
#else
    return k / v_set1(R(255.0));
#endif
}

/* [DATA.2] 1 where x >= 1/2, else 0 (NaN too). */
VINLINE vec v_threshold(vec x)
{
    return v_select(v_le(v_set1(R(0.5)), x), v_set1(R(1.0)), v_set1(R(0.0)));
}

/* The rows lie anywhere in memory: each is asked for while the one before the last is converted. */
static void k_gather_u8(size_t B, size_t X, const uint8_t *rows, const uint32_t *index, int threshold, real *x)
{
    enum { AHEAD = 2, LINE = 64 };
    for (size_t b = 0; b < B; b++) {
        const uint8_t *row = rows + (size_t)index[b] * X;
        for (size_t i = 0; b + AHEAD < B && i < X; i += LINE) {
            __builtin_prefetch(rows + (size_t)index[b + AHEAD] * X + i);
        }
        real *out = x + b * X;
        V_FOR(i, m, X, {
            const vec value = v_div255(v_load_u8_n(row + i, m));
            v_store_n(out + i, threshold ? v_threshold(value) : value, m);
        });
    }
}

/* The threshold is applied to the double, not to its rounded value. */
static void k_gather_f64(size_t B, size_t X, const double *rows, const uint32_t *index, int threshold, real *x)
{
    for (size_t b = 0; b < B; b++) {
        const double *row = rows + (size_t)index[b] * X;
        real *out = x + b * X;
        if (threshold) {
            for (size_t i = 0; i < X; i++) {
                out[i] = row[i] >= 0.5 ? R(1.0) : R(0.0);
            }
        } else {
            V_FOR(i, m, X, {
                v_store_n(out + i, v_load_f64_n(row + i, m), m);
            });
        }
    }
}

static void k_gather_text(size_t B, size_t X, size_t C, size_t step, const uint8_t *text, const uint32_t *index,
                          real *x)
{
    memset(x, 0, B * X * sizeof *x);
    for (size_t b = 0; b < B; b++) {
        const uint8_t *row = text + (size_t)index[b] * step;
        for (size_t p = 0; p < X / C; p++) {
            x[b * X + p * C + row[p]] = R(1.0);
        }
    }
}

/* Lanes where x is outside the domain of the likelihood (0: {0, 1}, 1: [0, 1], 2 and 3: finite). */
VINLINE ivec outside(int likelihood, vec x)
{
    const vec zero = v_set1(R(0.0)), one = v_set1(R(1.0));
    switch (likelihood) {
    case 0: return ~(v_eq(x, zero) | v_eq(x, one));
    case 1: return ~(v_le(zero, x) & v_le(x, one));
    default: return ~v_lt(v_abs(x), v_set1((real)__builtin_inf()));
    }
}

/* The first element at which it is sure that a position has not exactly one 1. [CAT.3] */
static size_t one_hot_domain(size_t C, size_t n, const real *x)
{
    size_t ones = 0;
    for (size_t i = 0, c = 0; i < n; i++, c = c + 1 < C ? c + 1 : 0) {
        ones = (c > 0 ? ones : 0) + (x[i] == R(1.0));
        if (!(x[i] == R(0.0) || x[i] == R(1.0)) || ones > 1 || (c + 1 == C && ones == 0)) {
            return i;
        }
    }
    return n;
}

static size_t k_domain(int likelihood, size_t C, size_t n, const real *x)
{
    if (likelihood == 4) {
        return one_hot_domain(C, n, x);
    }
    enum { RUN = 8 }; /* vectors whose masks are looked at together */
    size_t i = 0;
    for (; i + RUN * VL <= n; i += RUN * VL) {
        ivec bad = outside(likelihood, v_load(x + i));
        UNROLL for (int j = 1; j < RUN; j++) {
            bad |= outside(likelihood, v_load(x + i + j * VL));
        }
        if (v_any(bad)) {
            break;
        }
    }
    for (; i < n; i += VL) {
        const ivec bad = outside(likelihood, v_load_n(x + i, v_count(n - i))); /* absent lanes are 0: never outside */
        if (v_any(bad)) {
            size_t j = 0;
            while (bad[j] == 0) {
                j++;
            }
            return i + j;
        }
    }
    return n;
}

static void k_from_f64(size_t n, const double *x, real *y)
{
    V_FOR(i, m, n, {
        v_store_n(y + i, v_load_f64_n(x + i, m), m);
    });
}

static void k_to_f64(size_t n, const real *x, double *y)
{
    V_FOR(i, m, n, {
        v_store_f64_n(y + i, v_load_n(x + i, m), m);
    });
}
