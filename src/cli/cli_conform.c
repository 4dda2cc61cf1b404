/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb conform`: somebody's implementation against the golden vectors. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_options.h"

#include <stdio.h>

enum { key_vectors = AEVB_CLI_OWN_KEYS, key_only, key_expect_fail, key_report, key_timeout };

typedef struct conform_options {
    aevb_conform_config config;
    const char *report;
} conform_options;

static const struct argp_option options[] = {
    {"vectors", key_vectors, "DIR", 0, "folder of vector files (default: the installed ones)", 0},
    {"only", key_only, "CLAUSE", 0, "cases of one clause (KL.2) or of a group of clauses (KL)", 0},
    {"precision", AEVB_CLI_PRECISION, "NAME", 0, "f64 (default) or f32: what the port computes in", 0},
    {"expect-fail", key_expect_fail, "FILE", 0, "ids of cases that are known to fail, one per line", 0},
    {"report", key_report, "FILE", 0, "write a report too: FILE.html, FILE.json, or FILE.xml for JUnit", 0},
    {"timeout", key_timeout, "SECONDS", 0, "for each answer (default 30)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    conform_options *o = state->input;
    aevb_error err;
    aevb_conform_form form;
    switch (key) {
    case key_vectors:
        o->config.vectors = arg;
        return 0;
    case key_only:
        o->config.only = arg;
        return 0;
    case AEVB_CLI_PRECISION: {
        aevb_engine_config engine = aevb_cli_engine_default();
        const error_t taken = aevb_cli_engine_option(key, arg, state, &engine);
        o->config.precision = engine.precision;
        return taken;
    }
    case key_expect_fail:
        o->config.expect_fail = arg;
        return 0;
    case key_report:
        if (aevb_conform_form_of(arg, &form, &err) != AEVB_OK)
            argp_error(state, "--report: %s", err.message);
        o->report = arg;
        return 0;
    case key_timeout:
        o->config.timeout = aevb_cli_real(state, "--timeout", arg, 0.01, 86400);
        return 0;
    case ARGP_KEY_ARGS: /* everything after the options is the port */
        o->config.port = state->argv + state->next;
        return 0;
    case ARGP_KEY_END:
        if (o->config.port == NULL)
            argp_error(state, "which port? its command follows --");
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

int aevb_cli_conform(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, "-- PORT [ARG...]",
        "Starts PORT, asks it about every golden vector, and says which clauses of the specification it follows, how "
        "far off it is, and which known mistake explains a failure.\v"
        "A port is a program that reads one JSON object per line and answers each with one; docs/spec/protocol.md "
        "says how, vectors/ports has examples. Exit status 0: something was checked and nothing failed.",
        NULL, NULL, NULL};
    conform_options o = {.config = {.vectors = AEVB_VECTORS_DIR, .precision = AEVB_F64, .timeout = 30}};
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o);
    aevb_conform *conform = NULL;
    aevb_error err = {.status = AEVB_OK};
    aevb_status status = aevb_conform_run(&o.config, &conform, &err);
    if (status == AEVB_OK)
        status = aevb_conform_report(conform, AEVB_CONFORM_TEXT, stdout, &err);
    if (status == AEVB_OK && o.report != NULL)
        status = aevb_conform_report_file(conform, o.report, &err);
    int result = status != AEVB_OK ? aevb_cli_fail_status(status, &err) :
        aevb_conform_ok(conform) ? AEVB_EXIT_OK : aevb_cli_fail("the port does not conform");
    aevb_conform_free(conform);
    return result;
}
