/* SPDX-License-Identifier: GPL-3.0-or-later
 * Optimisers: [SGD.1] [ADAGRAD.1] [ADAM.1] [ADAM.2] [ADAMW.1]. */
#include "formulas.h"

#include <string.h>

#include "oracle.h"

int f_two_states(const char *kind)
{
    return strncmp(kind, "adam", 4) == 0;
}

f_optim f_optim_of_group(void)
{
    f_optim o = {.kind = text("optimiser"), .lr = number("lr")};
    if (strcmp(o.kind, "sgd") == 0)
        o.momentum = number("momentum");
    else
        o.eps = number("eps");
    if (f_two_states(o.kind)) {
        o.beta1 = number("beta1");
        o.beta2 = number("beta2");
    }
    if (strcmp(o.kind, "adamw") == 0)
        o.decay = number("weight_decay");
    return o;
}

static N moment(N beta, N old, N fresh)
{
    return num_add(num_mul(beta, old), num_mul(num_sub(num_d(1), beta), fresh));
}

static N correction(N beta, unsigned long t)
{
    return num_sub(num_d(1), num_pow_ui(beta, t));
}

/* Where the increment is exactly 0 nothing is rounded: theta keeps its error. */
static N moved(N theta, N by)
{
    return num_is_special(by) || !arb_is_zero(by->v) ? num_sub(theta, by) : theta;
}

static void adam(const f_optim *o, unsigned long t, size_t n, N *theta, const N *g, N *m, N *v)
{
    N first = correction(o->beta1, t), second = correction(o->beta2, t);
    int hat = strcmp(o->kind, "adam-hat") == 0;
    N alpha = num_div(num_mul(o->lr, num_sqrt(second)), first);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(o->kind, "adamw") == 0)
            theta[i] = num_mul(num_sub(num_d(1), num_mul(o->lr, o->decay)), theta[i]);
        m[i] = moment(o->beta1, m[i], g[i]);
        v[i] = moment(o->beta2, v[i], num_sqr(g[i]));
        N up = hat ? num_mul(alpha, m[i]) : num_mul(o->lr, num_div(m[i], first));
        N root = num_sqrt(hat ? v[i] : num_div(v[i], second));
        theta[i] = moved(theta[i], num_div(up, num_add(root, o->eps)));
    }
}

void f_step(const f_optim *o, unsigned long t, size_t n, N *theta, const N *g, N *state1, N *state2)
{
    if (f_two_states(o->kind)) {
        adam(o, t, n, theta, g, state1, state2);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(o->kind, "sgd") == 0) {
            state1[i] = num_add(num_mul(o->momentum, state1[i]), g[i]);
            theta[i] = moved(theta[i], num_mul(o->lr, state1[i]));
        } else {
            state1[i] = num_add(state1[i], num_sqr(g[i]));
            theta[i] = moved(theta[i], num_div(num_mul(o->lr, g[i]), num_add(num_sqrt(state1[i]), o->eps)));
        }
    }
}
