/* SPDX-License-Identifier: GPL-3.0-or-later
 * The `aevb` command: finds the subcommand and runs it. */
#include "config.h"
#include "cli/cli.h"

#include <argp.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *full_name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"train", "aevb train", "train a model, or continue a run", aevb_cli_train},
    {"eval", "aevb eval", "bounds on log p(x), active units, KL per latent dimension", aevb_cli_eval},
    {"sample", "aevb sample", "draw pictures from the model", aevb_cli_sample},
    {"reconstruct", "aevb reconstruct", "pictures of data next to their reconstructions", aevb_cli_reconstruct},
    {"encode", "aevb encode", "mean and log-variance of the codes of data, as .npy", aevb_cli_encode},
    {"gradcheck", "aevb gradcheck", "every gradient against central differences", aevb_cli_gradcheck},
    {"inspect", "aevb inspect", "what is in a model file", aevb_cli_inspect},
    {"convert", "aevb convert", "a model file into safetensors, .npz or ONNX", aevb_cli_convert},
    {"conform", "aevb conform", "check somebody's implementation against the golden vectors", aevb_cli_conform},
    {"port", "aevb port", "be such an implementation, with an engine of ours", aevb_cli_port},
    {"vectors", "aevb vectors", "list, show and check the golden vectors", aevb_cli_vectors},
    {"bench", "aevb bench", "what the machine, the kernels and whole training steps reach", aevb_cli_bench},
};
enum { n_commands = sizeof commands / sizeof *commands };

static void print_version(FILE *stream, struct argp_state *state)
{
    (void)state;
    fprintf(stream, "aevb (libaevb) %s\nLicence GPL-3.0-or-later. There is no warranty.\n", aevb_version());
}

static void print_help(void)
{
    puts("Usage: aevb COMMAND [OPTION...]\n"
         "Auto-Encoding Variational Bayes: train, evaluate and look at variational auto-encoders.\n");
    for (size_t i = 0; i < n_commands; i++)
        printf("  %-12s %s\n", commands[i].name, commands[i].summary);
    puts("\n`aevb help COMMAND' or `aevb COMMAND --help' tells the options of a command, `aevb --version' the "
         "version.\n"
         "Exit status: 0 done, 1 failed, 2 wrong usage.");
}

static int run(const char *name, int argc, char **argv)
{
    for (size_t i = 0; i < n_commands; i++)
        if (strcmp(name, commands[i].name) == 0) {
            char full_name[32];
            snprintf(full_name, sizeof full_name, "%s", commands[i].full_name);
            aevb_cli_set_name(commands[i].full_name);
            argv[0] = full_name;
            return commands[i].run(argc, argv);
        }
    aevb_cli_fail("unknown command '%s'; `aevb --help' lists them", name);
    return AEVB_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    argp_err_exit_status = AEVB_EXIT_USAGE;
    argp_program_version_hook = print_version;
    aevb_cli_guard_output();
    if (argc < 2) {
        aevb_cli_fail("which command? `aevb --help' lists them");
        return AEVB_EXIT_USAGE;
    }
    const char *first = argv[1];
    if (strcmp(first, "--version") == 0 || strcmp(first, "-V") == 0) {
        print_version(stdout, NULL);
        return AEVB_EXIT_OK;
    }
    int help = strcmp(first, "help") == 0;
    if (strcmp(first, "--help") == 0 || strcmp(first, "-?") == 0 || (help && argc == 2)) {
        print_help();
        return AEVB_EXIT_OK;
    }
    if (help) {
        char option[] = "--help";
        char *help_argv[] = {argv[0], option, NULL};
        return run(argv[2], 2, help_argv);
    }
    return run(first, argc - 1, argv + 1);
}
