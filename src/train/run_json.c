/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writing and strictly reading run.json. */
#include "config.h"
#include "train/run_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "aevb/format.h"
#include "alloc.h"
#include "error.h"
#include "format/atomic_file.h"
#include "format/json_strict.h"
#include "model/names.h"
#include "train/json_fields.h"
#include "train/train_config.h"

#define FORMAT "aevb-run-1"
#define MAX_BYTES ((uint64_t)1 << 20)

#ifdef __clang__
# define COMPILER __VERSION__
#else
# define COMPILER "gcc " __VERSION__
#endif

/* Enumerations are stored in the struct as an int. */
_Static_assert(sizeof(aevb_optimiser) == sizeof(int) && sizeof(aevb_objective_kind) == sizeof(int) &&
               sizeof(aevb_init) == sizeof(int) && sizeof(aevb_binarise) == sizeof(int) &&
               sizeof(aevb_engine_kind) == sizeof(int) && sizeof(aevb_precision) == sizeof(int) &&
               sizeof(aevb_range) == sizeof(int) && sizeof(aevb_grey_rule) == sizeof(int), "enum size");

static const char *optimiser(int i) { return aevb_optimiser_name((aevb_optimiser)i); }
static const char *objective(int i) { return aevb_objective_name((aevb_objective_kind)i); }
static const char *init(int i) { return aevb_init_name((aevb_init)i); }
static const char *binarise(int i) { return aevb_binarise_name((aevb_binarise)i); }
static const char *engine_kind(int i) { return aevb_engine_kind_name((aevb_engine_kind)i); }
static const char *range(int i) { return aevb_range_name((aevb_range)i); }
static const char *grey_rule(int i) { return aevb_grey_rule_name((aevb_grey_rule)i); }
static const char *precision(int i) { return aevb_precision_name((aevb_precision)i); }

#define CONFIG(kind, member) kind, offsetof(aevb_train_config, member)
static const aevb_field settings[] = {
    {"objective", CONFIG(AEVB_FIELD_ENUM, objective.kind), 0, objective},
    {"beta", CONFIG(AEVB_FIELD_REAL, objective.beta), 0, NULL},
    {"optimiser", CONFIG(AEVB_FIELD_ENUM, optim.kind), 0, optimiser},
    {"lr", CONFIG(AEVB_FIELD_REAL, optim.lr), 0, NULL},
    {"momentum", CONFIG(AEVB_FIELD_REAL, optim.momentum), 0, NULL},
    {"beta1", CONFIG(AEVB_FIELD_REAL, optim.beta1), 0, NULL},
    {"beta2", CONFIG(AEVB_FIELD_REAL, optim.beta2), 0, NULL},
    {"eps", CONFIG(AEVB_FIELD_REAL, optim.eps), 0, NULL},
    {"weight_decay", CONFIG(AEVB_FIELD_REAL, optim.weight_decay), 0, NULL},
    {"prior_precision", CONFIG(AEVB_FIELD_REAL, prior_precision), 0, NULL},
    {"init", CONFIG(AEVB_FIELD_ENUM, init), 0, init},
    {"init_stddev", CONFIG(AEVB_FIELD_REAL, init_stddev), 0, NULL},
    {"samples", CONFIG(AEVB_FIELD_SIZE, samples), 0, NULL},
    {"batch", CONFIG(AEVB_FIELD_SIZE, batch), 0, NULL},
    {"epochs", CONFIG(AEVB_FIELD_U64, epochs), 0, NULL},
    {"seed", CONFIG(AEVB_FIELD_SEED, seed), 0, NULL},
    {"binarise", CONFIG(AEVB_FIELD_ENUM, binarise), 0, binarise},
    {"data", CONFIG(AEVB_FIELD_TEXT, data), sizeof((aevb_train_config *)0)->data, NULL},
    {"limit", CONFIG(AEVB_FIELD_SIZE, limit), 0, NULL},
    {"range", CONFIG(AEVB_FIELD_ENUM, range), 0, range},
    {"crop_top", CONFIG(AEVB_FIELD_SIZE, pictures.crop_top), 0, NULL},
    {"crop_bottom", CONFIG(AEVB_FIELD_SIZE, pictures.crop_bottom), 0, NULL},
    {"crop_left", CONFIG(AEVB_FIELD_SIZE, pictures.crop_left), 0, NULL},
    {"crop_right", CONFIG(AEVB_FIELD_SIZE, pictures.crop_right), 0, NULL},
    {"scale", CONFIG(AEVB_FIELD_REAL, pictures.scale), 0, NULL},
    {"grey", CONFIG(AEVB_FIELD_ENUM, pictures.grey), 0, grey_rule},
    {"window", CONFIG(AEVB_FIELD_SIZE, window), 0, NULL},
    {"stride", CONFIG(AEVB_FIELD_SIZE, stride), 0, NULL},
    {"engine", CONFIG(AEVB_FIELD_ENUM, engine), 0, engine_kind},
    {"precision", CONFIG(AEVB_FIELD_ENUM, precision), 0, precision},
    {"level", CONFIG(AEVB_FIELD_INT, level), 0, NULL},
    {"threads", CONFIG(AEVB_FIELD_INT, threads), 0, NULL},
};

