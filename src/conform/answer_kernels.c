/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cases of one clause each: the arrays go straight to a kernel. */
#include "config.h"
#include "conform/answer_types.h"

/* The parameters of every function below. */
#define CALL const aevb_kernel_set *k, const aevb_vector_group *group, const size_t *d, const double *const *in, \
             double *const *out

static aevb_status affine(CALL)
{
    (void)group;
    k->affine(d[0], d[1], d[2], in[0], in[1], in[2], out[0]);
    return AEVB_OK;
}

static aevb_status affine_backward(CALL)
{
    (void)group;
    k->affine_backward(d[0], d[1], d[2], in[0], in[1], in[2], out[0], out[1], out[2]);
    return AEVB_OK;
}

static aevb_status activation(CALL)
{
    aevb_activation f;
    const char *name = aevb_vector_text(group, "activation");
    if (name == NULL || aevb_activation_parse(name, &f) != AEVB_OK)
        return AEVB_EUNSUPPORTED;
    k->activation(f, d[0], in[0], out[0]);
    return AEVB_OK;
}

static aevb_status activation_backward(CALL)
{
    aevb_activation f;
    const char *name = aevb_vector_text(group, "activation");
    if (name == NULL || aevb_activation_parse(name, &f) != AEVB_OK)
        return AEVB_EUNSUPPORTED;
    k->activation(f, d[0], in[0], out[1]);
    k->activation_backward(f, d[0], in[0], out[1], in[1], out[0]);
    return AEVB_OK;
}

static aevb_status reparam(CALL)
{
    (void)group;
    k->reparam(d[0], d[1], d[2], in[0], in[1], in[2], out[0]);
    return AEVB_OK;
}

static aevb_status reparam_backward(CALL)
{
    (void)group;
    k->reparam_backward(d[0], d[1], d[2], in[0], in[1], in[2], out[0], out[1]);
    return AEVB_OK;
}

static aevb_status kl(CALL)
{
    (void)group;
    k->kl(d[0], d[1], in[0], in[1], out[0]);
    return AEVB_OK;
}

static aevb_status kl_backward(CALL)
{
    (void)group;
    k->kl_backward(d[0], d[1], in[0], in[1], in[2], out[0], out[1]);
    return AEVB_OK;
}

static aevb_status logq(CALL)
{
    (void)group;
    k->logq(d[0], d[1], d[2], in[0], in[1], out[0]);
    return AEVB_OK;
}

static aevb_status logq_backward(CALL)
{
    (void)group;
    k->logq_backward(d[0], d[1], d[2], in[0], in[1], out[0]);
    return AEVB_OK;
}

static aevb_status logpz(CALL)
{
    (void)group;
    k->logpz(d[0], d[1], in[0], out[0]);
    return AEVB_OK;
}

static aevb_status logpz_backward(CALL)
{
    (void)group;
    k->logpz_backward(d[0], d[1], in[0], in[1], out[0]);
    return AEVB_OK;
}

static aevb_status bernoulli(CALL)
{
    (void)group;
    k->bernoulli(d[0], d[1], d[2], in[0], in[1], out[0]);
    return AEVB_OK;
}

static aevb_status bernoulli_backward(CALL)
{
    (void)group;
    k->bernoulli_backward(d[0], d[1], d[2], in[0], in[1], in[2], out[0]);
    return AEVB_OK;
}

static aevb_status gaussian(CALL)
{
    (void)group;
    k->gaussian(d[0], d[1], d[2], in[0], in[1], in[2], out[0]);
    return AEVB_OK;
}

static aevb_status gaussian_backward(CALL)
{
    (void)group;
    k->gaussian_backward(d[0], d[1], d[2], in[0], in[1], in[2], in[3], out[0], out[1]);
    return AEVB_OK;
}

static aevb_status gaussian_fixed(CALL)
{
    k->gaussian_fixed(d[0], d[1], d[2], in[0], in[1], aevb_vector_setting(group, "variance", 0), out[0]);
    return AEVB_OK;
}

