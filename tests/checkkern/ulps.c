/* SPDX-License-Identifier: GPL-3.0-or-later
 * Distance of a result from the exact one in units in the last place. */
#include "ulps.h"

#include <math.h>

double ulps(int bits, double got, long double want)
{
    const int digits = bits == 32 ? 24 : 53, top = bits == 32 ? 128 : 1024, bottom = bits == 32 ? -125 : -1021;
    if (isnan(want) || isnan(got)) {
        return isnan(want) && isnan(got) ? 0.0 : INFINITY;
    }
    if (want == 0.0L && got == 0.0) {
        return !signbit(got) == !signbit(want) ? 0.0 : INFINITY;
    }
    if ((isinf(want) && isinf(got)) || want == 0.0L) {
        return (double)want == got ? 0.0 : INFINITY;
    }
    if (!signbit(got) != !signbit(want)) {
        return INFINITY;
    }
    /* Infinity counts as the power of two after the largest number. */
    const long double largest = ldexpl(1.0L, top);
    const long double a = isinf(want) || fabsl(want) > largest ? largest : fabsl(want);
    const long double b = isinf(got) ? largest : fabsl((long double)got);
    int exponent;
    (void)frexpl(a, &exponent);
    exponent = exponent < bottom ? bottom : exponent > top ? top : exponent;
    return (double)ldexpl(fabsl(a - b), digits - exponent);
}
