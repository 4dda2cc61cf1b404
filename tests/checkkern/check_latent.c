/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: reparameterisation, KL divergence, log q and log p(z), with their gradients. */
#include "checkkern.h"

#include <math.h>
#include <stdlib.h>
#include "ref/ref.h"

#define LOG_2PI 1.8378770664093454836

enum { B = 2 };

/* [REP.1] exp(logvar / 2): rounding logvar / 2 is exact, so the terms are mu and sigma eps. */
void check_reparam(check *c)
{
    const size_t Z = c->n, K = samples(c, 3);
    buf *mu = in_any(c, B * Z), *logvar = in_exponent(c, B * Z), *eps = in_any(c, B * K * Z), *z = out(c, B * K * Z);
    double *want = zeros(B * K * Z);
    KERN(c, reparam, (B, K, Z, mu->p, logvar->p, eps->p, z->p));
    REF(c, aevb_ref_reparam(B, K, Z, mu->v, logvar->v, eps->v, want));
    c->items = (double)(B * K * Z);
    c->integers_exact = 1;
    for (size_t i = 0; i < B * K * Z; i++) {
        const size_t bj = i / (K * Z) * Z + i % Z;
        const double sigma = exp(0.5 * logvar->v[bj]);
        const double condition = fabs(mu->v[bj]) + fabs(sigma * eps->v[i]);
        if (!out_of_range(c, sigma)) {
            expect_gamma(c, "z", i, at(z, i), want[i], condition, 0.0, 0.0);
        }
    }
    free(want);
}

/* [REP.2] */
void check_reparam_backward(check *c)
{
    const size_t Z = c->n, K = samples(c, 3);
    buf *logvar = in_exponent(c, B * Z), *eps = in_any(c, B * K * Z), *dz = in_any(c, B * K * Z);
    buf *dmu = inout_any(c, B * Z), *dlogvar = inout_any(c, B * Z);
    double *want_mu = copy_values(dmu), *want_logvar = copy_values(dlogvar);
    KERN(c, reparam_backward, (B, K, Z, logvar->p, eps->p, dz->p, dmu->p, dlogvar->p));
    REF(c, aevb_ref_reparam_backward(B, K, Z, logvar->v, eps->v, dz->v, want_mu, want_logvar));
    c->items = (double)(B * K * Z);
    c->integers_exact = 1;
    for (size_t i = 0; i < B * Z && !c->bench; i++) {
        const double sigma = exp(0.5 * logvar->v[i]);
        double sum_mu = fabs(dmu->v[i]), sum_logvar = fabs(dlogvar->v[i]);
        int skip = out_of_range(c, sigma);
        for (size_t k = 0; k < K; k++) {
            const size_t at_k = (i / Z * K + k) * Z + i % Z;
            const double d = fabs(dz->v[at_k] * eps->v[at_k]);
            skip |= out_of_range(c, d);
            sum_mu += fabs(dz->v[at_k]);
            sum_logvar += d * 0.5 * sigma;
        }
        expect_gamma(c, "dmu", i, at(dmu, i), want_mu[i], sum_mu, (double)K, (double)K);
        if (!skip) {
            expect_gamma(c, "dlogvar", i, at(dlogvar, i), want_logvar[i], sum_logvar, (double)K, (double)K);
        }
    }
    free(want_mu);
    free(want_logvar);
}

/* [KL.1] All terms are positive, so the bound is relative; its constant holds the cancellation of expm1(v) - v at the
 * edge of the polynomial's range, |v| = ln 2 / 2, where v is 5 times the difference. */
void check_kl(check *c)
{
    buf *mu = in_any(c, c->n), *logvar = in_exponent(c, c->n), *kl = out_doubles(c, c->n);
    double *want = zeros(c->n);
    KERN(c, kl, (c->n, mu->p, logvar->p, kl->p));
    REF(c, aevb_ref_kl(1, c->n, mu->v, logvar->v, want));
    c->integers_exact = 1;
    for (size_t i = 0; i < c->n; i++) {
        expect_gamma(c, "kl", i, at(kl, i), want[i], want[i], 0.0, 0.0);
    }
    free(want);
}

