/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a ball to two doubles: the correctly rounded value and the rest beyond it. */
#include "oracle.h"

enum { RELATIVE_BITS = 100, TAIL_BITS = 300 };

/* The double to which every point of the ball rounds. */
static int nearest(const arb_t ball, double *d)
{
    arf_t low, high;
    arf_init(low);
    arf_init(high);
    arb_get_interval_arf(low, high, ball, arb_rel_accuracy_bits(ball) + 128);
    *d = arf_get_d(low, ARF_RND_NEAR);
    int agree = *d == arf_get_d(high, ARF_RND_NEAR);
    arf_clear(low);
    arf_clear(high);
    return agree;
}

int oracle_round(N value, double *d, double *tail)
{
    *tail = 0;
    if (num_is_special(value)) {
        *d = value->special;
        return 1;
    }
    if (arb_is_zero(value->v)) {
        *d = 0;
        return 1;
    }
    if (!arb_is_finite(value->v) || arb_rel_accuracy_bits(value->v) < RELATIVE_BITS || !nearest(value->v, d))
        return 0;
    if (*d > 1.7976931348623157e308 || *d < -1.7976931348623157e308)
        return 1;
    arb_t rest;
    mag_t size, limit;
    arb_init(rest);
    mag_init(size);
    mag_init(limit);
    arb_set_d(rest, *d);
    arb_sub(rest, value->v, rest, ARF_PREC_EXACT);
    /* A rest below 2^-300 of the value is written as 0: an exact result that the ball cannot know to be exact. */
    arb_get_mag(size, rest);
    arb_get_mag(limit, value->v);
    mag_mul_2exp_si(limit, limit, -TAIL_BITS);
    int proved = mag_cmp(size, limit) <= 0 || nearest(rest, tail);
    if (mag_cmp(size, limit) <= 0 || *tail == 0)
        *tail = 0; /* and no -0 from a rest below the range */
    mag_clear(limit);
    mag_clear(size);
    arb_clear(rest);
    return proved;
}
