/* SPDX-License-Identifier: GPL-3.0-or-later
 * Likelihoods: value of each row in float64, alone or with the gradient in one pass. The v_ functions give the term
 * of log p(x|z) and what the adjoint of the row is multiplied with, for epilogues that have the decoder's output in
 * registers; rows are summed by segment_sum. Row r belongs to datum r / K. The gradient overwrites its output, which
 * may be the input it belongs to. */

/* Term x a - softplus(a) and residual x - sigmoid(a), which share exp(-|a|) [BERN.1] [BERN.2]. That exponential is not
 * followed below the normal numbers: both results are right to 2^-126 (2^-1021 in float64) and their rounding. */
VINLINE vec v_bernoulli(vec x, vec a, vec *residual)
{
    const vec e = v_exp_neg_abs(a);
    *residual = x - sigmoid_of(a, e);
    return v_fma(x, a, -softplus_of(a, e));
}

/* Term, and what the adjoint is multiplied with for the mean and the log-variance. [GAUSS.1] [GAUSS.2] */
VINLINE vec v_gaussian(vec x, vec mean, vec logvar, vec *slope_mean, vec *slope_logvar)
{
    const vec half = v_set1(R(0.5));
    const vec d = x - mean, precision = v_exp(-logvar), scaled = d * precision;
    *slope_mean = scaled;
    *slope_logvar = v_fma(half * d, scaled, -half);
    return -half * v_fma(d, scaled, v_set1(LOG_2PI) + logvar);
}

/* The same with precision = 1 / variance and constant = log 2 pi + log variance. [GFIX.1] [GFIX.2] */
VINLINE vec v_gaussian_fixed(vec x, vec mean, vec precision, vec constant, vec *slope_mean)
{
    const vec d = x - mean, scaled = d * precision;
    *slope_mean = scaled;
    return v_set1(R(-0.5)) * v_fma(d, scaled, constant);
}

/* One row; da NULL: the value alone. */
VINLINE double bernoulli_row(size_t X, const real *x, const real *a, real adjoint, real *da)
{
    double sum = 0.0;
    for (size_t i = 0; i < X; i += SEGMENT) {
        real t[SEGMENT];
        const size_t count = segment_count(X - i);
        segment_clear(t, count);
        for (size_t j = 0; j < count; j += VL) {
            const size_t m = v_count(count - j), at = i + j;
            vec residual;
            v_store_n(t + j, v_bernoulli(v_load_n(x + at, m), v_load_n(a + at, m), &residual), m);
            if (da != NULL) {
                v_store_n(da + at, v_set1(adjoint) * residual, m);
            }
        }
        sum += segment_sum(t);
    }
    return sum;
}

static void k_bernoulli(size_t rows, size_t K, size_t X, const real *x, const real *a, double *logpx)
{
    for (size_t r = 0; r < rows; r++) {
        logpx[r] = bernoulli_row(X, x + r / K * X, a + r * X, R(0.0), NULL);
    }
}

static void k_bernoulli_grad(size_t rows, size_t K, size_t X, const real *x, const real *a, const double *dlogpx,
                             double *logpx, real *da)
{
    for (size_t r = 0; r < rows; r++) {
        logpx[r] = bernoulli_row(X, x + r / K * X, a + r * X, (real)dlogpx[r], da + r * X);
    }
}

VINLINE double gaussian_row(size_t X, const real *x, const real *mean, const real *logvar, real adjoint, real *dmean,
                            real *dlogvar)
{
    double sum = 0.0;
    for (size_t i = 0; i < X; i += SEGMENT) {
        real t[SEGMENT];
        const size_t count = segment_count(X - i);
        segment_clear(t, count);
        for (size_t j = 0; j < count; j += VL) {
            const size_t m = v_count(count - j), at = i + j;
            vec slope_mean, slope_logvar;
            v_store_n(t + j, v_gaussian(v_load_n(x + at, m), v_load_n(mean + at, m), v_load_n(logvar + at, m),
                                        &slope_mean, &slope_logvar), m);
            if (dmean != NULL) {
                v_store_n(dmean + at, v_set1(adjoint) * slope_mean, m);
                v_store_n(dlogvar + at, v_set1(adjoint) * slope_logvar, m);
            }
        }
        sum += segment_sum(t);
    }
    return sum;
}

static void k_gaussian(size_t rows, size_t K, size_t X, const real *x, const real *mean, const real *logvar,
                       double *logpx)
{
    for (size_t r = 0; r < rows; r++) {
        logpx[r] = gaussian_row(X, x + r / K * X, mean + r * X, logvar + r * X, R(0.0), NULL, NULL);
    }
}

static void k_gaussian_grad(size_t rows, size_t K, size_t X, const real *x, const real *mean, const real *logvar,
                            const double *dlogpx, double *logpx, real *dmean, real *dlogvar)
{
    for (size_t r = 0; r < rows; r++) {
        logpx[r] = gaussian_row(X, x + r / K * X, mean + r * X, logvar + r * X, (real)dlogpx[r], dmean + r * X,
                                dlogvar + r * X);
    }
}

VINLINE double gaussian_fixed_row(size_t X, const real *x, const real *mean, double precision, double constant,
                                  real adjoint, real *dmean)
{
    const vec p = v_set1((real)precision), c = v_set1((real)constant);
    double sum = 0.0;
    for (size_t i = 0; i < X; i += SEGMENT) {
        real t[SEGMENT];
        const size_t count = segment_count(X - i);
        segment_clear(t, count);
        for (size_t j = 0; j < count; j += VL) {
            const size_t m = v_count(count - j), at = i + j;
            vec slope;
            v_store_n(t + j, v_gaussian_fixed(v_load_n(x + at, m), v_load_n(mean + at, m), p, c, &slope), m);
            if (dmean != NULL) {
                v_store_n(dmean + at, v_set1(adjoint) * slope, m);
            }
        }
        sum += segment_sum(t);
    }
    return sum;
}

static void k_gaussian_fixed(size_t rows, size_t K, size_t X, const real *x, const real *mean, double precision,
                             double constant, double *logpx)
{
    for (size_t r = 0; r < rows; r++) {
        logpx[r] = gaussian_fixed_row(X, x + r / K * X, mean + r * X, precision, constant, R(0.0), NULL);
    }
}

static void k_gaussian_fixed_grad(size_t rows, size_t K, size_t X, const real *x, const real *mean, double precision,
                                  double constant, const double *dlogpx, double *logpx, real *dmean)
{
    for (size_t r = 0; r < rows; r++) {
        logpx[r] = gaussian_fixed_row(X, x + r / K * X, mean + r * X, precision, constant, (real)dlogpx[r],
                                      dmean + r * X);
    }
}
