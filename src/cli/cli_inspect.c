/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb inspect`: tensors, shapes, dtypes and metadata of a model file, and the network that they make. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_json.h"
#include "cli/cli_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { key_json = AEVB_CLI_OWN_KEYS, key_values };

typedef struct inspect_options {
    const char *file;
    bool json, values;
    aevb_cli_model_options how;
} inspect_options;

static const struct argp_option options[] = {
    {"json", key_json, NULL, 0, "the result as JSON", 0},
    {"values", key_values, NULL, 0, "read the values too: a NaN or an infinity is an error", 0},
    AEVB_CLI_IMPORT_OPTIONS,
    AEVB_CLI_LIMIT_OPTIONS,
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    inspect_options *o = state->input;
    switch (key) {
    case key_json:
        o->json = true;
        return 0;
    case key_values:
        o->values = true;
        return 0;
    case ARGP_KEY_ARG:
        if (o->file != NULL)
            argp_error(state, "one file at a time");
        o->file = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "which file?");
        return 0;
    default:
        return aevb_cli_model_option(key, arg, state, &o->how);
    }
}

static uint64_t count_values(const aevb_model_file *file)
{
    uint64_t n = 0;
    for (size_t i = 0; i < aevb_model_file_count(file); i++)
        n += aevb_model_file_tensor(file, i)->count;
    return n;
}

static json_t *json_tensors(const aevb_model_file *file)
{
    json_t *tensors = json_array();
    for (size_t i = 0; i < aevb_model_file_count(file); i++) {
        const aevb_stored_tensor *t = aevb_model_file_tensor(file, i);
        json_t *entry = aevb_cli_json_object(), *shape = json_array();
        for (size_t d = 0; d < t->ndim; d++)
            aevb_cli_json_append(shape, aevb_cli_json_whole(t->shape[d]));
        aevb_cli_json_set(entry, "name", aevb_cli_json_text(t->name));
        aevb_cli_json_set(entry, "dtype", json_string(t->dtype_name));
        aevb_cli_json_set(entry, "shape", shape);
        aevb_cli_json_append(tensors, entry);
    }
    return tensors;
}

static json_t *json_map(const aevb_import *found)
{
    json_t *map = aevb_cli_json_object();
    for (size_t i = 0; i < found->layout.n_tensors; i++) {
        const aevb_import_tensor *from = &found->tensors[i];
        if (!(found->parts & 1u << found->layout.tensors[i].part))
            continue;
        json_t *entry = aevb_cli_json_object();
        aevb_cli_json_set(entry, "tensor", from->theirs == NULL ? json_null()
                                                                : aevb_cli_json_text(from->theirs->name));
        aevb_cli_json_set(entry, "transposed", json_boolean(from->transposed));
        aevb_cli_json_set(entry, "first_output", aevb_cli_json_whole(from->first));
        aevb_cli_json_set(entry, "doubled", json_boolean(from->doubled));
        aevb_cli_json_set(map, found->layout.tensors[i].name, entry);
    }
    return map;
}

static void print_json(const char *path, const aevb_model_file *file, const aevb_import *found)
{
    json_t *o = aevb_cli_json_object(), *metadata = aevb_cli_json_object();
    for (size_t i = 0; i < aevb_model_file_n_metadata(file); i++) {
        const char *key = aevb_model_file_metadata_key(file, i);
        aevb_cli_json_set(metadata, key, aevb_cli_json_text(aevb_model_file_metadata(file, key)));
    }
    aevb_cli_json_set(o, "file", aevb_cli_json_text(path));
    aevb_cli_json_set(o, "format", json_string(aevb_model_file_format(file)));
    if (found != NULL) {
        aevb_cli_json_set(o, "arch", aevb_cli_json_arch(&found->arch));
        aevb_cli_json_set(o, "encoder", json_boolean(found->parts & AEVB_HAS_ENCODER));
        aevb_cli_json_set(o, "decoder", json_boolean(found->parts & AEVB_HAS_DECODER));
        aevb_cli_json_set(o, "activation_assumed", json_boolean(found->activation_assumed));
        aevb_cli_json_set(o, "likelihood_assumed", json_boolean(found->likelihood_assumed));
        aevb_cli_json_set(o, "heads_by_order", json_boolean(found->heads_by_order));
        aevb_cli_json_set(o, "map", json_map(found));
    }
    aevb_cli_json_set(o, "parameters", aevb_cli_json_whole(count_values(file)));
    aevb_cli_json_set(o, "tensors", json_tensors(file));
    aevb_cli_json_set(o, "metadata", metadata);
    aevb_cli_json_print(o, 0);
}

static void print_model(const aevb_import *found)
{
    fputs("model ", stdout);
    aevb_cli_print_arch(&found->arch);
    if (found->arch.image_rows > 0)
        printf(", pictures of %zu x %zu", found->arch.image_rows, found->arch.image_cols);
    aevb_cli_model_print_parts(found->parts);
    if (!found->ours)
        aevb_cli_model_print_map(found, stdout);
}

static void print_text(const aevb_model_file *file, const aevb_import *found, const char *why)
{
    if (found != NULL) {
        print_model(found);
    } else {
        fputs("no network of ours: ", stdout);
        aevb_cli_print_safe(why);
        putchar('\n');
    }
    printf("%" PRIu64 " parameters in %zu tensors (%s)\n", count_values(file), aevb_model_file_count(file),
           aevb_model_file_format(file));
    for (size_t i = 0; i < aevb_model_file_count(file); i++) {
        const aevb_stored_tensor *t = aevb_model_file_tensor(file, i);
        printf("  %-5s ", t->dtype_name);
        aevb_cli_print_safe(t->name);
        for (size_t d = 0; d < t->ndim; d++)
            printf("%s%" PRIu64, d == 0 ? " [" : ", ", t->shape[d]);
        puts(t->ndim > 0 ? "]" : " []");
    }
    for (size_t i = 0; i < aevb_model_file_n_metadata(file); i++) {
        const char *key = aevb_model_file_metadata_key(file, i);
        fputs(i == 0 ? "metadata\n  " : "  ", stdout);
        aevb_cli_print_safe(key);
        fputs(": ", stdout);
        aevb_cli_print_safe(aevb_model_file_metadata(file, key));
        putchar('\n');
    }
}

/* Every value that is a real number, so that a damaged one is found. */
static aevb_status read_values(aevb_model_file *file, aevb_error *err)
{
    aevb_status status = AEVB_OK;
    for (size_t i = 0; i < aevb_model_file_count(file) && status == AEVB_OK; i++) {
        const aevb_stored_tensor *t = aevb_model_file_tensor(file, i);
        if (t->dtype == AEVB_DTYPE_OTHER)
            continue;
        double *values = aevb_cli_alloc((size_t)t->count, sizeof *values);
        status = aevb_model_file_read(file, t, values, err);
        free(values);
    }
    return status;
}

/* A file of ours must be a whole model, and so must one that a map is given for; others are listed. */
static int inspect(const inspect_options *o, aevb_cli_model *opened)
{
    aevb_error err = {.status = AEVB_OK}, why = {.message = ""};
    aevb_status status = aevb_cli_model_find(&o->how, opened, &why);
    bool found = status == AEVB_OK;
    if (!found && (o->how.import.map != NULL || aevb_model_file_metadata(opened->file, "aevb.arch") != NULL))
        return aevb_cli_fail_status(status, &why);
    if (o->values && (status = read_values(opened->file, &err)) != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    if (o->json)
        print_json(o->file, opened->file, found ? &opened->found : NULL);
    else
        print_text(opened->file, found ? &opened->found : NULL, why.message);
    return AEVB_EXIT_OK;
}

int aevb_cli_inspect(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, "FILE",
        "Shows the tensors and the metadata of a model file - safetensors, .npz, Keras .h5 or .keras - and which of "
        "them make which layer; a broken file is refused with the reason.", NULL,
        NULL, NULL};
    inspect_options o = {.how = aevb_cli_model_default()};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    aevb_cli_model opened;
    int result = aevb_cli_model_file(o.file, &o.how, &opened);
    if (result == AEVB_EXIT_OK)
        result = inspect(&o, &opened);
    aevb_cli_model_close(&opened);
    return result;
}
