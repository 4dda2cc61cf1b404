/* SPDX-License-Identifier: GPL-3.0-or-later
 * The clock. */
#include "config.h"
#include "clock.h"

#include <time.h>

double aevb_now(void)
{
    struct timespec t = {0};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
