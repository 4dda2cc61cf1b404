/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: random values. Only integer arithmetic and exact floating-point operations, so that every machine checks
 * the same numbers and the hashes can be compared (and never two draws in one expression, whose order is open). */
#include "checkkern.h"

#include <float.h>
#include <math.h>

/* SplitMix64 (Steele, Lea and Flood 2014). */
uint64_t random_bits(check *c)
{
    uint64_t z = c->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double random_unit(check *c)
{
    return (double)(random_bits(c) >> 11) * 0x1p-53;
}

size_t random_below(check *c, size_t n)
{
    return (size_t)(random_bits(c) % n);
}

double round_to(int bits, double x)
{
    return bits == 32 ? (double)(float)x : x;
}

static double value_special(check *c)
{
    const int single = c->bits == 32;
    const double sign = random_bits(c) & 1 ? 1.0 : -1.0;
    const double smallest = single ? 0x1p-149 : 0x1p-1074;
    switch (random_below(c, 12)) {
    case 0: return sign * 0.0;
    case 1: return sign * smallest;
    case 2: return sign * smallest * (double)(1 + random_below(c, 1 << 22));
    case 3: return sign * (single ? (double)FLT_MIN : DBL_MIN);
    case 4: return sign * 0x1p50;
    case 5: return sign * INFINITY;
    case 6: return NAN;
    case 7: return sign;
    default: return round_to(c->bits, sign * 4.0 * random_unit(c));
    }
}

double value_in(check *c, double lo, double hi)
{
    if (c->kind == INTEGER) {
        return ceil(lo) + (double)random_below(c, (size_t)(floor(hi) - ceil(lo)) + 1);
    }
    return round_to(c->bits, lo + (hi - lo) * random_unit(c));
}

double value_any(check *c)
{
    switch (c->kind) {
    case SPECIAL: return value_special(c);
    case RARE: return random_below(c, 64) == 0 ? value_special(c) : value_in(c, -4.0, 4.0);
    case WIDE: {
        const int reach = c->bits == 32 ? 15 : 120; /* the square of a square is still a normal number */
        const int exponent = (int)random_below(c, (size_t)(2 * reach + 1)) - reach;
        return round_to(c->bits, ldexp(random_bits(c) & 1 ? 1.0 + random_unit(c) : -1.0 - random_unit(c), exponent));
    }
    default: return value_in(c, -4.0, 4.0);
    }
}

double value_extreme(check *c)
{
    if (c->kind == SPECIAL && random_below(c, 8) == 0) {
        return (random_bits(c) & 1 ? 1.0 : -1.0) * (c->bits == 32 ? (double)FLT_MAX : DBL_MAX);
    }
    return value_any(c);
}

double value_exponent(check *c)
{
    switch (c->kind) {
    case INTEGER: return 0.0;
    case SPECIAL:
    case RARE: return value_any(c);
    case WIDE: return value_in(c, -20.0, 20.0);
    default: return value_in(c, -4.0, 4.0);
    }
}

double value_unit(check *c)
{
    return c->kind == SPECIAL ? (double)random_below(c, 2) : value_in(c, 0.0, 1.0);
}

double value_double(check *c)
{
    const double sign = random_bits(c) & 1 ? 1.0 : -1.0;
    switch (random_below(c, 12)) {
    case 0: return sign * 0.0;
    case 1: return sign * INFINITY;
    case 2: return NAN;
    case 3: return sign * DBL_MAX;
    case 4: return sign * 0x1p-1074;
    case 5: return sign * 0x1.ffffffp127;  /* half way from the largest float to the next power of two */
    case 6: return sign * 0x1.fffffefffffffp127; /* the last double that rounds to the largest float */
    case 7: return sign * 0x1p-150;       /* half way from 0 to the smallest float */
    case 8: return sign * (1.0 + 0x1p-24); /* half way between two floats */
    default: {
        const int exponent = (int)random_below(c, 300) - 150;
        return sign * ldexp(1.0 + random_unit(c), exponent);
    }
    }
}