#define RECORD(kind, member) kind, offsetof(aevb_run_record, member)
#define RECORD_TEXT(member) RECORD(AEVB_FIELD_TEXT, member), sizeof((aevb_run_record *)0)->member, NULL
static const aevb_field environment[] = {
    {"library", RECORD_TEXT(library)},
    {"compiler", RECORD_TEXT(compiler)},
    {"level", RECORD(AEVB_FIELD_INT, level_used), 0, NULL},
    {"threads", RECORD(AEVB_FIELD_INT, threads_used), 0, NULL},
};
static const aevb_field data_fields[] = {
    {"name", RECORD_TEXT(data_name)},
    {"train_rows", RECORD(AEVB_FIELD_SIZE, train_rows), 0, NULL},
    {"test_rows", RECORD(AEVB_FIELD_SIZE, test_rows), 0, NULL},
    {"train_sha256", RECORD_TEXT(train_sha256)},
    {"test_sha256", RECORD_TEXT(test_sha256)},
};

aevb_run_record aevb_run_record_make(const aevb_run *run)
{
    const aevb_engine_config *used = aevb_engine_used(run->engine);
    const aevb_data *data = run->data;
    aevb_run_record record = {
        .config = run->config, .level_used = used->level, .threads_used = used->threads,
        .train_rows = data->train->n, .test_rows = data->test == NULL ? 0 : data->test->n,
    };
    snprintf(record.library, sizeof record.library, "%s", aevb_version());
    snprintf(record.compiler, sizeof record.compiler, "%s", COMPILER);
    snprintf(record.data_name, sizeof record.data_name, "%s", data->name);
    snprintf(record.train_sha256, sizeof record.train_sha256, "%s", run->train_sha256);
    snprintf(record.test_sha256, sizeof record.test_sha256, "%s", run->test_sha256);
    return record;
}

static aevb_status arch_to_json(const aevb_arch *arch, json_t **out, aevb_error *err)
{
    char *text;
    aevb_status status = aevb_arch_to_json(arch, &text, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_json_parse("architecture", text, strlen(text), out, err);
    free(text);
    return status;
}

/* Takes part over. */
static aevb_status add_part(json_t *root, const char *key, json_t *part, aevb_error *err)
{
    return json_object_set_new(root, key, part) == 0 ? AEVB_OK : aevb_fail_memory(err);
}

static aevb_status add_fields(json_t *root, const char *key, const aevb_field *fields, size_t n, const void *record,
                              aevb_error *err)
{
    json_t *part;
    aevb_status status = aevb_fields_to_json(fields, n, record, &part, err);
    return status == AEVB_OK ? add_part(root, key, part, err) : status;
}

static aevb_status build(const aevb_run_record *record, json_t *root, aevb_error *err)
{
    json_t *arch;
    aevb_status status = add_part(root, "format", json_string(FORMAT), err);
    if (status != AEVB_OK || (status = arch_to_json(&record->config.arch, &arch, err)) != AEVB_OK ||
        (status = add_part(root, "model", arch, err)) != AEVB_OK ||
        (status = add_fields(root, "settings", settings, AEVB_COUNT(settings), &record->config, err)) != AEVB_OK ||
        (status = add_fields(root, "data", data_fields, AEVB_COUNT(data_fields), record, err)) != AEVB_OK)
        return status;
    return add_fields(root, "environment", environment, AEVB_COUNT(environment), record, err);
}

/* The fewest digits, 15 to 17, with which all numbers read back to the same bits. NULL without memory. */
static char *shortest_text(const json_t *root)
{
    for (size_t digits = 15; digits < 17; digits++) {
        char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(digits));
        json_t *back = text == NULL ? NULL : json_loads(text, 0, NULL);
        int same = back != NULL && json_equal(root, back);
        json_decref(back);
        if (same)
            return text;
        free(text);
    }
    return json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
}

static aevb_status write_text(const char *path, const json_t *root, aevb_error *err)
{
    aevb_atomic *file;
    char *text = shortest_text(root);
    aevb_status status = text == NULL ? aevb_fail_memory(err) : aevb_atomic_open(path, &file, err);
    if (status == AEVB_OK) {
        fprintf(aevb_atomic_file(file), "%s\n", text);
        status = aevb_atomic_commit(file, err); /* reports any error of the stream */
    }
    free(text);
    return status;
}

aevb_status aevb_run_json_write(const char *path, const aevb_run_record *record, aevb_error *err)
{
    json_t *root = json_object();
    if (root == NULL)
        return aevb_fail_memory(err);
    aevb_status status = build(record, root, err);
    if (status == AEVB_OK)
        status = write_text(path, root, err);
    json_decref(root);
    return status;
}

