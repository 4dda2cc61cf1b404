/* SPDX-License-Identifier: GPL-3.0-or-later
 * Whole training steps: a batch gathered from shuffled bytes, noise, forward, backward, Adam. */
#include "config.h"
#include "bench/bench_parts.h"

#include <stdio.h>
#include <string.h>

#include "aevb/rng.h"
#include "alloc.h"
#include "clock.h"
#include "data/dataset.h"
#include "error.h"

enum { DATA_ROWS = 10000, SEED = 1 };

static const struct {
    const char *name;
    aevb_arch arch;
    size_t batch;
} networks[] = {
    {"a", {.x_dim = 784, .z_dim = 20, .n_hidden = 1, .hidden = {400}, .activation = AEVB_RELU,
           .likelihood = AEVB_GREY}, 128},
    {"b", {.x_dim = 784, .z_dim = 20, .n_hidden = 1, .hidden = {500}, .activation = AEVB_TANH,
           .likelihood = AEVB_GREY}, 100},
    {"c", {.x_dim = 2914, .z_dim = 100, .n_hidden = 1, .hidden = {512}, .activation = AEVB_RELU,
           .likelihood = AEVB_GREY}, 32},
    {"d", {.x_dim = 784, .z_dim = 50, .n_hidden = 2, .hidden = {200, 200}, .activation = AEVB_TANH,
           .likelihood = AEVB_GREY}, 20},
};
enum { N_NETWORKS = sizeof networks / sizeof *networks };

struct aevb_bench_step {
    size_t which;
    aevb_engine *engine;
    aevb_dataset *data;
    uint32_t *order;
    size_t row;
    uint64_t epoch;
    aevb_step_result last;
};

/* Bytes that bench/peers/peer_common.py makes too. */
static aevb_dataset *make_data(size_t X)
{
    uint8_t *bytes = aevb_alloc((size_t)DATA_ROWS * X, 1);
    aevb_dataset *data = bytes == NULL ? NULL : aevb_dataset_of_bytes(bytes, DATA_ROWS, X);
    if (data == NULL) {
        aevb_free(bytes);
        return NULL;
    }
    for (uint32_t n = 0; n < DATA_ROWS; n++)
        for (uint32_t i = 0; i < X; i++) {
            uint32_t h = (n * 2654435761u) ^ (i * 2246822519u);
            h = (h ^ (h >> 15)) * 3266489917u;
            bytes[n * X + i] = (uint8_t)(h >> 24);
        }
    return data;
}

static aevb_status prepare(aevb_bench_step *s, const aevb_engine_config *config, aevb_error *err)
{
    const aevb_arch *arch = &networks[s->which].arch;
    const aevb_optim adam = aevb_optim_default(AEVB_ADAM);
    aevb_model *model = NULL;
    s->data = make_data(arch->x_dim);
    s->order = aevb_alloc(DATA_ROWS, sizeof *s->order);
    if (s->data == NULL || s->order == NULL)
        return aevb_fail_memory(err);
    aevb_status status = aevb_engine_create(config, arch, &s->engine, err);
    if (status == AEVB_OK)
        status = aevb_model_create(arch, &model, err);
    if (status == AEVB_OK)
        status = aevb_model_init(model, AEVB_INIT_GLOROT, 0.0, SEED);
    if (status == AEVB_OK) {
        aevb_engine_set_params(s->engine, model->params);
        status = aevb_engine_set_optim(s->engine, &adam, err);
    }
    aevb_model_free(model);
    return status;
}

aevb_status aevb_bench_step_create(const char *name, aevb_precision precision, int level, int threads,
                                   aevb_bench_step **out, aevb_error *err)
{
    size_t which = 0;
    while (which < N_NETWORKS && strcmp(networks[which].name, name) != 0)
        which++;
    if (which == N_NETWORKS)
        return aevb_fail(err, AEVB_EINVAL, "no training configuration is named \"%s\"; there are a, b, c, d", name);
    aevb_bench_step *s = aevb_alloc(1, sizeof *s);
    if (s == NULL)
        return aevb_fail_memory(err);
    s->which = which;
    s->row = DATA_ROWS;
    const aevb_engine_config config = {.kind = AEVB_ENGINE_FAST, .precision = precision, .level = level,
                                       .threads = threads, .max_batch = networks[which].batch, .max_samples = 1};
    const aevb_status status = prepare(s, &config, err);
    if (status == AEVB_OK)
        *out = s;
    else
        aevb_bench_step_free(s);
    return status;
}

void aevb_bench_step_free(aevb_bench_step *step)
{
    if (step == NULL)
        return;
    aevb_engine_free(step->engine);
    aevb_dataset_free(step->data);
    aevb_free(step->order);
    aevb_free(step);
}

