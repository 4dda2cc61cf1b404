/* SPDX-License-Identifier: GPL-3.0-or-later
 * Known mistakes in the optimisers. */
#include "config.h"
#include "fp_rules.h"
#include "conform/mistakes.h"

#include <math.h>

#define STEP const aevb_optim *o, uint64_t t, size_t n, double *theta, const double *g, double *state1, double *state2

static int is_adam(aevb_optimiser kind)
{
    return kind == AEVB_ADAM || kind == AEVB_ADAM_HAT || kind == AEVB_ADAMW;
}

static void reference(STEP)
{
    aevb_kernel_set_ref.optim_step(o, t, n, theta, g, state1, state2);
}

/* Adam whose rate of step is an expression in m, v (new), c1 = 1 - beta1^t and c2 = 1 - beta2^t. */
#define ADAM(name, applies, expression) \
    static void name(STEP) \
    { \
        if (!(applies)) { \
            reference(o, t, n, theta, g, state1, state2); \
            return; \
        } \
        const double c1 = 1 - pow(o->beta1, (double)t), c2 = 1 - pow(o->beta2, (double)t), eps = o->eps; \
        (void)c1, (void)c2; \
        for (size_t i = 0; i < n; i++) { \
            if (o->kind == AEVB_ADAMW) \
                theta[i] *= 1 - o->lr * o->weight_decay; \
            state1[i] = o->beta1 * state1[i] + (1 - o->beta1) * g[i]; \
            state2[i] = o->beta2 * state2[i] + (1 - o->beta2) * (g[i] * g[i]); \
            const double m = state1[i], v = state2[i]; \
            theta[i] -= o->lr * (expression); \
        } \
    }

ADAM(adam_uncorrected, is_adam(o->kind), m / (sqrt(v) + eps))
ADAM(adam_inside, is_adam(o->kind) && o->kind != AEVB_ADAM_HAT, m / c1 / sqrt(v / c2 + eps))
ADAM(adam_hat_inside, o->kind == AEVB_ADAM_HAT, sqrt(c2) / c1 * m / sqrt(v + eps))
ADAM(adam_as_hat, o->kind == AEVB_ADAM || o->kind == AEVB_ADAMW, sqrt(c2) / c1 * m / (sqrt(v) + eps))
ADAM(hat_as_adam, o->kind == AEVB_ADAM_HAT, m / c1 / (sqrt(v / c2) + eps))
ADAM(adam_no_root, is_adam(o->kind), m / c1 / (v / c2 + eps))
ADAM(adam_first_uncorrected, is_adam(o->kind), m / (sqrt(v / c2) + eps))
ADAM(adam_second_uncorrected, is_adam(o->kind), m / c1 / (sqrt(v) + eps))

static void adam_one_ahead(STEP)
{
    reference(o, is_adam(o->kind) ? t + 1 : t, n, theta, g, state1, state2);
}

static void adam_first_step(STEP)
{
    reference(o, is_adam(o->kind) ? 1 : t, n, theta, g, state1, state2);
}

static void adam_betas(STEP)
{
    aevb_optim other = *o;
    if (is_adam(o->kind)) {
        other.beta1 = o->beta2;
        other.beta2 = o->beta1;
    }
    reference(&other, t, n, theta, g, state1, state2);
}

/* decay theta added to the gradient, one element at a time. */
static void decay_coupled(STEP)
{
    aevb_optim plain = *o;
    if (o->kind != AEVB_ADAMW) {
        reference(o, t, n, theta, g, state1, state2);
        return;
    }
    plain.kind = AEVB_ADAM;
    for (size_t i = 0; i < n; i++) {
        const double more = g[i] + o->weight_decay * theta[i];
        reference(&plain, t, 1, theta + i, &more, state1 + i, state2 + i);
    }
}

static void decay_without_lr(STEP)
{
    aevb_optim other = *o;
    if (o->kind == AEVB_ADAMW)
        other.weight_decay = o->weight_decay / o->lr;
    reference(&other, t, n, theta, g, state1, state2);
}

static void decay_ignored(STEP)
{
    aevb_optim other = *o;
    other.weight_decay = 0;
    reference(&other, t, n, theta, g, state1, state2);
}

#define ADAGRAD(name, update, expression) \
    static void name(STEP) \
    { \
        if (o->kind != AEVB_ADAGRAD) { \
            reference(o, t, n, theta, g, state1, state2); \
            return; \
        } \
        for (size_t i = 0; i < n; i++) { \
            const double g2 = g[i] * g[i], s0 = state1[i]; \
            state1[i] = update; \
            theta[i] -= o->lr * g[i] / (expression); \
        } \
    }

ADAGRAD(adagrad_inside, s0 + g2, sqrt(state1[i] + o->eps))
ADAGRAD(adagrad_average, 0.9 * s0 + 0.1 * g2, sqrt(state1[i]) + o->eps)
ADAGRAD(adagrad_no_root, s0 + g2, state1[i] + o->eps)

