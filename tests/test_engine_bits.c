/* SPDX-License-Identifier: GPL-3.0-or-later
 * What of the fast engine must be the same to the bit: for any number of threads, for every level with a fused
 * multiply-add, through a save of the state, and, by a pinned hash, from one version of this project to the next. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/data.h"
#include "aevb/engine.h"
#include "aevb/level.h"
#include "aevb/rng.h"
#include "leaks.h"
#include "open_data.h"
#include "sha256_hex.h"

TestSuite(engine_bits, .fini = no_leaks);

enum { ROWS = 600, BATCH = 50, K = 2, EPOCHS = 3 };

static const aevb_arch arch = {.x_dim = 784, .z_dim = 5, .n_hidden = 2, .hidden = {61, 26}, .activation = AEVB_TANH,
                               .likelihood = AEVB_BERNOULLI};

typedef struct run {
    aevb_engine *engine;
    aevb_data data;
    uint32_t order[ROWS];
    double loss;
} run;

static aevb_status open_engine(int level, aevb_precision precision, int threads, aevb_engine **out)
{
    const aevb_engine_config config = {.kind = AEVB_ENGINE_FAST, .precision = precision, .level = level,
                                       .threads = threads, .max_batch = BATCH, .max_samples = K};
    return aevb_engine_create(&config, &arch, out, NULL);
}

static run start(int level, aevb_precision precision, int threads)
{
    run r = {0};
    aevb_model *model;
    const aevb_optim optim = aevb_optim_default(AEVB_ADAM);
    cr_assert_eq(open_data("sprites", ROWS, 1, &r.data, NULL), AEVB_OK);
    cr_assert_eq(r.data.train->n, ROWS);
    cr_assert_eq(open_engine(level, precision, threads, &r.engine), AEVB_OK);
    cr_assert_eq(aevb_model_create(&arch, &model, NULL), AEVB_OK);
    cr_assert_eq(aevb_model_init(model, AEVB_INIT_GLOROT, 0.0, 3), AEVB_OK);
    aevb_engine_set_params(r.engine, model->params);
    aevb_model_free(model);
    cr_assert_eq(aevb_engine_set_optim(r.engine, &optim, NULL), AEVB_OK);
    return r;
}

static void set_batch(run *r, uint64_t epoch, size_t at)
{
    const aevb_gather how = {.binarise = AEVB_BINARISE_DYNAMIC, .seed = 1,
                             .stream = aevb_stream(AEVB_STREAM_BINARISE, epoch)};
    const aevb_noise noise = {.seed = 1, .stream = aevb_stream(AEVB_STREAM_NOISE, epoch), .stride = K};
    cr_assert_eq(aevb_engine_gather(r->engine, r->data.train, &how, BATCH, r->order + at, NULL), AEVB_OK);
    cr_assert_eq(aevb_engine_draw_eps(r->engine, K, &noise, r->order + at), AEVB_OK);
}

static void train(run *r, uint64_t first, uint64_t end)
{
    const aevb_objective objective = {AEVB_ELBO, 1.0};
    for (uint64_t epoch = first; epoch < end; epoch++) {
        aevb_permutation(1, aevb_stream(AEVB_STREAM_SHUFFLE, epoch), ROWS, r->order);
        for (size_t at = 0; at < ROWS; at += BATCH) {
            aevb_step_result result;
            set_batch(r, epoch, at);
            cr_assert_eq(aevb_engine_step(r->engine, &objective, 1.0, ROWS, &result), AEVB_OK);
            r->loss = result.loss;
        }
    }
}

static void finish(run *r)
{
    aevb_engine_free(r->engine);
    aevb_data_close(&r->data);
}

/* SHA-256 of parameters, state and the loss of the last step, whose prior is a sum over all parameters. */
static void digest(const run *r, char hex[65])
{
    const size_t n = aevb_engine_layout(r->engine)->n_params;
    double *all = malloc((3 * n + 1) * sizeof *all);
    uint64_t t;
    aevb_engine_get_params(r->engine, all);
    cr_assert_eq(aevb_engine_get_state(r->engine, 0, all + n, &t), AEVB_OK);
    cr_assert_eq(aevb_engine_get_state(r->engine, 1, all + 2 * n, &t), AEVB_OK);
    all[3 * n] = r->loss;
    for (size_t i = 0; i <= 3 * n; i++)
        cr_assert(isfinite(all[i]));
    sha256_hex((const uint8_t *)all, (3 * n + 1) * sizeof *all, hex);
    free(all);
}

static void digest_of_training(int level, aevb_precision precision, int threads, char hex[65])
{
    run r = start(level, precision, threads);
    train(&r, 0, EPOCHS);
    digest(&r, hex);
    finish(&r);
}

/* Levels that fuse the multiply-add and that AEVB_LEVEL does not lower. */
static int fuses(int level)
{
    aevb_level used;
    return level != AEVB_LEVEL_PORTABLE && aevb_level_choose(level, &used, NULL) == AEVB_OK && (int)used == level;
}

Test(engine_bits, any_number_of_threads)
{
    for (int precision = 0; precision < 2; precision++) {
        char one[65];
        digest_of_training(AEVB_LEVEL_BEST, (aevb_precision)precision, 1, one);
        for (int threads = 2; threads <= 5; threads += threads == 3 ? 2 : 1) {
            char many[65];
            digest_of_training(AEVB_LEVEL_BEST, (aevb_precision)precision, threads, many);
            cr_expect_str_eq(many, one, "%d threads", threads);
        }
    }
}

