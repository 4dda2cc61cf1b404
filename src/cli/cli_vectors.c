/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb vectors`: looking at the golden vectors. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_options.h"

#include <stdio.h>
#include <string.h>

enum { key_vectors = AEVB_CLI_OWN_KEYS, key_only };

typedef struct vectors_options {
    const char *folder, *only, *action, *operand; /* a case, or a folder */
} vectors_options;

static const struct argp_option options[] = {
    {"vectors", key_vectors, "DIR", 0, "folder of vector files (default: the installed ones)", 0},
    {"only", key_only, "CLAUSE", 0, "for list: cases of one clause (KL.2) or of a group of clauses (KL)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static const struct { const char *name, *operand; } actions[] = {
    {"list", NULL}, {"show", "ID"}, {"lint", NULL}, {"npz", "FOLDER"},
};
#define ACTIONS "list, show ID, lint or npz FOLDER"

static void finish(const struct argp_state *state, const vectors_options *o)
{
    if (o->action == NULL)
        argp_error(state, "which action? " ACTIONS);
    size_t i = 0;
    while (i < sizeof actions / sizeof *actions && strcmp(actions[i].name, o->action) != 0)
        i++;
    if (i == sizeof actions / sizeof *actions)
        argp_error(state, "unknown action '%s': " ACTIONS, o->action);
    if (actions[i].operand != NULL && o->operand == NULL)
        argp_error(state, i == 1 ? "show which case? `aevb vectors list' lists them" : "npz: to which folder?");
    if (actions[i].operand == NULL && o->operand != NULL)
        argp_error(state, "%s takes no argument", o->action);
    if (o->only != NULL && strcmp(o->action, "list") != 0)
        argp_error(state, "--only is for list");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    vectors_options *o = state->input;
    switch (key) {
    case key_vectors:
        o->folder = arg;
        return 0;
    case key_only:
        o->only = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1)
            argp_error(state, "Too many arguments");
        *(state->arg_num == 0 ? &o->action : &o->operand) = arg;
        return 0;
    case ARGP_KEY_END:
        finish(state, o);
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

int aevb_cli_vectors(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, "list\nshow ID\nlint\nnpz FOLDER",
        "Looks at the golden vectors: a list of the cases, one case in full, or a check of all the files; or writes "
        "them as .npz files for NumPy to a folder.",
        NULL, NULL, NULL};
    vectors_options o = {.folder = AEVB_VECTORS_DIR};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    aevb_error err = {.status = AEVB_OK};
    aevb_status status;
    if (strcmp(o.action, "list") == 0)
        status = aevb_vectors_list(o.folder, o.only, stdout, &err);
    else if (strcmp(o.action, "show") == 0)
        status = aevb_vectors_show(o.folder, o.operand, stdout, &err);
    else if (strcmp(o.action, "npz") == 0) {
        size_t files;
        aevb_files_hold();
        status = aevb_files_release(aevb_vectors_npz(o.folder, o.operand, &files, &err), &err);
        if (status == AEVB_OK)
            printf("%zu files\n", files);
    } else {
        aevb_lint_result result;
        status = aevb_vectors_lint(o.folder, stdout, &result, &err);
        if (status == AEVB_OK)
            printf("%zu files, %zu cases, no problem\n", result.files, result.tests);
    }
    return status == AEVB_OK ? AEVB_EXIT_OK : aevb_cli_fail_status(status, &err);
}
