/* SPDX-License-Identifier: GPL-3.0-or-later
 * Strict values of options, and the options that several subcommands share. A bad value is a usage error: one message
 * that names the option, the value and the range, then exit status 2. */
#ifndef AEVB_CLI_OPTIONS_H
#define AEVB_CLI_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include "aevb/aevb.h"

/* Decimal digits only, within [min, max]. */
uint64_t aevb_cli_whole(const struct argp_state *state, const char *option, const char *text, uint64_t min,
                        uint64_t max);
/* A finite decimal number, within [min, max]. */
double aevb_cli_real(const struct argp_state *state, const char *option, const char *text, double min, double max);
/* A finite decimal number above 0. */
double aevb_cli_positive(const struct argp_state *state, const char *option, const char *text);
/* The number whose name is text; name(0), name(1), ... are the choices, ended by NULL. */
int aevb_cli_choice(const struct argp_state *state, const char *option, const char *text, const char *(*name)(int));
int aevb_cli_binarise(const struct argp_state *state, const char *text);
/* Refuses a missing option. */
void aevb_cli_need(const struct argp_state *state, const char *option, const char *value);

/* Keys of the shared options; a subcommand's own keys start at AEVB_CLI_OWN_KEYS. */
enum {
    AEVB_CLI_HIDDEN = 0x1000, AEVB_CLI_LATENT, AEVB_CLI_ACTIVATION, AEVB_CLI_LIKELIHOOD, AEVB_CLI_X_VARIANCE,
    AEVB_CLI_INIT, AEVB_CLI_INIT_STDDEV,
    AEVB_CLI_OBJECTIVE, AEVB_CLI_BETA,
    AEVB_CLI_ENGINE, AEVB_CLI_PRECISION, AEVB_CLI_LEVEL, AEVB_CLI_THREADS,
    AEVB_CLI_MAP, AEVB_CLI_PICTURE,
    AEVB_CLI_MAX_CONTENT, AEVB_CLI_MAX_RATIO, AEVB_CLI_MAX_JSON, AEVB_CLI_MAX_TENSORS, AEVB_CLI_MAX_ENTRIES,
    AEVB_CLI_MAX_PIXELS,
    AEVB_CLI_MODEL, AEVB_CLI_DATA, AEVB_CLI_SPLIT, AEVB_CLI_LIMIT, AEVB_CLI_BINARISE, AEVB_CLI_SEED,
    AEVB_CLI_PRESET, AEVB_CLI_CROP, AEVB_CLI_SCALE, AEVB_CLI_GREY, AEVB_CLI_RANGE,
    AEVB_CLI_WINDOW, AEVB_CLI_STRIDE,
    AEVB_CLI_OWN_KEYS = 0x2000
};

/* The network: what is trained and how it starts. */
typedef struct aevb_cli_network {
    aevb_arch arch;
    aevb_init init;
    double init_stddev;
    bool has_x_variance, has_init_stddev;
} aevb_cli_network;

#define AEVB_CLI_NETWORK_OPTIONS \
    {NULL, 0, NULL, 0, "Network", 1}, \
    {"hidden", AEVB_CLI_HIDDEN, "N[,N...]", 0, "widths of the hidden layers in encoder order, or 'none'", 1}, \
    {"latent", AEVB_CLI_LATENT, "N", 0, "latent dimensions", 1}, \
    {"activation", AEVB_CLI_ACTIVATION, "NAME", 0, "identity, relu, tanh, sigmoid or softplus", 1}, \
    {"likelihood", AEVB_CLI_LIKELIHOOD, "NAME", 0, \
     "bernoulli (data 0 or 1), grey (data in [0,1]; a pseudo-likelihood), gaussian, gaussian-fixed or " \
     "categorical (text)", 1}, \
    {"x-variance", AEVB_CLI_X_VARIANCE, "V", 0, "variance of gaussian-fixed", 1}, \
    {"init", AEVB_CLI_INIT, "NAME", 0, "glorot or normal", 1}, \
    {"init-stddev", AEVB_CLI_INIT_STDDEV, "S", 0, "standard deviation of --init normal", 1}

#define AEVB_CLI_OBJECTIVE_OPTIONS \
    {NULL, 0, NULL, 0, "Objective", 2}, \
    {"objective", AEVB_CLI_OBJECTIVE, "NAME", 0, "elbo (analytic KL) or elbo-mc (full Monte Carlo)", 2}, \
    {"beta", AEVB_CLI_BETA, "B", 0, "weight of the KL; 1 is the bound", 2}

#define AEVB_CLI_ENGINE_OPTIONS \
    {NULL, 0, NULL, 0, "Engine", 4}, \
    {"engine", AEVB_CLI_ENGINE, "NAME", 0, "fast (SIMD) or ref (scalar, implies --precision f64)", 4}, \
    {"precision", AEVB_CLI_PRECISION, "NAME", 0, "f64 or f32", 4}, \
    {"level", AEVB_CLI_LEVEL, "NAME", 0, "of the fast engine: best, portable, avx2, avx512 or neon", 4}, \
    {"threads", AEVB_CLI_THREADS, "N", 0, "threads, 0 for all; never changes a result", 4}

#define AEVB_CLI_LIMIT_OPTIONS \
    {NULL, 0, NULL, 0, "Limits on what a file may ask for", 6}, \
    {"max-content", AEVB_CLI_MAX_CONTENT, "BYTES", 0, "contents once inflated (default 17179869184)", 6}, \
    {"max-ratio", AEVB_CLI_MAX_RATIO, "N", 0, "inflated bytes per stored byte, beyond 16 MiB (default 200)", 6}, \
    {"max-json", AEVB_CLI_MAX_JSON, "BYTES", 0, "one JSON text (default 100000000)", 6}, \
    {"max-tensors", AEVB_CLI_MAX_TENSORS, "N", 0, "tensors of a model file, arrays of a .npz (default 10000)", 6}, \
    {"max-entries", AEVB_CLI_MAX_ENTRIES, "N", 0, \
     "members of an archive, or files and folders of a folder (default 2000000)", 6}, \
    {"max-pixels", AEVB_CLI_MAX_PIXELS, "N", 0, "of one picture (default 67108864)", 6}

/* Each takes the key if it is its own and gives 0, else ARGP_ERR_UNKNOWN. */
error_t aevb_cli_network_option(int key, const char *arg, const struct argp_state *state, aevb_cli_network *network);
error_t aevb_cli_objective_option(int key, const char *arg, const struct argp_state *state,
                                  aevb_objective *objective);
error_t aevb_cli_engine_option(int key, const char *arg, const struct argp_state *state, aevb_engine_config *engine);

error_t aevb_cli_limits_option(int key, const char *arg, const struct argp_state *state, aevb_limits *limits);

/* "28x28". */
void aevb_cli_picture(const struct argp_state *state, const char *text, size_t *rows, size_t *cols);
aevb_activation aevb_cli_activation(const struct argp_state *state, const char *text);
aevb_likelihood aevb_cli_likelihood(const struct argp_state *state, const char *text);

/* Refuses network options that the others make meaningless. */
void aevb_cli_network_check(const struct argp_state *state, const aevb_cli_network *network);

/* The engine that every subcommand uses unless told otherwise: that of aevb_train_default. */
aevb_engine_config aevb_cli_engine_default(void);

#endif
