/* SPDX-License-Identifier: GPL-3.0-or-later
 * json_value PATH: reads one strict JSON text from the standard input and prints the value at a path of keys and
 * indices, e.g. tensors.0.name. Exit status 1 when the input is no JSON or has no such value. */
#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const json_t *step(const json_t *at, const char *key)
{
    return json_is_array(at) ? json_array_get(at, strtoul(key, NULL, 10)) : json_object_get(at, key);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: json_value PATH\n");
        return 2;
    }
    json_error_t error;
    json_t *root = json_loadf(stdin, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        fprintf(stderr, "json_value: line %d: %s\n", error.line, error.text);
        return 1;
    }
    const json_t *at = root;
    for (char *key = strtok(argv[1], "."); key != NULL && at != NULL; key = strtok(NULL, "."))
        at = step(at, key);
    int found = at != NULL;
    if (json_is_string(at))
        puts(json_string_value(at));
    else if (found && json_dumpf(at, stdout, JSON_ENCODE_ANY | JSON_COMPACT) == 0)
        putchar('\n');
    json_decref(root);
    return found ? 0 : 1;
}
