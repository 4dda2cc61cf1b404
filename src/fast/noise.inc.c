/* SPDX-License-Identifier: GPL-3.0-or-later
 * Philox4x32-10, uniforms (VL blocks of two elements at a time), normals and dynamic binarisation. */

enum { PAIRS = 2 * VL }; /* elements per call of uniform_pairs */

/* [RNG.1] Words are the lower halves of 64-bit lanes; what the upper halves hold never reaches a product, whose
 * operands are 32 bits, and is cut off at the end. */
VINLINE void philox(uvec c[4], uint64_t seed)
{
    const uvec m0 = u_set1(0xD2511F53u), m1 = u_set1(0xCD9E8D57u);
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        const uvec p0 = u_mul32(m0, c[0]), p1 = u_mul32(m1, c[2]);
        c[0] = (p1 >> 32) ^ c[1] ^ u_set1(k0);
        c[1] = p1;
        c[2] = (p0 >> 32) ^ c[3] ^ u_set1(k1);
        c[3] = p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

/* [RNG.2] k = the upper 52 bits of two words; (k + 1/2) 2^-52 exactly: k is placed in the mantissa of a number in
 * [1, 2), from which 1 - 2^-53 is taken away. */
VINLINE vec uniform_of_words(uvec high, uvec low)
{
    const uvec k = ((high << 32) | (low & u_set1(0xffffffffu))) >> 12;
    return (vec)(k | u_set1((ulane)EXP_BIAS << MANT_BITS)) - v_set1(1.0 - 0x1p-53);
}

/* Elements 2 block .. 2 block + PAIRS - 1 of a stream. */
VINLINE void uniform_pairs(uint64_t seed, uint64_t stream, uint64_t block, double out[PAIRS])
{
    uvec number = u_set1(block);
    for (int j = 0; j < VL; j++) {
        number[j] += (uint64_t)j;
    }
    uvec c[4] = { number, number >> 32, u_set1(stream), u_set1(stream >> 32) };
    philox(c, seed);
    const vec even = uniform_of_words(c[0], c[1]), odd = uniform_of_words(c[2], c[3]);
    for (int j = 0; j < VL; j++) {
        out[2 * j] = even[j];
        out[2 * j + 1] = odd[j];
    }
}

static void k_uniform(uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *out)
{
    size_t skip = (size_t)(first % 2); /* elements of the first block that come before `first` */
    uint64_t block = first / 2;
    for (size_t i = 0; i < n; block += VL) {
        double pairs[PAIRS];
        uniform_pairs(seed, stream, block, pairs);
        const size_t m = n - i < PAIRS - skip ? n - i : PAIRS - skip;
        memcpy(out + i, pairs + skip, m * sizeof *out);
        i += m;
        skip = 0;
    }
}

/* P(r) / Q(r) of degree 7 [RNG.3]. */
VINLINE vec quantile_ratio(vec r, const double p[8], const double q[8])
{
    return v_poly(r, p, 8) / v_poly(r, q, 8);
}

/* [RNG.3] AS241, PPND16 (Wichura 1988), with the clause's roundings; only the logarithm is our own. A branch is taken
 * when some lane needs it, which changes no lane. */
VINLINE vec v_quantile(vec u)
{
    static const double a[8] = { 3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
                                 1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                 3.3430575583588128105e+4, 2.5090809287301226727e+3 };
    static const double b[8] = { 1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
                                 2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
                                 5.2264952788528545610e+3 };
    static const double c[8] = { 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
                                 3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
                                 2.27238449892691845833e-2, 7.74545014278341407640e-4 };
    static const double d[8] = { 1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9 };
    static const double e[8] = { 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
                                 2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7 };
    static const double f[8] = { 1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1,
                                 1.48753612908506148525e-2, 7.86869131145613259100e-4, 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7, 2.04426310338993978564e-15 };
    const vec zero = v_set1(0.0), one = v_set1(1.0);
    const vec q = u - v_set1(0.5), r = v_set1(0.180625) - q * q;
    vec x = q * v_poly(r, a, 8) / v_poly(r, b, 8);
    const ivec tail = v_lt(v_set1(0.425), v_abs(q));
    if (v_any(tail)) {
        const vec s = v_sqrt(-v_log(v_select(v_lt(q, zero), u, one - u)));
        vec y = quantile_ratio(s - v_set1(1.6), c, d);
        const ivec far = v_lt(v_set1(5.0), s);
        if (v_any(far)) {
            y = v_select(far, quantile_ratio(s - v_set1(5.0), e, f), y);
            y = v_select(v_eq(s, v_set1(__builtin_inf())), s, y); /* u = 0 or 1 */
        }
        x = v_select(tail, v_xor(y, v_signbit(q)), x);
    }
    return x;
}

static void k_quantile(size_t n, const double *u, double *x)
{
    for (size_t i = 0; i < n; i += VL) {
        const size_t m = v_count(n - i);
        v_store_n(x + i, v_quantile(v_load_n(u + i, m)), m);
    }
}

/* Numbers drawn at once on the stack. */
enum { CHUNK = 256 };

VINLINE size_t chunk_count(size_t left)
{
    return left < CHUNK ? left : CHUNK;
}

/* [RNG.4] */
static void k_normal_f64(uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *out)
{
    for (size_t i = 0; i < n; i += CHUNK) {
        double u[CHUNK];
        const size_t m = chunk_count(n - i);
        k_uniform(seed, stream, first + i, m, u);
        k_quantile(m, u, out + i);
    }
}

VINLINE void store_f32(float *p, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        p[i] = (float)x[i];
    }
}

