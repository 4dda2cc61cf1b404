/* SPDX-License-Identifier: GPL-3.0-or-later
 * Known mistakes in the likelihoods. */
#include "config.h"
#include "fp_rules.h"
#include "conform/mistakes.h"

#include <float.h>
#include <math.h>

#define LOG_2PI 1.8378770664093454836
#define U (DBL_EPSILON / 2)

static double sigmoid(double a)
{
    return aevb_ref_sigmoid(a);
}

static double softplus(double a)
{
    return aevb_ref_softplus(a);
}

static double clamp(double y, double least)
{
    return fmin(fmax(y, least), 1 - least);
}

/* Cross-entropy as a sum over i of an expression in t = x and a = logit; divisor X or 1. */
#define BERNOULLI(name, divisor, expression) \
    static void name(size_t B, size_t K, size_t X, const double *x, const double *logits, double *logpx) \
    { \
        for (size_t r = 0; r < B * K; r++) { \
            double sum = 0; \
            for (size_t i = 0; i < X; i++) { \
                const double t = x[r / K * X + i], a = logits[r * X + i]; \
                sum += expression; \
            } \
            logpx[r] = sum / (double)(divisor); \
        } \
    }
/* Its derivative in a. */
#define BERNOULLI_BACKWARD(name, divisor, by_a) \
    static void name(size_t B, size_t K, size_t X, const double *x, const double *logits, \
                     const double *dlogpx, double *da) \
    { \
        for (size_t i = 0; i < B * K * X; i++) { \
            const double t = x[i / X / K * X + i % X], a = logits[i]; \
            da[i] += dlogpx[i / X] / (double)(divisor) * (by_a); \
        } \
    }

BERNOULLI(bern_mean, X, t * a - softplus(a))
BERNOULLI_BACKWARD(bern_mean_backward, X, t - sigmoid(a))
BERNOULLI(bern_half, 1, t * (a - softplus(a)))
BERNOULLI_BACKWARD(bern_half_backward, 1, t * (1 - sigmoid(a)))
BERNOULLI(bern_sign, 1, softplus(a) - t * a)
BERNOULLI_BACKWARD(bern_sign_backward, 1, sigmoid(a) - t)
BERNOULLI(bern_clamp_100, 1, t * fmax(-softplus(-a), -100) + (1 - t) * fmax(-softplus(a), -100))
BERNOULLI(bern_clip_7, 1, t * log(clamp(sigmoid(a), 1e-7)) + (1 - t) * log(1 - clamp(sigmoid(a), 1e-7)))
BERNOULLI_BACKWARD(bern_clip_7_backward, 1, clamp(sigmoid(a), 1e-7) != sigmoid(a) ? 0 : t - sigmoid(a))
BERNOULLI(bern_add_8, 1, t * log(sigmoid(a) + 1e-8) + (1 - t) * log(1 - sigmoid(a) + 1e-8))
BERNOULLI(bern_overflow, 1, t * a - log1p(exp(a)))
BERNOULLI(bern_probability, 1, t * log(a) + (1 - t) * log1p(-a))
BERNOULLI_BACKWARD(bern_mean_gradient, 1, (t - sigmoid(a)) / (sigmoid(a) * (1 - sigmoid(a))))
BERNOULLI_BACKWARD(bern_double_sigmoid, 1, (t - sigmoid(a)) * sigmoid(a) * (1 - sigmoid(a)))
BERNOULLI(bern_squared_error, 1, -(t - sigmoid(a)) * (t - sigmoid(a)))

/* The mean formed first: log of y and of 1 - y, each off by u of what it is formed from. */
BERNOULLI(bern_digits, 1, t * a - softplus(a) + 4 * U * (1 + fabs(a)) + (t != 0 ? 2 * U : 0) +
                          (t != 1 ? 2 * U * (1 + exp(a)) : 0))

static void bern_sample_major(size_t B, size_t K, size_t X, const double *x, const double *a, double *logpx)
{
    for (size_t r = 0; r < B * K; r++)
        aevb_ref_bernoulli(1, 1, X, x + r % B * X, a + r * X, logpx + r);
}

static void bern_sample_major_backward(size_t B, size_t K, size_t X, const double *x, const double *a,
                                       const double *dlogpx, double *da)
{
    for (size_t r = 0; r < B * K; r++)
        aevb_ref_bernoulli_backward(1, 1, X, x + r % B * X, a + r * X, dlogpx + r, da + r * X);
}

