/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the optimiser kernels want to know of a step. [ADAM.1] [ADAM.2] [ADAMW.1] */
#include "config.h"
#include "fast/kern.h"

#include <math.h>

/* base^n by squaring: the same bits with every mathematical library. */
static double power(double base, uint64_t n)
{
    double p = 1.0;
    for (; n > 0; n >>= 1, base *= base) {
        if (n & 1) {
            p *= base;
        }
    }
    return p;
}

aevb_step_scalars aevb_step_scalars_make(const aevb_optim *o, uint64_t t, double prior)
{
    aevb_step_scalars s = { .prior = prior, .keep = 1.0, .rate = o->lr, .momentum = o->momentum, .beta1 = o->beta1,
                            .beta2 = o->beta2, .root = 1.0, .eps = o->eps };
    const double rest1 = 1.0 - power(o->beta1, t), rest2 = 1.0 - power(o->beta2, t);
    if (o->kind == AEVB_ADAM || o->kind == AEVB_ADAMW) {
        s.rate = o->lr / rest1;
        s.root = 1.0 / sqrt(rest2);
    } else if (o->kind == AEVB_ADAM_HAT) {
        s.rate = o->lr * sqrt(rest2) / rest1;
    }
    if (o->kind == AEVB_ADAMW) {
        s.keep = 1.0 - o->lr * o->weight_decay;
    }
    return s;
}
