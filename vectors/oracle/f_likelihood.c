/* SPDX-License-Identifier: GPL-3.0-or-later
 * Likelihoods: [BERN.1] [BERN.2] [GREY.1] [GREY.2] [GAUSS.1] [GAUSS.2] [GFIX.1] [GFIX.2] [CAT.1] [CAT.2]. */
#include "formulas.h"

#include <math.h>

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

/* The largest of C logits, NaN or infinity if that is among them. */
static N largest(size_t C, const N *a)
{
    size_t top = 0;
    for (size_t c = 0; c < C; c++) {
        if (isnan(a[c]->special) || a[c]->special > 0)
            return a[c];
        if (num_approx(a[c]) > num_approx(a[top]))
            top = c;
    }
    return a[top];
}

/* below[c] = a[c] - top, e[c] its exponential; the sum of those. */
static N exponentials(size_t C, const N *a, N *below, N *e)
{
    N top = largest(C, a);
    for (size_t c = 0; c < C; c++) {
        below[c] = num_sub(a[c], top);
        e[c] = a[c] == top && !num_is_special(top) ? num_d(1) : num_exp(below[c]);
    }
    return num_sum(C, e);
}

void f_categorical(size_t B, size_t K, size_t X, size_t C, const N *x, const N *a, N *logpx)
{
    N *terms = f_room(X / C), *below = f_room(C), *e = f_room(C);
    for (size_t r = 0; r < B * K; r++) {
        for (size_t p = 0; p < X / C; p++) {
            N sum = exponentials(C, a + r * X + p * C, below, e);
            for (size_t c = 0; c < C; c++)
                if (num_approx(x[r / K * X + p * C + c]) == 1)
                    terms[p] = num_sub(below[c], num_log(sum));
        }
        logpx[r] = num_sum(X / C, terms);
    }
}

void f_categorical_backward(size_t B, size_t K, size_t X, size_t C, const N *x, const N *a, const N *dlogpx, N *da)
{
    N *below = f_room(C), *e = f_room(C);
    for (size_t r = 0; r < B * K; r++)
        for (size_t p = 0; p < X; p += C) {
            N sum = exponentials(C, a + r * X + p, below, e);
            for (size_t c = 0; c < C; c++)
                da[r * X + p + c] = num_mul(dlogpx[r], num_sub(x[r / K * X + p + c], num_div(e[c], sum)));
        }
}