/* A Gaussian as a sum over i of an expression in d = x - mean and s = logvar. */
#define GAUSSIAN(name, divisor, expression) \
    static void name(size_t B, size_t K, size_t X, const double *x, const double *mean, const double *logvar, \
                     double *logpx) \
    { \
        for (size_t r = 0; r < B * K; r++) { \
            double sum = 0; \
            for (size_t i = 0; i < X; i++) { \
                const double d = x[r / K * X + i] - mean[r * X + i], s = logvar[r * X + i]; \
                sum += expression; \
            } \
            logpx[r] = sum / (double)(divisor); \
        } \
    }
#define GAUSSIAN_BACKWARD(name, divisor, by_mean, by_s) \
    static void name(size_t B, size_t K, size_t X, const double *x, const double *mean, const double *logvar, \
                     const double *dlogpx, double *dmean, double *dlogvar) \
    { \
        for (size_t i = 0; i < B * K * X; i++) { \
            const double d = x[i / X / K * X + i % X] - mean[i], s = logvar[i]; \
            dmean[i] += dlogpx[i / X] / (double)(divisor) * (by_mean); \
            dlogvar[i] += dlogpx[i / X] / (double)(divisor) * (by_s); \
        } \
    }

GAUSSIAN(gauss_constant, 1, -0.5 * (s + d * d * exp(-s)))
GAUSSIAN(gauss_mean, X, -0.5 * (LOG_2PI + s + d * d * exp(-s)))
GAUSSIAN_BACKWARD(gauss_mean_backward, X, d * exp(-s), 0.5 * (d * d * exp(-s) - 1))
GAUSSIAN(gauss_log_sigma, 1, -0.5 * (LOG_2PI + 2 * s + d * d * exp(-2 * s)))
GAUSSIAN_BACKWARD(gauss_log_sigma_backward, 1, d * exp(-2 * s), d * d * exp(-2 * s) - 1)
GAUSSIAN(gauss_variance, 1, -0.5 * (LOG_2PI + log(s) + d * d / s))
GAUSSIAN_BACKWARD(gauss_variance_backward, 1, d / s, 0.5 * (d * d / s - 1) / s)
GAUSSIAN(gauss_sign, 1, 0.5 * (LOG_2PI + s + d * d * exp(-s)))
GAUSSIAN_BACKWARD(gauss_sign_backward, 1, -d * exp(-s), -0.5 * (d * d * exp(-s) - 1))
GAUSSIAN_BACKWARD(gauss_backward_half, 1, d * exp(-s), d * d * exp(-s) - 1)
GAUSSIAN_BACKWARD(gauss_backward_lost, 1, d * exp(-s), 0 * s)

#define FIXED(name, divisor, expression) \
    static void name(size_t B, size_t K, size_t X, const double *x, const double *mean, double v, double *logpx) \
    { \
        for (size_t r = 0; r < B * K; r++) { \
            double sum = 0; \
            for (size_t i = 0; i < X; i++) { \
                const double d = x[r / K * X + i] - mean[r * X + i]; \
                sum += expression; \
            } \
            logpx[r] = sum / (double)(divisor); \
        } \
    }
#define FIXED_BACKWARD(name, divisor, by_mean) \
    static void name(size_t B, size_t K, size_t X, const double *x, const double *mean, double v, \
                     const double *dlogpx, double *dmean) \
    { \
        for (size_t i = 0; i < B * K * X; i++) { \
            const double d = x[i / X / K * X + i % X] - mean[i]; \
            dmean[i] += dlogpx[i / X] / (double)(divisor) * (by_mean); \
        } \
    }

FIXED(fixed_constant, 1, -0.5 * (d * d / v))
FIXED(fixed_sigma, 1, -0.5 * (LOG_2PI + 2 * log(v) + d * d / (v * v)))
FIXED_BACKWARD(fixed_sigma_backward, 1, d / (v * v))
FIXED(fixed_mean, X, -0.5 * (LOG_2PI + log(v) + d * d / v))
FIXED_BACKWARD(fixed_mean_backward, X, d / v)
FIXED(fixed_squared, 1, -d * d + 0 * v)
FIXED_BACKWARD(fixed_squared_backward, 1, 2 * d + 0 * v)

/* sum of e(a) over n, e = exp. */
static double exp_sum(size_t n, const double *a)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += exp(a[i]);
    return sum;
}

static double log_sum_exp(size_t n, const double *a)
{
    double top = a[0], sum = 0;
    for (size_t i = 0; i < n; i++)
        top = fmax(top, a[i]);
    for (size_t i = 0; i < n; i++)
        sum += exp(a[i] - top);
    return top + log(sum);
}

/* Log likelihood as a sum of an expression in l = logit of the class of x, all = logits of the position, row = those
 * of all positions. */
