/* SPDX-License-Identifier: GPL-3.0-or-later
 * Known mistakes in objectives, the importance-weighted bound and the weight prior. */
#include "config.h"
#include "fp_rules.h"
#include "conform/mistakes.h"

#include <math.h>

typedef const aevb_objective *objective;
typedef const aevb_terms *terms;

static void eval(aevb_objective o, terms t, double *loss, aevb_adjoints *adjoints)
{
    aevb_kernel_set_ref.objective(&o, t, loss, adjoints);
}

/* loss and adjoints times a factor. */
static void scaled(objective o, terms t, double *loss, aevb_adjoints *adjoints, double factor)
{
    eval(*o, t, loss, adjoints);
    *loss *= factor;
    for (size_t i = 0; i < t->B * t->K; i++) {
        adjoints->logpx[i] *= factor;
        adjoints->logpz[i] *= factor;
        adjoints->logq[i] *= factor;
    }
    for (size_t i = 0; i < t->B * t->Z; i++)
        adjoints->kl[i] *= factor;
}

static void kl_mean(objective o, terms t, double *loss, aevb_adjoints *adjoints)
{
    eval((aevb_objective){o->kind, o->kind == AEVB_ELBO ? o->beta / (double)t->Z : o->beta}, t, loss, adjoints);
}

static void kl_mean_parts(terms t, aevb_parts *parts)
{
    aevb_kernel_set_ref.parts(t, parts);
    parts->kl /= (double)t->Z;
}

static void kl_minus(objective o, terms t, double *loss, aevb_adjoints *adjoints)
{
    /* The reference refuses beta < 0: -L(beta) + 2 L(0) is linear in beta and has the other sign of the KL. */
    double plain;
    eval((aevb_objective){o->kind, 0}, t, &plain, adjoints);
    eval(*o, t, loss, adjoints);
    *loss = 2 * plain - *loss;
    for (size_t i = 0; i < t->B * t->K; i++) {
        adjoints->logpz[i] = -adjoints->logpz[i];
        adjoints->logq[i] = -adjoints->logq[i];
    }
    for (size_t i = 0; i < t->B * t->Z; i++)
        adjoints->kl[i] = -adjoints->kl[i];
}

static void beta_ignored(objective o, terms t, double *loss, aevb_adjoints *adjoints)
{
    eval((aevb_objective){o->kind, 1}, t, loss, adjoints);
}

static void batch_sum(objective o, terms t, double *loss, aevb_adjoints *adjoints)
{
    scaled(o, t, loss, adjoints, (double)t->B);
}

static void sample_sum(objective o, terms t, double *loss, aevb_adjoints *adjoints)
{
    const double K = (double)t->K;
    aevb_parts parts;
    aevb_kernel_set_ref.parts(t, &parts);
    eval(*o, t, loss, adjoints);
    *loss += o->kind == AEVB_ELBO ? (K - 1) * parts.recon : (K - 1) * *loss;
    for (size_t i = 0; i < t->B * t->K; i++) {
        adjoints->logpx[i] *= K;
        adjoints->logpz[i] *= K;
        adjoints->logq[i] *= K;
    }
}

static void negated(objective o, terms t, double *loss, aevb_adjoints *adjoints)
{
    scaled(o, t, loss, adjoints, -1);
}

static void adjoint_sum(objective o, terms t, double *loss, aevb_adjoints *adjoints)
{
    double right, scaled_loss;
    eval(*o, t, &right, adjoints);
    scaled(o, t, &scaled_loss, adjoints, (double)t->B);
    *loss = right;
}

static void analytic_kl(objective o, terms t, double *loss, aevb_adjoints *adjoints)
{
    eval((aevb_objective){AEVB_ELBO, o->beta}, t, loss, adjoints);
}

static void parts_sum(terms t, aevb_parts *parts)
{
    aevb_kernel_set_ref.parts(t, parts);
    parts->recon *= (double)t->B;
    parts->kl *= (double)t->B;
}

/* log weights of datum b */
static double weight(terms t, size_t b, size_t k)
{
    return t->logpx[b * t->K + k] + t->logpz[b * t->K + k] - t->logq[b * t->K + k];
}

static void iwae_mean_of_logs(terms t, double *bound)
{
    for (size_t b = 0; b < t->B; b++) {
        bound[b] = 0;
        for (size_t k = 0; k < t->K; k++)
            bound[b] += weight(t, b, k) / (double)t->K;
    }
}

static void iwae_without_log_k(terms t, double *bound)
{
    aevb_iwae_bound(t, bound);
    for (size_t b = 0; b < t->B; b++)
        bound[b] += log((double)t->K);
}

static void iwae_weighted_mean(terms t, double *bound)
{
    double right;
    for (size_t b = 0; b < t->B; b++) {
        const aevb_terms row = {1, t->K, t->Z, t->logpx + b * t->K, t->logpz + b * t->K, t->logq + b * t->K, NULL};
        aevb_iwae_bound(&row, &right);
        bound[b] = 0;
        for (size_t k = 0; k < t->K; k++)
            bound[b] += exp(weight(t, b, k) - right) / (double)t->K * weight(t, b, k);
    }
}

