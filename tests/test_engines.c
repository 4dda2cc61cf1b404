/* SPDX-License-Identifier: GPL-3.0-or-later
 * The fast engine, at every level and precision that this machine has, against the reference. Every difference must be
 * within a running error bound (support/error_bound.h) for the sum of the two roundoffs. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/data.h"
#include "aevb/engine.h"
#include "aevb/level.h"
#include "aevb/rng.h"
#include "bounded_vae.h"
#include "leaks.h"
#include "one_hot.h"

TestSuite(engines, .fini = no_leaks);

/* A case, and one fast engine for it beside the reference. */
typedef struct pair {
    aevb_arch arch;
    size_t B, K, n;
    double *params, *x, *eps;
    aevb_engine *ref, *fast;
    aevb_precision precision;
    char name[160];
} pair;

typedef struct tally {
    size_t compared, tight; /* bound below 1 % of the largest value of its kind */
    double worst;           /* difference over bound */
} tally;

/* Numbers that float32 holds, so that both precisions start from the same. */
static double *draw(size_t n, uint64_t index, double scale)
{
    double *v = malloc((n + 1) * sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i] = (double)(float)(scale * (2.0 * aevb_uniform(5, aevb_stream(AEVB_STREAM_TEST, index), i) - 1.0));
    return v;
}

/* Weights of about the size that training starts from, so that bounds do not explode from layer to layer. */
static double *draw_params(const aevb_layout *layout)
{
    double *v = draw(layout->n_params, 1, 1.0);
    for (size_t t = 0; t < layout->n_tensors; t++) {
        const aevb_tensor *tensor = &layout->tensors[t];
        const double scale = tensor->ndim == 2 ? 0.6 / sqrt((double)tensor->shape[1]) : 0.2;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            v[i] = (double)(float)(v[i] * scale);
    }
    return v;
}

static aevb_engine *make(const pair *p, aevb_engine_kind kind, int level, int threads)
{
    const aevb_engine_config config = {.kind = kind, .precision = kind == AEVB_ENGINE_REF ? AEVB_F64 : p->precision,
                                       .level = level, .threads = threads, .max_batch = p->B, .max_samples = p->K};
    aevb_engine *engine;
    aevb_error err;
    cr_assert_eq(aevb_engine_create(&config, &p->arch, &engine, &err), AEVB_OK, "%s", err.message);
    aevb_engine_set_params(engine, p->params);
    cr_assert_eq(aevb_engine_set_x(engine, p->B, p->x, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_engine_set_eps(engine, p->K, p->eps), AEVB_OK);
    return engine;
}

static pair open_pair(const aevb_arch *arch, size_t B, size_t K, aevb_precision precision, int level)
{
    pair p = {.arch = *arch, .B = B, .K = K, .precision = precision};
    aevb_layout layout;
    cr_assert_eq(aevb_layout_make(arch, &layout, NULL), AEVB_OK);
    p.n = layout.n_params;
    p.params = draw_params(&layout);
    p.eps = draw(B * K * arch->z_dim, 2, 1.7);
    p.x = draw(B * arch->x_dim, 3, 1.0);
    for (size_t i = 0; i < B * arch->x_dim; i++) {
        if (arch->likelihood == AEVB_BERNOULLI)
            p.x[i] = p.x[i] > 0.0;
        else if (arch->likelihood == AEVB_GREY)
            p.x[i] = fabs(p.x[i]);
    }
    if (arch->likelihood == AEVB_CATEGORICAL)
        one_hot(arch->x_classes, B * arch->x_dim, p.x);
    snprintf(p.name, sizeof p.name, "%s %s, X %zu Z %zu hidden %zu (%s) %s B %zu K %zu", aevb_level_name(level),
             precision == AEVB_F32 ? "f32" : "f64", arch->x_dim, arch->z_dim, arch->n_hidden,
             aevb_activation_name(arch->activation), aevb_likelihood_name(arch->likelihood), B, K);
    p.ref = make(&p, AEVB_ENGINE_REF, AEVB_LEVEL_BEST, 1);
    p.fast = make(&p, AEVB_ENGINE_FAST, level, 2);
    const double u = precision == AEVB_F32 ? FLT_EPSILON / 2 : DBL_EPSILON / 2;
    eb_precision(u + DBL_EPSILON / 2, precision == AEVB_F32 ? 2 * (double)FLT_TRUE_MIN : 2 * DBL_TRUE_MIN);
    return p;
}

static void close_pair(pair *p)
{
    aevb_engine_free(p->ref);
    aevb_engine_free(p->fast);
    free(p->params);
    free(p->x);
    free(p->eps);
}

static void compare(tally *t, const pair *p, const char *what, size_t n, const double *want, const double *got,
                    const num *bound)
{
    double largest = 0.0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(want[i]));
    for (size_t i = 0; i < n; i++) {
        const double difference = fabs(want[i] - got[i]);
        cr_assert(difference <= bound[i].e, "%s: %s[%zu] is %.17g, the reference says %.17g, bound %g", p->name, what,
                  i, got[i], want[i], bound[i].e);
        t->compared++;
        t->tight += bound[i].e <= 0.01 * largest;
        t->worst = difference > 0.0 ? fmax(t->worst, difference / bound[i].e) : t->worst;
    }
}

