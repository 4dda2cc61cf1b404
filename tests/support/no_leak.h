/* SPDX-License-Identifier: GPL-3.0-or-later
 * For .fini of a suite: fails a test that has left a block of the library's memory. Works without a sanitizer, and
 * under ASan too, whose own leak check does not run in the processes that Criterion forks. */
#ifndef AEVB_NO_LEAK_H
#define AEVB_NO_LEAK_H

#include <criterion/criterion.h>

#include "alloc.h"

static inline void no_block_left(void)
{
    cr_expect_eq(aevb_alloc_live(), 0, "%zu blocks leaked", aevb_alloc_live());
}

#endif
