/* SPDX-License-Identifier: GPL-3.0-or-later
 * Posterior, noise and prior: [REP.1] [REP.2] [KL.1] [KL.2] [LOGQ.1] [LOGQ.2] [PRIOR.1] [PRIOR.2]. */
#include "formulas.h"

/* Samples of datum b and dimension j as terms of a sum over k. */
static N sum_k(size_t K, size_t Z, const N *terms)
{
    N *column = f_room(K);
    for (size_t k = 0; k < K; k++)
        column[k] = terms[k * Z];
    return num_sum(K, column);
}

void f_reparam(size_t B, size_t K, size_t Z, const N *mu, const N *logvar, const N *eps, N *z)
{
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++)
            for (size_t j = 0; j < Z; j++) {
                N sigma = num_exp(num_half(logvar[b * Z + j]));
                size_t at = (b * K + k) * Z + j;
                z[at] = num_add(mu[b * Z + j], num_mul(sigma, eps[at]));
            }
}

void f_reparam_backward(size_t B, size_t K, size_t Z, const N *logvar, const N *eps, const N *dz, N *dmu, N *dlogvar)
{
    N *terms = f_room(B * K * Z);
    for (size_t b = 0; b < B; b++)
        for (size_t k = 0; k < K; k++)
            for (size_t j = 0; j < Z; j++) {
                N half_sigma = num_half(num_exp(num_half(logvar[b * Z + j])));
                size_t at = (b * K + k) * Z + j;
                terms[at] = num_mul(num_mul(dz[at], eps[at]), half_sigma);
            }
    for (size_t b = 0; b < B; b++)
        for (size_t j = 0; j < Z; j++) {
            dmu[b * Z + j] = sum_k(K, Z, &dz[b * K * Z + j]);
            dlogvar[b * Z + j] = sum_k(K, Z, &terms[b * K * Z + j]);
        }
}

void f_kl(size_t n, const N *mu, const N *logvar, N *kl)
{
    for (size_t i = 0; i < n; i++)
        kl[i] = num_half(num_add(num_sqr(mu[i]), num_sub(num_expm1(logvar[i]), logvar[i])));
}

void f_kl_backward(size_t n, const N *mu, const N *logvar, const N *dkl, N *dmu, N *dlogvar)
{
    for (size_t i = 0; i < n; i++) {
        dmu[i] = num_mul(dkl[i], mu[i]);
        dlogvar[i] = num_mul(dkl[i], num_half(num_expm1(logvar[i])));
    }
}

void f_logq(size_t B, size_t K, size_t Z, const N *logvar, const N *eps, N *logq)
{
    N *terms = f_room(Z), log_2pi = num_log_2pi();
    for (size_t r = 0; r < B * K; r++) {
        for (size_t j = 0; j < Z; j++)
            terms[j] = num_neg(num_half(num_add(num_add(log_2pi, logvar[r / K * Z + j]), num_sqr(eps[r * Z + j]))));
        logq[r] = num_sum(Z, terms);
    }
}

void f_logq_backward(size_t B, size_t K, size_t Z, const N *dlogq, N *dlogvar)
{
    for (size_t b = 0; b < B; b++)
        for (size_t j = 0; j < Z; j++)
            dlogvar[b * Z + j] = num_neg(num_half(num_sum(K, &dlogq[b * K])));
}

void f_logpz(size_t R, size_t Z, const N *z, N *logpz)
{
    N *terms = f_room(Z), log_2pi = num_log_2pi();
    for (size_t r = 0; r < R; r++) {
        for (size_t j = 0; j < Z; j++)
            terms[j] = num_neg(num_half(num_add(log_2pi, num_sqr(z[r * Z + j]))));
        logpz[r] = num_sum(Z, terms);
    }
}

void f_logpz_backward(size_t R, size_t Z, const N *z, const N *dlogpz, N *dz)
{
    for (size_t i = 0; i < R * Z; i++)
        dz[i] = num_neg(num_mul(dlogpz[i / Z], z[i]));
}