static void compare_terms_and_gradient(tally *t, pair *p)
{
    const size_t R = p->B * p->K, BZ = p->B * p->arch.z_dim;
    bounded_vae *m = bounded_make(&p->arch, p->B, p->K, p->params, p->x, p->eps);
    bounded_terms(m);
    aevb_terms want, got;
    aevb_engine_forward(p->ref, &want);
    aevb_engine_forward(p->fast, &got);
    compare(t, p, "logpx", R, want.logpx, got.logpx, m->logpx);
    compare(t, p, "logpz", R, want.logpz, got.logpz, m->logpz);
    compare(t, p, "logq", R, want.logq, got.logq, m->logq);
    compare(t, p, "kl", BZ, want.kl, got.kl, m->kl);
    double *a = draw(R, 4, 1.0), *b = draw(R, 5, 1.0), *c = draw(R, 6, 1.0), *d = draw(BZ, 7, 1.0);
    const aevb_adjoints adjoints = {a, b, c, d};
    double *wanted = draw(p->n, 8, 1.0), *gotten = draw(p->n, 9, 1.0);
    bounded_gradient(m, &adjoints);
    aevb_engine_gradient(p->ref, &adjoints, wanted);
    aevb_engine_gradient(p->fast, &adjoints, gotten);
    compare(t, p, "gradient", p->n, wanted, gotten, m->grad);
    aevb_engine_encode(p->ref, wanted, wanted + BZ);
    aevb_engine_encode(p->fast, gotten, gotten + BZ);
    compare(t, p, "mu", BZ, wanted, gotten, m->mu);
    compare(t, p, "logvar", BZ, wanted + BZ, gotten + BZ, m->logvar);
    free(a);
    free(b);
    free(c);
    free(d);
    free(wanted);
    free(gotten);
    bounded_free(m);
}

