/* SPDX-License-Identifier: GPL-3.0-or-later
 * TestSuite(name, .fini = no_leaks): the program fails when a test has left a block of the library's memory and, in a
 * sanitized build, any other. It aborts because Criterion drops whatever else happens after the body of a test: failed
 * assertions, and the exit status of a leak report. */
#ifndef LEAKS_H
#define LEAKS_H

#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"

#ifdef __has_feature
# if __has_feature(address_sanitizer)
#  define WITH_LEAK_SANITIZER 1
# endif
#endif
#ifdef __SANITIZE_ADDRESS__
# define WITH_LEAK_SANITIZER 1
#endif
#ifdef WITH_LEAK_SANITIZER
# include <sanitizer/lsan_interface.h>
#endif

static inline void no_leaks(void)
{
    if (aevb_alloc_live() != 0) {
        fprintf(stderr, "%zu blocks of memory leaked\n", aevb_alloc_live());
        abort();
    }
#ifdef WITH_LEAK_SANITIZER
    if (__lsan_do_recoverable_leak_check() != 0)
        abort();
#endif
}

#endif