/* [KL.2] */
void check_kl_backward(check *c)
{
    buf *mu = in_any(c, c->n), *logvar = in_exponent(c, c->n), *dkl = in_doubles(c, c->n, -4.0, 4.0);
    buf *dmu = inout_any(c, c->n), *dlogvar = inout_any(c, c->n);
    double *want_mu = copy_values(dmu), *want_logvar = copy_values(dlogvar);
    KERN(c, kl_backward, (c->n, mu->p, logvar->p, dkl->p, dmu->p, dlogvar->p));
    REF(c, aevb_ref_kl_backward(1, c->n, mu->v, logvar->v, dkl->v, want_mu, want_logvar));
    c->integers_exact = 1;
    for (size_t i = 0; i < c->n && !c->bench; i++) {
        const double half = 0.5 * fabs(expm1(logvar->v[i]));
        expect_gamma(c, "dmu", i, at(dmu, i), want_mu[i], fabs(dkl->v[i] * mu->v[i]) + fabs(dmu->v[i]), 0.0, 0.0);
        const double condition = fabs(dkl->v[i]) * half + fabs(dlogvar->v[i]);
        if (!out_of_range(c, half)) {
            expect_gamma(c, "dlogvar", i, at(dlogvar, i), want_logvar[i], condition, 0.0, 0.0);
        }
    }
    free(want_mu);
    free(want_logvar);
}

/* [LOGQ.1] */
void check_logq(check *c)
{
    const size_t Z = c->n, K = samples(c, 3);
    buf *logvar = in_any(c, B * Z), *eps = in_any(c, B * K * Z), *logq = out_doubles(c, B * K);
    double want[B * MAX_SAMPLES];
    KERN(c, logq, (B, K, Z, logvar->p, eps->p, logq->p));
    REF(c, aevb_ref_logq(B, K, Z, logvar->v, eps->v, want));
    c->items = (double)(B * K * Z);
    for (size_t r = 0; r < B * K; r++) {
        double condition = 0.0;
        for (size_t j = 0; j < Z; j++) {
            const double e = eps->v[r * Z + j];
            condition += 0.5 * (LOG_2PI + fabs(logvar->v[r / K * Z + j]) + e * e);
        }
        expect_gamma(c, "logq", r, at(logq, r), want[r], condition, 4.0, (double)Z);
    }
}

/* [LOGQ.2] */
void check_logq_backward(check *c)
{
    const size_t Z = c->n, K = samples(c, 3);
    buf *dlogq = in_doubles(c, B * K, -4.0, 4.0), *dlogvar = inout_any(c, B * Z);
    double *want = copy_values(dlogvar);
    KERN(c, logq_backward, (B, K, Z, dlogq->p, dlogvar->p));
    REF(c, aevb_ref_logq_backward(B, K, Z, dlogq->v, want));
    c->items = (double)(B * K * Z);
    c->integers_exact = 1;
    for (size_t i = 0; i < B * Z && !c->bench; i++) {
        double condition = fabs(dlogvar->v[i]);
        for (size_t k = 0; k < K; k++) {
            condition += 0.5 * fabs(dlogq->v[i / Z * K + k]);
        }
        expect_gamma(c, "dlogvar", i, at(dlogvar, i), want[i], condition, 0.0, (double)K);
    }
    free(want);
}

/* [PRIOR.1] */
void check_logpz(check *c)
{
    const size_t Z = c->n, rows = 3;
    buf *z = in_any(c, rows * Z), *logpz = out_doubles(c, rows);
    double want[3];
    KERN(c, logpz, (rows, Z, z->p, logpz->p));
    REF(c, aevb_ref_logpz(rows, Z, z->v, want));
    c->items = (double)(rows * Z);
    for (size_t r = 0; r < rows; r++) {
        expect_gamma(c, "logpz", r, at(logpz, r), want[r], fabs(want[r]), 4.0, (double)Z);
    }
}

/* [PRIOR.2] */
void check_logpz_backward(check *c)
{
    const size_t Z = c->n, rows = 3;
    buf *z = in_any(c, rows * Z), *dlogpz = in_doubles(c, rows, -4.0, 4.0), *dz = inout_any(c, rows * Z);
    double *want = copy_values(dz);
    KERN(c, logpz_backward, (rows, Z, z->p, dlogpz->p, dz->p));
    REF(c, aevb_ref_logpz_backward(rows, Z, z->v, dlogpz->v, want));
    c->items = (double)(rows * Z);
    c->integers_exact = 1;
    for (size_t i = 0; i < rows * Z && !c->bench; i++) {
        const double condition = fabs(dz->v[i]) + fabs(dlogpz->v[i / Z] * z->v[i]);
        expect_gamma(c, "dz", i, at(dz, i), want[i], condition, 0.0, 0.0);
    }
    free(want);
}