/* Codes that float32 holds, decoded: the means are what the terms' analysis says of the decoder's output. */
static void compare_decoder(tally *t, pair *p)
{
    const size_t R = p->B * p->K, X = p->arch.x_dim;
    bounded_vae *m = bounded_make(&p->arch, p->B, p->K, p->params, p->x, p->eps);
    bounded_terms(m);
    double *z = malloc(R * p->arch.z_dim * sizeof *z), *out[4];
    for (size_t i = 0; i < R * p->arch.z_dim; i++) {
        z[i] = (double)(float)m->z[i].v;
        m->z[i].e += fabs(z[i] - m->z[i].v); /* the analysis was of a code this near */
    }
    for (int i = 0; i < 4; i++)
        out[i] = malloc(R * X * sizeof *out[i]);
    cr_assert_eq(aevb_engine_decode(p->ref, R, z, out[0], out[1]), AEVB_OK);
    cr_assert_eq(aevb_engine_decode(p->fast, R, z, out[2], out[3]), AEVB_OK);
    const int logits = p->arch.likelihood == AEVB_BERNOULLI || p->arch.likelihood == AEVB_GREY;
    for (size_t i = 0; logits && i < R * X; i++)
        m->out[0][i] = eb_activation(AEVB_SIGMOID, m->out[0][i]);
    if (p->arch.likelihood == AEVB_CATEGORICAL)
        bounded_softmax(R * X / p->arch.x_classes, p->arch.x_classes, m->out[0]);
    compare(t, p, "decoded mean", R * X, out[0], out[2], m->out[0]);
    if (p->arch.likelihood == AEVB_GAUSSIAN)
        compare(t, p, "decoded log-variance", R * X, out[1], out[3], m->out[1]);
    for (int i = 0; i < 4; i++)
        free(out[i]);
    free(z);
    bounded_free(m);
}

static const struct { aevb_arch arch; size_t B, K; } cases[] = {
    {{.x_dim = 1, .z_dim = 1, .activation = AEVB_RELU, .likelihood = AEVB_BERNOULLI}, 1, 1},
    {{.x_dim = 7, .z_dim = 2, .activation = AEVB_RELU, .likelihood = AEVB_GAUSSIAN}, 3, 4},
    {{.x_dim = 13, .z_dim = 3, .n_hidden = 1, .hidden = {5}, .activation = AEVB_TANH, .likelihood = AEVB_GREY}, 5, 1},
    {{.x_dim = 25, .z_dim = 26, .n_hidden = 1, .hidden = {49}, .activation = AEVB_RELU,
      .likelihood = AEVB_BERNOULLI}, 9, 3},
    {{.x_dim = 31, .z_dim = 5, .n_hidden = 2, .hidden = {17, 11}, .activation = AEVB_SIGMOID,
      .likelihood = AEVB_GAUSSIAN_FIXED, .x_variance = 0.3}, 6, 2},
    {{.x_dim = 48, .z_dim = 8, .n_hidden = 3, .hidden = {24, 23, 12}, .activation = AEVB_SOFTPLUS,
      .likelihood = AEVB_GAUSSIAN}, 8, 1},
    {{.x_dim = 19, .z_dim = 4, .n_hidden = 2, .hidden = {3, 29}, .activation = AEVB_IDENTITY,
      .likelihood = AEVB_GREY}, 2, 7},
    {{.x_dim = 6, .z_dim = 9, .n_hidden = 8, .hidden = {9, 8, 7, 6, 5, 4, 3, 2}, .activation = AEVB_TANH,
      .likelihood = AEVB_BERNOULLI}, 4, 2},
    {{.x_dim = 301, .z_dim = 3, .n_hidden = 1, .hidden = {257}, .activation = AEVB_SOFTPLUS,
      .likelihood = AEVB_GREY}, 5, 1},
    {{.x_dim = 12, .z_dim = 2, .n_hidden = 1, .hidden = {7}, .activation = AEVB_TANH,
      .likelihood = AEVB_CATEGORICAL, .x_classes = 4}, 3, 3},
    {{.x_dim = 3 * 67, .z_dim = 5, .n_hidden = 2, .hidden = {30, 17}, .activation = AEVB_SOFTPLUS,
      .likelihood = AEVB_CATEGORICAL, .x_classes = 67}, 4, 1},
    {{.x_dim = 70 * 2, .z_dim = 3, .activation = AEVB_RELU, .likelihood = AEVB_CATEGORICAL, .x_classes = 2}, 5, 2},
    /* more rows of the decoder than the engine keeps: they go through in parts */
    {{.x_dim = 3001, .z_dim = 1, .activation = AEVB_RELU, .likelihood = AEVB_GREY}, 2, 401},
};
enum { CASES = sizeof cases / sizeof *cases };

