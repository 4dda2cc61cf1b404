/* SPDX-License-Identifier: GPL-3.0-or-later
 * Working out the answer of a case from a table of kernels. */
#ifndef AEVB_ANSWER_CASE_H
#define AEVB_ANSWER_CASE_H

#include "conform/kernel_set.h"
#include "conform/vector_file.h"

/* outputs[i][0 .. expected[i].n - 1] <- the answer to test, or outputs[i] <- NULL where an engine does not show it.
 * EDOMAIN: the data are outside the domain. EUNSUPPORTED: no such type or setting. EFORMAT: something is missing or
 * has the wrong size. ENOMEM. */
aevb_status aevb_answer_case(const aevb_kernel_set *kernels, const aevb_vector_group *group,
                             const aevb_vector_test *test, double **outputs);

/* Types by number, NULL after the last. */
const char *aevb_answer_type_name(size_t i);

#endif
