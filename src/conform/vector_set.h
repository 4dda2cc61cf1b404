/* SPDX-License-Identifier: GPL-3.0-or-later
 * All vector files of a folder, and the cases in them that are asked for. */
#ifndef AEVB_VECTOR_SET_H
#define AEVB_VECTOR_SET_H

#include "conform/vector_file.h"

typedef struct aevb_vector_case {
    const aevb_vector_file *file;
    const aevb_vector_group *group;
    const aevb_vector_test *test;
    const json_t *group_json, *test_json;
} aevb_vector_case;

typedef struct aevb_vector_set {
    size_t n_files, n_cases;
    aevb_vector_file **files; /* by name */
    aevb_vector_case *cases;  /* in the order of the files */
} aevb_vector_set;

/* Reads every *.json of the folder. only: NULL, a mark ("KL.2") or the part before its point ("KL"). EIO, EFORMAT,
 * ENOMEM; EINVAL when no case is left. */
AEVB_MUST_CHECK aevb_status aevb_vector_set_open(const char *folder, const char *only, aevb_vector_set **out,
                                                 aevb_error *err);
void aevb_vector_set_close(aevb_vector_set *set); /* NULL is fine */
/* The case with that id, or NULL. */
const aevb_vector_case *aevb_vector_set_find(const aevb_vector_set *set, const char *id);

#endif
