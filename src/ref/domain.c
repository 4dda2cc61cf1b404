/* SPDX-License-Identifier: GPL-3.0-or-later
 * What values of x a likelihood is defined on. */
#include "config.h"
#include "ref/ref.h"

#include <math.h>

static int inside(aevb_likelihood likelihood, double x)
{
    switch (likelihood) {
    case AEVB_BERNOULLI: return x == 0.0 || x == 1.0;   /* [BERN.3] */
    case AEVB_GREY: return x >= 0.0 && x <= 1.0;        /* [GREY.3] */
    case AEVB_GAUSSIAN:
    case AEVB_GAUSSIAN_FIXED: return isfinite(x) != 0;  /* [GAUSS.3] */
    case AEVB_CATEGORICAL: return x == 1.0 || x == 0.0; /* of [CAT.3]; one_hot does the rest */
    }
    return 0;
}

/* [CAT.3] The first element at which it is sure that a position has not exactly one 1. */
static size_t one_hot(size_t C, size_t n, const double *x)
{
    int ones = 0;
    for (size_t i = 0; i < n; i++) {
        if (i % C == 0)
            ones = 0;
        ones += x[i] == 1.0;
        if (!inside(AEVB_CATEGORICAL, x[i]) || ones > 1 || (i % C == C - 1 && ones == 0))
            return i;
    }
    return n;
}

size_t aevb_ref_domain(aevb_likelihood likelihood, size_t classes, size_t n, const double *x)
{
    if (likelihood == AEVB_CATEGORICAL)
        return one_hot(classes, n, x);
    size_t i = 0;
    while (i < n && inside(likelihood, x[i]))
        i++;
    return i;
}
