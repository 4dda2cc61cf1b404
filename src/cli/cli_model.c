/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opens model files with the options of the command line, and shows how they were understood. */
#include "config.h"
#include "cli/cli.h"
#include "cli/cli_model.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LONGEST_MAP = 1 << 20 };

aevb_cli_model_options aevb_cli_model_default(void)
{
    return (aevb_cli_model_options){.import = aevb_import_default(), .limits = aevb_limits_default()};
}

error_t aevb_cli_model_option(int key, char *arg, const struct argp_state *state, aevb_cli_model_options *options)
{
    aevb_import_options *import = &options->import;
    switch (key) {
    case AEVB_CLI_MAP:
        import->map = arg;
        return 0;
    case AEVB_CLI_ACTIVATION:
        import->activation = (int)aevb_cli_activation(state, arg);
        return 0;
    case AEVB_CLI_LIKELIHOOD:
        import->likelihood = (int)aevb_cli_likelihood(state, arg);
        return 0;
    case AEVB_CLI_X_VARIANCE:
        import->x_variance = aevb_cli_positive(state, "--x-variance", arg);
        return 0;
    case AEVB_CLI_PICTURE:
        aevb_cli_picture(state, arg, &import->image_rows, &import->image_cols);
        return 0;
    default:
        return aevb_cli_limits_option(key, arg, state, &options->limits);
    }
}

/* The text of a file of pairs. */
static int read_map(const char *path, char **text)
{
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) /* opening a FIFO would wait for its writer */
        return aevb_cli_fail("--map %s: is not a regular file", path);
    FILE *stream = fopen(path, "r");
    if (stream == NULL)
        return aevb_cli_fail("--map %s: neither OURS=THEIRS pairs nor a file: %s", path, strerror(errno));
    char *map = aevb_cli_alloc(LONGEST_MAP + 1, 1);
    size_t n = fread(map, 1, LONGEST_MAP, stream);
    int failed = ferror(stream), longer = n == LONGEST_MAP;
    fclose(stream);
    *text = map;
    if (failed || longer || strlen(map) != n)
        return aevb_cli_fail("--map %s: %s", path, failed ? "cannot read it" : longer ? "too long" : "not a text");
    return AEVB_EXIT_OK;
}

int aevb_cli_model_file(const char *path, const aevb_cli_model_options *options, aevb_cli_model *model)
{
    *model = (aevb_cli_model){.file = NULL};
    aevb_error err = {.status = AEVB_OK};
    const char *map = options->import.map;
    if (map != NULL && strchr(map, '=') == NULL && read_map(map, &model->map) != AEVB_EXIT_OK)
        return AEVB_EXIT_FAILED;
    aevb_status status = aevb_model_file_open(path, &options->limits, &model->file, &err);
    return status == AEVB_OK ? AEVB_EXIT_OK : aevb_cli_fail_status(status, &err);
}

aevb_status aevb_cli_model_find(const aevb_cli_model_options *options, aevb_cli_model *model, aevb_error *err)
{
    aevb_import_options import = options->import;
    if (model->map != NULL)
        import.map = model->map;
    return aevb_import_find(model->file, &import, &model->found, err);
}

int aevb_cli_model_open(const char *path, const aevb_cli_model_options *options, aevb_cli_model *model)
{
    aevb_error err = {.status = AEVB_OK};
    int result = aevb_cli_model_file(path, options, model);
    if (result != AEVB_EXIT_OK)
        return result;
    aevb_status status = aevb_cli_model_find(options, model, &err);
    return status == AEVB_OK ? AEVB_EXIT_OK : aevb_cli_fail_status(status, &err);
}

void aevb_cli_model_close(aevb_cli_model *model)
{
    aevb_model_file_close(model->file);
    free(model->map);
}

static int need_parts(const char *path, unsigned have, unsigned need)
{
    if ((have & need) == need)
        return AEVB_EXIT_OK;
    if (have == AEVB_HAS_ENCODER)
        return aevb_cli_fail("%s: an encoder alone; this needs the decoder too", path);
    return aevb_cli_fail("%s: a decoder alone; this needs the encoder too", path);
}

aevb_model *aevb_cli_model_load(const char *path, const aevb_cli_model_options *options, unsigned parts)
{
    aevb_cli_model opened;
    aevb_model *model = NULL;
    if (aevb_cli_model_open(path, options, &opened) == AEVB_EXIT_OK &&
        need_parts(path, opened.found.parts, parts) == AEVB_EXIT_OK) {
        aevb_error err = {.status = AEVB_OK};
        aevb_status status = aevb_import_read(opened.file, &opened.found, &model, &err);
        if (status != AEVB_OK)
            aevb_cli_fail_status(status, &err);
    }
    aevb_cli_model_close(&opened);
    return model;
}

void aevb_cli_model_print_parts(unsigned parts)
{
    puts(parts == AEVB_HAS_BOTH ? "" : parts == AEVB_HAS_ENCODER ? ", an encoder alone" : ", a decoder alone");
}

void aevb_cli_model_print_map(const aevb_import *found, FILE *stream)
{
    for (size_t i = 0; i < found->layout.n_tensors; i++) {
        const aevb_tensor *ours = &found->layout.tensors[i];
        const aevb_import_tensor *from = &found->tensors[i];
        if (!(found->parts & 1u << ours->part))
            continue;
        fprintf(stream, "  %-12s = ", ours->name);
        if (from->theirs == NULL)
            fputs("0 (assumed: the file has no bias here)", stream);
        else
            aevb_cli_print_safe_to(stream, from->theirs->name);
        if (from->transposed)
            fputs("^T", stream);
        if (from->doubled)
            fputs("*2", stream);
        if (from->theirs != NULL && from->theirs->shape[from->transposed] != ours->shape[0])
            fprintf(stream, " outputs %" PRIu64 " to %" PRIu64, from->first, from->first + ours->shape[0] - 1);
        fputc('\n', stream);
    }
    if (found->heads_by_order)
        fputs("  assumed: mu before logvar (--map says otherwise)\n", stream);
    if (found->activation_assumed)
        fprintf(stream, "  assumed: --activation %s\n", aevb_activation_name(found->arch.activation));
    if (found->likelihood_assumed)
        fprintf(stream, "  assumed: --likelihood %s\n", aevb_likelihood_name(found->arch.likelihood));
    if (found->n_ignored > 0)
        fprintf(stream, "  %zu tensors that are no part of the network are left out\n", found->n_ignored);
}
