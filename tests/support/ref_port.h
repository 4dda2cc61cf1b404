/* SPDX-License-Identifier: GPL-3.0-or-later
 * The reference answering a vector, as a port would. */
#ifndef AEVB_REF_PORT_H
#define AEVB_REF_PORT_H

#include "conform/vector_file.h"

typedef enum ref_verdict { REF_ANSWERED, REF_DOMAIN_ERROR, REF_UNSUPPORTED } ref_verdict;

/* answers[i] has room for test->expected[i], zeroed. */
typedef struct ref_case {
    const aevb_vector_group *group;
    const aevb_vector_test *test;
    double **answers;
} ref_case;

ref_verdict ref_port_answer(const ref_case *c);

/* An expected array that our API has no function for: its answer becomes NULL. */
void ref_leave_out(const ref_case *c, const char *name);

/* Shared by the files of the port. */
const double *ref_in(const ref_case *c, const char *name);
double ref_in_scalar(const ref_case *c, const char *name);
double *ref_out(const ref_case *c, const char *name); /* NULL when nothing of that name is expected */
size_t ref_dim(const ref_case *c, const char *name);
typedef struct ref_function { const char *type; ref_verdict (*answer)(const ref_case *c); } ref_function;
extern const ref_function ref_kernels[], ref_wholes[]; /* ended by NULL */

#endif