/* Calls visit for every case, precision and level there is. */
static void for_pairs(void (*visit)(tally *t, pair *p), size_t first, size_t end, tally *t)
{
    for (size_t i = first; i < end; i++)
        for (int level = 0; level < AEVB_LEVEL_COUNT; level++)
            for (int precision = 0; aevb_level_supported((aevb_level)level) && precision < 2; precision++) {
                pair p = open_pair(&cases[i].arch, cases[i].B, cases[i].K, (aevb_precision)precision, level);
                visit(t, &p);
                close_pair(&p);
            }
}

/* Bounds that are mostly wider than the values would say nothing. */
static void conclude(const tally *t, const char *what)
{
    cr_log_info("%s: %zu numbers, %zu with a tight bound, worst at %.2f of its bound", what, t->compared, t->tight,
                t->worst);
    cr_expect_gt(t->compared, 1000);
    cr_expect_geq(100 * t->tight, 95 * t->compared, "%s: only %zu of %zu bounds are tight", what, t->tight,
                  t->compared);
}

/* [TERMS.1] [TERMS.2] [MLP.1] [MLP.2] */
Test(engines, terms_and_gradients)
{
    tally t = {0};
    for_pairs(compare_terms_and_gradient, 0, CASES, &t);
    conclude(&t, "terms and gradients");
}

Test(engines, decoder)
{
    tally t = {0};
    for_pairs(compare_decoder, 1, CASES, &t);
    conclude(&t, "decoder");
}

/* Without a batch, and without noise, there are no terms and the gradient is 0. */
static void expect_nothing(aevb_engine *engine, const pair *p, const aevb_adjoints *adjoints, const char *what)
{
    double *grad = draw(p->n, 1, 1.0);
    aevb_terms terms;
    aevb_engine_forward(engine, &terms);
    aevb_engine_gradient(engine, adjoints, grad);
    cr_expect_eq(terms.B, 0, "%s: %s", p->name, what);
    for (size_t i = 0; i < p->n; i++)
        cr_assert(grad[i] == 0.0, "%s: %s: %g", p->name, what, grad[i]);
    free(grad);
}

static void compare_too_early(tally *t, pair *p)
{
    const size_t R = p->B * p->K;
    const aevb_engine_config *const used[] = {aevb_engine_used(p->ref), aevb_engine_used(p->fast)};
    double *a = draw(R, 2, 1.0), *kl = draw(p->B * p->arch.z_dim, 3, 1.0), *grad = draw(p->n, 4, 1.0);
    const aevb_adjoints adjoints = {a, a, a, kl};
    for (size_t i = 0; i < 2; i++) {
        aevb_engine *fresh, *engine = i == 0 ? p->ref : p->fast;
        aevb_terms terms;
        cr_assert_eq(aevb_engine_create(used[i], &p->arch, &fresh, NULL), AEVB_OK);
        expect_nothing(fresh, p, &adjoints, "no batch");
        aevb_engine_free(fresh);
        aevb_engine_forward(engine, &terms);
        aevb_engine_gradient(engine, &adjoints, grad);
        cr_assert_eq(aevb_engine_set_x(engine, p->B, p->x, NULL), AEVB_OK);
        expect_nothing(engine, p, &adjoints, "no noise");
        t->compared += p->n;
    }
    free(a);
    free(kl);
    free(grad);
}

Test(engines, calls_that_come_too_early)
{
    tally t = {0};
    for_pairs(compare_too_early, 0, 2, &t);
    cr_expect_gt(t.compared, 0);
}

static void get_all(aevb_engine *engine, const aevb_optim *optim, double *params, double *state[2], uint64_t *t)
{
    aevb_engine_get_params(engine, params);
    for (size_t i = 0; i < aevb_optim_n_state(optim->kind); i++)
        cr_assert_eq(aevb_engine_get_state(engine, i, state[i], t), AEVB_OK);
}

