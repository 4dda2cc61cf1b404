/* SPDX-License-Identifier: GPL-3.0-or-later
 * Strict values of options, and the network, objective and engine options that subcommands share. */
#include "config.h"
#include "aevb/level.h"
#include "cli/cli_options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t aevb_cli_whole(const struct argp_state *state, const char *option, const char *text, uint64_t min,
                        uint64_t max)
{
    errno = 0;
    char *end = NULL;
    unsigned long long value = isdigit((unsigned char)text[0]) ? strtoull(text, &end, 10) : 0;
    if (end == NULL || *end != '\0' || errno != 0 || value < min || value > max)
        argp_error(state, "%s: '%s' is not a whole number from %llu to %llu", option, text, (unsigned long long)min,
                   (unsigned long long)max);
    return value;
}

/* Digits, sign, point and exponent only: strtod alone would take blanks, hexadecimals, inf and nan as well. */
static bool parse_real(const char *text, double *value)
{
    char *end = NULL;
    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0')
        return false;
    *value = strtod(text, &end);
    return *end == '\0' && isfinite(*value);
}

double aevb_cli_real(const struct argp_state *state, const char *option, const char *text, double min, double max)
{
    double value = 0;
    if (!parse_real(text, &value) || !(value >= min && value <= max))
        argp_error(state, "%s: '%s' is not a number from %g to %g", option, text, min, max);
    return value;
}

double aevb_cli_positive(const struct argp_state *state, const char *option, const char *text)
{
    double value = 0;
    if (!parse_real(text, &value) || !(value > 0))
        argp_error(state, "%s: '%s' is not a number above 0", option, text);
    return value;
}

int aevb_cli_choice(const struct argp_state *state, const char *option, const char *text, const char *(*name)(int))
{
    char list[256] = "";
    for (int i = 0; name(i) != NULL; i++) {
        if (strcmp(text, name(i)) == 0)
            return i;
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", name(i));
    }
    argp_error(state, "%s: '%s' is none of %s", option, text, list);
    return 0;
}

void aevb_cli_need(const struct argp_state *state, const char *option, const char *value)
{
    if (value == NULL)
        argp_error(state, "%s is needed", option);
}

static const char *activation_name(int i)
{
    return aevb_activation_name((aevb_activation)i);
}

static const char *likelihood_name(int i)
{
    return aevb_likelihood_name((aevb_likelihood)i);
}

static const char *objective_name(int i)
{
    return aevb_objective_name((aevb_objective_kind)i);
}

static const char *binarise_name(int i)
{
    return aevb_binarise_name((aevb_binarise)i);
}

static const char *init_name(int i)
{
    return aevb_init_name((aevb_init)i);
}

static const char *engine_kind_name(int i)
{
    return aevb_engine_kind_name((aevb_engine_kind)i);
}

static const char *precision_name(int i)
{
    return aevb_precision_name((aevb_precision)i);
}

/* Choice 0 is AEVB_LEVEL_BEST, choice i + 1 is level i. */
static const char *level_name(int i)
{
    if (i == 0)
        return "best";
    return i <= AEVB_LEVEL_COUNT ? aevb_level_name((aevb_level)(i - 1)) : NULL;
}

int aevb_cli_binarise(const struct argp_state *state, const char *text)
{
    return aevb_cli_choice(state, "--binarise", text, binarise_name);
}

aevb_activation aevb_cli_activation(const struct argp_state *state, const char *text)
{
    return (aevb_activation)aevb_cli_choice(state, "--activation", text, activation_name);
}

aevb_likelihood aevb_cli_likelihood(const struct argp_state *state, const char *text)
{
    return (aevb_likelihood)aevb_cli_choice(state, "--likelihood", text, likelihood_name);
}

static void parse_hidden(const struct argp_state *state, const char *text, aevb_arch *arch)
{
    arch->n_hidden = 0;
    if (strcmp(text, "none") == 0)
        return;
    char item[32];
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, ",");
        if (arch->n_hidden == AEVB_MAX_HIDDEN)
            argp_error(state, "--hidden: '%s' has more than %d layers", text, AEVB_MAX_HIDDEN);
        snprintf(item, sizeof item, "%.*s", (int)(length < sizeof item ? length : sizeof item - 1), at);
        arch->hidden[arch->n_hidden++] = (size_t)aevb_cli_whole(state, "--hidden", item, 1, AEVB_MAX_WIDTH);
        at += length;
        if (*at == '\0')
            return;
    }
}

