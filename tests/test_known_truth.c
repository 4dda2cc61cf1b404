/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models whose log p(x) is known: linear-Gaussian in closed form, one and two latent dimensions by Gauss-Hermite. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <gsl/gsl_blas.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

#include "ref/ref.h"
#include "small_vae.h"

enum { X = 6, Z = 2 };
#define LOG_2PI 1.8378770664093454836

static small_vae v;

/* Linear decoder x = W z + b + N(0, s2), no hidden layers; B data with random encoders. */
static void make_linear(size_t B, size_t K, uint64_t seed)
{
    const aevb_arch arch = {.x_dim = X, .z_dim = Z, .likelihood = AEVB_GAUSSIAN_FIXED, .x_variance = 0.5};
    small_vae_make(&v, &arch, B, K, 0.4, seed);
}

/* Noise at the sigma points +-sqrt(Z) e_j: the mean over these 2 Z samples of any polynomial of degree 3 in z is its
 * exact expectation under q, so every expectation of the linear-Gaussian bound is exact. */
static void sigma_points(void)
{
    memset(v.work.eps, 0, v.B * v.K * Z * sizeof *v.work.eps);
    for (size_t b = 0; b < v.B; b++)
        for (size_t j = 0; j < Z; j++) {
            v.work.eps[(b * 2 * Z + 2 * j) * Z + j] = sqrt(Z);
            v.work.eps[(b * 2 * Z + 2 * j + 1) * Z + j] = -sqrt(Z);
        }
}

static double log_det_cholesky(const gsl_matrix *cholesky)
{
    double sum = 0.0;
    for (size_t i = 0; i < cholesky->size1; i++)
        sum += 2.0 * log(gsl_matrix_get(cholesky, i, i));
    return sum;
}

/* x - bias of datum b. */
static void residual(size_t b, gsl_vector *r)
{
    for (size_t i = 0; i < X; i++)
        gsl_vector_set(r, i, v.work.x[b * X + i] - v.params[v.net.out.bias + i]);
}

/* log N(x; bias, W W' + s2 I). */
static double exact_log_p(size_t b)
{
    gsl_matrix_const_view W = gsl_matrix_const_view_array(v.params + v.net.out.weight, X, Z);
    gsl_matrix *C = gsl_matrix_alloc(X, X);
    gsl_vector *r = gsl_vector_alloc(X), *solved = gsl_vector_alloc(X);
    gsl_matrix_set_identity(C);
    gsl_blas_dgemm(CblasNoTrans, CblasTrans, 1.0, &W.matrix, &W.matrix, v.arch.x_variance, C);
    gsl_linalg_cholesky_decomp1(C);
    residual(b, r);
    gsl_linalg_cholesky_solve(C, r, solved);
    double distance;
    gsl_blas_ddot(r, solved, &distance);
    const double logp = -0.5 * (X * LOG_2PI + log_det_cholesky(C) + distance);
    gsl_matrix_free(C);
    gsl_vector_free(r);
    gsl_vector_free(solved);
    return logp;
}

/* KL(q || p(z|x)) of q = N(mu, diag exp(logvar)); the posterior is N(P^-1 W' r / s2, P^-1), P = I + W' W / s2. */
static double kl_to_posterior(size_t b)
{
    gsl_matrix_const_view W = gsl_matrix_const_view_array(v.params + v.net.out.weight, X, Z);
    gsl_matrix *P = gsl_matrix_alloc(Z, Z), *L = gsl_matrix_alloc(Z, Z);
    gsl_vector *r = gsl_vector_alloc(X), *d = gsl_vector_alloc(Z), *Pd = gsl_vector_alloc(Z);
    gsl_matrix_set_identity(P);
    gsl_blas_dgemm(CblasTrans, CblasNoTrans, 1.0 / v.arch.x_variance, &W.matrix, &W.matrix, 1.0, P);
    gsl_matrix_memcpy(L, P);
    gsl_linalg_cholesky_decomp1(L);
    residual(b, r);
    gsl_blas_dgemv(CblasTrans, 1.0 / v.arch.x_variance, &W.matrix, r, 0.0, d);
    gsl_linalg_cholesky_svx(L, d);
    double trace = 0.0, log_det_q = 0.0, distance;
    for (size_t j = 0; j < Z; j++) {
        trace += gsl_matrix_get(P, j, j) * exp(v.work.logvar[b * Z + j]);
        log_det_q += v.work.logvar[b * Z + j];
        gsl_vector_set(d, j, gsl_vector_get(d, j) - v.work.mu[b * Z + j]);
    }
    gsl_blas_dgemv(CblasNoTrans, 1.0, P, d, 0.0, Pd);
    gsl_blas_ddot(d, Pd, &distance);
    const double kl = 0.5 * (trace + distance - Z - log_det_cholesky(L) - log_det_q);
    gsl_matrix_free(P);
    gsl_matrix_free(L);
    gsl_vector_free(r);
    gsl_vector_free(d);
    gsl_vector_free(Pd);
    return kl;
}

