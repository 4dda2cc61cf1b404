/* SPDX-License-Identifier: GPL-3.0-or-later
 * Activations and their derivatives. */
#include "config.h"
#include "fp_rules.h"
#include "ref/ref.h"

#include <math.h>

/* [ACT.4] exp of a non-positive number only, so nothing overflows. */
double aevb_ref_sigmoid(double a)
{
    if (a >= 0.0)
        return 1.0 / (1.0 + exp(-a));
    double e = exp(a);
    return e / (1.0 + e);
}

/* [ACT.5] log(1 + exp(a)) = max(a, 0) + log1p(exp(-|a|)). */
double aevb_ref_softplus(double a)
{
    return (a > 0.0 ? a : 0.0) + log1p(exp(-fabs(a)));
}

static double value(aevb_activation f, double a)
{
    switch (f) {
    case AEVB_IDENTITY: return a;                              /* [ACT.1] */
    case AEVB_RELU: return a > 0.0 ? a : (a <= 0.0 ? 0.0 : a); /* [ACT.2], NaN stays NaN */
    case AEVB_TANH: return tanh(a);                            /* [ACT.3] */
    case AEVB_SIGMOID: return aevb_ref_sigmoid(a);             /* [ACT.4] */
    case AEVB_SOFTPLUS: return aevb_ref_softplus(a);           /* [ACT.5] */
    }
    return NAN;
}

static double derivative(aevb_activation f, double a, double h)
{
    switch (f) {
    case AEVB_IDENTITY: return 1.0;
    case AEVB_RELU: return a > 0.0 ? 1.0 : 0.0; /* 0 at the kink, as every framework has it */
    case AEVB_TANH: return 1.0 - h * h;
    case AEVB_SIGMOID: return h * (1.0 - h);
    case AEVB_SOFTPLUS: return aevb_ref_sigmoid(a);
    }
    return NAN;
}

void aevb_ref_activation(aevb_activation f, size_t n, const double *a, double *h)
{
    for (size_t i = 0; i < n; i++)
        h[i] = value(f, a[i]);
}

void aevb_ref_activation_backward(aevb_activation f, size_t n, const double *a, const double *h, const double *dh,
                                  double *da)
{
    for (size_t i = 0; i < n; i++)
        da[i] += dh[i] * derivative(f, a[i], h[i]);
}
