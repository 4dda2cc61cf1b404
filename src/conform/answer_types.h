/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a type of case takes and gives: one row each. */
#ifndef AEVB_ANSWER_TYPES_H
#define AEVB_ANSWER_TYPES_H

#include "conform/kernel_set.h"
#include "conform/vector_file.h"

enum { AEVB_ANSWER_DIMS = 4, AEVB_ANSWER_ARRAYS = 8 };

typedef struct aevb_answer_type {
    /* dims: names of dimensions, "B K Z". in, out: arrays with the first letters of their dimensions, "mu:BZ
     * eps:BKZ"; "loss:" is a scalar. */
    const char *name, *dims, *in, *out;
    /* d: dims in order; in, out: arrays in order, out zeroed. EUNSUPPORTED: a setting that does not exist. */
    aevb_status (*answer)(const aevb_kernel_set *k, const aevb_vector_group *group, const size_t *d,
                          const double *const *in, double *const *out);
    int has_domain; /* the first input is data of this likelihood */
    aevb_likelihood likelihood;
    /* For types whose arrays depend on the settings: instead of all that. */
    aevb_status (*answer_whole)(const aevb_kernel_set *k, const aevb_vector_group *group,
                                const aevb_vector_test *test, double **outputs);
} aevb_answer_type;

/* Each ends with a row whose name is NULL. */
extern const aevb_answer_type aevb_answer_kernels[], aevb_answer_objectives[], aevb_answer_rng[],
    aevb_answer_models[], aevb_answer_training[];

#endif
