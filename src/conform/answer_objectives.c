/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cases about objectives, the importance-weighted bound and the weight prior: from terms to numbers. */
#include "config.h"
#include "conform/answer_types.h"

#include <math.h>

#define CALL const aevb_kernel_set *k, const aevb_vector_group *group, const size_t *d, const double *const *in, \
             double *const *out

static aevb_status elbo(CALL)
{
    aevb_objective objective = {.beta = aevb_vector_setting(group, "beta", 1)};
    const char *name = aevb_vector_text(group, "objective");
    if (name == NULL || aevb_objective_parse(name, &objective.kind) != AEVB_OK)
        return AEVB_EUNSUPPORTED;
    const aevb_terms terms = {d[0], d[1], d[2], in[0], in[1], in[2], in[3]};
    aevb_adjoints adjoints = {out[3], out[4], out[5], out[6]};
    aevb_parts parts;
    k->objective(&objective, &terms, out[0], &adjoints);
    k->parts(&terms, &parts);
    *out[1] = parts.recon;
    *out[2] = parts.kl;
    return AEVB_OK;
}

/* The weights are the shares in the sum of [IWAE.1], with the largest taken out as there. */
static void shares(size_t K, const double *logpx, const double *logpz, const double *logq, double *weights)
{
    double largest = -INFINITY, sum = 0;
    for (size_t i = 0; i < K; i++)
        largest = fmax(largest, logpx[i] + logpz[i] - logq[i]);
    for (size_t i = 0; i < K; i++)
        sum += weights[i] = exp(logpx[i] + logpz[i] - logq[i] - largest);
    for (size_t i = 0; i < K; i++)
        weights[i] /= sum;
}

static aevb_status iwae(CALL)
{
    (void)group;
    const aevb_terms terms = {d[0], d[1], 0, in[0], in[1], in[2], NULL};
    k->iwae(&terms, out[0]);
    for (size_t b = 0; b < d[0]; b++)
        shares(d[1], in[0] + b * d[1], in[1] + b * d[1], in[2] + b * d[1], out[1] + b * d[1]);
    return AEVB_OK;
}

static aevb_status weight_prior(CALL)
{
    const double n_data = aevb_vector_setting(group, "n_data", 0);
    if (!(n_data >= 1 && n_data <= 0x1p53))
        return AEVB_EFORMAT;
    k->weight_prior(aevb_vector_setting(group, "precision", 0), (size_t)n_data, d[0], in[0], out[0], out[1]);
    return AEVB_OK;
}

const aevb_answer_type aevb_answer_objectives[] = {
    {"elbo", "B K Z", "logpx:BK logpz:BK logq:BK kl:BZ",
     "loss: recon: kl_total: dlogpx:BK dlogpz:BK dlogq:BK dkl:BZ", .answer = elbo},
    {"iwae", "B K", "logpx:BK logpz:BK logq:BK", "bound:B weights:BK", .answer = iwae},
    {"weight-prior", "n", "theta:n", "loss: dtheta:n", .answer = weight_prior},
    {.name = NULL},
};
