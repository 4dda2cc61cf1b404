/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: optimiser steps. The scalars are of few bits, and those of Adam's corrections exact, so that every machine
 * computes with the same ones; the weight prior's gradient is added to g by the reference first [MAP.1]. */
#include "checkkern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "ref/ref.h"

#define RATE 0x1p-7

/* g + prior theta, and the sum of the absolute values in size. No prior means that theta has no part in it. */
static double *with_prior(size_t n, double prior, const double *theta, const double *g, double *size)
{
    double *sum = zeros(n);
    for (size_t i = 0; i < n; i++) {
        const double pull = prior == 0.0 ? 0.0 : prior * theta[i];
        sum[i] = g[i] + pull;
        size[i] = fabs(g[i]) + fabs(pull);
    }
    return sum;
}

/* [SGD.1] */
void check_sgd(check *c)
{
    const size_t n = c->n;
    const aevb_step_scalars s = { .prior = c->n % 2 ? 0x1p-3 : 0.0, .keep = 1.0, .rate = RATE, .momentum = 0.5 };
    buf *theta = inout_any(c, n), *g = in_any(c, n), *v = inout_any(c, n);
    double *size = zeros(n), *sum = with_prior(n, s.prior, theta->v, g->v, size);
    double *want = copy_values(theta), *want_v = copy_values(v);
    KERN(c, sgd, (&s, n, theta->p, g->p, v->p));
    REF(c, aevb_ref_sgd(n, s.rate, s.momentum, want, sum, want_v));
    c->integers_exact = 1;
    for (size_t i = 0; i < n && !c->bench; i++) {
        const double condition = s.momentum * fabs(v->v[i]) + size[i];
        expect_gamma(c, "v", i, at(v, i), want_v[i], condition, 0.0, 0.0);
        expect_gamma(c, "theta", i, at(theta, i), want[i], fabs(theta->v[i]) + s.rate * condition, 0.0, 0.0);
    }
    free(size);
    free(sum);
    free(want);
    free(want_v);
}

/* [ADAGRAD.1] */
void check_adagrad(check *c)
{
    const size_t n = c->n;
    const aevb_step_scalars s = { .keep = 1.0, .rate = RATE, .eps = 0x1p-10 };
    buf *theta = inout_any(c, n), *g = in_any(c, n), *v = inout_range(c, n, 0.0, 4.0);
    double *want = copy_values(theta), *want_v = copy_values(v);
    KERN(c, adagrad, (&s, n, theta->p, g->p, v->p));
    REF(c, aevb_ref_adagrad(n, s.rate, s.eps, want, g->v, want_v));
    for (size_t i = 0; i < n && !c->bench; i++) {
        const double step = (fabs(s.rate * g->v[i]) + smallest_normal(c)) / (sqrt(want_v[i]) + s.eps);
        expect_gamma(c, "s", i, at(v, i), want_v[i], want_v[i], 0.0, 0.0);
        if (!out_of_range(c, g->v[i] * g->v[i]) && !out_of_range(c, want_v[i])) {
            expect_gamma(c, "theta", i, at(theta, i), want[i], fabs(theta->v[i]) + step, 0.0, 0.0);
        }
    }
    free(want);
    free(want_v);
}

typedef enum { ADAM, ADAM_HAT, ADAMW } variant;

/* In the steps the smallest normal number stands for the rounding of a denormal numerator.
 * Step t = 2 with beta1 = 1/2 and beta2 = 3/4: corrections 3/4 and 7/16. m and v have the signs of both terms; the
 * relative error of the step is that of m's condition, of v (all positive) and of three divisions and roots. */
static void adam(check *c, variant which)
{
    const size_t n = c->n, t = 2;
    const double beta1 = 0.5, beta2 = 0.75, lr = RATE, eps = 0x1p-10, decay = which == ADAMW ? 0.125 : 0.0;
    aevb_step_scalars s = { .prior = c->n % 2 && which == ADAM ? 0x1p-3 : 0.0, .keep = 1.0 - lr * decay,
                            .rate = lr / 0.75, .beta1 = beta1, .beta2 = beta2, .root = 1.0 / sqrt(0.4375),
                            .eps = eps };
    if (which == ADAM_HAT) {
        s.rate = lr * sqrt(0.4375) / 0.75;
        s.root = 1.0;
    }
    buf *theta = inout_any(c, n), *g = in_any(c, n), *m = inout_any(c, n), *v = inout_range(c, n, 0.0, 4.0);
    double *size = zeros(n), *sum = with_prior(n, s.prior, theta->v, g->v, size);
    double *want = copy_values(theta), *want_m = copy_values(m), *want_v = copy_values(v);
    KERN(c, adam, (&s, n, theta->p, g->p, m->p, v->p));
    REF(c, switch (which) {
        case ADAM: aevb_ref_adam(n, t, lr, beta1, beta2, eps, want, sum, want_m, want_v); break;
        case ADAM_HAT: aevb_ref_adam_hat(n, t, lr, beta1, beta2, eps, want, sum, want_m, want_v); break;
        case ADAMW: aevb_ref_adamw(n, t, lr, beta1, beta2, eps, decay, want, sum, want_m, want_v); break;
    });
    for (size_t i = 0; i < n && !c->bench; i++) {
        const double size_m = beta1 * fabs(m->v[i]) + (1.0 - beta1) * size[i];
        const double size_v = beta2 * v->v[i] + (1.0 - beta2) * size[i] * size[i];
        /* how much of the prior's sum cancelled carries over to v's relative error */
        const double spread = want_v[i] > 0.0 ? size_v / want_v[i] : 1.0;
        const double step = (s.rate * size_m + smallest_normal(c)) / (s.root * sqrt(want_v[i]) + eps) * spread;
        expect_gamma(c, "m", i, at(m, i), want_m[i], size_m, 0.0, 0.0);
        expect_gamma(c, "v", i, at(v, i), want_v[i], size_v, 0.0, 0.0);
        if (!out_of_range(c, size_v)) {
            expect_gamma(c, "theta", i, at(theta, i), want[i], fabs(theta->v[i]) + step, 0.0, 0.0);
        }
    }
    free(size);
    free(sum);
    free(want);
    free(want_m);
    free(want_v);
}

/* [ADAM.1] [ADAM.2] [ADAMW.1] */
void check_adam(check *c)
{
    adam(c, ADAM);
    end_case(c);
    adam(c, ADAM_HAT);
    end_case(c);
    adam(c, ADAMW);
}
