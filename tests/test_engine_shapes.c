/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks of odd shapes, over every likelihood, activation and optimiser: training, terms, gradient, codes and decoder
 * have the same bits at every level that fuses the multiply-add and with any number of threads. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/engine.h"
#include "aevb/level.h"
#include "aevb/rng.h"
#include "leaks.h"

TestSuite(engine_shapes, .fini = no_leaks);

enum { CASES = 60, STEPS = 3, ROWS = 40, MAX_BATCH = 33 };

/* A network and how it is trained; all of it follows from the number of the case. */
typedef struct shape {
    aevb_arch arch;
    size_t B, K;
    aevb_objective objective;
    aevb_optim optim;
    double prior;
    aevb_dataset data;
} shape;

static shape make_shape(size_t i)
{
    static const size_t widths[] = {1, 47, 8, 49, 17, 96, 31, 2, 64, 25, 145}, batches[] = {1, MAX_BATCH, 8, 17, 3};
    static const size_t samples[] = {1, 3, 1, 65};
    shape s = {.B = batches[i % 5], .K = samples[i / 2 % 4], .objective = {(aevb_objective_kind)(i / 4 % 2), 1.0},
               .optim = aevb_optim_default((aevb_optimiser)(i / 3 % 5)), .prior = i % 3 == 0 ? 2.0 : 0.0};
    s.optim.lr = 1e-4; /* so small that no network of these diverges: bits are compared of finite numbers */
    s.arch = (aevb_arch){.x_dim = widths[(i + 3) % 11], .z_dim = widths[i * 3 % 11], .n_hidden = i % 4,
                         .activation = (aevb_activation)(i / 5 % 5), .likelihood = (aevb_likelihood)((i + i / 5) % 5),
                         .x_variance = 0.5};
    for (size_t j = 0; j < s.arch.n_hidden; j++)
        s.arch.hidden[j] = widths[(i + 2 * j + 1) % 11];
    if (s.arch.likelihood == AEVB_CATEGORICAL) {
        s.arch.x_classes = s.data.classes = i % 2 == 0 ? 2 : 67;
        s.arch.x_dim = s.arch.x_classes * (1 + i % 3);
    }
    const size_t X = s.arch.x_dim, n = s.data.classes > 0 ? ROWS - 1 + X / s.data.classes : ROWS * X;
    s.data.n = ROWS;
    s.data.x_dim = X;
    s.data.step = s.data.classes > 0;
    s.data.u8 = malloc(n);
    for (size_t j = 0; j < n; j++) {
        const size_t value = j * j * 31 + j * 7 + i;
        s.data.u8[j] = (uint8_t)(s.data.classes > 0 ? value % s.data.classes : value);
    }
    return s;
}

/* Hashes numbers, which must be finite: FNV-1a by 64 bits, and the high ones brought down, as its product does not. */
static void add(uint64_t *hash, size_t n, const double *numbers)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        cr_assert(isfinite(numbers[i]));
        memcpy(&bits, &numbers[i], sizeof bits);
        *hash = (*hash ^ bits) * UINT64_C(0x100000001b3);
        *hash ^= *hash >> 29;
    }
}

static void set_batch(const shape *s, aevb_engine *engine, uint64_t step)
{
    const aevb_gather how = {.binarise = s->arch.likelihood == AEVB_BERNOULLI ? AEVB_BINARISE_DYNAMIC
                                                                              : AEVB_BINARISE_NONE, .stream = step};
    const aevb_noise noise = {.stream = step, .stride = s->K};
    uint32_t index[MAX_BATCH];
    for (uint32_t b = 0; b < s->B; b++)
        index[b] = (uint32_t)(step * 5 + b) % ROWS;
    cr_assert_eq(aevb_engine_gather(engine, &s->data, &how, s->B, index, NULL), AEVB_OK);
    cr_assert_eq(aevb_engine_draw_eps(engine, s->K, &noise, index), AEVB_OK);
}

