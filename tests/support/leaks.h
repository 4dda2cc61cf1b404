/* SPDX-License-Identifier: GPL-3.0-or-later
 * Criterion's test processes end without LeakSanitizer's report: TestSuite(name, .fini = no_leaks) asks for it. */
#ifndef LEAKS_H
#define LEAKS_H

#include <stdlib.h>

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
static void no_leaks(void)
{
    if (__lsan_do_recoverable_leak_check() != 0)
        abort(); /* a failed assertion would not count in a .fini */
}
#else
static void no_leaks(void)
{
}
#endif

#endif
