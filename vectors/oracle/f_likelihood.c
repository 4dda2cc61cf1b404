/* SPDX-License-Identifier: GPL-3.0-or-later
 * Likelihoods: [BERN.1] [BERN.2] [GREY.1] [GREY.2] [GAUSS.1] [GAUSS.2] [GFIX.1] [GFIX.2]. */
#include "formulas.h"

void f_bernoulli(size_t B, size_t K, size_t X, const N *x, const N *a, N *logpx)
{
    N *terms = f_room(X);
    for (size_t r = 0; r < B * K; r++) {
        for (size_t i = 0; i < X; i++) {
            N logit = a[r * X + i];
            terms[i] = num_sub(num_mul(x[r / K * X + i], logit), num_softplus(logit));
        }
        logpx[r] = num_sum(X, terms);
    }
}

void f_bernoulli_backward(size_t B, size_t K, size_t X, const N *x, const N *a, const N *dlogpx, N *da)
{
    for (size_t r = 0; r < B * K; r++)
        for (size_t i = 0; i < X; i++)
            da[r * X + i] = num_mul(dlogpx[r], num_sub(x[r / K * X + i], num_sigmoid(a[r * X + i])));
}

void f_gaussian(size_t B, size_t K, size_t X, const N *x, const N *m, const N *s, N *logpx)
{
    N *terms = f_room(X), log_2pi = num_log_2pi();
    for (size_t r = 0; r < B * K; r++) {
        for (size_t i = 0; i < X; i++) {
            size_t at = r * X + i;
            N square = num_sqr(num_sub(x[r / K * X + i], m[at]));
            N bracket = num_add(num_add(log_2pi, s[at]), num_mul(square, num_exp(num_neg(s[at]))));
            terms[i] = num_neg(num_half(bracket));
        }
        logpx[r] = num_sum(X, terms);
    }
}

void f_gaussian_backward(size_t B, size_t K, size_t X, const N *x, const N *m, const N *s, const N *dlogpx, N *dm,
                         N *ds)
{
    for (size_t r = 0; r < B * K; r++)
        for (size_t i = 0; i < X; i++) {
            size_t at = r * X + i;
            N d = num_sub(x[r / K * X + i], m[at]), precision = num_exp(num_neg(s[at]));
            dm[at] = num_mul(dlogpx[r], num_mul(d, precision));
            ds[at] = num_mul(dlogpx[r], num_half(num_sub(num_mul(num_sqr(d), precision), num_d(1))));
        }
}

void f_gaussian_fixed(size_t B, size_t K, size_t X, const N *x, const N *m, N variance, N *logpx)
{
    N *terms = f_room(X), constant = num_add(num_log_2pi(), num_log(variance));
    for (size_t r = 0; r < B * K; r++) {
        for (size_t i = 0; i < X; i++) {
            N square = num_sqr(num_sub(x[r / K * X + i], m[r * X + i]));
            terms[i] = num_neg(num_half(num_add(constant, num_div(square, variance))));
        }
        logpx[r] = num_sum(X, terms);
    }
}

void f_gaussian_fixed_backward(size_t B, size_t K, size_t X, const N *x, const N *m, N variance, const N *dlogpx,
                               N *dm)
{
    for (size_t r = 0; r < B * K; r++)
        for (size_t i = 0; i < X; i++)
            dm[r * X + i] = num_mul(dlogpx[r], num_div(num_sub(x[r / K * X + i], m[r * X + i]), variance));
}
