/* SPDX-License-Identifier: GPL-3.0-or-later
 * Optimisers: closed forms for constant gradients, recomputation in long double for changing ones, dialects. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "aevb/optim.h"
#include "aevb/rng.h"

enum { STEPS = 100 };

/* The step of each clause in long double; state carried along. */
typedef struct exact {
    long double theta, s1, s2;
} exact;

static void exact_step(const aevb_optim *o, int t, long double g, exact *e)
{
    const long double lr = o->lr, b1 = o->beta1, b2 = o->beta2, eps = o->eps;
    if (o->kind == AEVB_SGD) {
        e->s1 = o->momentum * e->s1 + g;
        e->theta -= lr * e->s1;
    } else if (o->kind == AEVB_ADAGRAD) {
        e->s1 += g * g;
        e->theta -= lr * g / (sqrtl(e->s1) + eps);
    } else {
        if (o->kind == AEVB_ADAMW)
            e->theta -= lr * (long double)o->weight_decay * e->theta;
        e->s1 = b1 * e->s1 + (1 - b1) * g;
        e->s2 = b2 * e->s2 + (1 - b2) * g * g;
        const long double c1 = 1 - powl(b1, t), c2 = 1 - powl(b2, t);
        e->theta -= o->kind == AEVB_ADAM_HAT ? lr * sqrtl(c2) / c1 * e->s1 / (sqrtl(e->s2) + eps)
                                             : lr * (e->s1 / c1) / (sqrtl(e->s2 / c2) + eps);
    }
}

/* [SGD.1] [ADAGRAD.1] [ADAM.1] [ADAM.2] [ADAMW.1] 100 steps of a changing gradient. Every step makes at most 16
 * roundings of numbers no larger than |theta| + lr (|update| / lr); 1 - beta^t loses up to 1/(1 - beta2) = 1000 in
 * relative accuracy of the update at t = 1, which the root halves. A wrong formula is off by an update. */
Test(optim, equals_long_double)
{
    for (int kind = AEVB_SGD; kind <= AEVB_ADAMW; kind++) {
        aevb_optim o = aevb_optim_default((aevb_optimiser)kind);
        o.eps = 1e-3; /* large enough that its place matters */
        for (uint64_t p = 0; p < 20; p++) {
            double theta = aevb_normal(1, 0, p), s1 = 0.0, s2 = 0.0, moved = 0.0;
            exact e = {theta, 0, 0};
            for (int t = 1; t <= STEPS; t++) {
                const double g = aevb_normal(1, 1 + p, (uint64_t)t) * (p % 2 == 0 ? 1.0 : 1e-3), before = theta;
                aevb_optim_step(&o, (uint64_t)t, 1, &theta, &g, &s1, &s2);
                exact_step(&o, t, g, &e);
                moved += fabs(theta - before);
                const long double bound = DBL_EPSILON * (16.0L * t * (fabs(theta) + o.lr) + 1016.0L * moved);
                cr_assert(fabsl(theta - e.theta) <= bound, "%s t %d: %.17g vs %.17Lg, bound %Lg",
                          aevb_optimiser_name(o.kind), t, theta, e.theta, bound);
            }
            cr_assert_gt(moved, 1e6 * DBL_EPSILON, "the bound would hide everything");
        }
    }
}

/* [ADAM.1] [ADAM.2] With a constant gradient g: theta moves lr g / (|g| + eps) each step, and with epsilon-hat
 * lr g / (|g| + eps / sqrt(1 - beta2^t)). So the two differ where eps is not small: the places of epsilon. */
Test(optim, places_of_epsilon)
{
    const double g = 1e-4, lr = 1e-3, eps = 1e-4;
    for (int kind = AEVB_ADAM; kind <= AEVB_ADAM_HAT; kind++) {
        aevb_optim o = aevb_optim_default((aevb_optimiser)kind);
        o.lr = lr;
        o.eps = eps;
        double theta = 0.0, m = 0.0, v = 0.0;
        for (int t = 1; t <= 10; t++) {
            const double before = theta;
            aevb_optim_step(&o, (uint64_t)t, 1, &theta, &g, &m, &v);
            const double hat = kind == AEVB_ADAM ? eps : eps / sqrt(1.0 - pow(0.999, t));
            const double expected = -lr * g / (g + hat);
            /* 1 - beta^t carries a relative error of 1000 u at t = 1; theta itself one rounding. */
            const double bound = DBL_EPSILON * (1100.0 * fabs(expected) + fabs(theta));
            cr_expect(fabs(theta - before - expected) <= bound, "t %d: %.17g vs %.17g", t, theta - before, expected);
        }
    }
}

/* [SGD.1] [ADAGRAD.1] [ADAMW.1] Exact small numbers. */
Test(optim, exact_steps)
{
    double theta = 1.0, s = 0.0, m = 0.0, v = 0.0;
    const double g = 2.0, zero = 0.0;
    const aevb_optim sgd = {.kind = AEVB_SGD, .lr = 0.25, .momentum = 0.5};
    aevb_optim_step(&sgd, 1, 1, &theta, &g, &s, NULL);
    cr_expect(theta == 0.5 && s == 2.0);
    aevb_optim_step(&sgd, 2, 1, &theta, &g, &s, NULL);
    cr_expect(theta == -0.25 && s == 3.0);
    theta = 1.0, s = 0.0;
    const aevb_optim adagrad = {.kind = AEVB_ADAGRAD, .lr = 0.5, .eps = 0.0};
    aevb_optim_step(&adagrad, 1, 1, &theta, &g, &s, NULL);
    cr_expect(theta == 0.5 && s == 4.0);
    theta = 8.0;
    const aevb_optim adamw = {.kind = AEVB_ADAMW, .lr = 0.5, .beta1 = 0.5, .beta2 = 0.5, .eps = 1.0,
                              .weight_decay = 0.5};
    aevb_optim_step(&adamw, 1, 1, &theta, &zero, &m, &v);
    cr_expect_eq(theta, 6.0);
}

Test(optim, settings)
{
    for (int kind = AEVB_SGD; kind <= AEVB_ADAMW; kind++) {
        aevb_optimiser parsed;
        const aevb_optim good = aevb_optim_default((aevb_optimiser)kind);
        cr_expect_eq(aevb_optim_check(&good, NULL), AEVB_OK);
        cr_expect_eq(aevb_optimiser_parse(aevb_optimiser_name(good.kind), &parsed), AEVB_OK);
        cr_expect_eq(parsed, good.kind);
        cr_expect_eq(aevb_optim_n_state(good.kind), kind <= AEVB_ADAGRAD ? 1 : 2);
    }
    aevb_error err;
    aevb_optim bad = aevb_optim_default(AEVB_ADAM);
    bad.beta1 = 1.0;
    cr_expect_eq(aevb_optim_check(&bad, &err), AEVB_EINVAL);
    cr_expect_not_null(strstr(err.message, "beta1"));
    bad = aevb_optim_default(AEVB_SGD);
    bad.lr = NAN;
    cr_expect_eq(aevb_optim_check(&bad, &err), AEVB_EINVAL);
    cr_expect_not_null(strstr(err.message, "learning rate"));
    bad.kind = (aevb_optimiser)5;
    cr_expect_eq(aevb_optim_check(&bad, &err), AEVB_EINVAL);
}
