/* SPDX-License-Identifier: GPL-3.0-or-later
 * Shares of bounds, units in the last place, and the worst of them. */
#include "config.h"
#include "fp_rules.h"
#include "conform/case_verdict.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

double aevb_ulps(double answer, double truth, double tail, aevb_precision precision)
{
    const int digits = precision == AEVB_F32 ? FLT_MANT_DIG : DBL_MANT_DIG;
    const int least = precision == AEVB_F32 ? FLT_MIN_EXP - FLT_MANT_DIG : DBL_MIN_EXP - DBL_MANT_DIG;
    if (precision == AEVB_F32 && isfinite(truth) && fabs(truth) > FLT_MAX)
        truth = copysign(INFINITY, truth);
    if (!isfinite(answer) || !isfinite(truth))
        return answer == truth || (isnan(answer) && isnan(truth)) ? 0 : INFINITY;
    int exponent;
    frexp(truth, &exponent);
    exponent -= digits;
    return fabs((answer - truth) - tail) / ldexp(1, truth == 0 || exponent < least ? least : exponent);
}

aevb_verdict aevb_verdict_of(const aevb_vector_test *test, double *const *outputs, aevb_precision precision)
{
    aevb_verdict v = {.within = 1, .share = -1};
    for (size_t i = 0; i < test->n_expected; i++)
        for (size_t j = 0; outputs[i] != NULL && j < test->expected[i].array.n; j++) {
            const aevb_vector_expected *e = &test->expected[i];
            const double got = outputs[i][j], truth = e->array.data[j];
            const double share = aevb_vector_share(e, j, got, precision, AEVB_VECTOR_SLACK);
            if (share < 0)
                continue;
            v.n_judged++;
            v.within &= share <= 1;
            v.ulps = fmax(v.ulps, aevb_ulps(got, truth, e->tail == NULL ? 0 : e->tail[j], precision));
            if (share > 1 && share > v.share)
                snprintf(v.why, sizeof v.why, "%s[%zu] is %.17g, true %.17g, %.3g times its bound", e->array.name, j,
                         got, truth, share);
            v.share = fmax(v.share, share);
        }
    if (v.share < 0)
        v.share = 0;
    return v;
}
