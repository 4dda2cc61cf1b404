/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb sample`: pictures or text that the model draws, z ~ N(0, I). */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_source.h"
#include "cli/cli_text.h"

#include <stdio.h>
#include <stdlib.h>

enum { key_out = AEVB_CLI_OWN_KEYS, key_n, key_npy, max_samples = 10000 };

typedef struct sample_options {
    aevb_cli_source_options source;
    const char *out, *npy;
    size_t n;
} sample_options;

static const struct argp_option options[] = {
    AEVB_CLI_MODEL_OPTIONS,
    {"out", key_out, "FILE.png", 0, "the pictures, in a square grid", 0},
    {"npy", key_npy, "FILE.npy", 0, "the means of p(x|z) as numbers, float64 [n][X]", 0},
    {"n", key_n, "N", 0, "how many (default 64)", 0},
    AEVB_CLI_IMPORT_OPTIONS,
    AEVB_CLI_ENGINE_OPTIONS,
    AEVB_CLI_LIMIT_OPTIONS,
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    sample_options *o = state->input;
    switch (key) {
    case key_out:
        o->out = arg;
        return 0;
    case key_npy:
        o->npy = arg;
        return 0;
    case key_n:
        o->n = (size_t)aevb_cli_whole(state, "--n", arg, 1, max_samples);
        return 0;
    case ARGP_KEY_END:
        return aevb_cli_source_option(key, arg, state, &o->source);
    default:
        return aevb_cli_source_option(key, arg, state, &o->source);
    }
}

/* Of each sample the likeliest characters, and characters drawn. [TEXT.3] */
static void print_text(const sample_options *o, const aevb_arch *arch, const double *mean)
{
    const size_t C = arch->x_classes, positions = arch->x_dim / C;
    uint32_t *drawn = aevb_cli_alloc(o->n, positions * sizeof *drawn);
    aevb_classes_draw(o->source.seed, 0, o->n * positions, C, mean, drawn);
    for (size_t i = 0; i < o->n; i++) {
        aevb_cli_print_likeliest(arch, "likeliest", mean + i * arch->x_dim);
        aevb_cli_print_classes(arch, "drawn", drawn + i * positions);
    }
    free(drawn);
}

static int sample(const sample_options *o, const aevb_cli_source *s)
{
    const aevb_arch *arch = &s->arch;
    double *z = aevb_cli_alloc(o->n, arch->z_dim * sizeof(double));
    double *mean = aevb_cli_alloc(o->n, arch->x_dim * sizeof(double));
    aevb_error err = {.status = AEVB_OK};
    aevb_prior_draw(o->source.seed, 0, o->n, arch->z_dim, z);
    aevb_status status = aevb_engine_decode(s->engine, o->n, z, mean, NULL);
    size_t columns = 1;
    while (columns * columns < o->n)
        columns++;
    aevb_files_hold();
    if (status == AEVB_OK && o->out != NULL)
        status = aevb_png_grid(o->out, o->n, arch->image_rows, arch->image_cols, columns, mean, &err);
    if (status == AEVB_OK && o->npy != NULL)
        status = aevb_npy_write(o->npy, 2, (const size_t[]){o->n, arch->x_dim}, mean, &err);
    status = aevb_files_release(status, &err);
    if (status != AEVB_OK) {
        free(z);
        free(mean);
        return aevb_cli_fail_status(status, &err);
    }
    if (aevb_cli_is_text(arch))
        print_text(o, arch, mean);
    free(z);
    free(mean);
    if (o->out == NULL && o->npy == NULL)
        return AEVB_EXIT_OK;
    printf("%s: the mean of p(x|z) for %zu z drawn from N(0, I), seed %llu\n", o->out != NULL ? o->out : o->npy, o->n,
           (unsigned long long)o->source.seed);
    return AEVB_EXIT_OK;
}

int aevb_cli_sample(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, NULL,
        "Draws z from the prior N(0, I) and shows the mean of p(x|z) for each; of a model of text, the likeliest "
        "characters and characters drawn.", NULL, NULL, NULL};
    static aevb_cli_source source;
    sample_options o = {.source = aevb_cli_source_default(), .n = 64};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    o.source.engine.max_batch = o.n;
    int result = aevb_cli_source_open_model(&o.source, AEVB_HAS_DECODER, &source);
    if (result == AEVB_EXIT_OK && o.out == NULL && o.npy == NULL && !aevb_cli_is_text(&source.arch)) {
        aevb_cli_fail("--out or --npy is needed");
        result = AEVB_EXIT_USAGE;
    }
    if (result == AEVB_EXIT_OK && o.out != NULL)
        result = aevb_cli_source_need_pictures(&source);
    if (result == AEVB_EXIT_OK)
        result = sample(&o, &source);
    aevb_cli_source_close(&source);
    return result;
}
