/* SPDX-License-Identifier: GPL-3.0-or-later
 * Objectives: [SGVB.1] to [SGVB.3], the parts of [TERMS.1], [IWAE.1], [MAP.1]. */
#include "formulas.h"

#include <math.h>
#include <string.h>

static N count(size_t n)
{
    return num_d((double)n);
}

static N *minus_log_weight(f_terms t, N beta)
{
    N *terms = f_room(t.B * t.K);
    for (size_t i = 0; i < t.B * t.K; i++)
        terms[i] = num_neg(num_add(t.logpx[i], num_mul(beta, num_sub(t.logpz[i], t.logq[i]))));
    return terms;
}

N f_loss(const char *objective, N beta, f_terms t)
{
    if (strcmp(objective, "elbo-mc") == 0)
        return num_div(num_sum(t.B * t.K, minus_log_weight(t, beta)), count(t.B * t.K));
    N *data = f_room(t.B);
    for (size_t b = 0; b < t.B; b++) {
        N recon = num_div(num_sum(t.K, &t.logpx[b * t.K]), count(t.K));
        data[b] = num_neg(num_sub(recon, num_mul(beta, num_sum(t.Z, &t.kl[b * t.Z]))));
    }
    return num_div(num_sum(t.B, data), count(t.B));
}

void f_loss_adjoints(const char *objective, N beta, f_terms t, f_adjoints d)
{
    int sampled = strcmp(objective, "elbo-mc") == 0;
    N each = num_div(num_d(1), count(t.B * t.K)), zero = num_d(0);
    for (size_t i = 0; i < t.B * t.K; i++) {
        d.logpx[i] = num_neg(each);
        d.logpz[i] = sampled ? num_neg(num_mul(beta, each)) : zero;
        d.logq[i] = sampled ? num_mul(beta, each) : zero;
    }
    for (size_t i = 0; i < t.B * t.Z; i++)
        d.kl[i] = sampled ? zero : num_div(beta, count(t.B));
}

N f_recon(f_terms t)
{
    return num_neg(num_div(num_sum(t.B * t.K, t.logpx), count(t.B * t.K)));
}

N f_kl_total(f_terms t)
{
    return num_div(num_sum(t.B * t.Z, t.kl), count(t.B));
}

/* The error analysis of log-sum-exp as a whole: it moves by no more than the largest error of an l (also beyond first
 * order), and adds that of each exponential at its share in the sum, K - 1 sums, two logarithms and two sums. */
static N log_mean_exp(size_t K, const N *l, size_t top, const N *part, N sum)
{
    N log_sum = num_log(sum), log_K = num_log(num_d((double)K));
    /* log sum - log K as log(sum / K), which is exactly 0 for equal weights. */
    N excess = num_log(num_div(sum, num_d((double)K))), bound = num_add(l[top], excess);
    double e = 0, floor[NUM_FORMATS] = {0, 0}, own = (double)K - 1;
    for (size_t k = 0; k < K; k++) {
        if (num_is_special(l[k]))
            continue;
        e = fmax(e, l[k]->e);
        for (int p = 0; p < NUM_FORMATS; p++)
            floor[p] = fmax(floor[p], l[k]->floor[p]);
        double share = num_abs(part[k]) / num_abs(sum);
        own += share > 0 ? share * (num_abs(num_sub(l[k], l[top])) + 4) : 0;
    }
    own += 4 * (num_abs(log_sum) + num_abs(log_K)) + num_abs(excess) + num_abs(bound);
    return num_ball(bound->v, e + own, floor);
}

static void importance(size_t K, const N *l, N *bound, N *weights)
{
    size_t top = 0;
    int undefined = 0;
    for (size_t k = 0; k < K; k++) {
        undefined |= isnan(l[k]->special) || l[k]->special > 0;
        if (num_approx(l[k]) > num_approx(l[top]))
            top = k;
    }
    N *part = f_room(K);
    for (size_t k = 0; k < K; k++)
        part[k] = k == top ? num_d(1) : num_exp(num_sub(l[k], l[top]));
    if (undefined || num_is_special(l[top])) {
        *bound = num_d(undefined ? NAN : -INFINITY);
        return;
    }
    N sum = num_sum(K, part);
    *bound = log_mean_exp(K, l, top, part, sum);
    for (size_t k = 0; weights != NULL && k < K; k++)
        weights[k] = num_div(part[k], sum);
}

void f_iwae(f_terms t, N *bound, N *weights)
{
    N *l = f_room(t.B * t.K);
    for (size_t i = 0; i < t.B * t.K; i++)
        l[i] = num_sub(num_add(t.logpx[i], t.logpz[i]), t.logq[i]);
    for (size_t b = 0; b < t.B; b++)
        importance(t.K, &l[b * t.K], &bound[b], weights == NULL ? NULL : &weights[b * t.K]);
}

N f_weight_prior(N precision, N n_data, size_t n, const N *theta)
{
    return num_mul(num_div(precision, num_scale2(n_data, 1)), num_dot(NULL, n, theta, 1, theta, 1));
}

void f_weight_prior_gradient(N precision, N n_data, size_t n, const N *theta, N *grad)
{
    N scale = num_div(precision, n_data);
    for (size_t i = 0; i < n; i++)
        grad[i] = num_mul(scale, theta[i]);
}
