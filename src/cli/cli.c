/* SPDX-License-Identifier: GPL-3.0-or-later
 * Messages, memory and guarded output of the command. */
#include "config.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *command_name = "aevb";

void aevb_cli_set_name(const char *name)
{
    command_name = name;
}

int aevb_cli_fail(const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    for (unsigned char *c = (unsigned char *)message; *c != '\0'; c++)
        if (*c < 0x20 || *c == 0x7f)
            *c = '?';
    fflush(stdout);
    fprintf(stderr, "%s: %s\n", command_name, message);
    return AEVB_EXIT_FAILED;
}

int aevb_cli_fail_status(aevb_status status, const aevb_error *err)
{
    return aevb_cli_fail("%s", err->message[0] != '\0' ? err->message : aevb_status_name(status));
}

void *aevb_cli_alloc(size_t count, size_t size)
{
    void *block = calloc(count > 0 ? count : 1, size);
    if (block == NULL)
        exit(aevb_cli_fail("out of memory"));
    return block;
}

static void close_output(void)
{
    int lost = ferror(stdout);
    errno = 0;
    if (fclose(stdout) != 0 || lost) {
        fprintf(stderr, "%s: standard output: %s\n", command_name, errno != 0 ? strerror(errno) : "write error");
        _exit(AEVB_EXIT_FAILED);
    }
}

void aevb_cli_guard_output(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0)
            _exit(AEVB_EXIT_FAILED);
    if (atexit(close_output) != 0)
        _exit(AEVB_EXIT_FAILED);
}

size_t aevb_cli_spell_safe(char byte, char to[5])
{
    const unsigned char c = (unsigned char)byte;
    return (size_t)snprintf(to, 5, c < 0x20 || c >= 0x7f ? "\\x%02x" : "%c", c);
}

void aevb_cli_print_safe(const char *text)
{
    aevb_cli_print_safe_to(stdout, text);
}

void aevb_cli_print_safe_to(FILE *stream, const char *text)
{
    char spelled[5];
    for (; *text != '\0'; text++)
        fwrite(spelled, 1, aevb_cli_spell_safe(*text, spelled), stream);
}

void aevb_cli_print_arch(const aevb_arch *arch)
{
    printf("%zu", arch->x_dim);
    for (size_t i = 0; i < arch->n_hidden; i++)
        printf("-%zu", arch->hidden[i]);
    printf("-%zu %s, %s", arch->z_dim, aevb_activation_name(arch->activation),
           aevb_likelihood_name(arch->likelihood));
    if (arch->likelihood == AEVB_GAUSSIAN_FIXED)
        printf(" (variance %g)", arch->x_variance);
    if (arch->likelihood == AEVB_CATEGORICAL)
        printf(" (%zu of %zu classes)", arch->x_dim / arch->x_classes, arch->x_classes);
}
