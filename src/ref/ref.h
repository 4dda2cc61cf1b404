/* SPDX-License-Identifier: GPL-3.0-or-later
 * Tier 1: the specification as float64 scalar C, one clause group per file (docs/spec). Straight loops, sums in the
 * order of the spec. Matrices are row-major; B counts rows (data, or data times samples).
 * Every backward function ADDS to the gradients that it returns: the caller zeroes them first. */
#ifndef AEVB_REF_H
#define AEVB_REF_H

#include <stddef.h>
#include "aevb/model.h"

/* y[b][o] = bias[o] + sum_i w[o][i] x[b][i], i ascending, starting from the bias. [AFFINE.1] */
void aevb_ref_affine(size_t B, size_t in, size_t out, const double *x, const double *w, const double *bias,
                     double *y);
/* dw[o][i] += sum_b dy[b][o] x[b][i]; dbias[o] += sum_b dy[b][o]; dx[b][i] += sum_o dy[b][o] w[o][i] (dx may be
 * NULL). Sums ascending in b and o. [AFFINE.2] */
void aevb_ref_affine_backward(size_t B, size_t in, size_t out, const double *x, const double *w, const double *dy,
                              double *dx, double *dw, double *dbias);

/* Stable scalar forms. [ACT.4] [ACT.5] */
double aevb_ref_sigmoid(double a);
double aevb_ref_softplus(double a);
/* h[i] = f(a[i]); da[i] += dh[i] f'(a[i]), f' from a and h as the clause says. [ACT.1]..[ACT.5] */
void aevb_ref_activation(aevb_activation f, size_t n, const double *a, double *h);
void aevb_ref_activation_backward(aevb_activation f, size_t n, const double *a, const double *h, const double *dh,
                                  double *da);

/* z[b][k][j] = mu[b][j] + exp(logvar[b][j] / 2) eps[b][k][j]. [REP.1] */
void aevb_ref_reparam(size_t B, size_t K, size_t Z, const double *mu, const double *logvar, const double *eps,
                      double *z);
/* dmu[b][j] += sum_k dz; dlogvar[b][j] += sum_k dz eps exp(logvar/2) / 2. [REP.2] */
void aevb_ref_reparam_backward(size_t B, size_t K, size_t Z, const double *logvar, const double *eps,
                               const double *dz, double *dmu, double *dlogvar);

/* kl[b][j] = (mu^2 + (expm1(logvar) - logvar)) / 2. [KL.1] */
void aevb_ref_kl(size_t B, size_t Z, const double *mu, const double *logvar, double *kl);
/* dmu += dkl mu; dlogvar += dkl expm1(logvar) / 2. [KL.2] */
void aevb_ref_kl_backward(size_t B, size_t Z, const double *mu, const double *logvar, const double *dkl, double *dmu,
                          double *dlogvar);

/* logq[b][k] = sum_j -(log 2 pi + logvar[b][j] + eps[b][k][j]^2) / 2 at z = REP.1(mu, logvar, eps). [LOGQ.1]
 * Along the path z(mu, logvar, eps): dlogvar[b][j] -= sum_k dlogq[b][k] / 2, nothing for mu. [LOGQ.2] */
void aevb_ref_logq(size_t B, size_t K, size_t Z, const double *logvar, const double *eps, double *logq);
void aevb_ref_logq_backward(size_t B, size_t K, size_t Z, const double *dlogq, double *dlogvar);

/* logpz[r] = sum_j -(log 2 pi + z[r][j]^2) / 2, R rows. [PRIOR.1]; dz[r][j] -= dlogpz[r] z[r][j]. [PRIOR.2] */
void aevb_ref_logpz(size_t R, size_t Z, const double *z, double *logpz);
void aevb_ref_logpz_backward(size_t R, size_t Z, const double *z, const double *dlogpz, double *dz);

/* Likelihoods. Row r = b K + k of the decoder's output belongs to datum b = r / K: x[B][X], a[B*K][X].
 * logpx[r] = sum_i x a - softplus(a). [BERN.1] [GREY.1]  da[r][i] += dlogpx[r] (x - sigmoid(a)). [BERN.2] [GREY.2] */
void aevb_ref_bernoulli(size_t B, size_t K, size_t X, const double *x, const double *a, double *logpx);
void aevb_ref_bernoulli_backward(size_t B, size_t K, size_t X, const double *x, const double *a,
                                 const double *dlogpx, double *da);
/* logpx[r] = sum_i -(log 2 pi + logvar + (x - mean)^2 exp(-logvar)) / 2. [GAUSS.1] [GAUSS.2] */
void aevb_ref_gaussian(size_t B, size_t K, size_t X, const double *x, const double *mean, const double *logvar,
                       double *logpx);
void aevb_ref_gaussian_backward(size_t B, size_t K, size_t X, const double *x, const double *mean,
                                const double *logvar, const double *dlogpx, double *dmean, double *dlogvar);
/* The same with one fixed variance. [GFIX.1] [GFIX.2] */
void aevb_ref_gaussian_fixed(size_t B, size_t K, size_t X, const double *x, const double *mean, double variance,
                             double *logpx);
void aevb_ref_gaussian_fixed_backward(size_t B, size_t K, size_t X, const double *x, const double *mean,
                                      double variance, const double *dlogpx, double *dmean);

/* X / C positions of C classes, x one-hot: logpx[r] = sum over positions of a_chosen - log sum_c exp(a_c) [CAT.1];
 * softmax of rows[C], p may be a; da[r][i] += dlogpx[r] (x - softmax(a)). [CAT.2] */
void aevb_ref_categorical(size_t B, size_t K, size_t X, size_t C, const double *x, const double *a, double *logpx);
void aevb_ref_softmax(size_t rows, size_t C, const double *a, double *p);
void aevb_ref_categorical_backward(size_t B, size_t K, size_t X, size_t C, const double *x, const double *a,
                                   const double *dlogpx, double *da);

/* Domain of the data: index of the first element of x[n] outside, or n. classes is that of AEVB_CATEGORICAL, whose n
 * is a multiple of it. [BERN.3] [GREY.3] [GAUSS.3] [CAT.3] */
size_t aevb_ref_domain(aevb_likelihood likelihood, size_t classes, size_t n, const double *x);

/* Optimisers, one step each over n parameters; t from 1. [SGD.1] [ADAGRAD.1] [ADAM.1] [ADAM.2] [ADAMW.1] */
void aevb_ref_sgd(size_t n, double lr, double momentum, double *theta, const double *g, double *v);
void aevb_ref_adagrad(size_t n, double lr, double eps, double *theta, const double *g, double *s);
void aevb_ref_adam(size_t n, size_t t, double lr, double beta1, double beta2, double eps, double *theta,
                   const double *g, double *m, double *v);
void aevb_ref_adam_hat(size_t n, size_t t, double lr, double beta1, double beta2, double eps_hat, double *theta,
                       const double *g, double *m, double *v);
void aevb_ref_adamw(size_t n, size_t t, double lr, double beta1, double beta2, double eps, double decay,
                    double *theta, const double *g, double *m, double *v);

#endif
