/* SPDX-License-Identifier: GPL-3.0-or-later
 * Known mistakes in the KL, the reparameterisation and the densities of z. */
#include "config.h"
#include "fp_rules.h"
#include "conform/mistakes.h"

#include <float.h>
#include <math.h>

#define LOG_2PI 1.8378770664093454836
#define U (DBL_EPSILON / 2)

/* A KL per element, in terms of m = mu and v = logvar. */
#define KL(name, expression) \
    static void name(size_t B, size_t Z, const double *mu, const double *logvar, double *kl) \
    { \
        for (size_t i = 0; i < B * Z; i++) { \
            const double m = mu[i], v = logvar[i]; \
            kl[i] = expression; \
        } \
    }
/* Its derivatives with respect to m and v. */
#define KL_BACKWARD(name, by_m, by_v) \
    static void name(size_t B, size_t Z, const double *mu, const double *logvar, const double *dkl, double *dmu, \
                     double *dlogvar) \
    { \
        for (size_t i = 0; i < B * Z; i++) { \
            const double m = mu[i], v = logvar[i]; \
            dmu[i] += dkl[i] * (by_m); \
            dlogvar[i] += dkl[i] * (by_v); \
        } \
    }

KL(kl_negative, -0.5 * (m * m + (expm1(v) - v)))
KL_BACKWARD(kl_negative_backward, -m, -0.5 * expm1(v))
KL(kl_plus_exp, 0.5 * (m * m - exp(v) - 1 - v))
KL_BACKWARD(kl_plus_exp_backward, m, -0.5 * (exp(v) + 1))
KL(kl_doubled, m * m + (expm1(v) - v))
KL_BACKWARD(kl_doubled_backward, 2 * m, expm1(v))
KL(kl_without_one, 0.5 * (m * m + exp(v) - v))
KL(kl_logvar_is_sigma, 0.5 * (m * m + v * v - 1 - 2 * log(fabs(v))))
KL_BACKWARD(kl_logvar_is_sigma_backward, m, v - 1 / v)
KL(kl_logvar_is_log_sigma, 0.5 * (m * m + (expm1(2 * v) - 2 * v)))
KL_BACKWARD(kl_logvar_is_log_sigma_backward, m, expm1(2 * v))
KL(kl_logvar_is_variance, 0.5 * (m * m + v - 1 - log(v)))
KL_BACKWARD(kl_logvar_is_variance_backward, m, 0.5 * (1 - 1 / v))
KL(kl_variance_is_logvar, 0.5 * (m * m + exp(exp(v)) - 1 - exp(v)))
KL_BACKWARD(kl_variance_is_logvar_backward, m, 0.5 * (exp(exp(v)) - 1) * exp(v))
KL_BACKWARD(kl_backward_without_mu, 0 * m, 0.5 * expm1(v))
KL_BACKWARD(kl_backward_without_logvar, m, 0 * v)
KL_BACKWARD(kl_backward_without_half, m, expm1(v))
KL_BACKWARD(kl_backward_without_one, m, 0.5 * exp(v))
KL_BACKWARD(kl_backward_logvar_sign, m, -0.5 * expm1(v))

static void kl_over_z(size_t B, size_t Z, const double *mu, const double *logvar, double *kl)
{
    aevb_ref_kl(B, Z, mu, logvar, kl);
    for (size_t i = 0; i < B * Z; i++)
        kl[i] /= (double)Z;
}

static void kl_over_z_backward(size_t B, size_t Z, const double *mu, const double *logvar, const double *dkl,
                               double *dmu, double *dlogvar)
{
    for (size_t i = 0; i < B * Z; i++) {
        dmu[i] += dkl[i] / (double)Z * mu[i];
        dlogvar[i] += dkl[i] / (double)Z * 0.5 * expm1(logvar[i]);
    }
}

/* 1 + v - m^2 - exp(v) in any order: three roundings of terms up to the largest, each of size u. */
static void kl_cancels(size_t B, size_t Z, const double *mu, const double *logvar, double *kl)
{
    aevb_ref_kl(B, Z, mu, logvar, kl);
    for (size_t i = 0; i < B * Z; i++)
        kl[i] += 2 * U * (1 + fabs(logvar[i]) + exp(logvar[i]) + mu[i] * mu[i]);
}

