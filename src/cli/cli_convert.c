/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb convert`: a model file of ours or of others as safetensors, .npz or ONNX. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_model.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { key_dtype = AEVB_CLI_OWN_KEYS, key_part };

typedef enum target { TARGET_SAFETENSORS, TARGET_NPZ, TARGET_ONNX, TARGET_UNKNOWN } target;
static const char *const endings[] = {".safetensors", ".npz", ".onnx"};

typedef struct convert_options {
    const char *in, *out;
    target target;
    int dtype; /* aevb_dtype, or -1 */
    int part;  /* aevb_part, or -1 for all there is */
    aevb_cli_model_options how;
} convert_options;

static const struct argp_option options[] = {
    {"dtype", key_dtype, "NAME", 0, "f64, or f32 with the values rounded (default f64, f32 for ONNX)", 0},
    {"part", key_part, "NAME", 0,
     "encoder or decoder: ONNX of this part under the very name OUT (default: both, as OUT-encoder.onnx and "
     "OUT-decoder.onnx)", 0},
    AEVB_CLI_IMPORT_OPTIONS,
    AEVB_CLI_LIMIT_OPTIONS,
    {NULL, 0, NULL, 0, NULL, 0},
};

static target target_of(const char *path)
{
    size_t n = strlen(path);
    for (int i = 0; i < TARGET_UNKNOWN; i++) {
        size_t m = strlen(endings[i]);
        if (n > m && strcmp(path + n - m, endings[i]) == 0)
            return (target)i;
    }
    return TARGET_UNKNOWN;
}

static const char *dtype_name(int i)
{
    static const char *const names[] = {"f64", "f32", NULL};
    return names[i];
}

static const char *part_name(int i)
{
    static const char *const names[] = {[AEVB_ENCODER] = "encoder", [AEVB_DECODER] = "decoder", NULL};
    return names[i];
}

static void finish(const struct argp_state *state, convert_options *o)
{
    if (o->out == NULL)
        argp_error(state, "which files? IN and OUT are needed");
    else if ((o->target = target_of(o->out)) == TARGET_UNKNOWN)
        argp_error(state, "%s: the name must end in .safetensors, .npz or .onnx", o->out);
    else if (o->part >= 0 && o->target != TARGET_ONNX)
        argp_error(state, "--part belongs to .onnx");
    if (o->dtype < 0)
        o->dtype = o->target == TARGET_ONNX ? AEVB_DTYPE_F32 : AEVB_DTYPE_F64;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    convert_options *o = state->input;
    switch (key) {
    case key_dtype:
        o->dtype = aevb_cli_choice(state, "--dtype", arg, dtype_name) == 0 ? AEVB_DTYPE_F64 : AEVB_DTYPE_F32;
        return 0;
    case key_part:
        o->part = aevb_cli_choice(state, "--part", arg, part_name);
        return 0;
    case ARGP_KEY_ARG:
        if (o->out != NULL)
            argp_error(state, "one IN and one OUT");
        if (o->in == NULL)
            o->in = arg;
        else
            o->out = arg;
        return 0;
    case ARGP_KEY_END:
        finish(state, o);
        return 0;
    default:
        return aevb_cli_model_option(key, arg, state, &o->how);
    }
}

/* OUT.onnx of the part that was asked for, or OUT-encoder.onnx and OUT-decoder.onnx of those that there are; NULL for
 * the others. */
static char *part_path(const convert_options *o, const aevb_model *model, int part)
{
    const size_t room = strlen(o->out) + 16, stem = strlen(o->out) - strlen(endings[TARGET_ONNX]);
    if (o->part >= 0 ? o->part != part : !(model->parts & 1u << part))
        return NULL;
    char *path = aevb_cli_alloc(room, 1);
    snprintf(path, room, "%.*s%s%s.onnx", (int)stem, o->out, o->part >= 0 ? "" : "-",
             o->part >= 0 ? "" : part_name(part));
    return path;
}

static aevb_status write_onnx(const convert_options *o, const aevb_model *model, aevb_error *err)
{
    char *paths[] = {[AEVB_ENCODER] = part_path(o, model, AEVB_ENCODER),
                     [AEVB_DECODER] = part_path(o, model, AEVB_DECODER)};
    aevb_status status = AEVB_OK;
    aevb_files_hold();
    for (int part = AEVB_ENCODER; part <= AEVB_DECODER && status == AEVB_OK; part++)
        if (paths[part] != NULL)
            status = aevb_model_write_onnx(paths[part], model, (aevb_part)part, (aevb_dtype)o->dtype, err);
    status = aevb_files_release(status, err);
    for (int part = AEVB_ENCODER; part <= AEVB_DECODER; part++) {
        if (status == AEVB_OK && paths[part] != NULL)
            printf("%s: the %s\n", paths[part], part_name(part));
        free(paths[part]);
    }
    return status;
}

/* A value beyond float32 stays as it is, for the writer to refuse by its place. */
static void round_to_f32(aevb_model *model)
{
    for (size_t i = 0; i < model->layout.n_params; i++)
        if (fabs(model->params[i]) <= (double)FLT_MAX)
            model->params[i] = (double)(float)model->params[i];
}

static int convert(const convert_options *o, aevb_cli_model *opened)
{
    aevb_error err = {.status = AEVB_OK};
    aevb_model *model = NULL;
    aevb_status status = aevb_import_read(opened->file, &opened->found, &model, &err);
    if (status != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    if (o->dtype == AEVB_DTYPE_F32 && o->target != TARGET_ONNX)
        round_to_f32(model);
    if (o->target == TARGET_ONNX)
        status = write_onnx(o, model, &err);
    else if (o->target == TARGET_NPZ)
        status = aevb_model_write_npz(o->out, model, (aevb_dtype)o->dtype, &err);
    else
        status = aevb_model_write(o->out, model, (aevb_dtype)o->dtype, &err);
    aevb_model_free(model);
    if (status != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    printf("%s: ", o->target == TARGET_ONNX ? o->in : o->out);
    aevb_cli_print_arch(&opened->found.arch);
    aevb_cli_model_print_parts(opened->found.parts);
    if (!opened->found.ours)
        aevb_cli_model_print_map(&opened->found, stdout);
    return AEVB_EXIT_OK;
}

int aevb_cli_convert(int argc, char **argv)
{
    static const struct argp argp = {
        options, parse, "IN OUT",
        "Writes the model of IN - safetensors, .npz, Keras .h5 or .keras - as OUT, in the format that its name ends "
        "in: .safetensors or .npz with our names (those of PyTorch's VAE example), or .onnx.", NULL, NULL, NULL};
    convert_options o = {.dtype = -1, .part = -1, .how = aevb_cli_model_default()};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    aevb_cli_model opened;
    int result = aevb_cli_model_open(o.in, &o.how, &opened);
    if (result == AEVB_EXIT_OK)
        result = convert(&o, &opened);
    aevb_cli_model_close(&opened);
    return result;
}
