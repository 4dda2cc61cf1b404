/* SPDX-License-Identifier: GPL-3.0-or-later
 * Data of a categorical likelihood out of any numbers, for tests. */
#ifndef ONE_HOT_H
#define ONE_HOT_H

#include <stddef.h>

/* In each position of C of the n numbers, the largest becomes 1 and the others 0. */
static inline void one_hot(size_t C, size_t n, double *x)
{
    for (size_t p = 0; p + C <= n; p += C) {
        size_t largest = p;
        for (size_t i = p; i < p + C; i++)
            largest = x[i] > x[largest] ? i : largest;
        for (size_t i = p; i < p + C; i++)
            x[i] = i == largest;
    }
}

#endif
