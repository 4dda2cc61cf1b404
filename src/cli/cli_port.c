/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb port`: an engine of ours as a port for `aevb conform`. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_options.h"

#include <stdio.h>

static const struct argp_option options[] = {
    AEVB_CLI_ENGINE_OPTIONS,
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    return aevb_cli_engine_option(key, arg, state, state->input);
}

int aevb_cli_port(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, NULL,
        "Answers the questions of `aevb conform' with an engine of this library.\v"
        "For example: aevb conform -- aevb port --engine ref", NULL, NULL, NULL};
    aevb_engine_config engine = aevb_cli_engine_default();
    engine.kind = AEVB_ENGINE_REF;
    engine.precision = AEVB_F64;
    argp_parse(&argp, argc, argv, 0, NULL, &engine);
    aevb_error err = {.status = AEVB_OK};
    const aevb_status status = aevb_port_serve(&engine, stdin, stdout, &err);
    return status == AEVB_OK ? AEVB_EXIT_OK : aevb_cli_fail_status(status, &err);
}