static void k_normal_f32(uint64_t seed, uint64_t stream, uint64_t first, size_t n, float *out)
{
    for (size_t i = 0; i < n; i += CHUNK) {
        double x[CHUNK];
        const size_t m = chunk_count(n - i);
        k_normal_f64(seed, stream, first + i, m, x);
        store_f32(out + i, x, m);
    }
}

/* x[i] = 1 if x[i] > uniform of index first + i, else 0; n <= CHUNK [DATA.3] */
VINLINE void binarise_chunk(uint64_t seed, uint64_t stream, uint64_t first, size_t n, double *x)
{
    double u[CHUNK];
    k_uniform(seed, stream, first, n, u);
    for (size_t i = 0; i < n; i += VL) {
        const size_t m = v_count(n - i);
        const ivec more = v_lt(v_load_n(u + i, m), v_load_n(x + i, m));
        v_store_n(x + i, v_select(more, v_set1(1.0), v_set1(0.0)), m);
    }
}

/* One of bytes and numbers is the source, one of f32 and f64 the target. */
VINLINE void binarise_rows(uint64_t seed, uint64_t stream, size_t B, size_t X, const uint8_t *bytes,
                           const double *numbers, const uint32_t *index, float *f32, double *f64)
{
    for (size_t b = 0; b < B; b++) {
        const size_t row = (size_t)index[b] * X;
        for (size_t i = 0; i < X; i += CHUNK) {
            double x[CHUNK];
            const size_t m = chunk_count(X - i);
            if (bytes != NULL) {
                for (size_t j = 0; j < m; j += VL) {
                    const size_t c = v_count(m - j);
                    v_store_n(x + j, v_load_u8_n(bytes + row + i + j, c) / v_set1(255.0), c);
                }
            } else {
                memcpy(x, numbers + row + i, m * sizeof *x);
            }
            binarise_chunk(seed, stream, (uint64_t)index[b] * X + i, m, x);
            if (f32 != NULL) {
                store_f32(f32 + b * X + i, x, m);
            } else {
                memcpy(f64 + b * X + i, x, m * sizeof *x);
            }
        }
    }
}

static void k_binarise_u8_f32(uint64_t seed, uint64_t stream, size_t B, size_t X, const uint8_t *rows,
                              const uint32_t *index, float *x)
{
    binarise_rows(seed, stream, B, X, rows, NULL, index, x, NULL);
}

static void k_binarise_u8_f64(uint64_t seed, uint64_t stream, size_t B, size_t X, const uint8_t *rows,
                              const uint32_t *index, double *x)
{
    binarise_rows(seed, stream, B, X, rows, NULL, index, NULL, x);
}

static void k_binarise_f64_f32(uint64_t seed, uint64_t stream, size_t B, size_t X, const double *rows,
                               const uint32_t *index, float *x)
{
    binarise_rows(seed, stream, B, X, NULL, rows, index, x, NULL);
}

static void k_binarise_f64_f64(uint64_t seed, uint64_t stream, size_t B, size_t X, const double *rows,
                               const uint32_t *index, double *x)
{
    binarise_rows(seed, stream, B, X, NULL, rows, index, NULL, x);
}
