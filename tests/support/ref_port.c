/* SPDX-License-Identifier: GPL-3.0-or-later
 * Dispatch, and the kernels of the reference. */
#include "ref_port.h"

#include <stdlib.h>
#include <string.h>

#include "ref/ref.h"

const double *ref_in(const ref_case *c, const char *name)
{
    const aevb_vector_array *a = aevb_vector_input(c->test, name);
    return a == NULL ? NULL : a->data;
}

double ref_in_scalar(const ref_case *c, const char *name)
{
    return ref_in(c, name)[0];
}

double *ref_out(const ref_case *c, const char *name)
{
    for (size_t i = 0; i < c->test->n_expected; i++)
        if (strcmp(c->test->expected[i].array.name, name) == 0)
            return c->answers[i];
    return NULL;
}

void ref_leave_out(const ref_case *c, const char *name)
{
    for (size_t i = 0; i < c->test->n_expected; i++)
        if (strcmp(c->test->expected[i].array.name, name) == 0) {
            free(c->answers[i]);
            c->answers[i] = NULL;
        }
}

size_t ref_dim(const ref_case *c, const char *name)
{
    return aevb_vector_dim(c->group, name);
}

#define IN(name) ref_in(c, name)
#define OUT(name) ref_out(c, name)
#define DIM(name) ref_dim(c, name)

static ref_verdict affine(const ref_case *c)
{
    aevb_ref_affine(DIM("B"), DIM("I"), DIM("O"), IN("x"), IN("w"), IN("bias"), OUT("y"));
    return REF_ANSWERED;
}

static ref_verdict affine_backward(const ref_case *c)
{
    aevb_ref_affine_backward(DIM("B"), DIM("I"), DIM("O"), IN("x"), IN("w"), IN("dy"), OUT("dx"), OUT("dw"),
                             OUT("dbias"));
    return REF_ANSWERED;
}

static ref_verdict activation(const ref_case *c)
{
    aevb_activation f;
    if (aevb_activation_parse(aevb_vector_text(c->group, "activation"), &f) != AEVB_OK)
        return REF_UNSUPPORTED;
    aevb_ref_activation(f, DIM("n"), IN("a"), OUT("h"));
    return REF_ANSWERED;
}

static ref_verdict activation_backward(const ref_case *c)
{
    aevb_activation f;
    if (aevb_activation_parse(aevb_vector_text(c->group, "activation"), &f) != AEVB_OK)
        return REF_UNSUPPORTED;
    double *h = malloc(DIM("n") * sizeof *h);
    aevb_ref_activation(f, DIM("n"), IN("a"), h);
    aevb_ref_activation_backward(f, DIM("n"), IN("a"), h, IN("dh"), OUT("da"));
    free(h);
    return REF_ANSWERED;
}

static ref_verdict reparam(const ref_case *c)
{
    aevb_ref_reparam(DIM("B"), DIM("K"), DIM("Z"), IN("mu"), IN("logvar"), IN("eps"), OUT("z"));
    return REF_ANSWERED;
}

static ref_verdict reparam_backward(const ref_case *c)
{
    aevb_ref_reparam_backward(DIM("B"), DIM("K"), DIM("Z"), IN("logvar"), IN("eps"), IN("dz"), OUT("dmu"),
                              OUT("dlogvar"));
    return REF_ANSWERED;
}

static ref_verdict kl(const ref_case *c)
{
    aevb_ref_kl(DIM("B"), DIM("Z"), IN("mu"), IN("logvar"), OUT("kl"));
    return REF_ANSWERED;
}

static ref_verdict kl_backward(const ref_case *c)
{
    aevb_ref_kl_backward(DIM("B"), DIM("Z"), IN("mu"), IN("logvar"), IN("dkl"), OUT("dmu"), OUT("dlogvar"));
    return REF_ANSWERED;
}

static ref_verdict logq(const ref_case *c)
{
    aevb_ref_logq(DIM("B"), DIM("K"), DIM("Z"), IN("logvar"), IN("eps"), OUT("logq"));
    return REF_ANSWERED;
}

static ref_verdict logq_backward(const ref_case *c)
{
    aevb_ref_logq_backward(DIM("B"), DIM("K"), DIM("Z"), IN("dlogq"), OUT("dlogvar"));
    return REF_ANSWERED;
}

static ref_verdict logpz(const ref_case *c)
{
    aevb_ref_logpz(DIM("R"), DIM("Z"), IN("z"), OUT("logpz"));
    return REF_ANSWERED;
}

static ref_verdict logpz_backward(const ref_case *c)
{
    aevb_ref_logpz_backward(DIM("R"), DIM("Z"), IN("z"), IN("dlogpz"), OUT("dz"));
    return REF_ANSWERED;
}

static int outside(const ref_case *c, aevb_likelihood likelihood)
{
    size_t n = DIM("B") * DIM("X");
    return aevb_ref_domain(likelihood, 0, n, IN("x")) < n;
}

