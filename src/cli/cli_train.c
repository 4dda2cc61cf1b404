/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb train`: trains a model into the directory of a run, or continues a run. */
#include "config.h"
#include "aevb/level.h"
#include "cli/cli.h"
#include "cli/cli_data.h"
#include "cli/cli_options.h"
#include "cli/cli_progress.h"
#include "cli/cli_source.h"
#include "cli/cli_text.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum {
    key_out = AEVB_CLI_OWN_KEYS, key_resume, key_json, key_samples, key_batch, key_epochs, key_optimiser, key_lr,
    key_momentum, key_beta1, key_beta2, key_epsilon, key_decay, key_prior
};

/* Bits of optimiser settings: which were given, which an optimiser uses. */
enum { has_lr = 1, has_momentum = 2, has_beta1 = 4, has_beta2 = 8, has_epsilon = 16, has_decay = 32 };

typedef struct train_options {
    aevb_train_config config;
    aevb_cli_network network;
    aevb_optim optim; /* the values given */
    unsigned has;     /* which of them */
    aevb_engine_config engine;
    aevb_data_options how;
    aevb_limits limits;
    const char *data, *out, *resume;
    const char *fixed; /* the first option given that a resumed run cannot change */
    bool has_epochs, has_threads;
    bool json;
} train_options;

static const struct argp_option options[] = {
    {"data", AEVB_CLI_DATA, "sprites|PATH", 0,
     "what to learn: " AEVB_CLI_DATA_SOURCES, 0},
    {"out", key_out, "RUN", 0, "directory to make: model, checkpoint, settings and metrics", 0},
    {"resume", key_resume, "RUN", 0, "continue a run (with it only --epochs, --threads, --data, --json, --max-...)",
     0},
    {"json", key_json, NULL, 0, "one line of JSON per epoch", 0},
    AEVB_CLI_NETWORK_OPTIONS,
    AEVB_CLI_OBJECTIVE_OPTIONS,
    {"samples", key_samples, "L", 0, "samples of z per datum", 2},
    {"weight-prior", key_prior, "P", 0, "precision of a normal prior on the weights; 0 for none", 2},
    {NULL, 0, NULL, 0, "Training", 3},
    {"optimiser", key_optimiser, "NAME", 0, "sgd, adagrad, adam, adam-hat or adamw", 3},
    {"lr", key_lr, "R", 0, "learning rate (default: 0.001; sgd, adagrad 0.01)", 3},
    {"momentum", key_momentum, "M", 0, "of sgd", 3},
    {"beta1", key_beta1, "B", 0, "of the adam family", 3},
    {"beta2", key_beta2, "B", 0, "of the adam family", 3},
    {"epsilon", key_epsilon, "E", 0, "of adagrad and the adam family", 3},
    {"weight-decay", key_decay, "D", 0, "of adamw", 3},
    {"batch", key_batch, "N", 0, "data in a minibatch", 3},
    {"epochs", key_epochs, "N", 0, "passes over the data, in all", 3},
    {"seed", AEVB_CLI_SEED, "N", 0, "of all random numbers", 3},
    {"binarise", AEVB_CLI_BINARISE, "NAME", 0, "none, threshold (at 1/2) or dynamic (drawn anew each epoch)", 3},
    {"limit", AEVB_CLI_LIMIT, "N", 0, "train on the first N rows only", 3},
    AEVB_CLI_ENGINE_OPTIONS,
    AEVB_CLI_PICTURE_OPTIONS,
    AEVB_CLI_LIMIT_OPTIONS,
    {NULL, 0, NULL, 0, NULL, 0},
};

static const char *optimiser_name(int i)
{
    return aevb_optimiser_name((aevb_optimiser)i);
}

static error_t parse_optimiser(int key, const char *arg, const struct argp_state *state, train_options *o)
{
    switch (key) {
    case key_optimiser:
        o->config.optim.kind = (aevb_optimiser)aevb_cli_choice(state, "--optimiser", arg, optimiser_name);
        return 0;
    case key_lr:
        o->optim.lr = aevb_cli_positive(state, "--lr", arg);
        o->has |= has_lr;
        return 0;
    case key_momentum:
        o->optim.momentum = aevb_cli_real(state, "--momentum", arg, 0, 1);
        o->has |= has_momentum;
        return 0;
    case key_beta1:
        o->optim.beta1 = aevb_cli_real(state, "--beta1", arg, 0, 1);
        o->has |= has_beta1;
        return 0;
    case key_beta2:
        o->optim.beta2 = aevb_cli_real(state, "--beta2", arg, 0, 1);
        o->has |= has_beta2;
        return 0;
    case key_epsilon:
        o->optim.eps = aevb_cli_real(state, "--epsilon", arg, 0, 1);
        o->has |= has_epsilon;
        return 0;
    case key_decay:
        o->optim.weight_decay = aevb_cli_real(state, "--weight-decay", arg, 0, 1e3);
        o->has |= has_decay;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The defaults of the optimiser with what was given on top; a setting that it does not use is refused. */
static void finish_optimiser(const struct argp_state *state, train_options *o)
{
    static const unsigned used[] = {
        [AEVB_SGD] = has_lr | has_momentum,
        [AEVB_ADAGRAD] = has_lr | has_epsilon,
        [AEVB_ADAM] = has_lr | has_beta1 | has_beta2 | has_epsilon,
        [AEVB_ADAM_HAT] = has_lr | has_beta1 | has_beta2 | has_epsilon,
        [AEVB_ADAMW] = has_lr | has_beta1 | has_beta2 | has_epsilon | has_decay,
    };
    aevb_optim optim = aevb_optim_default(o->config.optim.kind);
    if ((o->has & ~used[optim.kind]) != 0)
        argp_error(state, "--optimiser %s takes no such setting: see --help", aevb_optimiser_name(optim.kind));
    optim.lr = o->has & has_lr ? o->optim.lr : optim.lr;
    optim.momentum = o->has & has_momentum ? o->optim.momentum : optim.momentum;
    optim.beta1 = o->has & has_beta1 ? o->optim.beta1 : optim.beta1;
    optim.beta2 = o->has & has_beta2 ? o->optim.beta2 : optim.beta2;
    optim.eps = o->has & has_epsilon ? o->optim.eps : optim.eps;
    optim.weight_decay = o->has & has_decay ? o->optim.weight_decay : optim.weight_decay;
    aevb_error err = {.status = AEVB_OK};
    if (aevb_optim_check(&optim, &err) != AEVB_OK)
        argp_error(state, "%s", err.message);
    o->config.optim = optim;
}

static void finish(const struct argp_state *state, train_options *o)
{
    if (o->resume != NULL) {
        if (o->out != NULL)
            argp_error(state, "--out and --resume exclude each other");
        if (o->fixed != NULL)
            argp_error(state, "--%s cannot change when a run is resumed", o->fixed);
        return;
    }
    aevb_cli_need(state, "--data", o->data);
    aevb_cli_need(state, "--out", o->out);
    if (strlen(o->data) >= sizeof o->config.data)
        argp_error(state, "--data: the name is too long");
    aevb_cli_network_check(state, &o->network);
    finish_optimiser(state, o);
}

static error_t parse_own(int key, char *arg, const struct argp_state *state, train_options *o)
{
    switch (key) {
    case AEVB_CLI_DATA:
        o->data = arg;
        return 0;
    case key_out:
        o->out = arg;
        return 0;
    case key_resume:
        o->resume = arg;
        return 0;
    case key_json:
        o->json = true;
        return 0;
    case key_samples:
        o->config.samples = (size_t)aevb_cli_whole(state, "--samples", arg, 1, 1000000);
        return 0;
    case key_batch:
        o->config.batch = (size_t)aevb_cli_whole(state, "--batch", arg, 1, 1000000);
        return 0;
    case key_epochs:
        o->config.epochs = aevb_cli_whole(state, "--epochs", arg, 1, 1000000000);
        o->has_epochs = true;
        return 0;
    case key_prior:
        o->config.prior_precision = aevb_cli_real(state, "--weight-prior", arg, 0, 1e9);
        return 0;
    case AEVB_CLI_SEED:
        o->config.seed = aevb_cli_whole(state, "--seed", arg, 0, UINT64_MAX);
        return 0;
    case AEVB_CLI_BINARISE:
        o->config.binarise = (aevb_binarise)aevb_cli_binarise(state, arg);
        return 0;
    case AEVB_CLI_LIMIT:
        o->config.limit = (size_t)aevb_cli_whole(state, "--limit", arg, 1, UINT32_MAX);
        return 0;
    case AEVB_CLI_THREADS:
        o->has_threads = true;
        return aevb_cli_engine_option(key, arg, state, &o->engine);
    case ARGP_KEY_END:
        finish(state, o);
        return 0;
    default:
        return parse_optimiser(key, arg, state, o);
    }
}

/* The name of an option that a resumed run cannot change, or NULL. */
static const char *fixed_option(int key)
{
    if (key == AEVB_CLI_DATA || key == AEVB_CLI_THREADS || (key >= key_out && key <= key_json) || key == key_epochs ||
        (key >= AEVB_CLI_MAX_CONTENT && key <= AEVB_CLI_MAX_PIXELS))
        return NULL;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].name != NULL && options[i].key == key)
            return options[i].name;
    return NULL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    train_options *o = state->input;
    if (o->fixed == NULL)
        o->fixed = fixed_option(key);
    error_t taken = aevb_cli_network_option(key, arg, state, &o->network);
    if (taken == ARGP_ERR_UNKNOWN)
        taken = aevb_cli_objective_option(key, arg, state, &o->config.objective);
    if (taken == ARGP_ERR_UNKNOWN)
        taken = aevb_cli_data_option(key, arg, state, &o->how);
    if (taken == ARGP_ERR_UNKNOWN)
        taken = aevb_cli_limits_option(key, arg, state, &o->limits);
    if (taken == ARGP_ERR_UNKNOWN)
        taken = parse_own(key, arg, state, o);
    if (taken == ARGP_ERR_UNKNOWN)
        taken = aevb_cli_engine_option(key, arg, state, &o->engine);
    return taken;
}

static volatile sig_atomic_t stop;

static void ask_to_stop(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

/* The first of these signals asks for a checkpoint, the second of its kind ends the program at once. One that the
 * parent told us to ignore (nohup, a job in the background of a script) stays ignored. */
static void catch_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = ask_to_stop, .sa_flags = (int)SA_RESETHAND}, before;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

static void print_heading(const aevb_train_config *config, const aevb_data *data)
{
    aevb_layout layout;
    printf("data     %s: %zu rows to train on, %zu to test, of %zu values; binarise %s\n", data->name, data->train->n,
           data->test != NULL ? data->test->n : 0, data->train->x_dim, aevb_binarise_name(config->binarise));
    if (data->train->classes > 0)
        printf("text     windows of %zu characters, one every %zu, out of an alphabet of %zu; nats per window\n",
               data->text.window, data->text.stride, data->text.n_alphabet);
    printf("network  ");
    aevb_cli_print_arch(&config->arch);
    if (aevb_layout_make(&config->arch, &layout, NULL) == AEVB_OK)
        printf(", %zu parameters", layout.n_params);
    printf("\ntraining %s, lr %g, batch %zu, objective %s, beta %g, samples %zu, seed %llu",
           aevb_optimiser_name(config->optim.kind), config->optim.lr, config->batch,
           aevb_objective_name(config->objective.kind), config->objective.beta, config->samples,
           (unsigned long long)config->seed);
    const aevb_engine_config wanted = {config->engine, config->precision, config->level, config->threads, 1, 1};
    aevb_engine_config engine;
    if (aevb_engine_resolve(&wanted, &engine, NULL) == AEVB_OK) {
        printf("\nengine   %s %s", aevb_engine_kind_name(engine.kind), aevb_precision_name(engine.precision));
        if (engine.kind == AEVB_ENGINE_FAST)
            printf(", level %s, threads %d", aevb_level_name((aevb_level)engine.level), engine.threads);
    }
    printf("\n\n");
    fflush(stdout);
}

/* What the data say about the network. */
static int take_shape(aevb_train_config *config, const aevb_data *data)
{
    aevb_arch *arch = &config->arch;
    if (data->train->classes > 0 && !aevb_cli_is_text(arch))
        return aevb_cli_fail("%s is text, which needs --likelihood categorical, not %s", config->data,
                             aevb_likelihood_name(arch->likelihood));
    if (data->train->classes == 0 && aevb_cli_is_text(arch))
        return aevb_cli_fail("%s is no text, for which --likelihood categorical is (--data text:PATH)", config->data);
    arch->x_dim = data->train->x_dim;
    arch->image_rows = data->train->image_rows;
    arch->image_cols = data->train->image_cols;
    arch->x_classes = data->train->classes;
    arch->n_alphabet = data->text.n_alphabet;
    memcpy(arch->alphabet, data->text.alphabet, data->text.n_alphabet);
    config->window = data->text.window;
    config->stride = data->text.stride;
    return AEVB_EXIT_OK;
}

/* Fills in config for a new run or from the resumed one and opens the data. */
static int prepare(train_options *o, aevb_train_config *config, aevb_data *data)
{
    aevb_error err = {.status = AEVB_OK};
    aevb_status status;
    *config = o->config;
    if (o->resume != NULL) {
        if ((status = aevb_train_config_load(o->resume, config, &err)) != AEVB_OK)
            return aevb_cli_fail_status(status, &err);
        config->epochs = o->has_epochs ? o->config.epochs : config->epochs;
        config->threads = o->has_threads ? o->engine.threads : config->threads;
    } else {
        snprintf(config->data, sizeof config->data, "%s", o->data);
        config->arch = o->network.arch;
        config->init = o->network.init;
        config->init_stddev = o->network.init_stddev;
        config->engine = o->engine.kind;
        config->precision = o->engine.precision;
        config->level = o->engine.level;
        config->threads = o->engine.threads;
        config->range = o->how.range;
        config->pictures = o->how.pictures;
        config->window = o->how.text.window;
        config->stride = o->how.text.stride;
    }
    aevb_data_options how = aevb_train_data_options(config);
    how.limits = &o->limits;
    status = aevb_data_open(o->data != NULL ? o->data : config->data, &how, data, &err);
    if (status != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    return o->resume == NULL ? take_shape(config, data) : AEVB_EXIT_OK;
}

static int train(const train_options *o, const aevb_train_config *config, const aevb_data *data)
{
    const char *run = o->resume != NULL ? o->resume : o->out;
    aevb_cli_progress progress = aevb_cli_progress_start(config->epochs, o->json);
    aevb_train_hooks hooks = {.progress = aevb_cli_progress_batch, .epoch = aevb_cli_progress_epoch,
                              .user = &progress, .stop = &stop};
    aevb_error err = {.status = AEVB_OK};
    if (!o->json)
        print_heading(config, data);
    catch_signals();
    aevb_status status = o->resume != NULL ? aevb_train_resume(config, data, run, &hooks, &err)
                                           : aevb_train(config, data, run, &hooks, &err);
    aevb_cli_progress_clear(&progress);
    if (status == AEVB_EINTERRUPTED)
        return aevb_cli_fail("stopped, the state is saved; continue with: aevb train --resume %s --epochs %llu", run,
                             (unsigned long long)config->epochs);
    if (status != AEVB_OK)
        return aevb_cli_fail_domain(status, &err, config->arch.likelihood, config->binarise);
    if (!o->json)
        printf("\nThe model is %s/model.safetensors. Next: aevb eval --model %s\n", run, run);
    return AEVB_EXIT_OK;
}

int aevb_cli_train(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, NULL,
        "Trains a variational auto-encoder.\v"
        "Losses are nats per datum. A run that was stopped (Ctrl-C, SIGTERM, a crash) continues with --resume as if "
        "it had never stopped.",
        NULL, NULL, NULL};
    train_options o = {.config = aevb_train_default(), .engine = aevb_cli_engine_default(),
                       .how = aevb_data_options_default(), .limits = aevb_limits_default()};
    o.network = (aevb_cli_network){.arch = o.config.arch, .init = o.config.init, .init_stddev = o.config.init_stddev};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    static aevb_train_config config;
    aevb_data data = {.train = NULL};
    int result = prepare(&o, &config, &data);
    if (result == AEVB_EXIT_OK)
        result = train(&o, &config, &data);
    aevb_data_close(&data);
    return result;
}