static aevb_status gaussian_fixed_backward(CALL)
{
    k->gaussian_fixed_backward(d[0], d[1], d[2], in[0], in[1], aevb_vector_setting(group, "variance", 0), in[2],
                               out[0]);
    return AEVB_OK;
}

static aevb_status categorical(CALL)
{
    (void)group;
    k->categorical(d[0], d[1], d[2] * d[3], d[3], in[0], in[1], out[0]);
    return AEVB_OK;
}

static aevb_status categorical_backward(CALL)
{
    (void)group;
    k->categorical_backward(d[0], d[1], d[2] * d[3], d[3], in[0], in[1], in[2], out[0]);
    return AEVB_OK;
}

#define BERNOULLI .has_domain = 1, .likelihood = AEVB_BERNOULLI
#define GREY .has_domain = 1, .likelihood = AEVB_GREY
#define REAL .has_domain = 1, .likelihood = AEVB_GAUSSIAN
#define ONE_HOT .has_domain = 1, .likelihood = AEVB_CATEGORICAL

const aevb_answer_type aevb_answer_kernels[] = {
    {"affine", "B I O", "x:BI w:OI bias:O", "y:BO", .answer = affine},
    {"affine-backward", "B I O", "x:BI w:OI dy:BO", "dx:BI dw:OI dbias:O", .answer = affine_backward},
    {"activation", "n", "a:n", "h:n", .answer = activation},
    {"activation-backward", "n", "a:n dh:n", "da:n h:n", .answer = activation_backward},
    {"reparam", "B K Z", "mu:BZ logvar:BZ eps:BKZ", "z:BKZ", .answer = reparam},
    {"reparam-backward", "B K Z", "logvar:BZ eps:BKZ dz:BKZ", "dmu:BZ dlogvar:BZ", .answer = reparam_backward},
    {"kl", "B Z", "mu:BZ logvar:BZ", "kl:BZ", .answer = kl},
    {"kl-backward", "B Z", "mu:BZ logvar:BZ dkl:BZ", "dmu:BZ dlogvar:BZ", .answer = kl_backward},
    {"logq", "B K Z", "logvar:BZ eps:BKZ", "logq:BK", .answer = logq},
    {"logq-backward", "B K Z", "eps:BKZ dlogq:BK", "dlogvar:BZ", .answer = logq_backward},
    {"logpz", "R Z", "z:RZ", "logpz:R", .answer = logpz},
    {"logpz-backward", "R Z", "z:RZ dlogpz:R", "dz:RZ", .answer = logpz_backward},
    {"bernoulli", "B K X", "x:BX a:BKX", "logpx:BK", .answer = bernoulli, BERNOULLI},
    {"bernoulli-backward", "B K X", "x:BX a:BKX dlogpx:BK", "da:BKX", .answer = bernoulli_backward, BERNOULLI},
    {"grey", "B K X", "x:BX a:BKX", "logpx:BK", .answer = bernoulli, GREY},
    {"grey-backward", "B K X", "x:BX a:BKX dlogpx:BK", "da:BKX", .answer = bernoulli_backward, GREY},
    {"gaussian", "B K X", "x:BX mean:BKX logvar:BKX", "logpx:BK", .answer = gaussian, REAL},
    {"gaussian-backward", "B K X", "x:BX mean:BKX logvar:BKX dlogpx:BK", "dmean:BKX dlogvar:BKX",
     .answer = gaussian_backward, REAL},
    {"gaussian-fixed", "B K X", "x:BX mean:BKX", "logpx:BK", .answer = gaussian_fixed, REAL},
    {"gaussian-fixed-backward", "B K X", "x:BX mean:BKX dlogpx:BK", "dmean:BKX", .answer = gaussian_fixed_backward,
     REAL},
    {"categorical", "B K P C", "x:BPC a:BKPC", "logpx:BK", .answer = categorical, ONE_HOT},
    {"categorical-backward", "B K P C", "x:BPC a:BKPC dlogpx:BK", "da:BKPC", .answer = categorical_backward, ONE_HOT},
    {.name = NULL},
};
