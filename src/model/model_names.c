/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names of activations, likelihoods and initialisations. */
#include "config.h"
#include "aevb/model.h"
#include "model/names.h"

static const char *const activations[] = {"identity", "relu", "tanh", "sigmoid", "softplus"};
static const char *const likelihoods[] = {"bernoulli", "grey", "gaussian", "gaussian-fixed", "categorical"};
static const char *const inits[] = {"glorot", "normal"};

const char *aevb_activation_name(aevb_activation activation)
{
    return aevb_name_at(activations, AEVB_COUNT(activations), (int)activation);
}

const char *aevb_likelihood_name(aevb_likelihood likelihood)
{
    return aevb_name_at(likelihoods, AEVB_COUNT(likelihoods), (int)likelihood);
}

const char *aevb_init_name(aevb_init init)
{
    return aevb_name_at(inits, AEVB_COUNT(inits), (int)init);
}

aevb_status aevb_activation_parse(const char *name, aevb_activation *out)
{
    int i = aevb_name_find(activations, AEVB_COUNT(activations), name);
    if (i < 0)
        return AEVB_EINVAL;
    *out = (aevb_activation)i;
    return AEVB_OK;
}

aevb_status aevb_likelihood_parse(const char *name, aevb_likelihood *out)
{
    int i = aevb_name_find(likelihoods, AEVB_COUNT(likelihoods), name);
    if (i < 0)
        return AEVB_EINVAL;
    *out = (aevb_likelihood)i;
    return AEVB_OK;
}
