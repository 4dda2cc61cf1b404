/* SPDX-License-Identifier: GPL-3.0-or-later
 * Running moments, and the numbering of samples from the prior. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "aevb/infer.h"
#include "aevb/rng.h"
#include "infer/moments.h"

Test(prior_draw, numbers_samples) /* [RNG.6] */
{
    double all[10 * 3], part[4 * 3];
    aevb_prior_draw(5, 0, 10, 3, all);
    aevb_prior_draw(5, 5, 4, 3, part);
    cr_expect_eq(memcmp(all + 5 * 3, part, sizeof part), 0);
    cr_expect_eq(all[7], aevb_normal(5, aevb_stream(AEVB_STREAM_PRIOR, 0), 7));
}

/* [EVAL.1] [EVAL.2] 1, 2, 4 shifted by 2^40: exact numbers that a mean of squares would lose. */
Test(moments, survive_a_large_offset_and_know_when_they_do_not_exist)
{
    aevb_moments m = {0};
    cr_expect(isnan(aevb_moments_mean(&m)) && isnan(aevb_moments_variance(&m)) && isnan(aevb_moments_se(&m)));
    aevb_moments_add(&m, 0x1p40 + 1.0);
    cr_expect(aevb_moments_mean(&m) == 0x1p40 + 1.0 && aevb_moments_variance(&m) == 0.0);
    cr_expect(isnan(aevb_moments_se(&m)));
    aevb_moments_add(&m, 0x1p40 + 2.0);
    aevb_moments_add(&m, 0x1p40 + 4.0);
    /* The centre is rounded to ulp(2^40) = 2^-12: 2^-13 off in deviations of at most 2. */
    cr_expect_leq(fabs(aevb_moments_variance(&m) - 14.0 / 9.0), 3.0 * 2.0 * 2.0 * 0x1p-13);
    cr_expect_leq(fabs(aevb_moments_se(&m) - sqrt(14.0 / 18.0)), 3.0 * 2.0 * 2.0 * 0x1p-13);
}
