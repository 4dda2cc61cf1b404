/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lint of the vectors. */
#include "config.h"
#include "aevb/conform.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "conform/json_schema.h"
#include "conform/vector_file.h"
#include "conform/vector_json.h"
#include "error.h"

typedef struct linter {
    const char *folder, *file;
    FILE *report;
    aevb_lint_result *result;
    json_t *ids; /* tcId -> file */
} linter;

static void problem(linter *l, const char *what, const char *detail)
{
    fprintf(l->report, "%s: %s %s\n", l->file, what, detail);
    l->result->problems++;
}

static void check_schema(linter *l, json_t *root)
{
    const char *name = json_string_value(json_object_get(root, "schema"));
    char path[4096];
    aevb_error err = {0};
    json_t *schema = NULL;
    if (name == NULL || strncmp(name, "schemas/", 8) != 0 || strstr(name, "..") != NULL) {
        problem(l, "names a schema outside of", "schemas/");
        return;
    }
    snprintf(path, sizeof path, "%s/%s", l->folder, name);
    if (aevb_vector_load(path, &schema, &err) != AEVB_OK ||
        aevb_json_schema_check(name, schema, root, &err) != AEVB_OK)
        problem(l, "schema:", err.message);
    json_decref(schema);
}

static void check_canonical(linter *l, const char *path, json_t *root)
{
    char *text = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&text, &length), *stream = fopen(path, "rb");
    int same = memory != NULL && stream != NULL && aevb_vector_write(memory, root) == 0;
    for (size_t i = 0; same && i < length; i++)
        same = getc(stream) == (unsigned char)text[i];
    if (!same || getc(stream) != EOF)
        problem(l, "is not", "canonical");
    if (stream != NULL)
        fclose(stream);
    if (memory != NULL)
        fclose(memory);
    free(text);
}

static void check_test(linter *l, const aevb_vector_file *file, const aevb_vector_test *test, json_t *used)
{
    size_t length = strlen(l->file) - strlen(".json");
    if (strncmp(test->id, l->file, length) != 0 || test->id[length] != '-')
        problem(l, "tcId does not begin with the file's name:", test->id);
    if (json_object_get(l->ids, test->id) != NULL)
        problem(l, "tcId occurs twice:", test->id);
    if (json_object_set_new(l->ids, test->id, json_true()) != 0)
        problem(l, "tcId cannot be kept:", test->id);
    if (json_array_size(test->flags) == 0)
        problem(l, "no flag in", test->id);
    for (size_t i = 0; i < json_array_size(test->flags); i++) {
        const char *flag = json_string_value(json_array_get(test->flags, i));
        if (flag == NULL || json_object_get(file->notes, flag) == NULL)
            problem(l, "flag without a note:", flag == NULL ? test->id : flag);
        else if (json_object_set_new(used, flag, json_true()) != 0)
            problem(l, "flag cannot be kept:", flag);
    }
}

static int is_empty(const json_t *note, const char *key)
{
    const char *text = json_string_value(json_object_get(note, key));
    return text == NULL || text[0] == '\0';
}

static void check_notes(linter *l, const aevb_vector_file *file, const json_t *used)
{
    const char *flag;
    json_t *note;
    json_t *notes = json_object_get(file->root, "notes");
    json_object_foreach(notes, flag, note) {
        if (json_object_get(used, flag) == NULL)
            problem(l, "note that no test uses:", flag);
        if (is_empty(note, "bugType") || is_empty(note, "description") || is_empty(note, "effect") ||
            json_array_size(json_object_get(note, "links")) == 0)
            problem(l, "incomplete note:", flag);
    }
}

static void check_file(linter *l)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", l->folder, l->file);
    aevb_vector_file *file;
    aevb_error err = {0};
    l->result->files++;
    if (aevb_vector_open(path, &file, &err) != AEVB_OK) {
        problem(l, "", err.message);
        return;
    }
    json_t *used = json_object();
    check_schema(l, file->root);
    check_canonical(l, path, file->root);
    for (size_t g = 0; g < file->n_groups; g++)
        for (size_t t = 0; t < file->groups[g].n_tests; t++)
            check_test(l, file, &file->groups[g].tests[t], used);
    check_notes(l, file, used);
    l->result->tests += file->n_tests;
    json_decref(used);
    aevb_vector_close(file);
}

static int is_vector_file(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + length - 5, ".json") == 0;
}

aevb_status aevb_vectors_lint(const char *folder, FILE *report, aevb_lint_result *result, aevb_error *err)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_vector_file, alphasort);
    if (n < 0)
        return aevb_fail_errno(err, folder, "list");
    *result = (aevb_lint_result){0};
    linter l = {.folder = folder, .report = report, .result = result, .ids = json_object()};
    for (int i = 0; i < n; i++) {
        l.file = entries[i]->d_name;
        check_file(&l);
        free(entries[i]);
    }
    free(entries);
    json_decref(l.ids);
    if (result->problems > 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %zu problems in %zu files", folder, result->problems, result->files);
    return result->tests > 0 ? AEVB_OK : aevb_fail(err, AEVB_EFORMAT, "%s: no vectors", folder);
}
