/* SPDX-License-Identifier: GPL-3.0-or-later
 * The likelihoods among the kernels of fast_kernels.inc.c, which includes this. */


static void bernoulli(size_t B, size_t K, size_t X, const double *x, const double *a, double *logpx)
{
    room r = {.n = 0};
    const real *rx = in(&r, B * X, x), *ra = in(&r, B * K * X, a);
    if (!r.failed)
        kern->bernoulli(B * K, K, X, rx, ra, logpx);
    out_nothing(&r, B * K, logpx);
    leave(&r);
}

static void bernoulli_backward(size_t B, size_t K, size_t X, const double *x, const double *a, const double *dlogpx,
                               double *da)
{
    room r = {.n = 0};
    const real *rx = in(&r, B * X, x), *ra = in(&r, B * K * X, a);
    real *rda = results(&r, B * K * X);
    double *logpx = take(&r, B * K, sizeof *logpx);
    if (!r.failed)
        kern->bernoulli_grad(B * K, K, X, rx, ra, dlogpx, logpx, rda);
    out(&r, B * K * X, rda, da);
    leave(&r);
}

static void gaussian(size_t B, size_t K, size_t X, const double *x, const double *mean, const double *logvar,
                     double *logpx)
{
    room r = {.n = 0};
    const real *rx = in(&r, B * X, x), *rmean = in(&r, B * K * X, mean), *rlogvar = in(&r, B * K * X, logvar);
    if (!r.failed)
        kern->gaussian(B * K, K, X, rx, rmean, rlogvar, logpx);
    out_nothing(&r, B * K, logpx);
    leave(&r);
}

static void gaussian_backward(size_t B, size_t K, size_t X, const double *x, const double *mean, const double *logvar,
                              const double *dlogpx, double *dmean, double *dlogvar)
{
    room r = {.n = 0};
    const real *rx = in(&r, B * X, x), *rmean = in(&r, B * K * X, mean), *rlogvar = in(&r, B * K * X, logvar);
    real *rdmean = results(&r, B * K * X), *rdlogvar = results(&r, B * K * X);
    double *logpx = take(&r, B * K, sizeof *logpx);
    if (!r.failed)
        kern->gaussian_grad(B * K, K, X, rx, rmean, rlogvar, dlogpx, logpx, rdmean, rdlogvar);
    out(&r, B * K * X, rdmean, dmean);
    out(&r, B * K * X, rdlogvar, dlogvar);
    leave(&r);
}

static void gaussian_fixed(size_t B, size_t K, size_t X, const double *x, const double *mean, double variance,
                           double *logpx)
{
    room r = {.n = 0};
    const real *rx = in(&r, B * X, x), *rmean = in(&r, B * K * X, mean);
    if (!r.failed)
        kern->gaussian_fixed(B * K, K, X, rx, rmean, 1 / variance, LOG_2PI + log(variance), logpx);
    out_nothing(&r, B * K, logpx);
    leave(&r);
}

static void gaussian_fixed_backward(size_t B, size_t K, size_t X, const double *x, const double *mean,
                                    double variance, const double *dlogpx, double *dmean)
{
    room r = {.n = 0};
    const real *rx = in(&r, B * X, x), *rmean = in(&r, B * K * X, mean);
    real *rdmean = results(&r, B * K * X);
    double *logpx = take(&r, B * K, sizeof *logpx);
    if (!r.failed)
        kern->gaussian_fixed_grad(B * K, K, X, rx, rmean, 1 / variance, LOG_2PI + log(variance), dlogpx, logpx,
                                  rdmean);
    out(&r, B * K * X, rdmean, dmean);
    leave(&r);
}

static void categorical(size_t B, size_t K, size_t X, size_t C, const double *x, const double *a, double *logpx)
{
    room r = {.n = 0};
    const real *rx = in(&r, B * X, x), *ra = in(&r, B * K * X, a);
    if (!r.failed)
        kern->categorical(B * K, K, X, C, rx, ra, logpx);
    out_nothing(&r, B * K, logpx);
    leave(&r);
}

static void categorical_backward(size_t B, size_t K, size_t X, size_t C, const double *x, const double *a,
                                 const double *dlogpx, double *da)
{
    room r = {.n = 0};
    const real *rx = in(&r, B * X, x), *ra = in(&r, B * K * X, a);
    real *rda = results(&r, B * K * X);
    double *logpx = take(&r, B * K, sizeof *logpx);
    if (!r.failed)
        kern->categorical_grad(B * K, K, X, C, rx, ra, dlogpx, logpx, rda);
    out(&r, B * K * X, rda, da);
    leave(&r);
}
