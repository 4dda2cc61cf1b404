/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers that were answered, measured against what is expected. */
#ifndef AEVB_CASE_VERDICT_H
#define AEVB_CASE_VERDICT_H

#include "conform/vector_file.h"

typedef struct aevb_verdict {
    int within;         /* every element is within its bound */
    size_t n_judged;    /* elements that have a bound in this precision */
    double share, ulps; /* largest error, as a share of the bound and in units of the last place; may be infinite */
    char why[160];      /* of the element with the largest share, when it is beyond its bound */
} aevb_verdict;

/* outputs[i] is NULL for an array that was left out. */
aevb_verdict aevb_verdict_of(const aevb_vector_test *test, double *const *outputs, aevb_precision precision);

/* |answer - truth| in units of the last place of the truth in the precision; INFINITY when only one is finite, or
 * they are different infinities. */
double aevb_ulps(double answer, double truth, double tail, aevb_precision precision);

#endif
