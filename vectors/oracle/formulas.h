/* SPDX-License-Identifier: GPL-3.0-or-later
 * The formulas of docs/spec on arrays of the oracle's numbers, row-major, shapes as in the clauses. Each writes its
 * results; a gradient is what the clause adds. */
#ifndef ORACLE_FORMULAS_H
#define ORACLE_FORMULAS_H

#include "num.h"

/* sum_i weight[i] value[i]: a scalar whose gradient a backward clause gives. */
N f_weighted(size_t n, const N *weight, const N *value);
/* Fresh room for n numbers; it lasts until f_room_release. */
N *f_room(size_t n);
void f_room_release(void);
void f_accumulate(size_t n, N *sum, const N *more);

/* [AFFINE.1] [AFFINE.2]; dx may be NULL. */
void f_affine(size_t B, size_t I, size_t O, const N *x, const N *w, const N *bias, N *y);
void f_affine_backward(size_t B, size_t I, size_t O, const N *x, const N *w, const N *dy, N *dx, N *dw, N *dbias);
/* [ACT.1] to [ACT.5] */
void f_activation(const char *name, size_t n, const N *a, N *h);
void f_activation_backward(const char *name, size_t n, const N *a, const N *h, const N *dh, N *da);

void f_reparam(size_t B, size_t K, size_t Z, const N *mu, const N *logvar, const N *eps, N *z);
void f_reparam_backward(size_t B, size_t K, size_t Z, const N *logvar, const N *eps, const N *dz, N *dmu, N *dlogvar);
void f_kl(size_t n, const N *mu, const N *logvar, N *kl);
void f_kl_backward(size_t n, const N *mu, const N *logvar, const N *dkl, N *dmu, N *dlogvar);
void f_logq(size_t B, size_t K, size_t Z, const N *logvar, const N *eps, N *logq);
void f_logq_backward(size_t B, size_t K, size_t Z, const N *dlogq, N *dlogvar);
void f_logpz(size_t R, size_t Z, const N *z, N *logpz);
void f_logpz_backward(size_t R, size_t Z, const N *z, const N *dlogpz, N *dz);

/* Rows of the decoder's output: r = b K + k. */
void f_bernoulli(size_t B, size_t K, size_t X, const N *x, const N *a, N *logpx);
void f_bernoulli_backward(size_t B, size_t K, size_t X, const N *x, const N *a, const N *dlogpx, N *da);
void f_gaussian(size_t B, size_t K, size_t X, const N *x, const N *m, const N *s, N *logpx);
void f_gaussian_backward(size_t B, size_t K, size_t X, const N *x, const N *m, const N *s, const N *dlogpx, N *dm,
                         N *ds);
void f_gaussian_fixed(size_t B, size_t K, size_t X, const N *x, const N *m, N variance, N *logpx);
void f_gaussian_fixed_backward(size_t B, size_t K, size_t X, const N *x, const N *m, N variance, const N *dlogpx,
                               N *dm);

/* X / C positions of C classes, x one-hot and exact. */
void f_categorical(size_t B, size_t K, size_t X, size_t C, const N *x, const N *a, N *logpx);
void f_categorical_backward(size_t B, size_t K, size_t X, size_t C, const N *x, const N *a, const N *dlogpx, N *da);

/* [TERMS.1] and the adjoints of [SGVB.1] to [SGVB.3]. objective is "elbo" or "elbo-mc". */
typedef struct f_terms { size_t B, K, Z; const N *logpx, *logpz, *logq, *kl; } f_terms;
typedef struct f_adjoints { N *logpx, *logpz, *logq, *kl; } f_adjoints;
N f_loss(const char *objective, N beta, f_terms t);
void f_loss_adjoints(const char *objective, N beta, f_terms t, f_adjoints d);
N f_recon(f_terms t);
N f_kl_total(f_terms t);
/* [IWAE.1]: bound[b]; weights[b][k] = d bound / d (logpx + logpz - logq). */
void f_iwae(f_terms t, N *bound, N *weights);
/* [MAP.1] */
N f_weight_prior(N precision, N n_data, size_t n, const N *theta);
void f_weight_prior_gradient(N precision, N n_data, size_t n, const N *theta, N *grad);

/* Optimisers: kind "sgd", "adagrad", "adam", "adam-hat", "adamw"; one step t >= 1, theta and states in and out. */
typedef struct f_optim { const char *kind; N lr, momentum, beta1, beta2, eps, decay; } f_optim;
void f_step(const f_optim *optim, unsigned long t, size_t n, N *theta, const N *g, N *state1, N *state2);
int f_two_states(const char *kind);
f_optim f_optim_of_group(void);
/* Declares that configuration; what a kind does not use is left out. */
void optim_declare(const char *kind, double lr, double momentum, double beta1, double beta2, double eps,
                   double decay);

/* [RNG.3] proved by a sign change of Phi(x) - u. */
N f_normal_quantile(double u);

#endif