static void put_all(aevb_engine *engine, const aevb_optim *optim, const double *params, double *const state[2],
                    uint64_t t)
{
    aevb_engine_set_params(engine, params);
    for (size_t i = 0; i < aevb_optim_n_state(optim->kind); i++)
        cr_assert_eq(aevb_engine_set_state(engine, i, state[i], t), AEVB_OK);
}

/* Twenty steps; before each the reference takes over the fast engine's parameters and state, so that each step is
 * compared by itself, wherever the steps before have led. */
static void compare_steps(tally *t, pair *p, const aevb_optim *optim, const aevb_objective *objective,
                          double precision)
{
    const size_t n_state = aevb_optim_n_state(optim->kind), N = 50;
    double *params = malloc(p->n * sizeof *params), *after[2], *state[2], *want[2], *got[2];
    num *theta = malloc(p->n * sizeof *theta), *s[2];
    for (int i = 0; i < 2; i++) {
        after[i] = malloc(p->n * sizeof *after[i]);
        state[i] = calloc(p->n, sizeof *state[i]);
        want[i] = malloc(p->n * sizeof *want[i]);
        got[i] = malloc(p->n * sizeof *got[i]);
        s[i] = malloc(p->n * sizeof *s[i]);
    }
    cr_assert_eq(aevb_engine_set_optim(p->fast, optim, NULL), AEVB_OK);
    cr_assert_eq(aevb_engine_set_optim(p->ref, optim, NULL), AEVB_OK);
    for (uint64_t step = 0; step < 20; step++) {
        uint64_t done = 0;
        get_all(p->fast, optim, params, state, &done);
        cr_assert_eq(done, step);
        put_all(p->ref, optim, params, state, done);
        bounded_vae *m = bounded_make(&p->arch, p->B, p->K, params, p->x, p->eps);
        bounded_terms(m);
        const aevb_terms terms = {.B = p->B, .K = p->K, .Z = p->arch.z_dim, .logpx = p->eps, .logpz = p->eps,
                                  .logq = p->eps, .kl = p->eps}; /* these objectives' adjoints are constants */
        double *adjoint = malloc((3 * p->B * p->K + p->B * p->arch.z_dim) * sizeof *adjoint), ignored;
        aevb_adjoints adjoints = {adjoint, adjoint + p->B * p->K, adjoint + 2 * p->B * p->K,
                                  adjoint + 3 * p->B * p->K};
        cr_assert_eq(aevb_objective_eval(objective, &terms, &ignored, &adjoints), AEVB_OK);
        bounded_gradient(m, &adjoints);
        for (size_t i = 0; i < p->n; i++) {
            theta[i] = eb_exact(params[i]);
            s[0][i] = eb_exact(state[0][i]);
            s[1][i] = eb_exact(state[1][i]);
            bounded_step(optim, (double)(step + 1), precision / (double)N, &theta[i], m->grad[i], &s[0][i], &s[1][i]);
        }
        aevb_step_result expected, result;
        cr_assert_eq(aevb_engine_step(p->ref, objective, precision, N, &expected), AEVB_OK);
        cr_assert_eq(aevb_engine_step(p->fast, objective, precision, N, &result), AEVB_OK);
        const num loss = bounded_loss(m, objective);
        cr_assert(fabs(expected.loss - result.loss) <= loss.e + 1e-13 * fabs(expected.loss), "%s: loss %.17g, not %.17g",
                  p->name, result.loss, expected.loss);
        get_all(p->ref, optim, after[0], want, &done);
        get_all(p->fast, optim, after[1], got, &done);
        compare(t, p, "parameters after a step", p->n, after[0], after[1], theta);
        for (size_t i = 0; i < n_state; i++)
            compare(t, p, "state after a step", p->n, want[i], got[i], s[i]);
        free(adjoint);
        bounded_free(m);
    }
    for (int i = 0; i < 2; i++) {
        free(after[i]);
        free(state[i]);
        free(want[i]);
        free(got[i]);
        free(s[i]);
    }
    free(theta);
    free(params);
}

