/* SPDX-License-Identifier: GPL-3.0-or-later
 * Optimisers by name: settings, checks, and the step in float64 (through the reference). */
#include "config.h"
#include "aevb/optim.h"
#include "error.h"
#include "model/names.h"
#include "ref/ref.h"

#include <math.h>

static const char *const names[] = {"sgd", "adagrad", "adam", "adam-hat", "adamw"};

aevb_optim aevb_optim_default(aevb_optimiser kind)
{
    const int coarse = kind == AEVB_SGD || kind == AEVB_ADAGRAD;
    return (aevb_optim){.kind = kind, .lr = coarse ? 1e-2 : 1e-3, .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.999,
                        .eps = kind == AEVB_ADAGRAD ? 1e-10 : 1e-8, .weight_decay = 1e-2};
}

const char *aevb_optimiser_name(aevb_optimiser kind)
{
    return aevb_name_at(names, AEVB_COUNT(names), (int)kind);
}

aevb_status aevb_optimiser_parse(const char *name, aevb_optimiser *out)
{
    int i = aevb_name_find(names, AEVB_COUNT(names), name);
    if (i < 0)
        return AEVB_EINVAL;
    *out = (aevb_optimiser)i;
    return AEVB_OK;
}

size_t aevb_optim_n_state(aevb_optimiser kind)
{
    return kind == AEVB_SGD || kind == AEVB_ADAGRAD ? 1 : 2;
}

static int below_one(double v)
{
    return v >= 0.0 && v < 1.0;
}

static int non_negative(double v)
{
    return v >= 0.0 && isfinite(v);
}

aevb_status aevb_optim_check(const aevb_optim *optim, aevb_error *err)
{
    if (aevb_optimiser_name(optim->kind) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "optimiser %d does not exist", (int)optim->kind);
    const struct {
        const char *name, *range;
        double value;
        int fine;
    } fields[] = {
        {"learning rate", "non-negative and finite", optim->lr, non_negative(optim->lr)},
        {"momentum", "in [0, 1)", optim->momentum, below_one(optim->momentum)},
        {"beta1", "in [0, 1)", optim->beta1, below_one(optim->beta1)},
        {"beta2", "in [0, 1)", optim->beta2, below_one(optim->beta2)},
        {"epsilon", "non-negative and finite", optim->eps, non_negative(optim->eps)},
        {"weight decay", "non-negative and finite", optim->weight_decay, non_negative(optim->weight_decay)},
    };
    for (size_t i = 0; i < AEVB_COUNT(fields); i++)
        if (!fields[i].fine)
            return aevb_fail(err, AEVB_EINVAL, "optimiser: %s is %g, it must be %s", fields[i].name,
                             fields[i].value, fields[i].range);
    return AEVB_OK;
}

void aevb_optim_step(const aevb_optim *o, uint64_t t, size_t n, double *theta, const double *grad, double *state1,
                     double *state2)
{
    switch (o->kind) {
    case AEVB_SGD: aevb_ref_sgd(n, o->lr, o->momentum, theta, grad, state1); break;
    case AEVB_ADAGRAD: aevb_ref_adagrad(n, o->lr, o->eps, theta, grad, state1); break;
    case AEVB_ADAM:
        aevb_ref_adam(n, (size_t)t, o->lr, o->beta1, o->beta2, o->eps, theta, grad, state1, state2);
        break;
    case AEVB_ADAM_HAT:
        aevb_ref_adam_hat(n, (size_t)t, o->lr, o->beta1, o->beta2, o->eps, theta, grad, state1, state2);
        break;
    case AEVB_ADAMW:
        aevb_ref_adamw(n, (size_t)t, o->lr, o->beta1, o->beta2, o->eps, o->weight_decay, theta, grad, state1, state2);
        break;
    }
}
