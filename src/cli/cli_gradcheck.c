/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb gradcheck`: the gradient of every parameter against central differences. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_json.h"
#include "cli/cli_model.h"

#include <stdio.h>
#include <stdlib.h>

enum { key_json = AEVB_CLI_OWN_KEYS, key_x_dim, key_x_classes, key_batch, key_samples, default_classes = 3 };

typedef struct gradcheck_options {
    aevb_cli_network network;
    aevb_objective objective;
    const char *model;
    aevb_cli_model_options how;
    bool has_network; /* an option of the network was given */
    size_t batch, samples;
    uint64_t seed;
    bool json;
} gradcheck_options;

static const struct argp_option options[] = {
    {"model", AEVB_CLI_MODEL, "FILE", 0, "check this model instead of a random network; takes the square of its size",
     0},
    {"batch", key_batch, "N", 0, "data in the batch, drawn at random (default 3)", 0},
    {"samples", key_samples, "L", 0, "samples of z per datum (default 2)", 0},
    {"seed", AEVB_CLI_SEED, "N", 0, "of the network, the data and the noise (default 1)", 0},
    {"json", key_json, NULL, 0, "the result as JSON", 0},
    AEVB_CLI_NETWORK_OPTIONS,
    {"x-dim", key_x_dim, "N", 0, "values per datum", 1},
    {"x-classes", key_x_classes, "C", 0, "of categorical; must divide the values per datum (default 3)", 1},
    AEVB_CLI_OBJECTIVE_OPTIONS,
    AEVB_CLI_LIMIT_OPTIONS,
    {NULL, 0, NULL, 0, NULL, 0},
};

static void finish(const struct argp_state *state, gradcheck_options *o)
{
    if (o->model != NULL && o->has_network)
        argp_error(state, "--model brings its own network");
    const bool categorical = o->network.arch.likelihood == AEVB_CATEGORICAL;
    if (o->network.arch.x_classes > 0 && !categorical)
        argp_error(state, "--x-classes belongs to --likelihood categorical");
    if (o->network.arch.x_classes == 0 && categorical)
        o->network.arch.x_classes = default_classes;
    aevb_cli_network_check(state, &o->network);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    gradcheck_options *o = state->input;
    switch (key) {
    case AEVB_CLI_MODEL:
        o->model = arg;
        return 0;
    case key_x_dim:
        o->network.arch.x_dim = (size_t)aevb_cli_whole(state, "--x-dim", arg, 1, AEVB_MAX_WIDTH);
        o->has_network = true;
        return 0;
    case key_x_classes:
        o->network.arch.x_classes = (size_t)aevb_cli_whole(state, "--x-classes", arg, 2, AEVB_MAX_WIDTH);
        o->has_network = true;
        return 0;
    case key_batch:
        o->batch = (size_t)aevb_cli_whole(state, "--batch", arg, 1, 10000);
        return 0;
    case key_samples:
        o->samples = (size_t)aevb_cli_whole(state, "--samples", arg, 1, 10000);
        return 0;
    case AEVB_CLI_SEED:
        o->seed = aevb_cli_whole(state, "--seed", arg, 0, UINT64_MAX);
        return 0;
    case key_json:
        o->json = true;
        return 0;
    case ARGP_KEY_END:
        finish(state, o);
        return 0;
    }
    error_t taken = aevb_cli_network_option(key, arg, state, &o->network);
    if (taken == 0)
        o->has_network = true;
    if (taken == ARGP_ERR_UNKNOWN)
        taken = aevb_cli_limits_option(key, arg, state, &o->how.limits);
    return taken == 0 ? 0 : aevb_cli_objective_option(key, arg, state, &o->objective);
}

/* NULL after a printed message. */
static aevb_model *open_model(const gradcheck_options *o)
{
    aevb_error err = {.status = AEVB_OK};
    aevb_model *model = NULL;
    if (o->model != NULL)
        return aevb_cli_model_load(o->model, &o->how, AEVB_HAS_BOTH);
    aevb_status status = aevb_model_create(&o->network.arch, &model, &err);
    if (status == AEVB_OK)
        status = aevb_model_init(model, o->network.init, o->network.init_stddev, o->seed);
    if (status == AEVB_OK)
        return model;
    aevb_cli_fail_status(status, &err);
    aevb_model_free(model);
    return NULL;
}

/* Random data in the domain of the likelihood. */
static void draw_data(const aevb_arch *arch, uint64_t seed, size_t n, double *x)
{
    const aevb_likelihood likelihood = arch->likelihood;
    uint64_t stream = aevb_stream(AEVB_STREAM_TEST, 0);
    if (likelihood == AEVB_GAUSSIAN || likelihood == AEVB_GAUSSIAN_FIXED)
        aevb_normal_fill(seed, stream, 0, n, x);
    else
        aevb_uniform_fill(seed, stream, 0, n, x);
    if (likelihood == AEVB_BERNOULLI)
        for (size_t i = 0; i < n; i++)
            x[i] = x[i] < 0.5 ? 0 : 1;
    for (size_t p = 0; likelihood == AEVB_CATEGORICAL && p < n; p += arch->x_classes) {
        const size_t chosen = p + (size_t)(x[p] * (double)arch->x_classes);
        for (size_t i = p; i < p + arch->x_classes; i++)
            x[i] = i == chosen;
    }
}

static const aevb_tensor *tensor_of(const aevb_layout *layout, size_t parameter)
{
    size_t i = 0;
    while (i + 1 < layout->n_tensors && parameter >= layout->tensors[i + 1].offset)
        i++;
    return &layout->tensors[i];
}

static void print_json(const aevb_model *model, const aevb_gradcheck_result *r)
{
    const aevb_tensor *tensor = tensor_of(&model->layout, r->worst);
    json_t *o = aevb_cli_json_object(), *worst = aevb_cli_json_object();
    aevb_cli_json_set(o, "arch", aevb_cli_json_arch(&model->arch));
    aevb_cli_json_set(o, "checked", aevb_cli_json_whole(r->checked));
    aevb_cli_json_set(o, "failed", aevb_cli_json_whole(r->failed));
    aevb_cli_json_set(o, "unresolved", aevb_cli_json_whole(r->unresolved));
    aevb_cli_json_set(o, "passed", json_boolean(r->passed));
    aevb_cli_json_set(worst, "tensor", json_string(tensor->name));
    aevb_cli_json_set(worst, "index", aevb_cli_json_whole(r->worst - tensor->offset));
    aevb_cli_json_set(worst, "analytic", aevb_cli_json_real(r->worst_analytic));
    aevb_cli_json_set(worst, "numeric", aevb_cli_json_real(r->worst_numeric));
    aevb_cli_json_set(worst, "relative", aevb_cli_json_real(r->worst_relative));
    aevb_cli_json_set(worst, "bound", aevb_cli_json_real(r->worst_bound));
    aevb_cli_json_set(o, "worst", worst);
    aevb_cli_json_print(o, 0);
}

static void print_text(const aevb_model *model, const aevb_gradcheck_result *r)
{
    const aevb_tensor *tensor = tensor_of(&model->layout, r->worst);
    aevb_cli_print_arch(&model->arch);
    printf(": %zu parameters checked, %zu beyond their bound, %zu too small or too near a kink to tell\n", r->checked,
           r->failed, r->unresolved);
    printf("worst    %s[%zu]\n", tensor->name, r->worst - tensor->offset);
    printf("analytic %.17g\nnumeric  %.17g (central differences)\n", r->worst_analytic, r->worst_numeric);
    printf("relative %.3g\nbound    %.3g on the difference, from the error of the central differences\n",
           r->worst_relative, r->worst_bound);
}

static int check(const gradcheck_options *o, const aevb_model *model)
{
    size_t n_x = o->batch * model->arch.x_dim, n_eps = o->batch * o->samples * model->arch.z_dim;
    double *x = aevb_cli_alloc(n_x, sizeof *x), *eps = aevb_cli_alloc(n_eps, sizeof *eps);
    draw_data(&model->arch, o->seed, n_x, x);
    aevb_normal_fill(o->seed, aevb_stream(AEVB_STREAM_TEST, 1), 0, n_eps, eps);
    aevb_gradcheck_result r;
    aevb_error err = {.status = AEVB_OK};
    aevb_status status = aevb_gradcheck(model, &o->objective, o->batch, o->samples, x, eps, &r, &err);
    free(x);
    free(eps);
    if (status != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    if (o->json)
        print_json(model, &r);
    else
        print_text(model, &r);
    if (r.checked != model->layout.n_params)
        return aevb_cli_fail("%zu of %zu parameters were checked", r.checked, model->layout.n_params);
    if (r.failed > 0)
        return aevb_cli_fail("%zu of %zu gradients are wrong", r.failed, r.checked);
    if (!r.passed)
        return aevb_cli_fail("%zu of %zu gradients could not be resolved", r.unresolved, r.checked);
    return AEVB_EXIT_OK;
}

int aevb_cli_gradcheck(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, NULL,
        "Compares the gradient of every parameter with central differences, in float64 with the noise frozen.\v"
        "Without --model: a random network of 12-7-3 tanh unless the options say otherwise. Exit status 1 when a "
        "gradient is farther off than the error of the differences allows.",
        NULL, NULL, NULL};
    gradcheck_options o = {
        .network = {.arch = {.x_dim = 12, .z_dim = 3, .n_hidden = 1, .hidden = {7}, .activation = AEVB_TANH,
                             .likelihood = AEVB_BERNOULLI, .x_variance = 1},
                    .init = AEVB_INIT_NORMAL, .init_stddev = 0.5},
        .how = aevb_cli_model_default(),
        .objective = {.kind = AEVB_ELBO, .beta = 1}, .batch = 3, .samples = 2, .seed = 1};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    aevb_model *model = open_model(&o);
    int result = model != NULL ? check(&o, model) : AEVB_EXIT_FAILED;
    aevb_model_free(model);
    return result;
}
