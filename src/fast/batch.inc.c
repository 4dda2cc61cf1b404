/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of a data set to a batch, and conversions between float64 and the precision of the kernels. */

typedef uint8_t byte_vec __attribute__((vector_size(VL)));
typedef double wide_vec __attribute__((vector_size(VL * sizeof(double)))); /* VL doubles; vec itself for float64 */

VINLINE vec v_from_f64(const double *p, size_t n)
{
    wide_vec w = { 0 };
    if (n == VL) {
        memcpy(&w, p, sizeof w);
    } else {
        memcpy(&w, p, n * sizeof *p);
    }
    return __builtin_convertvector(w, vec);
}

VINLINE void v_to_f64(double *p, vec v, size_t n)
{
    const wide_vec w = __builtin_convertvector(v, wide_vec);
    if (n == VL) {
        memcpy(p, &w, sizeof w);
    } else {
        memcpy(p, &w, n * sizeof *p);
    }
}

VINLINE vec v_from_u8(const uint8_t *p, size_t n)
{
    byte_vec b = { 0 };
    if (n == VL) {
        memcpy(&b, p, sizeof b);
    } else {
        memcpy(&b, p, n);
    }
    return __builtin_convertvector(b, vec);
}

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

static void k_gather_u8(size_t B, size_t X, const uint8_t *rows, const uint32_t *index, int threshold, real *x)
{
    for (size_t b = 0; b < B; b++) {
        const uint8_t *row = rows + (size_t)index[b] * X;
        real *out = x + b * X;
        for (size_t i = 0; i < X; i += VL) {
            const size_t m = v_count(X - i);
            const vec value = v_div255(v_from_u8(row + i, m));
            v_store_n(out + i, threshold ? v_threshold(value) : value, m);
        }
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
            for (size_t i = 0; i < X; i += VL) {
                const size_t m = v_count(X - i);
                v_store_n(out + i, v_from_f64(row + i, m), m);
            }
        }
    }
}

static void k_from_f64(size_t n, const double *x, real *y)
{
    for (size_t i = 0; i < n; i += VL) {
        const size_t m = v_count(n - i);
        v_store_n(y + i, v_from_f64(x + i, m), m);
    }
}

static void k_to_f64(size_t n, const real *x, double *y)
{
    for (size_t i = 0; i < n; i += VL) {
        const size_t m = v_count(n - i);
        v_to_f64(y + i, v_load_n(x + i, m), m);
    }
}
