/* SPDX-License-Identifier: GPL-3.0-or-later
 * Looking at vectors: a list of the cases, and one case in full. */
#include "config.h"
#include "aevb/conform.h"
#include "conform/vector_json.h"
#include "conform/vector_set.h"
#include "error.h"

static aevb_status written(FILE *stream, aevb_error *err)
{
    return fflush(stream) != 0 || ferror(stream) ? aevb_fail_errno(err, "list", "cannot write") : AEVB_OK;
}

aevb_status aevb_vectors_list(const char *folder, const char *only, FILE *stream, aevb_error *err)
{
    aevb_vector_set *set;
    aevb_status status = aevb_vector_set_open(folder, only, &set, err);
    if (status != AEVB_OK)
        return status;
    for (size_t i = 0; i < set->n_cases; i++) {
        const aevb_vector_case *c = &set->cases[i];
        fprintf(stream, "%-24s %-24s", c->test->id, c->group->clauses);
        size_t f;
        json_t *flag;
        json_array_foreach(c->test->flags, f, flag)
            fprintf(stream, "%s%s", f == 0 ? " [" : " ", json_string_value(flag));
        fprintf(stream, "%s %s\n", json_array_size(c->test->flags) > 0 ? "]" : "", c->test->comment);
    }
    fprintf(stream, "%zu cases\n", set->n_cases);
    aevb_vector_set_close(set);
    return written(stream, err);
}

/* The case with what its group and the notes of its flags say. */
static json_t *in_full(const aevb_vector_case *c)
{
    json_t *whole =
        json_pack("{s:O, s:O, s:O, s:O, s:O}", "type", json_object_get(c->group_json, "type"), "specRef",
                  json_object_get(c->group_json, "specRef"), "dims", json_object_get(c->group_json, "dims"), "config",
                  json_object_get(c->group_json, "config"), "arrays", json_object_get(c->group_json, "arrays"));
    json_t *notes = json_object();
    size_t f;
    json_t *flag;
    json_array_foreach(c->test->flags, f, flag)
        json_object_set(notes, json_string_value(flag), json_object_get(c->file->notes, json_string_value(flag)));
    if (json_object_update(whole, (json_t *)c->test_json) != 0 || json_object_set(whole, "notes", notes) != 0) {
        json_decref(whole);
        whole = NULL;
    }
    json_decref(notes);
    return whole;
}

aevb_status aevb_vectors_show(const char *folder, const char *id, FILE *stream, aevb_error *err)
{
    aevb_vector_set *set;
    aevb_status status = aevb_vector_set_open(folder, NULL, &set, err);
    if (status != AEVB_OK)
        return status;
    const aevb_vector_case *found = aevb_vector_set_find(set, id);
    json_t *whole = found == NULL ? NULL : in_full(found);
    if (found == NULL)
        status = aevb_fail(err, AEVB_EINVAL, "%s: there is no case \"%s\"", folder, id);
    else if (whole == NULL)
        status = aevb_fail_memory(err);
    else if (aevb_vector_write(stream, whole) != 0)
        status = aevb_fail_errno(err, "case", "cannot write");
    json_decref(whole);
    aevb_vector_set_close(set);
    return status == AEVB_OK ? written(stream, err) : status;
}
