/* SPDX-License-Identifier: GPL-3.0-or-later
 * The clauses as a table of functions, so that an answer can be worked out with one of them replaced: by nothing (the
 * reference) or by a known mistake (the diagnosis). Signatures as in the reference; logq_backward also gets eps,
 * which mistaken forms of it use. */
#ifndef AEVB_KERNEL_SET_H
#define AEVB_KERNEL_SET_H

#include "aevb/engine.h"
#include "ref/ref.h"

/* M(name, arguments) */
#define AEVB_KERNEL_SET(M) \
    M(affine, (size_t B, size_t in, size_t out, const double *x, const double *w, const double *bias, double *y)) \
    M(affine_backward, (size_t B, size_t in, size_t out, const double *x, const double *w, const double *dy, \
                        double *dx, double *dw, double *dbias)) \
    M(activation, (aevb_activation f, size_t n, const double *a, double *h)) \
    M(activation_backward, (aevb_activation f, size_t n, const double *a, const double *h, const double *dh, \
                            double *da)) \
    M(reparam, (size_t B, size_t K, size_t Z, const double *mu, const double *logvar, const double *eps, double *z)) \
    M(reparam_backward, (size_t B, size_t K, size_t Z, const double *logvar, const double *eps, const double *dz, \
                         double *dmu, double *dlogvar)) \
    M(kl, (size_t B, size_t Z, const double *mu, const double *logvar, double *kl)) \
    M(kl_backward, (size_t B, size_t Z, const double *mu, const double *logvar, const double *dkl, double *dmu, \
                    double *dlogvar)) \
    M(logq, (size_t B, size_t K, size_t Z, const double *logvar, const double *eps, double *logq)) \
    M(logq_backward, (size_t B, size_t K, size_t Z, const double *eps, const double *dlogq, double *dlogvar)) \
    M(logpz, (size_t R, size_t Z, const double *z, double *logpz)) \
    M(logpz_backward, (size_t R, size_t Z, const double *z, const double *dlogpz, double *dz)) \
    M(bernoulli, (size_t B, size_t K, size_t X, const double *x, const double *a, double *logpx)) \
    M(bernoulli_backward, (size_t B, size_t K, size_t X, const double *x, const double *a, const double *dlogpx, \
                           double *da)) \
    M(gaussian, (size_t B, size_t K, size_t X, const double *x, const double *mean, const double *logvar, \
                 double *logpx)) \
    M(gaussian_backward, (size_t B, size_t K, size_t X, const double *x, const double *mean, const double *logvar, \
                          const double *dlogpx, double *dmean, double *dlogvar)) \
    M(gaussian_fixed, (size_t B, size_t K, size_t X, const double *x, const double *mean, double variance, \
                       double *logpx)) \
    M(gaussian_fixed_backward, (size_t B, size_t K, size_t X, const double *x, const double *mean, double variance, \
                                const double *dlogpx, double *dmean)) \
    M(categorical, (size_t B, size_t K, size_t X, size_t C, const double *x, const double *a, double *logpx)) \
    M(categorical_backward, (size_t B, size_t K, size_t X, size_t C, const double *x, const double *a, \
                             const double *dlogpx, double *da)) \
    M(weight_prior, (double precision, size_t n_data, size_t n, const double *theta, double *loss, double *grad)) \
    M(optim_step, (const aevb_optim *optim, uint64_t t, size_t n, double *theta, const double *g, double *state1, \
                   double *state2)) \
    M(objective, (const aevb_objective *objective, const aevb_terms *terms, double *loss, aevb_adjoints *adjoints)) \
    M(parts, (const aevb_terms *terms, aevb_parts *parts)) \
    M(iwae, (const aevb_terms *terms, double *bound)) \
    M(uniform, (uint64_t seed, uint64_t stream, uint64_t index, double *u)) \
    M(normal, (uint64_t seed, uint64_t stream, uint64_t index, double *x)) \
    M(quantile, (size_t n, const double *u, double *x))

#define AEVB_KERNEL_MEMBER(name, arguments) void (*name) arguments;
typedef struct aevb_kernel_set {
    AEVB_KERNEL_SET(AEVB_KERNEL_MEMBER)
    int no_domain;        /* data are not checked: [BERN.3] [GREY.3] [GAUSS.3] [CAT.3] left out */
    int heads_swapped;    /* the encoder's two heads are taken for each other */
    int logvar_head_lost; /* nothing is propagated back through the logvar head */
    const aevb_engine_config *engine; /* does whole models and training; NULL: they are composed of these */
} aevb_kernel_set;

extern const aevb_kernel_set aevb_kernel_set_ref;

/* The reference with every function that `other` has in place of its own. */
aevb_kernel_set aevb_kernel_set_with(const aevb_kernel_set *other);

#endif
