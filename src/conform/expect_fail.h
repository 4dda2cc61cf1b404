/* SPDX-License-Identifier: GPL-3.0-or-later
 * The file of cases that are known to fail. */
#ifndef AEVB_EXPECT_FAIL_H
#define AEVB_EXPECT_FAIL_H

#include "conform/vector_set.h"

/* One id per line; '#' begins a comment. marks[i] <- 1 for each case i of the set that is named. An id that is not in
 * the set is passed over when `partial` is set. EIO; EFORMAT for a line that is no id, comes twice or is unknown. */
AEVB_MUST_CHECK aevb_status aevb_expect_fail_read(const char *path, const aevb_vector_set *set, int partial,
                                                  int *marks, aevb_error *err);

#endif