#define CATEGORICAL(name, divisor, expression) \
    static void name(size_t B, size_t K, size_t X, size_t C, const double *x, const double *a, double *logpx) \
    { \
        for (size_t r = 0; r < B * K; r++) { \
            double sum = 0; \
            for (size_t i = 0; i < X; i++) { \
                const double *row = a + r * X, *all = row + i - i % C, l = row[i]; \
                (void)all; \
                if (x[r / K * X + i] == 1) \
                    sum += expression; \
            } \
            logpx[r] = sum / (double)(divisor); \
        } \
    }
/* Its derivative in l, t = x. */
#define CATEGORICAL_BACKWARD(name, divisor, by_l) \
    static void name(size_t B, size_t K, size_t X, size_t C, const double *x, const double *a, const double *dlogpx, \
                     double *da) \
    { \
        for (size_t i = 0; i < B * K * X; i++) { \
            const double *row = a + i / X * X, *all = a + i - i % C, l = a[i], t = x[i / X / K * X + i % X]; \
            (void)row, (void)all; \
            da[i] += dlogpx[i / X] / (double)(divisor) * (by_l); \
        } \
    }

CATEGORICAL(cat_mean, X / C, l - log_sum_exp(C, all))
CATEGORICAL_BACKWARD(cat_mean_backward, X / C, t - exp(l - log_sum_exp(C, all)))
CATEGORICAL(cat_axis, 1, l - log_sum_exp(X, row))
CATEGORICAL_BACKWARD(cat_axis_backward, 1, t - (double)(X / C) * exp(l - log_sum_exp(X, row)))
CATEGORICAL(cat_overflow, 1, l - log(exp_sum(C, all)))
CATEGORICAL_BACKWARD(cat_overflow_backward, 1, t - exp(l) / exp_sum(C, all))
CATEGORICAL(cat_clip_7, 1, log(clamp(exp(l - log_sum_exp(C, all)), 1e-7)))
CATEGORICAL(cat_sign, 1, log_sum_exp(C, all) - l)
CATEGORICAL_BACKWARD(cat_sign_backward, 1, exp(l - log_sum_exp(C, all)) - t)
CATEGORICAL_BACKWARD(cat_chosen_only, 1, t * (1 - exp(l - log_sum_exp(C, all))))

#define ISSUE_MEAN "pytorch/examples#234, pytorch/examples#290"