static ref_verdict cross_entropy(const ref_case *c, aevb_likelihood likelihood)
{
    if (outside(c, likelihood))
        return REF_DOMAIN_ERROR;
    aevb_ref_bernoulli(DIM("B"), DIM("K"), DIM("X"), IN("x"), IN("a"), OUT("logpx"));
    return REF_ANSWERED;
}

static ref_verdict cross_entropy_backward(const ref_case *c, aevb_likelihood likelihood)
{
    if (outside(c, likelihood))
        return REF_DOMAIN_ERROR;
    aevb_ref_bernoulli_backward(DIM("B"), DIM("K"), DIM("X"), IN("x"), IN("a"), IN("dlogpx"), OUT("da"));
    return REF_ANSWERED;
}

static ref_verdict bernoulli(const ref_case *c)
{
    return cross_entropy(c, AEVB_BERNOULLI);
}

static ref_verdict bernoulli_backward(const ref_case *c)
{
    return cross_entropy_backward(c, AEVB_BERNOULLI);
}

static ref_verdict grey(const ref_case *c)
{
    return cross_entropy(c, AEVB_GREY);
}

static ref_verdict grey_backward(const ref_case *c)
{
    return cross_entropy_backward(c, AEVB_GREY);
}

static ref_verdict gaussian(const ref_case *c)
{
    if (outside(c, AEVB_GAUSSIAN))
        return REF_DOMAIN_ERROR;
    aevb_ref_gaussian(DIM("B"), DIM("K"), DIM("X"), IN("x"), IN("mean"), IN("logvar"), OUT("logpx"));
    return REF_ANSWERED;
}

static ref_verdict gaussian_backward(const ref_case *c)
{
    if (outside(c, AEVB_GAUSSIAN))
        return REF_DOMAIN_ERROR;
    aevb_ref_gaussian_backward(DIM("B"), DIM("K"), DIM("X"), IN("x"), IN("mean"), IN("logvar"), IN("dlogpx"),
                               OUT("dmean"), OUT("dlogvar"));
    return REF_ANSWERED;
}

static ref_verdict gaussian_fixed(const ref_case *c)
{
    if (outside(c, AEVB_GAUSSIAN_FIXED))
        return REF_DOMAIN_ERROR;
    aevb_ref_gaussian_fixed(DIM("B"), DIM("K"), DIM("X"), IN("x"), IN("mean"),
                            aevb_vector_setting(c->group, "variance", 0), OUT("logpx"));
    return REF_ANSWERED;
}

static ref_verdict gaussian_fixed_backward(const ref_case *c)
{
    if (outside(c, AEVB_GAUSSIAN_FIXED))
        return REF_DOMAIN_ERROR;
    aevb_ref_gaussian_fixed_backward(DIM("B"), DIM("K"), DIM("X"), IN("x"), IN("mean"),
                                     aevb_vector_setting(c->group, "variance", 0), IN("dlogpx"), OUT("dmean"));
    return REF_ANSWERED;
}

static int not_one_hot(const ref_case *c)
{
    size_t n = DIM("B") * DIM("P") * DIM("C");
    return aevb_ref_domain(AEVB_CATEGORICAL, DIM("C"), n, IN("x")) < n;
}

static ref_verdict categorical(const ref_case *c)
{
    if (not_one_hot(c))
        return REF_DOMAIN_ERROR;
    aevb_ref_categorical(DIM("B"), DIM("K"), DIM("P") * DIM("C"), DIM("C"), IN("x"), IN("a"), OUT("logpx"));
    return REF_ANSWERED;
}

static ref_verdict categorical_backward(const ref_case *c)
{
    if (not_one_hot(c))
        return REF_DOMAIN_ERROR;
    aevb_ref_categorical_backward(DIM("B"), DIM("K"), DIM("P") * DIM("C"), DIM("C"), IN("x"), IN("a"), IN("dlogpx"),
                                  OUT("da"));
    return REF_ANSWERED;
}

const ref_function ref_kernels[] = {
    {"affine", affine}, {"affine-backward", affine_backward}, {"activation", activation},
    {"activation-backward", activation_backward}, {"reparam", reparam}, {"reparam-backward", reparam_backward},
    {"kl", kl}, {"kl-backward", kl_backward}, {"logq", logq}, {"logq-backward", logq_backward}, {"logpz", logpz},
    {"logpz-backward", logpz_backward}, {"bernoulli", bernoulli}, {"bernoulli-backward", bernoulli_backward},
    {"grey", grey}, {"grey-backward", grey_backward}, {"gaussian", gaussian},
    {"gaussian-backward", gaussian_backward}, {"gaussian-fixed", gaussian_fixed},
    {"gaussian-fixed-backward", gaussian_fixed_backward}, {"categorical", categorical},
    {"categorical-backward", categorical_backward}, {NULL, NULL},
};

ref_verdict ref_port_answer(const ref_case *c)
{
    const ref_function *const tables[] = {ref_kernels, ref_wholes};
    for (size_t i = 0; i < 2; i++)
        for (const ref_function *f = tables[i]; f->type != NULL; f++)
            if (strcmp(f->type, c->group->type) == 0)
                return f->answer(c);
    return REF_UNSUPPORTED;
}
