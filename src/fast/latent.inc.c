/* SPDX-License-Identifier: GPL-3.0-or-later
 * The latent layer: reparameterisation, KL divergence, log q(z|x) and log p(z), with their gradients. */

#define LOG_2PI R(1.8378770664093454836)

/* [REP.1] */
static void k_reparam(size_t B, size_t K, size_t Z, const real *mu, const real *logvar, const real *eps, real *z)
{
    for (size_t b = 0; b < B; b++) {
        for (size_t j = 0; j < Z; j += VL) {
            const size_t m = v_count(Z - j);
            const vec mean = v_load_n(mu + b * Z + j, m);
            const vec sigma = v_exp(v_set1(R(0.5)) * v_load_n(logvar + b * Z + j, m));
            for (size_t k = 0; k < K; k++) {
                const size_t at = (b * K + k) * Z + j;
                v_store_n(z + at, v_fma(sigma, v_load_n(eps + at, m), mean), m);
            }
        }
    }
}

/* [REP.2] The sums over k are one chain each. */
static void k_reparam_backward(size_t B, size_t K, size_t Z, const real *logvar, const real *eps, const real *dz,
                               real *dmu, real *dlogvar)
{
    const vec half = v_set1(R(0.5));
    for (size_t b = 0; b < B; b++) {
        for (size_t j = 0; j < Z; j += VL) {
            const size_t m = v_count(Z - j), row = b * Z + j;
            const vec half_sigma = half * v_exp(half * v_load_n(logvar + row, m));
            vec sum_mu = v_load_n(dmu + row, m), sum_logvar = v_load_n(dlogvar + row, m);
            for (size_t k = 0; k < K; k++) {
                const size_t at = (b * K + k) * Z + j;
                const vec d = v_load_n(dz + at, m);
                sum_mu += d;
                sum_logvar = v_fma(d * v_load_n(eps + at, m), half_sigma, sum_logvar);
            }
            v_store_n(dmu + row, sum_mu, m);
            v_store_n(dlogvar + row, sum_logvar, m);
        }
    }
}

/* [KL.1] */
static void k_kl(size_t n, const real *mu, const real *logvar, double *kl)
{
    V_FOR(i, m, n, {
        const vec mean = v_load_n(mu + i, m);
        const vec twice = v_fma(mean, mean, v_expm1_minus(v_load_n(logvar + i, m)));
        v_store_f64_n(kl + i, v_set1(R(0.5)) * twice, m);
    });
}

/* [KL.2] */
static void k_kl_backward(size_t n, const real *mu, const real *logvar, const double *dkl, real *dmu, real *dlogvar)
{
    V_FOR(i, m, n, {
        const vec d = v_load_f64_n(dkl + i, m);
        const vec half_expm1 = v_set1(R(0.5)) * v_expm1(v_load_n(logvar + i, m));
        v_store_n(dmu + i, v_fma(d, v_load_n(mu + i, m), v_load_n(dmu + i, m)), m);
        v_store_n(dlogvar + i, v_fma(d, half_expm1, v_load_n(dlogvar + i, m)), m);
    });
}

/* [LOGQ.1] */
VINLINE double logq_segment(size_t count, const real *logvar, const real *eps)
{
    real t[SEGMENT];
    segment_clear(t, count);
    for (size_t j = 0; j < count; j += VL) {
        const size_t m = segment_lanes(count, j);
        const vec e = v_load_n(eps + j, m);
        const vec twice = v_fma(e, e, v_set1(LOG_2PI) + v_load_n(logvar + j, m));
        v_store_n(t + j, v_set1(R(-0.5)) * twice, m);
    }
    return segment_sum(t);
}

static void k_logq(size_t B, size_t K, size_t Z, const real *logvar, const real *eps, double *logq)
{
    for (size_t r = 0; r < B * K; r++) {
        const real *lv = logvar + r / K * Z, *e = eps + r * Z;
        double sum = 0.0;
        size_t i = 0;
        for (; i + SEGMENT <= Z; i += SEGMENT) {
            sum += logq_segment(SEGMENT, lv + i, e + i);
        }
        logq[r] = i < Z ? sum + logq_segment(Z - i, lv + i, e + i) : sum;
    }
}

/* [LOGQ.2] */
static void k_logq_backward(size_t B, size_t K, size_t Z, const double *dlogq, real *dlogvar)
{
    for (size_t b = 0; b < B; b++) {
        double sum = 0.0;
        for (size_t k = 0; k < K; k++) {
            sum += dlogq[b * K + k];
        }
        const vec half = v_set1((real)(0.5 * sum));
        for (size_t j = 0; j < Z; j += VL) {
            const size_t m = v_count(Z - j);
            v_store_n(dlogvar + b * Z + j, v_load_n(dlogvar + b * Z + j, m) - half, m);
        }
    }
}

/* [PRIOR.1] */
VINLINE double logpz_segment(size_t count, const real *z)
{
    real t[SEGMENT];
    segment_clear(t, count);
    for (size_t j = 0; j < count; j += VL) {
        const size_t m = segment_lanes(count, j);
        const vec x = v_load_n(z + j, m);
        v_store_n(t + j, v_set1(R(-0.5)) * v_fma(x, x, v_set1(LOG_2PI)), m);
    }
    return segment_sum(t);
}

static void k_logpz(size_t rows, size_t Z, const real *z, double *logpz)
{
    for (size_t r = 0; r < rows; r++) {
        const real *row = z + r * Z;
        double sum = 0.0;
        size_t i = 0;
        for (; i + SEGMENT <= Z; i += SEGMENT) {
            sum += logpz_segment(SEGMENT, row + i);
        }
        logpz[r] = i < Z ? sum + logpz_segment(Z - i, row + i) : sum;
    }
}

/* [PRIOR.2] */
static void k_logpz_backward(size_t rows, size_t Z, const real *z, const double *dlogpz, real *dz)
{
    for (size_t r = 0; r < rows; r++) {
        const vec minus = v_set1(-(real)dlogpz[r]);
        for (size_t j = 0; j < Z; j += VL) {
            const size_t m = v_count(Z - j), at = r * Z + j;
            v_store_n(dz + at, v_fma(minus, v_load_n(z + at, m), v_load_n(dz + at, m)), m);
        }
    }
}