static void kl_cancels_backward(size_t B, size_t Z, const double *mu, const double *logvar, const double *dkl,
                                double *dmu, double *dlogvar)
{
    aevb_ref_kl_backward(B, Z, mu, logvar, dkl, dmu, dlogvar);
    for (size_t i = 0; i < B * Z; i++)
        if (isfinite(dlogvar[i])) /* an infinity is the same in both forms */
            dlogvar[i] += 2 * U * fabs(dkl[i]) * (1 + exp(logvar[i]));
}

/* z per element, in terms of m = mu, v = logvar and e = eps[b][k][j]; e0 = eps[0][k][j], ek0 = eps[b][0][j]. */
#define REPARAM(name, expression) \
    static void name(size_t B, size_t K, size_t Z, const double *mu, const double *logvar, const double *eps, \
                     double *z) \
    { \
        for (size_t i = 0; i < B * K * Z; i++) { \
            const size_t j = i % Z, k = i / Z % K, b = i / Z / K; \
            const double m = mu[b * Z + j], v = logvar[b * Z + j], e = eps[i]; \
            const double e0 = eps[k * Z + j], ek0 = eps[b * K * Z + j]; \
            (void)m, (void)v, (void)e, (void)e0, (void)ek0; \
            z[i] = expression; \
        } \
    }
/* Contribution of dz to dlogvar as d times an expression. */
#define REPARAM_BACKWARD(name, by_m, by_v) \
    static void name(size_t B, size_t K, size_t Z, const double *logvar, const double *eps, const double *dz, \
                     double *dmu, double *dlogvar) \
    { \
        for (size_t i = 0; i < B * K * Z; i++) { \
            const size_t j = i % Z, k = i / Z % K, b = i / Z / K; \
            const double v = logvar[b * Z + j], e = eps[i], d = dz[i]; \
            const double e0 = eps[k * Z + j], ek0 = eps[b * K * Z + j]; \
            (void)v, (void)e, (void)e0, (void)ek0; \
            dmu[b * Z + j] += by_m; \
            dlogvar[b * Z + j] += by_v; \
        } \
    }

REPARAM(rep_variance, m + exp(v) * e)
REPARAM_BACKWARD(rep_variance_backward, d, d * e * exp(v))
REPARAM(rep_logvar_is_sigma, m + v * e)
REPARAM_BACKWARD(rep_logvar_is_sigma_backward, d, d * e)
REPARAM(rep_logvar_is_variance, m + sqrt(v) * e)
REPARAM_BACKWARD(rep_logvar_is_variance_backward, d, d * e * 0.5 / sqrt(v))
REPARAM(rep_mean, m)
REPARAM_BACKWARD(rep_mean_backward, d, 0 * v)
REPARAM(rep_minus, m - exp(0.5 * v) * e)
REPARAM_BACKWARD(rep_minus_backward, d, -d * e * 0.5 * exp(0.5 * v))
REPARAM(rep_shared_batch, m + exp(0.5 * v) * e0)
REPARAM_BACKWARD(rep_shared_batch_backward, d, d * e0 * 0.5 * exp(0.5 * v))
REPARAM(rep_shared_samples, m + exp(0.5 * v) * ek0)
REPARAM_BACKWARD(rep_shared_samples_backward, d, d * ek0 * 0.5 * exp(0.5 * v))
REPARAM_BACKWARD(rep_backward_without_half, d, d * e * exp(0.5 * v))
REPARAM_BACKWARD(rep_backward_without_eps, d, d * 0.5 * exp(0.5 * v))
REPARAM_BACKWARD(rep_backward_without_sigma, d, d * e * 0.5)
REPARAM_BACKWARD(rep_backward_mean, d / (double)K, d * e * 0.5 * exp(0.5 * v) / (double)K)
REPARAM_BACKWARD(rep_backward_last, k == K - 1 ? d : 0, k == K - 1 ? d * e * 0.5 * exp(0.5 * v) : 0)

/* A density of q as the sum over j of an expression in v = logvar and e = eps. */
#define LOGQ(name, expression) \
    static void name(size_t B, size_t K, size_t Z, const double *logvar, const double *eps, double *logq) \
    { \
        for (size_t r = 0; r < B * K; r++) { \
            logq[r] = 0; \
            for (size_t j = 0; j < Z; j++) { \
                const double v = logvar[r / K * Z + j], e = eps[r * Z + j]; \
                logq[r] += expression; \
            } \
        } \
    }
