/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every parameter's gradient against differences of the loss that know their own error. */
#include "config.h"
#include "fp_rules.h"
#include "infer/gradcheck.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include "alloc.h"
#include "error.h"
#include "infer/difference.h"

/* A parameter is resolved when an error of 1e-4 of its gradient cannot hide below the bound: half of that. */
#define RESOLVED 5e-5
/* More precise than this there is nothing to gain from another step. */
#define SHARP 1e-6
/* Steps: 2^-6 of the parameter (of 1/4 if it is smaller), then an eighth each. The large ones are best against
 * rounding, the small ones against the kinks of relu. */
enum { FIRST_STEP = -6, NEXT_STEP = -3, N_STEPS = 7 };
#define LEAST_SCALE 0.25

typedef struct loss_curve {
    aevb_engine *engine;
    const aevb_objective *objective;
    size_t n;
    const double *base; /* the model's parameters */
    double *params;     /* the same but for the one that moves */
    size_t moving;
} loss_curve;

static double loss_now(const loss_curve *c)
{
    aevb_terms terms;
    double loss = (double)NAN;
    aevb_engine_set_params(c->engine, c->params);
    aevb_engine_forward(c->engine, &terms);
    return aevb_objective_eval(c->objective, &terms, &loss, NULL) == AEVB_OK ? loss : (double)NAN;
}

static double loss_of_one(void *context, double t)
{
    loss_curve *c = context;
    c->params[c->moving] = c->base[c->moving] + t;
    double loss = loss_now(c);
    c->params[c->moving] = c->base[c->moving];
    return loss;
}

static double scale_of(double parameter)
{
    return fmax(fabs(parameter), LEAST_SCALE);
}

/* All parameters at once, so that every rounding error of the loss is drawn anew. */
static double loss_of_all(void *context, double t)
{
    loss_curve *c = context;
    for (size_t i = 0; i < c->n; i++)
        c->params[i] = c->base[i] + (i % 2 ? t : -t) * scale_of(c->base[i]);
    double loss = loss_now(c);
    memcpy(c->params, c->base, c->n * sizeof *c->params);
    return loss;
}

static int is_resolved(const aevb_difference *d, double analytic)
{
    return d->bound <= RESOLVED * fabs(d->value) || (d->constant && analytic == 0.0);
}

/* The difference with the smallest bound over the steps, or the first that leaves no question. */
static aevb_difference best_difference(loss_curve *c, double analytic, double noise)
{
    double at = c->base[c->moving];
    int exponent;
    (void)frexp(scale_of(at), &exponent);
    aevb_difference best = {0.0, (double)INFINITY, 0};
    for (int i = 0; i < N_STEPS; i++) {
        double h = ldexp(1.0, exponent + FIRST_STEP + i * NEXT_STEP);
        aevb_difference d = aevb_differentiate(loss_of_one, c, h, at, noise);
        if (d.bound < best.bound)
            best = d;
        int agrees = fabs(analytic - best.value) <= best.bound;
        if (best.constant || (agrees && best.bound <= SHARP * fabs(best.value)))
            break;
    }
    return best;
}

static void judge(aevb_gradcheck_result *result, size_t i, double analytic, const aevb_difference *d)
{
    double off = fabs(analytic - d->value);
    int failed = !(off <= d->bound); /* a NaN fails */
    double share = d->bound > 0.0 ? off / d->bound : failed ? (double)INFINITY : 0.0;
    result->checked++;
    result->failed += (size_t)failed;
    result->unresolved += (size_t)!is_resolved(d, analytic);
    if (result->checked > 1 && share <= result->worst_share)
        return;
    result->worst = i;
    result->worst_share = isnan(share) ? (double)INFINITY : share;
    result->worst_analytic = analytic;
    result->worst_numeric = d->value;
    result->worst_bound = d->bound;
    double larger = fmax(fabs(analytic), fabs(d->value));
    result->worst_relative = larger > 0.0 ? off / larger : 0.0;
}

