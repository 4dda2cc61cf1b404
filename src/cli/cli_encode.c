/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb encode`: mean and log-variance of q(z|x) for every row, as NPY files. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_source.h"

#include <stdio.h>
#include <stdlib.h>

enum { key_out = AEVB_CLI_OWN_KEYS };

typedef struct encode_options {
    aevb_cli_source_options source;
    const char *out;
} encode_options;

static const struct argp_option options[] = {
    AEVB_CLI_MODEL_OPTIONS,
    AEVB_CLI_DATA_OPTIONS,
    {"out", key_out, "PREFIX", 0,
     "writes PREFIX-mu.npy and PREFIX-logvar.npy, float64 [n][Z], PREFIX-labels.npy, float64 [n], where the data "
     "have labels, and PREFIX-labels.txt, a line for each label, where they have names", 0},
    AEVB_CLI_IMPORT_OPTIONS,
    AEVB_CLI_ENGINE_OPTIONS,
    AEVB_CLI_PICTURE_OPTIONS,
    AEVB_CLI_LIMIT_OPTIONS,
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    encode_options *o = state->input;
    switch (key) {
    case key_out:
        o->out = arg;
        return 0;
    case ARGP_KEY_END:
        aevb_cli_need(state, "--out", o->out);
        return aevb_cli_source_option(key, arg, state, &o->source);
    default:
        return aevb_cli_source_option(key, arg, state, &o->source);
    }
}

enum { LONGEST_PATH = 4096 };

/* PREFIX-NAME */
static aevb_status make_path(const char *prefix, const char *name, char path[LONGEST_PATH], aevb_error *err)
{
    int length = snprintf(path, LONGEST_PATH, "%s-%s", prefix, name);
    if (length >= 0 && length < LONGEST_PATH)
        return AEVB_OK;
    snprintf(err->message, sizeof err->message, "the name of the output is too long");
    return AEVB_EINVAL;
}

static aevb_status write_array(const char *prefix, const char *name, size_t ndim, const size_t *shape,
                               const double *values, aevb_error *err)
{
    char path[LONGEST_PATH];
    aevb_status status = make_path(prefix, name, path, err);
    return status == AEVB_OK ? aevb_npy_write(path, ndim, shape, values, err) : status;
}

/* The labels of the rows, and what they are called where that is known. */
static aevb_status write_labels(const char *prefix, const aevb_cli_source *s, aevb_error *err)
{
    const size_t n = s->rows.n;
    char path[LONGEST_PATH];
    double *labels = aevb_cli_alloc(n, sizeof *labels);
    for (size_t i = 0; i < n; i++)
        labels[i] = s->rows.labels[i];
    aevb_status status = write_array(prefix, "labels.npy", 1, &n, labels, err);
    free(labels);
    if (status == AEVB_OK && s->data.label_names != NULL &&
        (status = make_path(prefix, "labels.txt", path, err)) == AEVB_OK)
        status = aevb_label_names_write(path, &s->data, err);
    return status;
}

static int encode(const encode_options *o, const aevb_cli_source *s)
{
    size_t n = s->rows.n, Z = s->arch.z_dim;
    const size_t shape[2] = {n, Z};
    double *mu = aevb_cli_alloc(n, Z * sizeof(double)), *logvar = aevb_cli_alloc(n, Z * sizeof(double));
    aevb_error err = {.status = AEVB_OK};
    aevb_status status = aevb_encode_all(s->engine, &s->rows, s->binarise, o->source.seed, mu, logvar, &err);
    aevb_files_hold();
    if (status == AEVB_OK)
        status = write_array(o->out, "mu.npy", 2, shape, mu, &err);
    if (status == AEVB_OK)
        status = write_array(o->out, "logvar.npy", 2, shape, logvar, &err);
    if (status == AEVB_OK && s->rows.labels != NULL)
        status = write_labels(o->out, s, &err);
    status = aevb_files_release(status, &err);
    free(mu);
    free(logvar);
    if (status != AEVB_OK)
        return aevb_cli_fail_domain(status, &err, s->arch.likelihood, s->binarise);
    printf("%s-mu.npy, -logvar.npy%s%s: q(z|x) of %zu rows of the %s part of %s\n", o->out,
           s->rows.labels != NULL ? ", -labels.npy" : "", s->data.label_names != NULL ? ", -labels.txt" : "", n,
           s->part, s->data.name);
    return AEVB_EXIT_OK;
}

int aevb_cli_encode(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, NULL, "Writes the mean and the log-variance of q(z|x) for every row.", NULL, NULL, NULL};
    static aevb_cli_source source;
    encode_options o = {.source = aevb_cli_source_default()};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    int result = aevb_cli_source_open_model(&o.source, AEVB_HAS_ENCODER, &source);
    if (result == AEVB_EXIT_OK)
        result = aevb_cli_source_open_data(&o.source, &source);
    if (result == AEVB_EXIT_OK)
        result = encode(&o, &source);
    aevb_cli_source_close(&source);
    return result;
}
