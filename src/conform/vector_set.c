/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opening a folder of vectors and selecting cases. */
#include "config.h"
#include "conform/vector_set.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

static int is_vector_file(const struct dirent *entry)
{
    const size_t n = strlen(entry->d_name);
    return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".json") == 0;
}

/* By bytes, whatever the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Whether a list of marks "BERN.1 BERN.3" has one that is asked for. */
static int selected(const char *clauses, const char *only)
{
    if (only == NULL)
        return 1;
    const size_t n = strlen(only);
    while (*clauses != '\0') {
        const size_t length = strcspn(clauses, " ");
        if (strncmp(clauses, only, n) == 0 && (length == n || (length > n && clauses[n] == '.')))
            return 1;
        clauses += length + strspn(clauses + length, " ");
    }
    return 0;
}

static aevb_status read_file(aevb_vector_set *set, const char *folder, const char *name, aevb_error *err)
{
    const size_t room = strlen(folder) + strlen(name) + 2;
    char *path = aevb_alloc(room, 1);
    if (path == NULL)
        return aevb_fail_memory(err);
    snprintf(path, room, "%s/%s", folder, name);
    aevb_status status = aevb_vector_open(path, &set->files[set->n_files], err);
    set->n_files += status == AEVB_OK;
    aevb_free(path);
    return status;
}

static aevb_status read_files(aevb_vector_set *set, const char *folder, aevb_error *err)
{
    struct dirent **entries;
    const int n = scandir(folder, &entries, is_vector_file, by_name);
    if (n < 0)
        return aevb_fail_errno(err, folder, "cannot list");
    set->files = aevb_alloc((size_t)n, sizeof(aevb_vector_file *));
    aevb_status status = set->files == NULL ? aevb_fail_memory(err) : AEVB_OK;
    for (int i = 0; i < n; i++) {
        if (status == AEVB_OK)
            status = read_file(set, folder, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    if (status == AEVB_OK && set->n_files == 0)
        return aevb_fail(err, AEVB_EIO, "%s: holds no vector file", folder);
    return status;
}

static void select_cases(aevb_vector_set *set, const char *only)
{
    for (size_t f = 0; f < set->n_files; f++) {
        const aevb_vector_file *file = set->files[f];
        const json_t *groups = json_object_get(file->root, "testGroups");
        for (size_t g = 0; g < file->n_groups; g++) {
            const aevb_vector_group *group = &file->groups[g];
            const json_t *group_json = json_array_get(groups, g), *tests = json_object_get(group_json, "tests");
            for (size_t t = 0; t < group->n_tests && selected(group->clauses, only); t++)
                set->cases[set->n_cases++] = (aevb_vector_case){file, group, &group->tests[t], group_json,
                                                                json_array_get(tests, t)};
        }
    }
}

aevb_status aevb_vector_set_open(const char *folder, const char *only, aevb_vector_set **out, aevb_error *err)
{
    aevb_vector_set *set = aevb_alloc(1, sizeof *set);
    if (set == NULL)
        return aevb_fail_memory(err);
    aevb_status status = read_files(set, folder, err);
    size_t n = 0;
    for (size_t f = 0; f < set->n_files; f++)
        n += set->files[f]->n_tests;
    if (status == AEVB_OK && (set->cases = aevb_alloc(n, sizeof *set->cases)) == NULL)
        status = aevb_fail_memory(err);
    if (status == AEVB_OK) {
        select_cases(set, only);
        if (set->n_cases == 0)
            status = aevb_fail(err, AEVB_EINVAL, "%s: no case is about %s", folder, only == NULL ? "anything" : only);
    }
    if (status != AEVB_OK) {
        aevb_vector_set_close(set);
        return status;
    }
    *out = set;
    return AEVB_OK;
}

void aevb_vector_set_close(aevb_vector_set *set)
{
    if (set == NULL)
        return;
    for (size_t f = 0; f < set->n_files; f++)
        aevb_vector_close(set->files[f]);
    aevb_free(set->files);
    aevb_free(set->cases);
    aevb_free(set);
}

const aevb_vector_case *aevb_vector_set_find(const aevb_vector_set *set, const char *id)
{
    for (size_t i = 0; i < set->n_cases; i++)
        if (strcmp(set->cases[i].test->id, id) == 0)
            return &set->cases[i];
    return NULL;
}