const aevb_mistake aevb_mistakes_likelihood[] = {
    {"bernoulli-mean-over-pixels", "the cross-entropy is averaged over the elements of x instead of summed",
     ISSUE_MEAN, {.bernoulli = bern_mean, .bernoulli_backward = bern_mean_backward}, 0},
    {"bernoulli-no-second-term", "the cross-entropy lacks its (1 - x) term", "study, section 3.1",
     {.bernoulli = bern_half, .bernoulli_backward = bern_half_backward}, 0},
    {"bernoulli-sign", "the cross-entropy is given where log p is meant: wrong sign", "AntixK/PyTorch-VAE#68",
     {.bernoulli = bern_sign, .bernoulli_backward = bern_sign_backward}, 0},
    {"bernoulli-clamp-100", "the logarithm is clamped at -100", "study, section 1 (M3)",
     {.bernoulli = bern_clamp_100}, 0},
    {"bernoulli-clip-1e-7", "probabilities are clipped to [1e-7, 1 - 1e-7]", "study, section 1 (M3)",
     {.bernoulli = bern_clip_7, .bernoulli_backward = bern_clip_7_backward}, 0},
    {"bernoulli-add-1e-8", "1e-8 is added inside the logarithm", "hwalsuklee/tensorflow-mnist-VAE#4",
     {.bernoulli = bern_add_8}, 0},
    {"bernoulli-overflow", "softplus is computed as log(1 + exp(a)), which overflows",
     "hwalsuklee/tensorflow-mnist-VAE#4", {.bernoulli = bern_overflow}, 0},
    {"bernoulli-cancellation", "sigmoid(a) is formed and its logarithm taken, which loses digits",
     "kvfrans/variational-autoencoder#5", {.bernoulli = bern_digits}, 1},
    {"bernoulli-logit-as-probability", "the logit is used as the probability", "arXiv:1312.6114",
     {.bernoulli = bern_probability}, 0},
    {"bernoulli-squared-error", "a squared error takes the place of the cross-entropy", "arXiv:1312.6114",
     {.bernoulli = bern_squared_error}, 0},
    {"bernoulli-gradient-of-mean", "the gradient is that in sigmoid(a), not in a", "arXiv:1312.6114",
     {.bernoulli_backward = bern_mean_gradient}, 0},
    {"bernoulli-sigmoid-twice", "the derivative of the sigmoid is applied to a gradient that has it already",
     "arXiv:1312.6114", {.bernoulli_backward = bern_double_sigmoid}, 0},
    {"bernoulli-gradient-sign", "the gradient of the cross-entropy has the wrong sign", "study, section 3.1",
     {.bernoulli_backward = bern_sign_backward}, 0},
    {"sample-major", "decoder rows are ordered by sample first, so samples meet the wrong datum", "arXiv:1312.6114",
     {.bernoulli = bern_sample_major, .bernoulli_backward = bern_sample_major_backward}, 0},
    {"gaussian-missing-constant", "log 2 pi is left out of the Gaussian likelihood", "chainer/chainer#5440",
     {.gaussian = gauss_constant}, 0},
    {"gaussian-mean-over-pixels", "the Gaussian likelihood is averaged over the elements of x instead of summed",
     ISSUE_MEAN, {.gaussian = gauss_mean, .gaussian_backward = gauss_mean_backward}, 0},
    {"gaussian-logvar-as-log-sigma", "the log-variance of x is used as log sigma", "orybkin/sigma-vae-pytorch#10",
     {.gaussian = gauss_log_sigma, .gaussian_backward = gauss_log_sigma_backward}, 0},
    {"gaussian-logvar-as-variance", "the log-variance of x is used as the variance", "orybkin/sigma-vae-pytorch#10",
     {.gaussian = gauss_variance, .gaussian_backward = gauss_variance_backward}, 0},
    {"gaussian-sign", "the Gaussian log likelihood has the wrong sign", "chainer/chainer#5440",
     {.gaussian = gauss_sign, .gaussian_backward = gauss_sign_backward}, 0},
    {"gaussian-gradient-missing-half", "the gradient in the log-variance of x lacks its factor 1/2",
     "arXiv:1312.6114", {.gaussian_backward = gauss_backward_half}, 0},
    {"gaussian-gradient-no-logvar", "the gradient in the log-variance of x is left out", "arXiv:1312.6114",
     {.gaussian_backward = gauss_backward_lost}, 0},
    {"fixed-missing-constant", "the constants of the Gaussian with fixed variance are left out",
     "study, section 1 (M5)", {.gaussian_fixed = fixed_constant}, 0},
    {"fixed-variance-as-sigma", "the fixed variance is used as sigma", "orybkin/sigma-vae-pytorch#12",
     {.gaussian_fixed = fixed_sigma, .gaussian_fixed_backward = fixed_sigma_backward}, 0},
    {"fixed-mean-over-pixels", "the Gaussian with fixed variance is averaged over the elements of x", ISSUE_MEAN,
     {.gaussian_fixed = fixed_mean, .gaussian_fixed_backward = fixed_mean_backward}, 0},
    {"fixed-squared-error", "a plain squared error takes the place of the Gaussian likelihood",
     "study, section 1 (M5)", {.gaussian_fixed = fixed_squared, .gaussian_fixed_backward = fixed_squared_backward},
     0},
    {"categorical-mean-over-positions", "the log likelihood is averaged over the positions instead of summed",
     ISSUE_MEAN, {.categorical = cat_mean, .categorical_backward = cat_mean_backward}, 0},
    {"categorical-softmax-over-all", "one softmax over all elements instead of one in each position",
     "dev4488/VAE_gumble_softmax#5, ctallec/world-models#10",
     {.categorical = cat_axis, .categorical_backward = cat_axis_backward}, 0},
    {"categorical-overflow", "exp of the logits is summed without the largest taken out",
     "deeplearning4j/deeplearning4j#6039, uTensor/uTensor#175",
     {.categorical = cat_overflow, .categorical_backward = cat_overflow_backward}, 0},
    {"categorical-clip-1e-7", "probabilities are clipped to [1e-7, 1 - 1e-7]", "study, section 1 (M3)",
     {.categorical = cat_clip_7}, 0},
    {"categorical-sign", "the cross-entropy is given where log p is meant: wrong sign", "AntixK/PyTorch-VAE#68",
     {.categorical = cat_sign, .categorical_backward = cat_sign_backward}, 0},
    {"categorical-gradient-of-one", "only the logit of the class of x gets a gradient", "arXiv:1312.6114",
     {.categorical_backward = cat_chosen_only}, 0},
    {"domain-not-checked", "data outside the domain of the likelihood are accepted",
     "pyro-ppl/pyro#529, clementchadebec/benchmark_VAE#150", {.no_domain = 1}, 0},
    {.name = NULL},
};