#define SGD(name, update, step) \
    static void name(STEP) \
    { \
        if (o->kind != AEVB_SGD) { \
            reference(o, t, n, theta, g, state1, state2); \
            return; \
        } \
        for (size_t i = 0; i < n; i++) { \
            state1[i] = update; \
            theta[i] -= step; \
        } \
    }

SGD(sgd_damped, o->momentum * state1[i] + (1 - o->momentum) * g[i], o->lr * state1[i])
SGD(sgd_lr_inside, o->momentum * state1[i] + o->lr * g[i], state1[i])
SGD(sgd_nesterov, o->momentum * state1[i] + g[i], o->lr * (g[i] + o->momentum * state1[i]))
SGD(sgd_plain, g[i], o->lr * g[i])

static void ascent(STEP)
{
    for (size_t i = 0; i < n; i++) {
        const double minus = -g[i];
        reference(o, t, 1, theta + i, &minus, state1 + i, state2 == NULL ? NULL : state2 + i);
    }
}

#define EPS_ISSUES "tensorflow/tensorflow#35102, tensorflow/tensorflow#9047, keras-team/keras#17391"
#define BIAS_ISSUES "pytorch/pytorch#22628, study section 3.2 (12)"

const aevb_mistake aevb_mistakes_optim[] = {
    {"adam-no-bias-correction", "Adam's moments are not corrected for their start at 0", BIAS_ISSUES,
     {.optim_step = adam_uncorrected}, 0},
    {"adam-epsilon-in-root", "Adam's epsilon is inside the square root", EPS_ISSUES, {.optim_step = adam_inside}, 0},
    {"adam-hat-epsilon-in-root", "epsilon-hat is inside the square root", EPS_ISSUES,
     {.optim_step = adam_hat_inside}, 0},
    {"adam-epsilon-hat", "Adam's epsilon is used as epsilon-hat", EPS_ISSUES, {.optim_step = adam_as_hat}, 0},
    {"adam-epsilon-for-hat", "epsilon-hat is used as the epsilon of algorithm 1", EPS_ISSUES,
     {.optim_step = hat_as_adam}, 0},
    {"adam-no-root", "Adam divides by v instead of its square root", "arXiv:1412.6980",
     {.optim_step = adam_no_root}, 0},
    {"adam-no-first-correction", "Adam's first moment is not corrected", BIAS_ISSUES,
     {.optim_step = adam_first_uncorrected}, 0},
    {"adam-no-second-correction", "Adam's second moment is not corrected", BIAS_ISSUES,
     {.optim_step = adam_second_uncorrected}, 0},
    {"adam-step-ahead", "Adam's step number is one too large", BIAS_ISSUES, {.optim_step = adam_one_ahead}, 0},
    {"adam-step-stuck", "Adam's step number stays 1, or counts epochs", "study, section 3.2",
     {.optim_step = adam_first_step}, 0},
    {"adam-betas-swapped", "beta1 and beta2 are exchanged", "arXiv:1412.6980", {.optim_step = adam_betas}, 0},
    {"adamw-coupled", "AdamW's decay is added to the gradient", "arXiv:1711.05101", {.optim_step = decay_coupled}, 0},
    {"adamw-decay-without-lr", "AdamW's decay is not multiplied by the learning rate", "arXiv:1711.05101",
     {.optim_step = decay_without_lr}, 0},
    {"adamw-decay-ignored", "AdamW's decay is left out", "arXiv:1711.05101", {.optim_step = decay_ignored}, 0},
    {"adagrad-epsilon-in-root", "Adagrad's epsilon is inside the square root", EPS_ISSUES,
     {.optim_step = adagrad_inside}, 0},
    {"adagrad-average", "Adagrad's squares are averaged (0.9, 0.1): that is RMSprop", "docs/spec ADAGRAD.1",
     {.optim_step = adagrad_average}, 0},
    {"adagrad-no-root", "Adagrad divides by the sum of squares instead of its root", "docs/spec ADAGRAD.1",
     {.optim_step = adagrad_no_root}, 0},
    {"sgd-damped", "the momentum's gradient is multiplied by 1 - momentum", "docs/spec SGD.1",
     {.optim_step = sgd_damped}, 0},
    {"sgd-lr-inside", "the learning rate is inside the velocity", "docs/spec SGD.1",
     {.optim_step = sgd_lr_inside}, 0},
    {"sgd-nesterov", "Nesterov's momentum takes the place of Polyak's", "docs/spec SGD.1",
     {.optim_step = sgd_nesterov}, 0},
    {"sgd-momentum-ignored", "the momentum is left out", "docs/spec SGD.1", {.optim_step = sgd_plain}, 0},
    {"ascent", "the optimiser goes uphill: the gradient has the wrong sign", "study, section 3.1",
     {.optim_step = ascent}, 0},
    {.name = NULL},
};