static aevb_status compare_all(loss_curve *c, const double *grad, aevb_gradcheck_result *out, aevb_error *err)
{
    memcpy(c->params, c->base, c->n * sizeof *c->params);
    double loss = loss_now(c);
    if (!isfinite(loss))
        return aevb_fail(err, AEVB_ENONFINITE, "the loss of the batch is %g: its gradient cannot be checked", loss);
    double noise = aevb_curve_noise(loss_of_all, c, ldexp(1.0, -40));
    aevb_gradcheck_result result = {.noise = noise};
    for (size_t i = 0; i < c->n; i++) {
        c->moving = i;
        aevb_difference best = best_difference(c, grad[i], noise);
        judge(&result, i, grad[i], &best);
    }
    result.passed = result.checked == c->n && result.failed == 0 && 100 * result.unresolved <= result.checked;
    *out = result;
    return AEVB_OK;
}

/* An engine with the case's parameters, batch and noise set. */
static aevb_status open_case(const aevb_gradcheck_case *c, aevb_engine **out, aevb_error *err)
{
    aevb_engine_config config = {AEVB_ENGINE_REF, AEVB_F64, -1, 1, c->B, c->K};
    aevb_engine *engine;
    aevb_status status = aevb_engine_create(&config, &c->model->arch, &engine, err);
    if (status != AEVB_OK)
        return status;
    aevb_engine_set_params(engine, c->model->params);
    status = aevb_engine_set_x(engine, c->B, c->x, err);
    if (status == AEVB_OK && (status = aevb_engine_set_eps(engine, c->K, c->eps)) != AEVB_OK)
        aevb_fail(err, status, "%zu samples of noise for %zu data were refused", c->K, c->B);
    if (status == AEVB_OK)
        *out = engine;
    else
        aevb_engine_free(engine);
    return status;
}

aevb_status aevb_gradcheck_analytic(const aevb_gradcheck_case *c, double *grad, aevb_error *err)
{
    aevb_engine *engine;
    aevb_status status = open_case(c, &engine, err);
    if (status != AEVB_OK)
        return status;
    size_t BK = c->B * c->K, BZ = c->B * c->model->arch.z_dim;
    double *block = aevb_alloc(3 * BK + BZ, sizeof *block);
    if (block == NULL) {
        aevb_engine_free(engine);
        return aevb_fail_memory(err);
    }
    aevb_adjoints adjoints = {block, block + BK, block + 2 * BK, block + 3 * BK};
    aevb_terms terms;
    double loss;
    aevb_engine_forward(engine, &terms);
    status = aevb_objective_eval(c->objective, &terms, &loss, &adjoints);
    if (status == AEVB_OK)
        aevb_engine_gradient(engine, &adjoints, grad);
    else
        aevb_fail(err, status, "the objective was refused: beta is %g", c->objective->beta);
    aevb_free(block);
    aevb_engine_free(engine);
    return status;
}

aevb_status aevb_gradcheck_compare(const aevb_gradcheck_case *c, const double *grad, aevb_gradcheck_result *out,
                                   aevb_error *err)
{
    size_t n = c->model->layout.n_params;
    aevb_engine *engine;
    aevb_status status = open_case(c, &engine, err);
    if (status != AEVB_OK)
        return status;
    double *params = aevb_alloc(n, sizeof *params);
    loss_curve curve = {engine, c->objective, n, c->model->params, params, 0};
    status = params == NULL ? aevb_fail_memory(err) : compare_all(&curve, grad, out, err);
    aevb_free(params);
    aevb_engine_free(engine);
    return status;
}

aevb_status aevb_gradcheck(const aevb_model *model, const aevb_objective *objective, size_t B, size_t K,
                           const double *x, const double *eps, aevb_gradcheck_result *out, aevb_error *err)
{
    aevb_gradcheck_case c = {model, objective, B, K, x, eps};
    double *grad = aevb_alloc(model->layout.n_params, sizeof *grad);
    if (grad == NULL)
        return aevb_fail_memory(err);
    aevb_status status = aevb_gradcheck_analytic(&c, grad, err);
    if (status == AEVB_OK)
        status = aevb_gradcheck_compare(&c, grad, out, err);
    aevb_free(grad);
    return status;
}
