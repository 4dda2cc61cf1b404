/* SPDX-License-Identifier: GPL-3.0-or-later
 * The reference as a table. */
#include "config.h"
#include "conform/kernel_set.h"

#include <math.h>

#include "aevb/rng.h"

static void objective(const aevb_objective *o, const aevb_terms *terms, double *loss, aevb_adjoints *adjoints)
{
    *loss = NAN; /* of an objective that does not exist */
    aevb_status status = aevb_objective_eval(o, terms, loss, adjoints);
    (void)status;
}

static void parts(const aevb_terms *terms, aevb_parts *out)
{
    *out = aevb_objective_parts(terms);
}

static void uniform(uint64_t seed, uint64_t stream, uint64_t index, double *u)
{
    *u = aevb_uniform(seed, stream, index);
}

static void normal(uint64_t seed, uint64_t stream, uint64_t index, double *x)
{
    *x = aevb_normal(seed, stream, index);
}

static void quantile(size_t n, const double *u, double *x)
{
    for (size_t i = 0; i < n; i++)
        x[i] = aevb_normal_quantile(u[i]);
}

static void logq_backward(size_t B, size_t K, size_t Z, const double *eps, const double *dlogq, double *dlogvar)
{
    (void)eps;
    aevb_ref_logq_backward(B, K, Z, dlogq, dlogvar);
}

const aevb_kernel_set aevb_kernel_set_ref = {
    .affine = aevb_ref_affine, .affine_backward = aevb_ref_affine_backward,
    .activation = aevb_ref_activation, .activation_backward = aevb_ref_activation_backward,
    .reparam = aevb_ref_reparam, .reparam_backward = aevb_ref_reparam_backward,
    .kl = aevb_ref_kl, .kl_backward = aevb_ref_kl_backward,
    .logq = aevb_ref_logq, .logq_backward = logq_backward,
    .logpz = aevb_ref_logpz, .logpz_backward = aevb_ref_logpz_backward,
    .bernoulli = aevb_ref_bernoulli, .bernoulli_backward = aevb_ref_bernoulli_backward,
    .gaussian = aevb_ref_gaussian, .gaussian_backward = aevb_ref_gaussian_backward,
    .gaussian_fixed = aevb_ref_gaussian_fixed, .gaussian_fixed_backward = aevb_ref_gaussian_fixed_backward,
    .categorical = aevb_ref_categorical, .categorical_backward = aevb_ref_categorical_backward,
    .weight_prior = aevb_weight_prior, .optim_step = aevb_optim_step,
    .objective = objective, .parts = parts, .iwae = aevb_iwae_bound, .uniform = uniform,
    .normal = normal, .quantile = quantile,
};

aevb_kernel_set aevb_kernel_set_with(const aevb_kernel_set *other)
{
    aevb_kernel_set set = aevb_kernel_set_ref;
#define REPLACE(name, arguments) \
    if (other->name != NULL) \
        set.name = other->name;
    AEVB_KERNEL_SET(REPLACE)
    set.no_domain = other->no_domain;
    set.heads_swapped = other->heads_swapped;
    set.logvar_head_lost = other->logvar_head_lost;
    set.engine = other->engine;
    return set;
}
