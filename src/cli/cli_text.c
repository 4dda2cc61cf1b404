/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a categorical model makes, as lines of text. */
#include "config.h"
#include "cli/cli_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

bool aevb_cli_is_text(const aevb_arch *arch)
{
    return arch->likelihood == AEVB_CATEGORICAL;
}

int aevb_cli_text_like_model(const aevb_arch *arch, aevb_data_options *how)
{
    if (arch->n_alphabet == 0)
        return aevb_cli_fail("the model does not say which characters its %zu classes are", arch->x_classes);
    if (how->text.window == 0)
        how->text.window = arch->x_dim / arch->x_classes;
    how->text.n_alphabet = arch->n_alphabet;
    memcpy(how->text.alphabet, arch->alphabet, arch->n_alphabet);
    return AEVB_EXIT_OK;
}

static void print_character(int byte)
{
    if (byte == '\n')
        fputs("\\n", stdout);
    else if (byte == '\\' || byte == '"')
        printf("\\%c", byte);
    else if (byte < 0x20 || byte >= 0x7f)
        printf("\\x%02x", (unsigned)byte);
    else
        putchar(byte);
}

void aevb_cli_print_classes(const aevb_arch *arch, const char *label, const uint32_t *classes)
{
    printf("%-10s ", label);
    if (arch->n_alphabet > 0)
        putchar('"');
    for (size_t p = 0; p < arch->x_dim / arch->x_classes; p++) {
        if (arch->n_alphabet > 0)
            print_character(arch->alphabet[classes[p]]);
        else
            printf("%s%" PRIu32, p > 0 ? " " : "", classes[p]);
    }
    puts(arch->n_alphabet > 0 ? "\"" : "");
}

void aevb_cli_print_likeliest(const aevb_arch *arch, const char *label, const double *mean)
{
    const size_t positions = arch->x_dim / arch->x_classes;
    uint32_t *classes = aevb_cli_alloc(positions, sizeof *classes);
    aevb_classes_likeliest(positions, arch->x_classes, mean, classes);
    aevb_cli_print_classes(arch, label, classes);
    free(classes);
}