static aevb_status one_step(aevb_bench_step *s, aevb_error *err)
{
    const size_t batch = networks[s->which].batch;
    if (s->row + batch > DATA_ROWS) {
        aevb_permutation(SEED, aevb_stream(AEVB_STREAM_SHUFFLE, s->epoch), DATA_ROWS, s->order);
        s->row = 0;
        s->epoch++;
    }
    const aevb_gather how = {.binarise = AEVB_BINARISE_NONE};
    const aevb_noise noise = {.seed = SEED, .stream = aevb_stream(AEVB_STREAM_NOISE, s->epoch), .stride = 1};
    const aevb_objective elbo = {.kind = AEVB_ELBO, .beta = 1.0};
    const uint32_t *rows = s->order + s->row;
    aevb_status status = aevb_engine_gather(s->engine, s->data, &how, batch, rows, err);
    if (status == AEVB_OK)
        status = aevb_engine_draw_eps(s->engine, 1, &noise, rows);
    if (status == AEVB_OK)
        status = aevb_engine_step(s->engine, &elbo, 0.0, DATA_ROWS, &s->last);
    s->row += batch;
    return status == AEVB_OK ? status : aevb_fail(err, status, "training step: %s", aevb_status_name(status));
}

aevb_status aevb_bench_step_train(aevb_bench_step *step, double seconds, double *rate, double *loss, aevb_error *err)
{
    const double start = aevb_now();
    double spent, count = 0.0;
    do {
        const aevb_status status = one_step(step, err);
        if (status != AEVB_OK)
            return status;
        count += 1.0;
        spent = aevb_now() - start;
    } while (spent < seconds);
    *rate = count * (double)networks[step->which].batch / spent;
    *loss = step->last.loss;
    return AEVB_OK;
}

/* Operations of the matrix products for one datum: forward, weights and inputs, but for the first layer's input. */
static double product_flops(const aevb_arch *arch)
{
    const double first = (double)arch->x_dim * (double)arch->hidden[0];
    double weights = 0.0;
    size_t in = arch->x_dim;
    for (size_t i = 0; i < arch->n_hidden; i++) {
        weights += 2.0 * (double)in * (double)arch->hidden[i]; /* in the encoder, and mirrored in the decoder */
        in = arch->hidden[i];
    }
    weights += 3.0 * (double)in * (double)arch->z_dim; /* mu, logvar and back */
    return 2.0 * (3.0 * weights - first);
}

static aevb_status measure_step(aevb_bench_session *session, size_t which, aevb_level level, aevb_precision precision,
                                int t, aevb_error *err)
{
    const int threads = aevb_workers_count(session->workers[t]);
    const aevb_bench_config *config = &session->config;
    const aevb_arch *arch = &networks[which].arch;
    double rates[AEVB_BENCH_MAX_SAMPLES], shares[AEVB_BENCH_MAX_SAMPLES], loss;
    aevb_bench_step *step = NULL;
    aevb_bench_result line = aevb_bench_line("step", networks[which].name, level, precision, threads, "samples/s");
    int length = snprintf(line.shape, sizeof line.shape, "%zu-", arch->x_dim);
    for (size_t i = 0; i < arch->n_hidden; i++)
        length += snprintf(line.shape + length, sizeof line.shape - (size_t)length, "%zu-", arch->hidden[i]);
    snprintf(line.shape + length, sizeof line.shape - (size_t)length, "%zu %s, batch %zu", arch->z_dim,
             aevb_activation_name(arch->activation), networks[which].batch);
    aevb_status status = aevb_bench_step_create(networks[which].name, precision, (int)level, threads, &step, err);
    if (status == AEVB_OK)
        status = aevb_bench_step_train(step, 0.2 * config->seconds, &rates[0], &loss, err);
    for (int i = 0; status == AEVB_OK && i < config->samples; i++) {
        const double before = aevb_bench_peak(level, precision, session->workers[t]);
        status = aevb_bench_step_train(step, config->seconds, &rates[i], &loss, err);
        const double after = aevb_bench_peak(level, precision, session->workers[t]);
        shares[i] = rates[i] * product_flops(arch) / (before > after ? before : after);
    }
    if (status == AEVB_OK) {
        aevb_bench_summary(config->samples, shares, &line);
        line.share_of_peak = line.median;
        aevb_bench_summary(config->samples, rates, &line);
        aevb_bench_report(session, &line);
    }
    aevb_bench_step_free(step);
    return status;
}

static aevb_status measure_steps(aevb_bench_session *session, aevb_precision precision, aevb_error *err)
{
    aevb_status status = AEVB_OK;
    for (size_t i = 0; i < N_NETWORKS; i++)
        for (int t = 0; t < session->n_thread_counts && aevb_bench_wants(session, networks[i].name); t++)
            if (status == AEVB_OK)
                status = measure_step(session, i, session->levels[0], precision, t, err);
    return status;
}

aevb_status aevb_bench_steps_f32(aevb_bench_session *session, aevb_error *err)
{
    return measure_steps(session, AEVB_F32, err);
}

aevb_status aevb_bench_steps_f64(aevb_bench_session *session, aevb_error *err)
{
    return measure_steps(session, AEVB_F64, err);
}

const char *aevb_bench_step_name(size_t i)
{
    return i < N_NETWORKS ? networks[i].name : NULL;
}