error_t aevb_cli_network_option(int key, const char *arg, const struct argp_state *state, aevb_cli_network *network)
{
    aevb_arch *arch = &network->arch;
    switch (key) {
    case AEVB_CLI_HIDDEN:
        parse_hidden(state, arg, arch);
        return 0;
    case AEVB_CLI_LATENT:
        arch->z_dim = (size_t)aevb_cli_whole(state, "--latent", arg, 1, AEVB_MAX_WIDTH);
        return 0;
    case AEVB_CLI_ACTIVATION:
        arch->activation = aevb_cli_activation(state, arg);
        return 0;
    case AEVB_CLI_LIKELIHOOD:
        arch->likelihood = aevb_cli_likelihood(state, arg);
        return 0;
    case AEVB_CLI_X_VARIANCE:
        arch->x_variance = aevb_cli_positive(state, "--x-variance", arg);
        network->has_x_variance = true;
        return 0;
    case AEVB_CLI_INIT:
        network->init = (aevb_init)aevb_cli_choice(state, "--init", arg, init_name);
        return 0;
    case AEVB_CLI_INIT_STDDEV:
        network->init_stddev = aevb_cli_positive(state, "--init-stddev", arg);
        network->has_init_stddev = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void aevb_cli_network_check(const struct argp_state *state, const aevb_cli_network *network)
{
    if (network->has_x_variance && network->arch.likelihood != AEVB_GAUSSIAN_FIXED)
        argp_error(state, "--x-variance belongs to --likelihood gaussian-fixed");
    if (network->has_init_stddev && network->init != AEVB_INIT_NORMAL)
        argp_error(state, "--init-stddev belongs to --init normal");
}

error_t aevb_cli_objective_option(int key, const char *arg, const struct argp_state *state,
                                  aevb_objective *objective)
{
    switch (key) {
    case AEVB_CLI_OBJECTIVE:
        objective->kind = (aevb_objective_kind)aevb_cli_choice(state, "--objective", arg, objective_name);
        return 0;
    case AEVB_CLI_BETA:
        objective->beta = aevb_cli_real(state, "--beta", arg, 0, 1e6);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

error_t aevb_cli_engine_option(int key, const char *arg, const struct argp_state *state, aevb_engine_config *engine)
{
    static bool f32_given; /* what they exclude may come before or after */
    switch (key) {
    case AEVB_CLI_ENGINE:
        engine->kind = (aevb_engine_kind)aevb_cli_choice(state, "--engine", arg, engine_kind_name);
        return 0;
    case AEVB_CLI_PRECISION:
        engine->precision = (aevb_precision)aevb_cli_choice(state, "--precision", arg, precision_name);
        f32_given = engine->precision == AEVB_F32;
        return 0;
    case AEVB_CLI_LEVEL:
        engine->level = aevb_cli_choice(state, "--level", arg, level_name) - 1;
        return 0;
    case AEVB_CLI_THREADS:
        engine->threads = (int)aevb_cli_whole(state, "--threads", arg, 0, AEVB_MAX_THREADS);
        return 0;
    case ARGP_KEY_SUCCESS:
        if (engine->kind != AEVB_ENGINE_REF)
            return 0;
        if (f32_given)
            argp_error(state, "--engine ref computes in f64 only");
        if (engine->level != AEVB_LEVEL_BEST)
            argp_error(state, "--engine ref has no --level");
        engine->precision = AEVB_F64;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

error_t aevb_cli_limits_option(int key, const char *arg, const struct argp_state *state, aevb_limits *limits)
{
    const struct { int key; const char *option; uint64_t *to; } all[] = {
        {AEVB_CLI_MAX_CONTENT, "--max-content", &limits->content_bytes},
        {AEVB_CLI_MAX_RATIO, "--max-ratio", &limits->inflate_ratio},
        {AEVB_CLI_MAX_JSON, "--max-json", &limits->json_bytes},
        {AEVB_CLI_MAX_TENSORS, "--max-tensors", &limits->tensors},
        {AEVB_CLI_MAX_ENTRIES, "--max-entries", &limits->entries},
        {AEVB_CLI_MAX_PIXELS, "--max-pixels", &limits->pixels}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].key == key) {
            *all[i].to = aevb_cli_whole(state, all[i].option, arg, 1, (uint64_t)1 << 53);
            return 0;
        }
    return ARGP_ERR_UNKNOWN;
}

void aevb_cli_picture(const struct argp_state *state, const char *text, size_t *rows, size_t *cols)
{
    char first[32];
    const char *x = strchr(text, 'x');
    if (x == NULL || (size_t)(x - text) >= sizeof first)
        argp_error(state, "--picture: '%s' is not ROWSxCOLS", text);
    else {
        snprintf(first, sizeof first, "%.*s", (int)(x - text), text);
        *rows = (size_t)aevb_cli_whole(state, "--picture", first, 1, AEVB_MAX_WIDTH);
        *cols = (size_t)aevb_cli_whole(state, "--picture", x + 1, 1, AEVB_MAX_WIDTH);
    }
}

aevb_engine_config aevb_cli_engine_default(void)
{
    const aevb_train_config config = aevb_train_default();
    return (aevb_engine_config){.kind = config.engine, .precision = config.precision, .level = config.level,
                                .threads = config.threads, .max_batch = config.batch, .max_samples = 1};
}
