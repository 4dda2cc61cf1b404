/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fails when compiler or linker flags relaxed IEEE 754: contraction, reassociation, flushed denormals, extended
 * precision, folded NaN comparisons, a rounding mode other than to nearest. Several of these set no macro. */
#include "config.h"
#include <criterion/criterion.h>
#include <fenv.h>
#include <float.h>
#include <math.h>

#include "fp_rules.h"
#include "ref/ref.h"

/* Values that the compiler cannot see. */
static volatile double tiny = 0x1p-1022, third = 1.0 / 3.0, huge = 1e308, one = 1.0, not_a_number = NAN;

Test(fp_canary, no_contraction)
{
    /* third * 3 rounds to 1, so the difference is 0; a fused multiply-add leaves -2^-54. */
    const double a = third;
    cr_expect_eq(a * 3.0 - one, 0.0);
    /* In the library as well: one product added to a bias. */
    const double x = a, w = 3.0, bias = -1.0;
    double y;
    aevb_ref_affine(1, 1, 1, &x, &w, &bias, &y);
    cr_expect_eq(y, 0.0, "the library was built with contraction");
}

Test(fp_canary, no_reassociation)
{
    const double big = huge, small = one;
    cr_expect_eq((big + small) - big, 0.0);
    double y;
    const double x[3] = {1.0, 1.0, 1.0}, w[3] = {1.0, -1e16, 1.0}, bias = 1e16;
    /* In order: 1e16 + 1 -> 1e16, - 1e16 -> 0, + 1 -> 1. */
    aevb_ref_affine(1, 3, 1, x, w, &bias, &y);
    cr_expect_eq(y, 1.0, "the library reassociates sums");
}

Test(fp_canary, denormals_are_kept)
{
    const double half = tiny * 0.5;
    cr_expect(half > 0.0 && half * 2.0 == tiny);
    double z;
    const double mu = 0.0, logvar = 0.0, eps = 0x1p-1070;
    aevb_ref_reparam(1, 1, 1, &mu, &logvar, &eps, &z);
    cr_expect_eq(z, 0x1p-1070, "the library flushes denormals");
}

Test(fp_canary, nan_and_infinity_are_seen)
{
    const double n = not_a_number;
    cr_expect(n != n);
    cr_expect(isnan(n) && !isfinite(n) && !(n < 1.0) && !(n >= 1.0));
    cr_expect(isinf(huge * 10.0));
    double kl;
    const double zero = 0.0;
    aevb_ref_kl(1, 1, &n, &zero, &kl);
    cr_expect(isnan(kl));
}

Test(fp_canary, evaluation_is_double_and_to_nearest)
{
    cr_expect_eq(FLT_EVAL_METHOD, 0);
    cr_expect_eq(fegetround(), FE_TONEAREST);
}