static void compare_all_steps(tally *t, pair *p)
{
    for (int kind = 0; kind < 5; kind++) {
        aevb_optim optim = aevb_optim_default((aevb_optimiser)kind);
        optim.lr = 1e-3;
        optim.eps = 1e-6;
        aevb_engine_set_params(p->fast, p->params);
        const aevb_objective objective = {kind % 2 == 0 ? AEVB_ELBO : AEVB_ELBO_MC, 0.7};
        compare_steps(t, p, &optim, &objective, kind % 3 == 0 ? 2.0 : 0.0);
    }
}

/* [ADAM.1] [ADAM.2] [ADAMW.1] [ADAGRAD.1] [SGD.1] [MAP.1] [SGVB.2] */
Test(engines, twenty_steps_of_every_optimiser)
{
    tally t = {0};
    for_pairs(compare_all_steps, 2, 3, &t);
    for_pairs(compare_all_steps, 4, 5, &t);
    conclude(&t, "steps");
}

/* What an engine says of a batch of rows 3, 1, 2 of a data set. */
static aevb_status gather(const aevb_engine_config *config, aevb_likelihood likelihood, const aevb_dataset *dataset,
                          aevb_binarise binarise, aevb_error *err)
{
    const aevb_arch arch = {.x_dim = 5, .z_dim = 2, .likelihood = likelihood, .x_variance = 1.0};
    const aevb_gather how = {.binarise = binarise, .seed = 3};
    const uint32_t index[3] = {3, 1, 2};
    aevb_engine *engine;
    cr_assert_eq(aevb_engine_create(config, &arch, &engine, err), AEVB_OK, "%s", err->message);
    const aevb_status status = aevb_engine_gather(engine, dataset, &how, 3, index, err);
    aevb_engine_free(engine);
    return status;
}

/* [BERN.3] [GREY.3] [GAUSS.3] Each odd value in row 2, element 4, of bytes and of numbers: refused or not, and with the
 * same words, as the reference does it. */
Test(engines, refuse_the_same_data)
{
    static const double odd[] = {0.5, 1.0, 1.5, -0.25, (double)INFINITY, (double)NAN};
    size_t refused = 0, taken = 0;
    for (size_t i = 0; i < 4 * 3 * 7; i++) {
        const aevb_likelihood likelihood = (aevb_likelihood)(i % 4);
        const aevb_binarise binarise = (aevb_binarise)(i / 4 % 3);
        uint8_t bytes[20] = {0, 255, 255, 0};
        double numbers[20] = {0.0, 1.0, 1.0, 0.0};
        aevb_dataset dataset = {.n = 4, .x_dim = 5};
        if (i / 12 == 6) {
            bytes[14] = 128;
            dataset.u8 = bytes;
        } else {
            numbers[14] = odd[i / 12];
            dataset.f64 = numbers;
        }
        aevb_engine_config config = {.kind = AEVB_ENGINE_REF, .precision = AEVB_F64, .threads = 1, .max_batch = 3,
                                     .max_samples = 1};
        aevb_error want = {0}, got = {0};
        const aevb_status wanted = gather(&config, likelihood, &dataset, binarise, &want);
        refused += wanted == AEVB_EDOMAIN;
        taken += wanted == AEVB_OK;
        config.kind = AEVB_ENGINE_FAST;
        for (config.level = 0; config.level < AEVB_LEVEL_COUNT; config.level++) {
            for (int p = 0; aevb_level_supported((aevb_level)config.level) && p < 2; p++) {
                config.precision = (aevb_precision)p;
                cr_expect_eq(gather(&config, likelihood, &dataset, binarise, &got), wanted, "case %zu", i);
                cr_expect(wanted == AEVB_OK || strcmp(got.message, want.message) == 0, "%s, not %s", got.message,
                          want.message);
            }
        }
    }
    cr_expect(refused > 10 && taken > 10 && refused + taken == 84, "%zu refused, %zu taken", refused, taken);
}
