/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: the fast engine at every level and precision against the reference. Shapes and values come from the
 * input, the bounds from running error analysis (tests/support/bounded_vae.h). */
#include "config.h"
#include "fuzz.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "aevb/engine.h"
#include "aevb/level.h"
#include "bounded_vae.h"

const char *const fuzz_target = "differential";

typedef struct input {
    const uint8_t *at, *end;
} input;

/* 0 behind the end. */
static unsigned next(input *in)
{
    return in->at < in->end ? *in->at++ : 0;
}

static size_t size(input *in, size_t most)
{
    return 1 + next(in) % most;
}

/* n numbers in -scale..scale that float32 holds. */
static double *numbers(input *in, size_t n, double scale)
{
    double *v = calloc(n + 1, sizeof *v);
    fuzz_require(v != NULL, "no memory");
    for (size_t i = 0; i < n; i++)
        v[i] = (double)(float)(scale * ((double)next(in) - 128.0) / 128.0);
    return v;
}

typedef struct problem {
    aevb_arch arch;
    size_t B, K, n;
    double *params, *x, *eps, *adjoint;
} problem;

static problem make_problem(input *in)
{
    problem p = {.arch = {.x_dim = size(in, 40), .z_dim = size(in, 20), .n_hidden = next(in) % 4}};
    for (size_t l = 0; l < p.arch.n_hidden; l++)
        p.arch.hidden[l] = size(in, 40);
    p.arch.activation = (aevb_activation)(next(in) % 5);
    p.arch.likelihood = (aevb_likelihood)(next(in) % 4);
    p.arch.x_variance = 0.125 * (double)size(in, 32);
    p.B = size(in, 12);
    p.K = size(in, 6);
    aevb_layout layout;
    fuzz_require(aevb_layout_make(&p.arch, &layout, NULL) == AEVB_OK, "a good architecture is refused");
    p.n = layout.n_params;
    p.x = numbers(in, p.B * p.arch.x_dim, 1.0);
    for (size_t i = 0; i < p.B * p.arch.x_dim; i++) {
        if (p.arch.likelihood == AEVB_BERNOULLI)
            p.x[i] = p.x[i] > 0.0;
        else if (p.arch.likelihood == AEVB_GREY)
            p.x[i] = fabs(p.x[i]);
    }
    p.eps = numbers(in, p.B * p.K * p.arch.z_dim, 3.0);
    p.params = numbers(in, p.n, 1.0);
    for (size_t t = 0; t < layout.n_tensors; t++) { /* so that values stay within the range of exp */
        const aevb_tensor *tensor = &layout.tensors[t];
        const double scale = tensor->ndim == 2 ? 1.5 / sqrt((double)tensor->shape[1]) : 0.5;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++)
            p.params[i] = (double)(float)(p.params[i] * scale);
    }
    p.adjoint = numbers(in, 3 * p.B * p.K + p.B * p.arch.z_dim, 1.0);
    return p;
}

static void free_problem(problem *p)
{
    free(p->params);
    free(p->x);
    free(p->eps);
    free(p->adjoint);
}

/* The analysis does not follow overflow and underflow of exp. */
static int in_range(const bounded_vae *m)
{
    const double most = 40.0;
    for (size_t i = 0; i < m->B * m->arch.z_dim; i++)
        if (fabs(m->logvar[i].v) > most)
            return 0;
    for (size_t i = 0; m->net.learned_variance && i < m->B * m->K * m->arch.x_dim; i++)
        if (fabs(m->out[1][i].v) > most)
            return 0;
    return 1;
}

static aevb_engine *make_engine(const problem *p, aevb_engine_kind kind, aevb_precision precision, int level)
{
    const aevb_engine_config config = {.kind = kind, .precision = precision, .level = level, .threads = 1,
                                       .max_batch = p->B, .max_samples = p->K};
    aevb_engine *engine = NULL;
    aevb_error err = {.message = ""};
    fuzz_require(aevb_engine_create(&config, &p->arch, &engine, &err) == AEVB_OK, err.message);
    aevb_engine_set_params(engine, p->params);
    fuzz_require(aevb_engine_set_x(engine, p->B, p->x, &err) == AEVB_OK, err.message);
    fuzz_require(aevb_engine_set_eps(engine, p->K, p->eps) == AEVB_OK, "the noise is refused");
    return engine;
}

static void compare(const char *what, size_t n, const double *want, const double *got, const num *bound)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(bound[i].e) || fabs(want[i] - got[i]) <= bound[i].e)
            continue;
        fprintf(stderr, "%s[%zu] is %.17g, the reference says %.17g, bound %g\n", what, i, got[i], want[i],
                bound[i].e);
        fuzz_require(0, "the fast engine is beyond its bound");
    }
}

static void compare_engines(const problem *p, aevb_engine *ref, aevb_engine *fast, bounded_vae *m)
{
    const size_t R = p->B * p->K, BZ = p->B * p->arch.z_dim;
    const aevb_adjoints adjoints = {p->adjoint, p->adjoint + R, p->adjoint + 2 * R, p->adjoint + 3 * R};
    aevb_terms want, got;
    aevb_engine_forward(ref, &want);
    aevb_engine_forward(fast, &got);
    compare("logpx", R, want.logpx, got.logpx, m->logpx);
    compare("logpz", R, want.logpz, got.logpz, m->logpz);
    compare("logq", R, want.logq, got.logq, m->logq);
    compare("kl", BZ, want.kl, got.kl, m->kl);
    double *wanted = calloc(p->n + 2 * BZ, sizeof *wanted), *gotten = calloc(p->n + 2 * BZ, sizeof *gotten);
    fuzz_require(wanted != NULL && gotten != NULL, "no memory");
    bounded_gradient(m, &adjoints);
    aevb_engine_gradient(ref, &adjoints, wanted);
    aevb_engine_gradient(fast, &adjoints, gotten);
    compare("gradient", p->n, wanted, gotten, m->grad);
    aevb_engine_encode(ref, wanted, wanted + BZ);
    aevb_engine_encode(fast, gotten, gotten + BZ);
    compare("mu", BZ, wanted, gotten, m->mu);
    compare("logvar", BZ, wanted + BZ, gotten + BZ, m->logvar);
    free(wanted);
    free(gotten);
}

static void compare_level(const problem *p, aevb_precision precision, int level)
{
    const double u = precision == AEVB_F32 ? FLT_EPSILON / 2 : DBL_EPSILON / 2;
    eb_precision(u + DBL_EPSILON / 2, precision == AEVB_F32 ? 2 * (double)FLT_TRUE_MIN : 2 * DBL_TRUE_MIN);
    bounded_vae *m = bounded_make(&p->arch, p->B, p->K, p->params, p->x, p->eps);
    bounded_terms(m);
    if (in_range(m)) {
        aevb_engine *ref = make_engine(p, AEVB_ENGINE_REF, AEVB_F64, AEVB_LEVEL_BEST);
        aevb_engine *fast = make_engine(p, AEVB_ENGINE_FAST, precision, level);
        compare_engines(p, ref, fast, m);
        aevb_engine_free(ref);
        aevb_engine_free(fast);
    }
    bounded_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    input in = {data, data + n};
    problem p = make_problem(&in);
    for (int level = 0; level < AEVB_LEVEL_COUNT; level++)
        for (int precision = 0; aevb_level_supported((aevb_level)level) && precision < 2; precision++)
            compare_level(&p, (aevb_precision)precision, level);
    free_problem(&p);
    return 0;
}
