/* SPDX-License-Identifier: GPL-3.0-or-later
 * Bounds of a data set: the single-sample ELBO and the importance-weighted bound, with standard errors. */
#include "config.h"
#include "fp_rules.h"
#include "aevb/infer.h"

#include <math.h>
#include <string.h>
#include "alloc.h"
#include "engine.h"
#include "error.h"
#include "infer/moments.h"
#include "infer/sweep.h"

#define ACTIVE_VARIANCE 0.01 /* [EVAL.1] */

/* log sum exp of weights that arrive one at a time; the result does not depend on how they come in chunks. */
typedef struct log_sum {
    double max, sum; /* the log of the sum is max + log(sum) */
} log_sum;

typedef struct tally {
    aevb_moments recon, kl, elbo, iwae;
    aevb_moments *mu, *kl_dim; /* [Z] */
    double *codes;             /* [2][max_batch][Z]: mu and logvar of a batch */
    log_sum *weights;          /* [max_batch] */
} tally;

static void log_sum_add(log_sum *s, double logw)
{
    if (logw == -(double)INFINITY)
        return;
    if (logw > s->max) {
        s->sum = s->sum * exp(s->max - logw) + 1.0;
        s->max = logw;
    } else {
        s->sum += logw == s->max ? 1.0 : exp(logw - s->max); /* also when both are infinite */
    }
}

/* -log p(x|z) at one z ~ q(z|x) for each datum, and the KL of each latent dimension. */
static void add_bound(tally *t, const aevb_terms *terms)
{
    for (size_t b = 0; b < terms->B; b++) {
        double recon = -terms->logpx[b], kl = 0.0;
        for (size_t j = 0; j < terms->Z; j++) {
            kl += terms->kl[b * terms->Z + j];
            aevb_moments_add(&t->kl_dim[j], terms->kl[b * terms->Z + j]);
        }
        aevb_moments_add(&t->recon, recon);
        aevb_moments_add(&t->kl, kl);
        aevb_moments_add(&t->elbo, -(recon + kl));
    }
}

static void add_means(tally *t, aevb_engine *engine, size_t B)
{
    size_t Z = engine->arch.z_dim;
    aevb_engine_encode(engine, t->codes, t->codes + engine->used.max_batch * Z);
    for (size_t b = 0; b < B; b++)
        for (size_t j = 0; j < Z; j++)
            aevb_moments_add(&t->mu[j], t->codes[b * Z + j]);
}

/* log (1/K) sum_k p(x|z_k) p(z_k) / q(z_k|x) of each datum, at most max_samples of the K at a time. [IWAE.1] */
static aevb_status add_iwae(tally *t, aevb_sweep *sweep, size_t K)
{
    for (size_t b = 0; b < sweep->B; b++)
        t->weights[b] = (log_sum){-(double)INFINITY, 0.0};
    size_t most = sweep->engine->used.max_samples;
    for (size_t first = 0; first < K; first += most) {
        size_t chunk = K - first < most ? K - first : most;
        aevb_status status = aevb_sweep_noise(sweep, chunk, K, first);
        if (status != AEVB_OK)
            return status;
        aevb_terms terms;
        aevb_engine_forward(sweep->engine, &terms);
        for (size_t b = 0; b < terms.B; b++)
            for (size_t i = b * chunk; i < (b + 1) * chunk; i++)
                log_sum_add(&t->weights[b], terms.logpx[i] + terms.logpz[i] - terms.logq[i]);
    }
    for (size_t b = 0; b < sweep->B; b++)
        aevb_moments_add(&t->iwae, t->weights[b].max + log(t->weights[b].sum) - log((double)K));
    return AEVB_OK;
}

static aevb_status add_all(tally *t, aevb_sweep *sweep, size_t K, aevb_error *err)
{
    aevb_status status;
    while ((status = aevb_sweep_next(sweep, err)) == AEVB_OK && sweep->B > 0) {
        status = aevb_sweep_noise(sweep, 1, 1, 0);
        if (status != AEVB_OK)
            return aevb_fail(err, status, "the noise of rows %zu to %zu was refused", sweep->first,
                             sweep->first + sweep->B - 1);
        aevb_terms terms;
        aevb_engine_forward(sweep->engine, &terms);
        add_bound(t, &terms);
        add_means(t, sweep->engine, sweep->B);
        if (K > 0 && (status = add_iwae(t, sweep, K)) != AEVB_OK)
            return aevb_fail(err, status, "the importance samples of rows %zu to %zu were refused", sweep->first,
                             sweep->first + sweep->B - 1);
    }
    return status;
}

static void report(const tally *t, size_t Z, size_t K, aevb_evaluation *out)
{
    aevb_evaluation result = {
        .n = t->recon.n, .samples = K,
        .recon = aevb_moments_mean(&t->recon), .recon_se = aevb_moments_se(&t->recon),
        .kl = aevb_moments_mean(&t->kl), .kl_se = aevb_moments_se(&t->kl),
        .elbo_se = aevb_moments_se(&t->elbo),
        .iwae = K > 0 ? aevb_moments_mean(&t->iwae) : (double)NAN,
        .iwae_se = K > 0 ? aevb_moments_se(&t->iwae) : (double)NAN,
        .kl_per_dim = out->kl_per_dim, .mu_variance = out->mu_variance,
    };
    result.elbo = -(result.recon + result.kl);
    for (size_t j = 0; j < Z; j++) {
        double variance = aevb_moments_variance(&t->mu[j]);
        result.active_units += variance > ACTIVE_VARIANCE;
        if (out->kl_per_dim != NULL)
            out->kl_per_dim[j] = aevb_moments_mean(&t->kl_dim[j]);
        if (out->mu_variance != NULL)
            out->mu_variance[j] = variance;
    }
    *out = result;
}

static aevb_status tally_start(tally *t, const aevb_engine *engine, aevb_error *err)
{
    size_t Z = engine->arch.z_dim, B = engine->used.max_batch;
    *t = (tally){
        .mu = aevb_alloc(Z, sizeof *t->mu),
        .kl_dim = aevb_alloc(Z, sizeof *t->kl_dim),
        .codes = B > SIZE_MAX / 2 / Z ? NULL : aevb_alloc(2 * B * Z, sizeof *t->codes),
        .weights = aevb_alloc(B, sizeof *t->weights),
    };
    int complete = t->mu != NULL && t->kl_dim != NULL && t->codes != NULL && t->weights != NULL;
    return complete ? AEVB_OK : aevb_fail_memory(err);
}

static void tally_end(tally *t)
{
    aevb_free(t->mu);
    aevb_free(t->kl_dim);
    aevb_free(t->codes);
    aevb_free(t->weights);
}

aevb_status aevb_evaluate(aevb_engine *engine, const aevb_dataset *dataset, aevb_binarise binarise, uint64_t seed,
                          uint64_t pass, size_t K, aevb_evaluation *out, aevb_error *err)
{
    aevb_sweep sweep;
    aevb_status status = aevb_sweep_start(&sweep, engine, dataset, binarise, seed, pass, err);
    if (status != AEVB_OK)
        return status;
    tally t;
    status = tally_start(&t, engine, err);
    if (status == AEVB_OK)
        status = add_all(&t, &sweep, K, err);
    if (status == AEVB_OK)
        report(&t, engine->arch.z_dim, K, out);
    tally_end(&t);
    aevb_sweep_end(&sweep);
    return status;
}
