/* SPDX-License-Identifier: GPL-3.0-or-later
 * What values of x a likelihood is defined on. */
#include "config.h"
#include "ref/ref.h"

#include <math.h>

static int inside(aevb_likelihood likelihood, double x)
{
    switch (likelihood) {
    case AEVB_BERNOULLI: return x == 0.0 || x == 1.0;  /* [BERN.3] */
    case AEVB_GREY: return x >= 0.0 && x <= 1.0;       /* [GREY.3] */
    case AEVB_GAUSSIAN:
    case AEVB_GAUSSIAN_FIXED: return isfinite(x) != 0; /* [GAUSS.3] */
    }
    return 0;
}

size_t aevb_ref_domain(aevb_likelihood likelihood, size_t n, const double *x)
{
    size_t i = 0;
    while (i < n && inside(likelihood, x[i]))
        i++;
    return i;
}
