/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb reconstruct`: data and, right of each, what the model makes of it. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_source.h"
#include "cli/cli_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { key_out = AEVB_CLI_OWN_KEYS, key_n, key_npy, max_pairs = 10000, pairs_in_row = 8 };

typedef struct reconstruct_options {
    aevb_cli_source_options source;
    const char *out, *npy;
    size_t n;
} reconstruct_options;

static const struct argp_option options[] = {
    AEVB_CLI_MODEL_OPTIONS,
    AEVB_CLI_DATA_OPTIONS,
    {"out", key_out, "FILE.png", 0, "pairs of pictures: datum, reconstruction, 8 pairs in a row", 0},
    {"npy", key_npy, "FILE.npy", 0, "the same pairs as numbers, float64 [n][2][X]", 0},
    {"n", key_n, "N", 0, "how many pairs (default 32)", 0},
    AEVB_CLI_IMPORT_OPTIONS,
    AEVB_CLI_ENGINE_OPTIONS,
    AEVB_CLI_PICTURE_OPTIONS,
    AEVB_CLI_LIMIT_OPTIONS,
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    reconstruct_options *o = state->input;
    switch (key) {
    case key_out:
        o->out = arg;
        return 0;
    case key_npy:
        o->npy = arg;
        return 0;
    case key_n:
        o->n = (size_t)aevb_cli_whole(state, "--n", arg, 1, max_pairs);
        return 0;
    case ARGP_KEY_END:
        return aevb_cli_source_option(key, arg, state, &o->source);
    default:
        return aevb_cli_source_option(key, arg, state, &o->source);
    }
}

static int reconstruct(const reconstruct_options *o, const aevb_cli_source *s)
{
    size_t X = s->arch.x_dim, n = o->n < s->rows.n ? o->n : s->rows.n;
    double *x = aevb_cli_alloc(n, X * sizeof(double)), *mean = aevb_cli_alloc(n, X * sizeof(double));
    double *pairs = aevb_cli_alloc(n, 2 * X * sizeof(double));
    aevb_error err = {.status = AEVB_OK};
    aevb_status status = aevb_reconstruct(s->engine, &s->rows, s->binarise, o->source.seed, n, x, mean, &err);
    for (size_t i = 0; i < n; i++) {
        memcpy(pairs + 2 * i * X, x + i * X, X * sizeof *x);
        memcpy(pairs + (2 * i + 1) * X, mean + i * X, X * sizeof *x);
    }
    aevb_files_hold();
    if (status == AEVB_OK && o->out != NULL)
        status = aevb_png_grid(o->out, 2 * n, s->arch.image_rows, s->arch.image_cols, 2 * pairs_in_row, pairs, &err);
    if (status == AEVB_OK && o->npy != NULL)
        status = aevb_npy_write(o->npy, 3, (const size_t[]){n, 2, X}, pairs, &err);
    status = aevb_files_release(status, &err);
    for (size_t i = 0; status == AEVB_OK && aevb_cli_is_text(&s->arch) && i < n; i++) {
        aevb_cli_print_likeliest(&s->arch, "data", x + i * X);
        aevb_cli_print_likeliest(&s->arch, "likeliest", mean + i * X);
    }
    free(x);
    free(mean);
    free(pairs);
    if (status != AEVB_OK)
        return aevb_cli_fail_domain(status, &err, s->arch.likelihood, s->binarise);
    if (o->out == NULL && o->npy == NULL)
        return AEVB_EXIT_OK;
    printf("%s: %zu rows of the %s part of %s, each with the mean of p(x|z) at one z drawn from q(z|x), seed %llu\n",
           o->out != NULL ? o->out : o->npy, n, s->part, s->data.name, (unsigned long long)o->source.seed);
    return AEVB_EXIT_OK;
}

int aevb_cli_reconstruct(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, NULL,
        "Encodes data, draws one z from q(z|x) for each (not its mean) and shows the mean of p(x|z) beside it.",
        NULL, NULL, NULL};
    static aevb_cli_source source;
    reconstruct_options o = {.source = aevb_cli_source_default(), .n = 32};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    int result = aevb_cli_source_open_model(&o.source, AEVB_HAS_BOTH, &source);
    if (result == AEVB_EXIT_OK && o.out == NULL && o.npy == NULL && !aevb_cli_is_text(&source.arch)) {
        aevb_cli_fail("--out or --npy is needed");
        result = AEVB_EXIT_USAGE;
    }
    if (result == AEVB_EXIT_OK && o.out != NULL)
        result = aevb_cli_source_need_pictures(&source);
    if (result == AEVB_EXIT_OK)
        result = aevb_cli_source_open_data(&o.source, &source);
    if (result == AEVB_EXIT_OK)
        result = reconstruct(&o, &source);
    aevb_cli_source_close(&source);
    return result;
}
