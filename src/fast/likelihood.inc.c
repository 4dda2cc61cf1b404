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

/* count elements of a row, at most SEGMENT; da NULL: the value alone. */
VINLINE double bernoulli_segment(size_t count, const real *x, const real *a, real adjoint, real *da)
{
    real t[SEGMENT];
    segment_clear(t, count);
    for (size_t j = 0; j < count; j += VL) {
        const size_t m = segment_lanes(count, j);
        vec residual;
        v_store_n(t + j, v_bernoulli(v_load_n(x + j, m), v_load_n(a + j, m), &residual), m);
        if (da != NULL) {
            v_store_n(da + j, v_set1(adjoint) * residual, m);
        }
    }
    return segment_sum(t);
}

static void k_bernoulli(size_t rows, size_t K, size_t X, const real *x, const real *a, double *logpx)
{
    for (size_t r = 0; r < rows; r++) {
        const real *xr = x + r / K * X, *ar = a + r * X;
        double sum = 0.0;
        size_t i = 0;
        for (; i + SEGMENT <= X; i += SEGMENT) {
            sum += bernoulli_segment(SEGMENT, xr + i, ar + i, R(0.0), NULL);
        }
        logpx[r] = i < X ? sum + bernoulli_segment(X - i, xr + i, ar + i, R(0.0), NULL) : sum;
    }
}

static void k_bernoulli_grad(size_t rows, size_t K, size_t X, const real *x, const real *a, const double *dlogpx,
                             double *logpx, real *da)
{
    for (size_t r = 0; r < rows; r++) {
        const real *xr = x + r / K * X, *ar = a + r * X;
        const real adjoint = (real)dlogpx[r];
        double sum = 0.0;
        size_t i = 0;
        for (; i + SEGMENT <= X; i += SEGMENT) {
            sum += bernoulli_segment(SEGMENT, xr + i, ar + i, adjoint, da + r * X + i);
        }
        logpx[r] = i < X ? sum + bernoulli_segment(X - i, xr + i, ar + i, adjoint, da + r * X + i) : sum;
    }
}

VINLINE double gaussian_segment(size_t count, const real *x, const real *mean, const real *logvar, real adjoint,
                                real *dmean, real *dlogvar)
{
    real t[SEGMENT];
    segment_clear(t, count);
    for (size_t j = 0; j < count; j += VL) {
        const size_t m = segment_lanes(count, j);
        vec slope_mean, slope_logvar;
        v_store_n(t + j, v_gaussian(v_load_n(x + j, m), v_load_n(mean + j, m), v_load_n(logvar + j, m),
                                    &slope_mean, &slope_logvar), m);
        if (dmean != NULL) {
            v_store_n(dmean + j, v_set1(adjoint) * slope_mean, m);
            v_store_n(dlogvar + j, v_set1(adjoint) * slope_logvar, m);
        }
    }
    return segment_sum(t);
}

static void k_gaussian(size_t rows, size_t K, size_t X, const real *x, const real *mean, const real *logvar,
                       double *logpx)
{
    for (size_t r = 0; r < rows; r++) {
        const real *xr = x + r / K * X, *mr = mean + r * X, *lr = logvar + r * X;
        double sum = 0.0;
        size_t i = 0;
        for (; i + SEGMENT <= X; i += SEGMENT) {
            sum += gaussian_segment(SEGMENT, xr + i, mr + i, lr + i, R(0.0), NULL, NULL);
        }
        logpx[r] = i < X ? sum + gaussian_segment(X - i, xr + i, mr + i, lr + i, R(0.0), NULL, NULL) : sum;
    }
}

static void k_gaussian_grad(size_t rows, size_t K, size_t X, const real *x, const real *mean, const real *logvar,
                            const double *dlogpx, double *logpx, real *dmean, real *dlogvar)
{
    for (size_t r = 0; r < rows; r++) {
        const real *xr = x + r / K * X, *mr = mean + r * X, *lr = logvar + r * X;
        real *dm = dmean + r * X, *dl = dlogvar + r * X;
        const real adjoint = (real)dlogpx[r];
        double sum = 0.0;
        size_t i = 0;
        for (; i + SEGMENT <= X; i += SEGMENT) {
            sum += gaussian_segment(SEGMENT, xr + i, mr + i, lr + i, adjoint, dm + i, dl + i);
        }
        logpx[r] = i < X ? sum + gaussian_segment(X - i, xr + i, mr + i, lr + i, adjoint, dm + i, dl + i) : sum;
    }
}

VINLINE double gaussian_fixed_segment(size_t count, const real *x, const real *mean, vec precision, vec constant,
                                      real adjoint, real *dmean)
{
    real t[SEGMENT];
    segment_clear(t, count);
    for (size_t j = 0; j < count; j += VL) {
        const size_t m = segment_lanes(count, j);
        vec slope;
        v_store_n(t + j, v_gaussian_fixed(v_load_n(x + j, m), v_load_n(mean + j, m), precision, constant, &slope), m);
        if (dmean != NULL) {
            v_store_n(dmean + j, v_set1(adjoint) * slope, m);
        }
    }
    return segment_sum(t);
}

static void k_gaussian_fixed(size_t rows, size_t K, size_t X, const real *x, const real *mean, double precision,
                             double constant, double *logpx)
{
    const vec p = v_set1((real)precision), c = v_set1((real)constant);
    for (size_t r = 0; r < rows; r++) {
        const real *xr = x + r / K * X, *mr = mean + r * X;
        double sum = 0.0;
        size_t i = 0;
        for (; i + SEGMENT <= X; i += SEGMENT) {
            sum += gaussian_fixed_segment(SEGMENT, xr + i, mr + i, p, c, R(0.0), NULL);
        }
        logpx[r] = i < X ? sum + gaussian_fixed_segment(X - i, xr + i, mr + i, p, c, R(0.0), NULL) : sum;
    }
}

static void k_gaussian_fixed_grad(size_t rows, size_t K, size_t X, const real *x, const real *mean, double precision,
                                  double constant, const double *dlogpx, double *logpx, real *dmean)
{
    const vec p = v_set1((real)precision), c = v_set1((real)constant);
    for (size_t r = 0; r < rows; r++) {
        const real *xr = x + r / K * X, *mr = mean + r * X;
        const real adjoint = (real)dlogpx[r];
        double sum = 0.0;
        size_t i = 0;
        for (; i + SEGMENT <= X; i += SEGMENT) {
            sum += gaussian_fixed_segment(SEGMENT, xr + i, mr + i, p, c, adjoint, dmean + r * X + i);
        }
        logpx[r] = i < X ? sum + gaussian_fixed_segment(X - i, xr + i, mr + i, p, c, adjoint, dmean + r * X + i)
                         : sum;
    }
}
