/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the subcommands of `aevb` share: exit statuses, messages, memory, output. */
#ifndef AEVB_CLI_H
#define AEVB_CLI_H

#include <stddef.h>
#include <stdio.h>
#include "aevb/aevb.h"

enum { AEVB_EXIT_OK = 0, AEVB_EXIT_FAILED = 1, AEVB_EXIT_USAGE = 2 };

/* Subcommands: argv[0] is "aevb NAME"; they return an exit status or leave through argp. */
int aevb_cli_train(int argc, char **argv);
int aevb_cli_eval(int argc, char **argv);
int aevb_cli_sample(int argc, char **argv);
int aevb_cli_reconstruct(int argc, char **argv);
int aevb_cli_encode(int argc, char **argv);
int aevb_cli_gradcheck(int argc, char **argv);
int aevb_cli_inspect(int argc, char **argv);
int aevb_cli_convert(int argc, char **argv);
int aevb_cli_conform(int argc, char **argv);
int aevb_cli_port(int argc, char **argv);
int aevb_cli_vectors(int argc, char **argv);
int aevb_cli_bench(int argc, char **argv);

/* "aevb NAME", set by main for every message. */
void aevb_cli_set_name(const char *name);

/* One line "aevb NAME: message" on stderr, control characters shown as '?'. Returns AEVB_EXIT_FAILED. */
int aevb_cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same for a failed library call. */
int aevb_cli_fail_status(aevb_status status, const aevb_error *err);

/* count * size bytes of zeros; a failure ends the program with the message and status AEVB_EXIT_FAILED. */
void *aevb_cli_alloc(size_t count, size_t size);

/* Makes sure that descriptors 0 to 2 are taken, so that no file of ours becomes the standard output, and that output
 * lost to a closed or full standard output ends the program with AEVB_EXIT_FAILED. */
void aevb_cli_guard_output(void);

/* A byte as it is, a control character or what is not ASCII as \xNN. Returns the length. */
size_t aevb_cli_spell_safe(char byte, char to[5]);
/* Prints text from a file so; the first on stdout. */
void aevb_cli_print_safe(const char *text);
void aevb_cli_print_safe_to(FILE *stream, const char *text);

/* "784-400-20 relu, bernoulli" on stdout. */
void aevb_cli_print_arch(const aevb_arch *arch);

#endif
