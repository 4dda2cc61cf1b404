/* SPDX-License-Identifier: GPL-3.0-or-later
 * What cases about whole models and about training share. All give AEVB_OK, EFORMAT or EUNSUPPORTED. */
#ifndef AEVB_ANSWER_PARTS_H
#define AEVB_ANSWER_PARTS_H

#include "conform/composed_model.h"

/* to[0..n-1] <- the input of that name. */
aevb_status aevb_case_load(const aevb_vector_test *test, const char *name, size_t n, double *to);
/* The output of that name is left out. */
void aevb_case_leave_out(const aevb_vector_test *test, double **outputs, const char *name);
/* The output of that name, if it is wanted and not left out, <- from[0..n-1]. */
aevb_status aevb_case_give(const aevb_vector_test *test, double *const *outputs, const char *name, size_t n,
                           const double *from);
/* The tensors by name into model->params; and a block of the same layout to the outputs PREFIX + name. */
aevb_status aevb_case_load_params(const aevb_vector_test *test, aevb_composed *model);
aevb_status aevb_case_give_params(const aevb_vector_test *test, double *const *outputs, const aevb_layout *layout,
                                  const char *prefix, const double *params);
aevb_status aevb_objective_of_group(const aevb_vector_group *group, aevb_objective *objective);

#endif