/* [SGVB.1] [SGVB.2] [KL.1] [GFIX.1] [TERMS.1] log p(x) = KL(q || p(z|x)) + ELBO, both estimators, for any encoder.
 * All terms are of order 10, so 1e-12 is some 500 roundings; the sums have fewer than 100. */
Test(known_truth, linear_gaussian_identity)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        make_linear(3, 2 * Z, seed);
        sigma_points();
        small_vae_terms(&v);
        for (size_t b = 0; b < v.B; b++) {
            const aevb_terms one = {.B = 1, .K = v.K, .Z = Z, .logpx = v.work.logpx + b * v.K,
                                    .logpz = v.work.logpz + b * v.K, .logq = v.work.logq + b * v.K,
                                    .kl = v.work.kl + b * Z};
            const double logp = exact_log_p(b), gap = kl_to_posterior(b);
            cr_expect_gt(gap, 0.01, "the encoder is so good that the identity says nothing");
            for (int kind = AEVB_ELBO; kind <= AEVB_ELBO_MC; kind++) {
                double loss;
                const aevb_objective objective = {(aevb_objective_kind)kind, 1.0};
                cr_assert_eq(aevb_objective_eval(&objective, &one, &loss, NULL), AEVB_OK);
                cr_expect(fabs(logp - (gap - loss)) <= 1e-12 * (1.0 + fabs(logp) + gap),
                          "seed %d datum %zu: log p %.17g, KL + ELBO %.17g", (int)seed, b, logp, gap - loss);
            }
        }
    }
}

/* [SGVB.2] At the exact posterior (orthogonal columns of W make it diagonal) the bound is log p(x) itself, and the
 * importance-weighted bound too, whatever the noise: every weight is p(x). [IWAE.1] */
Test(known_truth, optimal_bound_is_log_p)
{
    make_linear(2, 5, 7);
    double *W = v.params + v.net.out.weight;
    const double s2 = v.arch.x_variance;
    for (size_t i = 0; i < X; i++) {
        W[i * Z] = i < 3 ? 0.8 : 0.0;
        W[i * Z + 1] = i < 3 ? 0.0 : 0.6;
    }
    for (size_t j = 0; j < Z; j++) {
        double precision = 1.0, dot = 0.0;
        for (size_t i = 0; i < X; i++)
            precision += W[i * Z + j] * W[i * Z + j] / s2;
        for (size_t i = 0; i < X; i++) {
            v.params[v.net.mu.weight + j * X + i] = W[i * Z + j] / s2 / precision;
            dot += W[i * Z + j] / s2 / precision * v.params[v.net.out.bias + i];
            v.params[v.net.logvar.weight + j * X + i] = 0.0;
        }
        v.params[v.net.mu.bias + j] = -dot;
        v.params[v.net.logvar.bias + j] = -log(precision);
    }
    const aevb_terms terms = small_vae_terms(&v);
    double bound[2];
    aevb_iwae_bound(&terms, bound);
    for (size_t b = 0; b < 2; b++) {
        cr_expect(fabs(kl_to_posterior(b)) < 1e-13);
        cr_expect(fabs(bound[b] - exact_log_p(b)) < 1e-12, "%.17g vs %.17g", bound[b], exact_log_p(b));
        for (size_t k = 0; k < v.K; k++) {
            const double logw = terms.logpx[b * 5 + k] + terms.logpz[b * 5 + k] - terms.logq[b * 5 + k];
            cr_expect(fabs(logw - exact_log_p(b)) < 1e-12, "weight %zu: %.17g", k, logw);
        }
    }
}

