/* SPDX-License-Identifier: GPL-3.0-or-later
 * For .fini of a suite: the program fails when a test has left a block of the library's memory, sanitizer or not.
 * It aborts because Criterion drops whatever else happens after the body of a test, a leak report's exit status too. */
#ifndef AEVB_NO_LEAK_H
#define AEVB_NO_LEAK_H

#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"

static inline void no_block_left(void)
{
    if (aevb_alloc_live() != 0) {
        fprintf(stderr, "%zu blocks of memory leaked\n", aevb_alloc_live());
        abort();
    }
}

#endif