static aevb_status load(const aevb_file_in *file, json_t **out, aevb_error *err)
{
    aevb_status status = AEVB_OK;
    const char *path = aevb_file_in_path(file);
    uint64_t size = aevb_file_in_size(file);
    char *text = NULL, where[4200];
    snprintf(where, sizeof where, "%s:", path);
    if (size > MAX_BYTES)
        status = aevb_fail(err, AEVB_EFORMAT, "%s: %llu bytes are too many for a run.json", path,
                           (unsigned long long)size);
    else if ((text = aevb_alloc((size_t)size, 1)) == NULL)
        status = aevb_fail_memory(err);
    if (status == AEVB_OK && (status = aevb_file_in_read(file, 0, (size_t)size, text, err)) == AEVB_OK)
        status = aevb_json_parse(where, text, (size_t)size, out, err);
    aevb_free(text);
    return status;
}

static aevb_status read_arch(const json_t *part, aevb_arch *arch, aevb_error *err)
{
    char *text;
    size_t length;
    aevb_status status = aevb_json_text(part, 0, &text, &length, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_arch_from_json(text, arch, err);
    aevb_free(text);
    return status;
}

/* The parts in their order; a message starts with the part. */
static aevb_status parse(const json_t *root, aevb_run_record *record, aevb_error *err)
{
    static const char *const parts[] = {"format", "model", "settings", "data", "environment"};
    for (size_t i = 0; i < AEVB_COUNT(parts); i++)
        if (json_object_get(root, parts[i]) == NULL)
            return aevb_fail(err, AEVB_EFORMAT, "\"%s\" is missing", parts[i]);
    if (json_object_size(root) != AEVB_COUNT(parts))
        return aevb_fail(err, AEVB_EFORMAT, "an unknown key beside format, model, settings, data and environment");
    const char *format = json_string_value(json_object_get(root, "format"));
    if (format == NULL || strcmp(format, FORMAT) != 0)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "\"format\" is not \"" FORMAT "\", which this version reads");
    aevb_status status = aevb_fields_from_json("settings", json_object_get(root, "settings"), settings,
                                               AEVB_COUNT(settings), &record->config, err);
    if (status == AEVB_OK)
        status = read_arch(json_object_get(root, "model"), &record->config.arch, err);
    if (status == AEVB_OK)
        status = aevb_fields_from_json("data", json_object_get(root, "data"), data_fields, AEVB_COUNT(data_fields),
                                       record, err);
    if (status == AEVB_OK)
        status = aevb_fields_from_json("environment", json_object_get(root, "environment"), environment,
                                       AEVB_COUNT(environment), record, err);
    return status == AEVB_OK ? aevb_train_config_check(&record->config, err) : status;
}

aevb_status aevb_run_json_parse(const aevb_file_in *file, aevb_run_record *record, aevb_error *err)
{
    json_t *root;
    aevb_status status = load(file, &root, err);
    if (status != AEVB_OK)
        return status;
    aevb_run_record *read = aevb_alloc(1, sizeof *read);
    aevb_error detail;
    status = read == NULL ? aevb_fail_memory(&detail) : parse(root, read, &detail);
    if (status == AEVB_EINVAL) /* out of range: here it is the file that is wrong */
        status = AEVB_EFORMAT;
    if (status == AEVB_OK)
        *record = *read;
    else
        aevb_fail(err, status, "%s: %s", aevb_file_in_path(file), detail.message);
    aevb_free(read);
    json_decref(root);
    return status;
}

aevb_status aevb_run_json_read(const char *path, aevb_run_record *record, aevb_error *err)
{
    aevb_file_in *file;
    aevb_status status = aevb_file_in_open(path, &file, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_run_json_parse(file, record, err);
    aevb_file_in_close(file);
    return status;
}

static int same_arch(const aevb_arch *a, const aevb_arch *b)
{
    int same = a->x_dim == b->x_dim && a->z_dim == b->z_dim && a->n_hidden == b->n_hidden &&
               a->activation == b->activation && a->likelihood == b->likelihood &&
               a->image_rows == b->image_rows && a->image_cols == b->image_cols &&
               (a->likelihood != AEVB_GAUSSIAN_FIXED || a->x_variance == b->x_variance) &&
               a->x_classes == b->x_classes && a->n_alphabet == b->n_alphabet &&
               memcmp(a->alphabet, b->alphabet, a->n_alphabet) == 0;
    for (size_t i = 0; i < a->n_hidden && same; i++)
        same = a->hidden[i] == b->hidden[i];
    return same;
}

const char *aevb_settings_difference(const aevb_train_config *a, const aevb_train_config *b)
{
    if (!same_arch(&a->arch, &b->arch))
        return "model";
    for (size_t i = 0; i < AEVB_COUNT(settings); i++) {
        const char *key = settings[i].key;
        if (strcmp(key, "epochs") != 0 && strcmp(key, "threads") != 0 && !aevb_field_equal(&settings[i], a, b))
            return key;
    }
    return NULL;
}