/* Nonlinear decoder, Bernoulli: log p(x) = log int N(z) p(x|z) dz by the tensor Gauss-Hermite rule with n nodes per
 * dimension (weight exp(-z^2 / 2)). */
static double hermite_log_p(size_t n, size_t z_dim, size_t b)
{
    gsl_integration_fixed_workspace *rule = gsl_integration_fixed_alloc(gsl_integration_fixed_hermite, n, 0.0, 0.5,
                                                                        0.0, 0.0);
    const double *nodes = gsl_integration_fixed_nodes(rule), *weights = gsl_integration_fixed_weights(rule);
    double p = 0.0;
    const size_t total = z_dim == 1 ? n : n * n;
    for (size_t i = 0; i < total; i++) {
        const double z[2] = {nodes[i % n], nodes[i / n]};
        double logpx;
        memcpy(v.work.z, z, z_dim * sizeof *z);
        aevb_ref_decode(&v.arch, &v.net, v.params, 1, &v.work);
        aevb_ref_bernoulli(1, 1, v.arch.x_dim, v.work.x + b * v.arch.x_dim, v.work.out, &logpx);
        p += exp(logpx) * weights[i % n] / sqrt(2.0 * M_PI) *
             (z_dim == 1 ? 1.0 : weights[i / n] / sqrt(2.0 * M_PI));
    }
    gsl_integration_fixed_free(rule);
    return log(p);
}

/* Mean and standard error of the K-sample bound of datum 0 over repetitions with fresh noise. */
static void bound_statistics(size_t K, size_t repetitions, double *mean, double *se)
{
    static double values[4096];
    cr_assert_leq(repetitions, 4096);
    v.K = K;
    *mean = 0.0;
    for (size_t r = 0; r < repetitions; r++) {
        double bound;
        aevb_normal_fill(99, aevb_stream(AEVB_STREAM_TEST, K), r * K * v.arch.z_dim, K * v.arch.z_dim, v.work.eps);
        const aevb_terms terms = small_vae_terms(&v);
        aevb_iwae_bound(&terms, &bound);
        values[r] = bound;
        *mean += bound / (double)repetitions;
    }
    double squares = 0.0;
    for (size_t r = 0; r < repetitions; r++)
        squares += pow(values[r] - *mean, 2);
    *se = sqrt(squares / (double)(repetitions - 1) / (double)repetitions);
}

/* [IWAE.1] The bound rises with K, stays below log p(x), and comes close: each comparison within 5 standard errors
 * (one-sided false alarms 3e-7 each), and the rise from K to 4 K is demanded at 5 standard errors as well. */
static void check_iwae_against_truth(size_t z_dim)
{
    enum { KMAX = 64 };
    const aevb_arch arch = {.x_dim = 8, .z_dim = z_dim, .n_hidden = 1, .hidden = {6}, .activation = AEVB_TANH,
                            .likelihood = AEVB_BERNOULLI};
    small_vae_make(&v, &arch, 1, KMAX, 1.2, 4);
    const double logp = hermite_log_p(100, z_dim, 0), coarser = hermite_log_p(80, z_dim, 0);
    /* The rule converges geometrically: what is left at 100 nodes is less than the change from 80. */
    const double quadrature_error = fabs(logp - coarser);
    cr_assert_lt(quadrature_error, 1e-4, "quadrature has not converged: %.17g %.17g", logp, coarser);
    double mean[4], se[4];
    const size_t K[4] = {1, 4, 16, KMAX};
    for (int i = 0; i < 4; i++) {
        bound_statistics(K[i], 2000, &mean[i], &se[i]);
        cr_expect_lt(mean[i], logp + quadrature_error + 5.0 * se[i], "K = %zu: %g above log p = %g", K[i],
                     mean[i], logp);
        if (i > 0)
            cr_expect_gt(mean[i] - mean[i - 1], 5.0 * hypot(se[i], se[i - 1]), "L_%zu = %g, L_%zu = %g", K[i],
                         mean[i], K[i - 1], mean[i - 1]);
    }
    cr_expect_lt(logp - mean[3], 0.25 * (logp - mean[0]), "L_%d = %g is far from log p = %g", KMAX, mean[3], logp);
}

Test(known_truth, iwae_one_latent_dimension)
{
    check_iwae_against_truth(1);
}

Test(known_truth, iwae_two_latent_dimensions)
{
    check_iwae_against_truth(2);
}