#define LOGQ_BACKWARD(name, by_v) \
    static void name(size_t B, size_t K, size_t Z, const double *eps, const double *dlogq, double *dlogvar) \
    { \
        for (size_t i = 0; i < B * K * Z; i++) { \
            const double e = eps[i], d = dlogq[i / Z]; \
            (void)e; \
            dlogvar[i / Z / K * Z + i % Z] += by_v; \
        } \
    }
#define LOGPZ(name, expression) \
    static void name(size_t R, size_t Z, const double *z, double *logpz) \
    { \
        for (size_t r = 0; r < R; r++) { \
            logpz[r] = 0; \
            for (size_t j = 0; j < Z; j++) { \
                const double x = z[r * Z + j]; \
                logpz[r] += expression; \
            } \
        } \
    }

LOGQ(logq_without_constant, -0.5 * (v + e * e))
LOGQ(logq_log_sigma, -0.5 * (LOG_2PI + 2 * v + e * e))
LOGQ(logq_without_half, -(LOG_2PI + v + e * e))
LOGQ(logq_entropy, -0.5 * (LOG_2PI + 1 + v) + 0 * e)
LOGQ_BACKWARD(logq_detached, d * 0.5 * (e * e - 1))
LOGQ_BACKWARD(logq_path_only, d * 0.5 * e * e)
LOGQ_BACKWARD(logq_backward_sign, d * 0.5)
LOGPZ(logpz_without_constant, -0.5 * x * x)
LOGPZ(logpz_without_half, -(LOG_2PI + x * x))

static void logpz_backward_sign(size_t R, size_t Z, const double *z, const double *dlogpz, double *dz)
{
    for (size_t i = 0; i < R * Z; i++)
        dz[i] += dlogpz[i / Z] * z[i];
}