static void iwae_underflow(terms t, double *bound)
{
    for (size_t b = 0; b < t->B; b++) {
        double sum = 0;
        for (size_t k = 0; k < t->K; k++)
            sum += exp(weight(t, b, k));
        bound[b] = log(sum / (double)t->K);
    }
}

static void iwae_infinite(terms t, double *bound)
{
    aevb_iwae_bound(t, bound);
    for (size_t b = 0; b < t->B; b++)
        if (isinf(bound[b]))
            bound[b] = NAN;
}

static void prior_not_scaled(double precision, size_t n_data, size_t n, const double *theta, double *loss,
                             double *grad)
{
    (void)n_data;
    aevb_weight_prior(precision, 1, n, theta, loss, grad);
}

static void prior_without_half(double precision, size_t n_data, size_t n, const double *theta, double *loss,
                               double *grad)
{
    aevb_weight_prior(2 * precision, n_data, n, theta, loss, NULL);
    aevb_weight_prior(precision, n_data, n, theta, NULL, grad);
}

static void prior_gradient_half(double precision, size_t n_data, size_t n, const double *theta, double *loss,
                                double *grad)
{
    aevb_weight_prior(precision, n_data, n, theta, loss, NULL);
    aevb_weight_prior(precision / 2, n_data, n, theta, NULL, grad);
}

const aevb_mistake aevb_mistakes_objective[] = {
    {"kl-mean-over-latent", "the KL is averaged over the latent dimensions instead of summed",
     "keras-team/keras#6015, keras-team/keras-io#270, mkusner/grammarVAE#2",
     {.objective = kl_mean, .parts = kl_mean_parts}, 0},
    {"kl-mean-over-latent-in-loss", "the KL in the loss is averaged over the latent dimensions instead of summed",
     "keras-team/keras#6015, keras-team/keras-io#270", {.objective = kl_mean}, 0},
    {"loss-kl-sign", "the KL is subtracted from the loss instead of added", "AntixK/PyTorch-VAE#68",
     {.objective = kl_minus}, 0},
    {"beta-ignored", "beta is accepted and not used", "Lightning-Universe/lightning-bolts#328",
     {.objective = beta_ignored}, 0},
    {"batch-sum", "the loss is summed over the batch instead of averaged",
     "pytorch/examples#290, pytorch/examples#652", {.objective = batch_sum, .parts = parts_sum}, 0},
    {"batch-sum-in-loss", "the loss, but not its parts, is summed over the batch instead of averaged",
     "pytorch/examples#290, pytorch/examples#652", {.objective = batch_sum}, 0},
    {"gradient-batch-sum", "the gradient is that of the sum over the batch, the loss that of the mean",
     "pytorch/examples#652", {.objective = adjoint_sum}, 0},
    {"sample-sum", "log p(x|z) is summed over the samples instead of averaged", "arXiv:1312.6114",
     {.objective = sample_sum}, 0},
    {"loss-sign", "the bound is given where the loss, its negative, is meant", "AntixK/PyTorch-VAE#68",
     {.objective = negated}, 0},
    {"analytic-for-monte-carlo", "the analytic KL is used where its Monte Carlo estimate is asked for",
     "Lightning-Universe/lightning-bolts#565", {.objective = analytic_kl}, 0},
    {"iwae-mean-of-logs", "the mean of the log weights takes the place of the log of their mean",
     "arahuja/generative-tf#1, AntixK/PyTorch-VAE#53", {.iwae = iwae_mean_of_logs}, 0},
    {"iwae-missing-log-k", "log K is not subtracted from the log-sum-exp", "scverse/scvi-tools#13",
     {.iwae = iwae_without_log_k}, 0},
    {"iwae-weighted-mean", "the weighted mean of the log weights is given as the bound", "AntixK/PyTorch-VAE#53",
     {.iwae = iwae_weighted_mean}, 0},
    {"iwae-underflow", "weights are exponentiated without the largest taken out",
     "xqding/Importance_Weighted_Autoencoders#2", {.iwae = iwae_underflow}, 0},
    {"iwae-infinite", "weights that are all 0 give NaN instead of -infinity",
     "xqding/Importance_Weighted_Autoencoders#2", {.iwae = iwae_infinite}, 0},
    {"prior-not-scaled", "the weight prior is not divided by the size of the data set", "arXiv:1312.6114",
     {.weight_prior = prior_not_scaled}, 0},
    {"prior-missing-half", "the factor 1/2 of the weight prior is left out", "arXiv:1312.6114",
     {.weight_prior = prior_without_half}, 0},
    {"prior-gradient-half", "the gradient of the weight prior has a factor 1/2 too many", "arXiv:1312.6114",
     {.weight_prior = prior_gradient_half}, 0},
    {.name = NULL},
};
