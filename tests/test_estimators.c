/* SPDX-License-Identifier: GPL-3.0-or-later
 * Laws of the two SGVB estimators. Fixed seeds; thresholds of 5 standard errors, false-alarm rate 6e-7 each. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "ref/ref.h"
#include "small_vae.h"

enum { TRIALS = 4000, WATCHED = 6 };

static small_vae v;

static void make(size_t K)
{
    const aevb_arch arch = {.x_dim = 6, .z_dim = 2, .n_hidden = 1, .hidden = {5}, .activation = AEVB_TANH,
                            .likelihood = AEVB_BERNOULLI};
    small_vae_make(&v, &arch, 2, K, 0.5, 8);
}

/* What one draw of noise gives: the loss and a few gradients of the encoder's heads. */
static void draw(aevb_objective_kind kind, size_t trial, double out[WATCHED])
{
    const size_t n = v.B * v.K * v.arch.z_dim;
    aevb_normal_fill(31, aevb_stream(AEVB_STREAM_TEST, v.K), trial * n, n, v.work.eps);
    out[0] = small_vae_gradient(&v, &(aevb_objective){kind, 1.0});
    out[1] = v.grad[v.net.mu.bias];
    out[2] = v.grad[v.net.mu.bias + 1];
    out[3] = v.grad[v.net.logvar.bias];
    out[4] = v.grad[v.net.logvar.bias + 1];
    out[5] = v.grad[v.net.encoder[0].bias];
}

typedef struct moments {
    double mean[WATCHED], variance[WATCHED];
} moments;

static moments moments_of(double values[TRIALS][WATCHED])
{
    moments m = {{0}, {0}};
    for (size_t w = 0; w < WATCHED; w++) {
        for (size_t i = 0; i < TRIALS; i++)
            m.mean[w] += values[i][w] / TRIALS;
        for (size_t i = 0; i < TRIALS; i++)
            m.variance[w] += pow(values[i][w] - m.mean[w], 2) / (TRIALS - 1.0);
    }
    return m;
}

/* [SGVB.1] [SGVB.2] A and B have the same mean, of the loss and of its gradients: their paired difference is within
 * 5 standard errors of 0. */
Test(estimators, agree_in_mean)
{
    static double difference[TRIALS][WATCHED];
    make(1);
    for (size_t i = 0; i < TRIALS; i++) {
        double a[WATCHED], b[WATCHED];
        draw(AEVB_ELBO_MC, i, a);
        draw(AEVB_ELBO, i, b);
        for (size_t w = 0; w < WATCHED; w++)
            difference[i][w] = a[w] - b[w];
    }
    const moments m = moments_of(difference);
    for (size_t w = 0; w < WATCHED; w++) {
        cr_expect_gt(m.variance[w], 0.0, "%zu: A and B are the same, nothing was tested", w);
        cr_expect_lt(fabs(m.mean[w]), 5.0 * sqrt(m.variance[w] / TRIALS), "%zu: mean difference %g", w, m.mean[w]);
    }
}

/* [SGVB.2] The analytic KL removes noise: B's loss has a lower variance. The log of a ratio of two sample variances
 * has a standard error of about sqrt((kurtosis - 1) 2 / TRIALS), below 0.07 for kurtosis up to 10. */
Test(estimators, b_has_lower_variance)
{
    static double a[TRIALS][WATCHED], b[TRIALS][WATCHED];
    make(1);
    for (size_t i = 0; i < TRIALS; i++) {
        draw(AEVB_ELBO_MC, i, a[i]);
        draw(AEVB_ELBO, i, b[i]);
    }
    const double ratio = moments_of(a).variance[0] / moments_of(b).variance[0];
    cr_expect_gt(log(ratio), 5.0 * 0.07, "variance of A / variance of B = %g", ratio);
}

/* [SGVB.2] L samples divide the variance of the mean by L and leave the mean alone. */
Test(estimators, samples_average)
{
    static double one[TRIALS][WATCHED], eight[TRIALS][WATCHED];
    make(1);
    for (size_t i = 0; i < TRIALS; i++)
        draw(AEVB_ELBO, i, one[i]);
    make(8);
    for (size_t i = 0; i < TRIALS; i++)
        draw(AEVB_ELBO, i, eight[i]);
    const moments m1 = moments_of(one), m8 = moments_of(eight);
    cr_expect_lt(fabs(m1.mean[0] - m8.mean[0]), 5.0 * sqrt((m1.variance[0] + m8.variance[0]) / TRIALS));
    cr_expect_lt(fabs(log(m1.variance[0] / m8.variance[0] / 8.0)), 5.0 * 0.07, "ratio %g",
                 m1.variance[0] / m8.variance[0]);
}

/* [SGVB.2] Errata A17: reparameterisation serves the encoder. The decoder's gradient is the same, to the bit, when
 * the same z arrives as a constant (encoder heads replaced by mu = 0, logvar = 0, eps = z). */
Test(estimators, decoder_gradient_needs_no_reparameterisation)
{
    static double kept[SMALL_MAX], z[64];
    make(3);
    small_vae_gradient(&v, &(aevb_objective){AEVB_ELBO, 1.0});
    const size_t first = v.net.decoder[0].weight, n = v.layout.n_params - first, nz = v.B * v.K * v.arch.z_dim;
    memcpy(kept, v.grad + first, n * sizeof *kept);
    memcpy(z, v.work.z, nz * sizeof *z);
    memset(v.params, 0, first * sizeof *v.params);
    memcpy(v.work.eps, z, nz * sizeof *z);
    small_vae_gradient(&v, &(aevb_objective){AEVB_ELBO, 1.0});
    cr_assert_arr_eq(v.work.z, z, nz * sizeof *z);
    cr_expect_arr_eq(v.grad + first, kept, n * sizeof *kept);
    cr_expect_neq(kept[0], 0.0);
}

/* A bound evaluated at z = mu is no bound: on this model it lies above what z ~ q gives, by more than 5 standard
 * errors (the mistake of evaluating at the mean). [TERMS.1] */
Test(estimators, evaluating_at_the_mean_is_not_the_bound)
{
    static double values[TRIALS][WATCHED];
    const aevb_arch arch = {.x_dim = 6, .z_dim = 2, .n_hidden = 0, .likelihood = AEVB_BERNOULLI};
    small_vae_make(&v, &arch, 2, 1, 1.0, 8);
    for (size_t i = 0; i < TRIALS; i++)
        draw(AEVB_ELBO, i, values[i]);
    memset(v.work.eps, 0, v.B * v.arch.z_dim * sizeof *v.work.eps);
    const double at_mean = small_vae_loss(&v, &(aevb_objective){AEVB_ELBO, 1.0});
    const moments m = moments_of(values);
    cr_expect_lt(at_mean, m.mean[0] - 5.0 * sqrt(m.variance[0] / TRIALS));
}
