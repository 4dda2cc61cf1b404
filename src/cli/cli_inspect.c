/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb inspect`: tensors, shapes, dtypes and metadata of a safetensors file. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_json.h"
#include "cli/cli_options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { key_json = AEVB_CLI_OWN_KEYS };

typedef struct inspect_options {
    const char *file;
    bool json;
} inspect_options;

static const struct argp_option options[] = {
    {"json", key_json, NULL, 0, "the result as JSON", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    inspect_options *o = state->input;
    switch (key) {
    case key_json:
        o->json = true;
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
        return ARGP_ERR_UNKNOWN;
    }
}

static uint64_t count_values(const aevb_safetensors *file)
{
    uint64_t n = 0;
    for (size_t i = 0; i < aevb_safetensors_count(file); i++)
        n += aevb_safetensors_tensor(file, i)->count;
    return n;
}

static void print_json(const char *path, const aevb_safetensors *file, const aevb_model *model)
{
    json_t *o = aevb_cli_json_object(), *tensors = json_array(), *metadata = aevb_cli_json_object();
    for (size_t i = 0; i < aevb_safetensors_count(file); i++) {
        const aevb_stored_tensor *t = aevb_safetensors_tensor(file, i);
        json_t *entry = aevb_cli_json_object(), *shape = json_array();
        for (size_t d = 0; d < t->ndim; d++)
            aevb_cli_json_append(shape, aevb_cli_json_whole(t->shape[d]));
        aevb_cli_json_set(entry, "name", json_string(t->name));
        aevb_cli_json_set(entry, "dtype", json_string(t->dtype_name));
        aevb_cli_json_set(entry, "shape", shape);
        aevb_cli_json_append(tensors, entry);
    }
    for (size_t i = 0; i < aevb_safetensors_n_metadata(file); i++) {
        const char *key = aevb_safetensors_metadata_key(file, i);
        aevb_cli_json_set(metadata, key, json_string(aevb_safetensors_metadata(file, key)));
    }
    aevb_cli_json_set(o, "file", json_string(path));
    if (model != NULL)
        aevb_cli_json_set(o, "arch", aevb_cli_json_arch(&model->arch));
    aevb_cli_json_set(o, "parameters", aevb_cli_json_whole(count_values(file)));
    aevb_cli_json_set(o, "tensors", tensors);
    aevb_cli_json_set(o, "metadata", metadata);
    aevb_cli_json_print(o, 0);
}

static void print_text(const aevb_safetensors *file, const aevb_model *model)
{
    if (model != NULL) {
        fputs("model ", stdout);
        aevb_cli_print_arch(&model->arch);
        if (model->arch.image_rows > 0)
            printf(", pictures of %zu x %zu", model->arch.image_rows, model->arch.image_cols);
        putchar('\n');
    }
    printf("%" PRIu64 " parameters in %zu tensors\n", count_values(file), aevb_safetensors_count(file));
    for (size_t i = 0; i < aevb_safetensors_count(file); i++) {
        const aevb_stored_tensor *t = aevb_safetensors_tensor(file, i);
        printf("  %-5s ", t->dtype_name);
        aevb_cli_print_safe(t->name);
        for (size_t d = 0; d < t->ndim; d++)
            printf("%s%" PRIu64, d == 0 ? " [" : ", ", t->shape[d]);
        puts(t->ndim > 0 ? "]" : " []");
    }
    for (size_t i = 0; i < aevb_safetensors_n_metadata(file); i++) {
        const char *key = aevb_safetensors_metadata_key(file, i);
        fputs(i == 0 ? "metadata\n  " : "  ", stdout);
        aevb_cli_print_safe(key);
        fputs(": ", stdout);
        aevb_cli_print_safe(aevb_safetensors_metadata(file, key));
        putchar('\n');
    }
}

/* A file of ours, or one named as the PyTorch example, must be a whole and valid model; others are just listed. */
static bool claims_to_be_model(const aevb_safetensors *file)
{
    return aevb_safetensors_metadata(file, "aevb.arch") != NULL || aevb_safetensors_find(file, "fc21.weight") != NULL;
}

static int inspect(const inspect_options *o, const aevb_safetensors *file)
{
    aevb_model *model = NULL;
    aevb_error err = {.status = AEVB_OK};
    aevb_status status = AEVB_OK;
    if (claims_to_be_model(file))
        status = aevb_model_load(o->file, NULL, NULL, &model, &err);
    if (status != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    if (o->json)
        print_json(o->file, file, model);
    else
        print_text(file, model);
    aevb_model_free(model);
    return AEVB_EXIT_OK;
}

int aevb_cli_inspect(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, "FILE",
        "Shows the tensors and the metadata of a safetensors file; a broken file is refused with the reason.", NULL,
        NULL, NULL};
    inspect_options o = {.file = NULL};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    aevb_safetensors *file = NULL;
    aevb_error err = {.status = AEVB_OK};
    aevb_status status = aevb_safetensors_open(o.file, NULL, &file, &err);
    int result = status == AEVB_OK ? inspect(&o, file) : aevb_cli_fail_status(status, &err);
    aevb_safetensors_close(file);
    return result;
}