/* Three epochs on the sprites. A change of these is a change of every result; say in the commit why. */
Test(engine_bits, pinned_training)
{
    static const char *const pinned[2] = {
        [AEVB_F64] = "936df5898320dea3bccf6ae3a018a1e6193bea9ea4e737333b080f3c4f4f6ee0",
        [AEVB_F32] = "df69fbb53d222943a0812b689226a3192b97be8f5e881d625a57a6970f19ebe2",
    };
    size_t checked = 0;
    for (int level = 0; level < AEVB_LEVEL_COUNT; level++)
        for (int precision = 0; precision < 2 && fuses(level); precision++, checked++) {
            char hex[65];
            digest_of_training(level, (aevb_precision)precision, 2, hex);
            cr_expect_str_eq(hex, pinned[precision], "%s %d: %s", aevb_level_name(level), precision, hex);
        }
    if (checked == 0)
        cr_skip("no level here fuses the multiply-add");
}

static void forward_and_gradient(run *r, double *terms, double *grad)
{
    aevb_terms t;
    double slopes[4 * BATCH * K + BATCH * 8];
    for (size_t i = 0; i < sizeof slopes / sizeof *slopes; i++)
        slopes[i] = sin((double)i);
    const aevb_adjoints adjoints = {slopes, slopes + BATCH * K, slopes + 2 * BATCH * K, slopes + 3 * BATCH * K};
    set_batch(r, 0, 0);
    aevb_engine_forward(r->engine, &t);
    memcpy(terms, t.logpx, BATCH * K * sizeof *terms);
    memcpy(terms + BATCH * K, t.logq, BATCH * K * sizeof *terms);
    memcpy(terms + 2 * BATCH * K, t.kl, BATCH * 5 * sizeof *terms);
    aevb_engine_gradient(r->engine, &adjoints, grad);
}

/* The gradient is the one that a step takes; it can be asked for twice; and threads change nothing in it. */
Test(engine_bits, forward_and_gradient)
{
    for (int precision = 0; precision < 2; precision++) {
        double terms[3][BATCH * (2 * K + 5)], *grad[3];
        for (int threads = 1; threads <= 3; threads++) {
            run r = start(AEVB_LEVEL_BEST, (aevb_precision)precision, threads);
            for (uint32_t i = 0; i < ROWS; i++)
                r.order[i] = i;
            const size_t n = aevb_engine_layout(r.engine)->n_params;
            double *again = malloc(n * sizeof *again), *mine = grad[threads - 1] = malloc(n * sizeof *mine);
            forward_and_gradient(&r, terms[threads - 1], mine);
            forward_and_gradient(&r, terms[threads - 1], again);
            cr_expect_arr_eq(again, mine, n * sizeof *mine);
            cr_expect_arr_eq(terms[threads - 1], terms[0], sizeof terms[0]);
            cr_expect_arr_eq(mine, grad[0], n * sizeof *mine);
            free(again);
            finish(&r);
        }
        for (int i = 0; i < 3; i++)
            free(grad[i]);
    }
}

/* Parameters and state carried over into another engine: training goes on as if nothing had happened. */
Test(engine_bits, state_round_trip)
{
    for (int precision = 0; precision < 2; precision++) {
        run a = start(AEVB_LEVEL_BEST, (aevb_precision)precision, 1), b;
        char straight[65], resumed[65];
        train(&a, 0, 1);
        b = start(AEVB_LEVEL_BEST, (aevb_precision)precision, 2);
        const size_t n = aevb_engine_layout(a.engine)->n_params;
        double *block = malloc(n * sizeof *block);
        uint64_t t;
        aevb_engine_get_params(a.engine, block);
        aevb_engine_set_params(b.engine, block);
        for (size_t i = 0; i < 2; i++) {
            cr_assert_eq(aevb_engine_get_state(a.engine, i, block, &t), AEVB_OK);
            cr_assert_eq(aevb_engine_set_state(b.engine, i, block, t), AEVB_OK);
        }
        free(block);
        train(&a, 1, 2);
        train(&b, 1, 2);
        digest(&a, straight);
        digest(&b, resumed);
        cr_expect_str_eq(resumed, straight);
        finish(&a);
        finish(&b);
    }
}

/* A loss that is not finite changes nothing. */
Test(engine_bits, nonfinite_loss_is_refused)
{
    const aevb_objective objective = {AEVB_ELBO, 1.0};
    for (int precision = 0; precision < 2; precision++) {
        run r = start(AEVB_LEVEL_BEST, (aevb_precision)precision, 2);
        char before[65], after[65];
        aevb_step_result result;
        train(&r, 0, 1);
        digest(&r, before);
        set_batch(&r, 1, 0);
        double eps[BATCH * K * 5];
        memset(eps, 0, sizeof eps);
        eps[17] = NAN;
        cr_assert_eq(aevb_engine_set_eps(r.engine, K, eps), AEVB_OK);
        cr_expect_eq(aevb_engine_step(r.engine, &objective, 0.0, ROWS, &result), AEVB_ENONFINITE);
        digest(&r, after);
        cr_expect_str_eq(after, before);
        finish(&r);
    }
}