static void add_steps(const shape *s, aevb_engine *engine, uint64_t *hash, double *params)
{
    const size_t n = aevb_engine_layout(engine)->n_params;
    for (uint64_t step = 0; step < STEPS; step++) {
        aevb_step_result result;
        set_batch(s, engine, step);
        cr_assert_eq(aevb_engine_step(engine, &s->objective, s->prior, ROWS, &result), AEVB_OK);
        add(hash, 1, &result.loss);
    }
    aevb_engine_get_params(engine, params);
    add(hash, n, params);
}

static void add_calls(const shape *s, aevb_engine *engine, uint64_t *hash, double *grad)
{
    const size_t R = s->B * s->K, BZ = s->B * s->arch.z_dim, RX = R * s->arch.x_dim;
    double *slopes = malloc((R + BZ) * sizeof *slopes), *codes = malloc(2 * BZ * sizeof *codes);
    double *z = malloc(R * s->arch.z_dim * sizeof *z), *mean = calloc(2 * RX, sizeof *mean);
    const aevb_adjoints adjoints = {slopes, slopes, slopes, slopes + R};
    aevb_terms terms;
    aevb_normal_fill(1, 1, 0, R + BZ, slopes);
    aevb_normal_fill(1, 2, 0, R * s->arch.z_dim, z);
    set_batch(s, engine, STEPS);
    aevb_engine_forward(engine, &terms);
    add(hash, R, terms.logpx);
    add(hash, R, terms.logpz);
    add(hash, R, terms.logq);
    add(hash, BZ, terms.kl);
    aevb_engine_gradient(engine, &adjoints, grad);
    add(hash, aevb_engine_layout(engine)->n_params, grad);
    aevb_engine_encode(engine, codes, codes + BZ);
    add(hash, 2 * BZ, codes);
    cr_assert_eq(aevb_engine_decode(engine, R, z, mean, mean + RX), AEVB_OK);
    add(hash, 2 * RX, mean);
    free(slopes);
    free(codes);
    free(z);
    free(mean);
}

static uint64_t hash_of(const shape *s, aevb_precision precision, int level, int threads)
{
    const aevb_engine_config config = {.kind = AEVB_ENGINE_FAST, .precision = precision, .level = level,
                                       .threads = threads, .max_batch = s->B, .max_samples = s->K};
    aevb_engine *engine;
    aevb_model *model;
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    cr_assert_eq(aevb_engine_create(&config, &s->arch, &engine, NULL), AEVB_OK);
    cr_assert_eq(aevb_model_create(&s->arch, &model, NULL), AEVB_OK);
    cr_assert_eq(aevb_model_init(model, AEVB_INIT_GLOROT, 0.0, 3), AEVB_OK);
    aevb_engine_set_params(engine, model->params);
    cr_assert_eq(aevb_engine_set_optim(engine, &s->optim, NULL), AEVB_OK);
    add_steps(s, engine, &hash, model->params);
    add_calls(s, engine, &hash, model->params);
    aevb_model_free(model);
    aevb_engine_free(engine);
    return hash;
}

Test(engine_shapes, same_bits_at_every_level_and_number_of_threads)
{
    for (size_t i = 0; i < CASES; i++) {
        const shape s = make_shape(i);
        for (int p = AEVB_F64; p <= AEVB_F32; p++) {
            const char *name = aevb_precision_name((aevb_precision)p);
            const uint64_t one = hash_of(&s, (aevb_precision)p, AEVB_LEVEL_BEST, 1);
            cr_expect_eq(hash_of(&s, (aevb_precision)p, AEVB_LEVEL_BEST, 2 + (int)(i % 4)), one, "case %zu, %s", i,
                         name);
            for (int level = AEVB_LEVEL_PORTABLE + 1; level < (int)aevb_level_best(); level++)
                if (aevb_level_supported((aevb_level)level))
                    cr_expect_eq(hash_of(&s, (aevb_precision)p, level, 1), one, "case %zu, %s, %s", i, name,
                                 aevb_level_name((aevb_level)level));
        }
        free(s.data.u8);
    }
}
