/* SPDX-License-Identifier: GPL-3.0-or-later
 * Objectives: terms in, loss and adjoints out. Scalar float64, shared by all tiers. */
#include "config.h"
#include "fp_rules.h"
#include "aevb/objective.h"
#include "model/names.h"

#include <math.h>

static const char *const names[] = {"elbo", "elbo-mc"};

const char *aevb_objective_name(aevb_objective_kind kind)
{
    return aevb_name_at(names, AEVB_COUNT(names), (int)kind);
}

aevb_status aevb_objective_parse(const char *name, aevb_objective_kind *out)
{
    int i = aevb_name_find(names, AEVB_COUNT(names), name);
    if (i < 0)
        return AEVB_EINVAL;
    *out = (aevb_objective_kind)i;
    return AEVB_OK;
}

static double sum(size_t n, const double *values)
{
    double s = 0.0;
    for (size_t i = 0; i < n; i++)
        s += values[i];
    return s;
}

static void fill(size_t n, double value, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = value;
}

/* [SGVB.2] [SGVB.3] */
static double elbo(double beta, const aevb_terms *t, aevb_adjoints *adjoints)
{
    const double per_sample = 1.0 / ((double)t->B * (double)t->K), per_datum = 1.0 / (double)t->B;
    if (adjoints != NULL) {
        fill(t->B * t->K, -per_sample, adjoints->logpx);
        fill(t->B * t->K, 0.0, adjoints->logpz);
        fill(t->B * t->K, 0.0, adjoints->logq);
        fill(t->B * t->Z, beta * per_datum, adjoints->kl);
    }
    return -per_sample * sum(t->B * t->K, t->logpx) + beta * per_datum * sum(t->B * t->Z, t->kl);
}

/* [SGVB.1] [SGVB.3] */
static double elbo_mc(double beta, const aevb_terms *t, aevb_adjoints *adjoints)
{
    const size_t n = t->B * t->K;
    const double per_sample = 1.0 / ((double)t->B * (double)t->K);
    double s = 0.0;
    for (size_t i = 0; i < n; i++)
        s += t->logpx[i] + beta * (t->logpz[i] - t->logq[i]);
    if (adjoints != NULL) {
        fill(n, -per_sample, adjoints->logpx);
        fill(n, -beta * per_sample, adjoints->logpz);
        fill(n, beta * per_sample, adjoints->logq);
        fill(t->B * t->Z, 0.0, adjoints->kl);
    }
    return -per_sample * s;
}

aevb_status aevb_objective_eval(const aevb_objective *objective, const aevb_terms *terms, double *loss,
                                aevb_adjoints *adjoints)
{
    if (terms->B == 0 || terms->K == 0 || terms->Z == 0 || !(objective->beta >= 0.0))
        return AEVB_EINVAL;
    switch (objective->kind) {
    case AEVB_ELBO: *loss = elbo(objective->beta, terms, adjoints); return AEVB_OK;
    case AEVB_ELBO_MC: *loss = elbo_mc(objective->beta, terms, adjoints); return AEVB_OK;
    }
    return AEVB_EINVAL;
}

aevb_parts aevb_objective_parts(const aevb_terms *terms)
{
    return (aevb_parts){.recon = -sum(terms->B * terms->K, terms->logpx) / ((double)terms->B * (double)terms->K),
                        .kl = sum(terms->B * terms->Z, terms->kl) / (double)terms->B};
}

/* [IWAE.1] The largest weight is taken out before exp, so no weight overflows and the largest never vanishes. */
void aevb_iwae_bound(const aevb_terms *terms, double *bound)
{
    const size_t K = terms->K;
    for (size_t b = 0; b < terms->B; b++) {
        const double *logpx = terms->logpx + b * K, *logpz = terms->logpz + b * K, *logq = terms->logq + b * K;
        double largest = -INFINITY;
        for (size_t k = 0; k < K; k++) {
            const double logw = logpx[k] + logpz[k] - logq[k];
            if (logw > largest || isnan(logw))
                largest = logw;
            if (isnan(largest))
                break;
        }
        double s = 0.0;
        for (size_t k = 0; k < K; k++)
            s += exp(logpx[k] + logpz[k] - logq[k] - largest);
        bound[b] = isfinite(largest) ? largest + log(s / (double)K) : largest;
    }
}
