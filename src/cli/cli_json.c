/* SPDX-License-Identifier: GPL-3.0-or-later
 * Results as JSON on the standard output. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *need(json_t *value)
{
    if (value == NULL)
        exit(aevb_cli_fail("out of memory"));
    return value;
}

json_t *aevb_cli_json_object(void)
{
    return need(json_object());
}

void aevb_cli_json_set(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, need(value)) != 0)
        need(NULL);
}

void aevb_cli_json_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, need(value)) != 0)
        need(NULL);
}

json_t *aevb_cli_json_text(const char *text)
{
    json_t *string = json_string(text);
    if (string != NULL)
        return string;
    char *spelled = aevb_cli_alloc(strlen(text) + 1, 4), *to = spelled;
    for (; *text != '\0'; text++)
        to += aevb_cli_spell_safe(*text, to);
    string = json_string(spelled);
    free(spelled);
    return string;
}

json_t *aevb_cli_json_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *aevb_cli_json_whole(uint64_t value)
{
    return json_integer((json_int_t)value);
}

json_t *aevb_cli_json_reals(size_t n, const double *values)
{
    json_t *array = need(json_array());
    for (size_t i = 0; i < n; i++)
        aevb_cli_json_append(array, aevb_cli_json_real(values[i]));
    return array;
}

json_t *aevb_cli_json_arch(const aevb_arch *arch)
{
    char *text = NULL;
    if (aevb_arch_to_json(arch, &text, NULL) != AEVB_OK)
        need(NULL);
    json_t *value = need(json_loads(text, 0, NULL));
    free(text);
    return value;
}

void aevb_cli_json_print(json_t *object, int one_line)
{
    size_t flags = JSON_ENSURE_ASCII | (one_line ? JSON_COMPACT : JSON_INDENT(2));
    if (json_dumpf(object, stdout, flags) == 0)
        putchar('\n');
    json_decref(object);
}