const aevb_mistake aevb_mistakes_posterior[] = {
    {"kl-sign", "the KL has the wrong sign", "FluxML/model-zoo#147, AntixK/PyTorch-VAE#68",
     {.kl = kl_negative, .kl_backward = kl_negative_backward}, 0},
    {"kl-plus-exp", "exp(logvar) enters the KL with the wrong sign", "FluxML/model-zoo#76",
     {.kl = kl_plus_exp, .kl_backward = kl_plus_exp_backward}, 0},
    {"kl-missing-half", "the factor 1/2 of the KL is left out", "arXiv:1312.6114",
     {.kl = kl_doubled, .kl_backward = kl_doubled_backward}, 0},
    {"kl-missing-one", "the constant -1 of the KL is left out, so it is not 0 at the prior", "FluxML/model-zoo#73",
     {.kl = kl_without_one}, 0},
    {"kl-logvar-as-sigma", "logvar is used as sigma in the KL", "deepchem/deepchem#4888",
     {.kl = kl_logvar_is_sigma, .kl_backward = kl_logvar_is_sigma_backward}, 0},
    {"kl-logvar-as-log-sigma", "logvar is used as log sigma in the KL", "keras-team/keras#3220",
     {.kl = kl_logvar_is_log_sigma, .kl_backward = kl_logvar_is_log_sigma_backward}, 0},
    {"kl-logvar-as-variance", "logvar is used as the variance in the KL", "AntixK/PyTorch-VAE#15",
     {.kl = kl_logvar_is_variance, .kl_backward = kl_logvar_is_variance_backward}, 0},
    {"kl-variance-as-logvar", "the variance is used as the log-variance in the KL", "AntixK/PyTorch-VAE#69",
     {.kl = kl_variance_is_logvar, .kl_backward = kl_variance_is_logvar_backward}, 0},
    {"kl-over-latent", "each KL term is divided by the number of latent dimensions", "keras-team/keras#6015",
     {.kl = kl_over_z, .kl_backward = kl_over_z_backward}, 0},
    {"kl-cancellation",
     "the KL is computed as 1 + logvar - mu^2 - exp(logvar), which loses its digits near logvar = 0",
     "docs/spec KL.1", {.kl = kl_cancels, .kl_backward = kl_cancels_backward}, 1},
    {"kl-gradient-no-mu", "the gradient of the KL in mu is left out", "study, section 3.1",
     {.kl_backward = kl_backward_without_mu}, 0},
    {"kl-gradient-no-logvar", "the gradient of the KL in logvar is left out", "study, section 3.1",
     {.kl_backward = kl_backward_without_logvar}, 0},
    {"kl-gradient-missing-half", "the gradient of the KL in logvar lacks its factor 1/2", "study, section 3.1",
     {.kl_backward = kl_backward_without_half}, 0},
    {"kl-gradient-missing-one", "the gradient of the KL in logvar lacks its constant -1", "FluxML/model-zoo#73",
     {.kl_backward = kl_backward_without_one}, 0},
    {"kl-gradient-logvar-sign", "the gradient of the KL in logvar has the wrong sign", "FluxML/model-zoo#147",
     {.kl_backward = kl_backward_logvar_sign}, 0},
    {"kl-gradient-sign", "the gradient of the KL has the wrong sign", "study, section 3.1",
     {.kl_backward = kl_negative_backward}, 0},
    {"variance-as-sigma", "exp(logvar), the variance, is used as sigma in z", "keras-team/keras#9972",
     {.reparam = rep_variance, .reparam_backward = rep_variance_backward}, 0},
    {"logvar-as-sigma", "logvar is used as sigma in z", "keras-team/keras#3283",
     {.reparam = rep_logvar_is_sigma, .reparam_backward = rep_logvar_is_sigma_backward}, 0},
    {"logvar-as-variance", "logvar is used as the variance in z", "AntixK/PyTorch-VAE#15",
     {.reparam = rep_logvar_is_variance, .reparam_backward = rep_logvar_is_variance_backward}, 0},
    {"mean-as-sample", "z is the mean instead of a sample", "pytorch/examples#419",
     {.reparam = rep_mean, .reparam_backward = rep_mean_backward}, 0},
    {"noise-sign", "the noise is subtracted", "study, section 3.1",
     {.reparam = rep_minus, .reparam_backward = rep_minus_backward}, 0},
    {"eps-shared-batch", "one draw of the noise is used for the whole batch", "tensorflow/tensorflow#36715",
     {.reparam = rep_shared_batch, .reparam_backward = rep_shared_batch_backward}, 0},
    {"eps-shared-samples", "all samples of a datum use its first noise", "arXiv:1312.6114",
     {.reparam = rep_shared_samples, .reparam_backward = rep_shared_samples_backward}, 0},
    {"sigma-gradient-missing-half", "d sigma / d logvar lacks its factor 1/2", "study, section 3.1",
     {.reparam_backward = rep_backward_without_half}, 0},
    {"sigma-gradient-no-eps", "d z / d logvar lacks the noise", "arXiv:1312.6114",
     {.reparam_backward = rep_backward_without_eps}, 0},
    {"sigma-gradient-no-sigma", "d z / d logvar lacks sigma", "arXiv:1312.6114",
     {.reparam_backward = rep_backward_without_sigma}, 0},
    {"sample-gradient-mean", "gradients of the samples are averaged instead of summed", "arXiv:1312.6114",
     {.reparam_backward = rep_backward_mean}, 0},
    {"sample-gradient-last", "only the gradient of the last sample is kept", "arXiv:1312.6114",
     {.reparam_backward = rep_backward_last}, 0},
    {"logq-missing-constant", "log 2 pi is left out of log q", "clementchadebec/benchmark_VAE#123",
     {.logq = logq_without_constant}, 0},
    {"logq-logvar-as-log-sigma", "logvar is used as log sigma in log q", "keras-team/keras#3220",
     {.logq = logq_log_sigma}, 0},
    {"logq-missing-half", "the factor 1/2 of log q is left out", "arXiv:1312.6114", {.logq = logq_without_half}, 0},
    {"logq-entropy", "log q is replaced by its mean, minus the entropy", "arXiv:1312.6114",
     {.logq = logq_entropy}, 0},
    {"logq-detached", "log q is differentiated at fixed z, not along the path", "arXiv:1703.09194",
     {.logq_backward = logq_detached}, 0},
    {"logq-path-only", "log q is differentiated through z alone", "arXiv:1703.09194",
     {.logq_backward = logq_path_only}, 0},
    {"logq-gradient-sign", "the gradient of log q has the wrong sign", "AntixK/PyTorch-VAE#34",
     {.logq_backward = logq_backward_sign}, 0},
    {"logpz-missing-constant", "log 2 pi is left out of log p(z)", "clementchadebec/benchmark_VAE#123",
     {.logpz = logpz_without_constant}, 0},
    {"logpz-missing-half", "the factor 1/2 of log p(z) is left out", "arXiv:1312.6114",
     {.logpz = logpz_without_half}, 0},
    {"logpz-gradient-sign", "the gradient of log p(z) has the wrong sign", "arXiv:1312.6114",
     {.logpz_backward = logpz_backward_sign}, 0},
    {.name = NULL},
};
