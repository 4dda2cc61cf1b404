/* SPDX-License-Identifier: GPL-3.0-or-later
 * Running error analysis. */
#include "error_bound.h"

#include <math.h>

#include "aevb/model.h"
#include "ref/ref.h"

/* Kernels promise 3 ulp at most, one ulp is up to 2 u relative; the library of the reference stays within 2 ulp. */
enum { FUNCTION_ULPS = 10 };

static double u, tiny;

void eb_precision(double roundoff, double smallest)
{
    u = roundoff;
    tiny = smallest;
}

num eb_exact(double v)
{
    return (num){v, 0.0};
}

num eb_rounded(double v)
{
    return (num){v, u * fabs(v) + tiny};
}

/* The result of an operation whose operands contribute e: rounded `times` times. */
static num result(double v, double e, double times)
{
    return (num){v, e + times * u * (fabs(v) + e) + tiny};
}

num eb_add(num a, num b)
{
    return result(a.v + b.v, a.e + b.e, 1);
}

num eb_sub(num a, num b)
{
    return result(a.v - b.v, a.e + b.e, 1);
}

num eb_mul(num a, num b)
{
    return result(a.v * b.v, fabs(a.v) * b.e + fabs(b.v) * a.e + a.e * b.e, 1);
}

num eb_div(num a, num b)
{
    if (!(fabs(b.v) > b.e))
        return (num){a.v / b.v, INFINITY};
    return result(a.v / b.v, (fabs(a.v) * b.e + fabs(b.v) * a.e) / (fabs(b.v) * (fabs(b.v) - b.e)), 1);
}

num eb_sqrt(num a)
{
    const double v = sqrt(a.v), up = sqrt(a.v + a.e) - v, down = v - sqrt(fmax(a.v - a.e, 0.0));
    return result(v, fmax(up, down), 1);
}

num eb_exp(num a)
{
    return result(exp(a.v), exp(a.v) * expm1(a.e), FUNCTION_ULPS);
}

num eb_expm1(num a)
{
    return result(expm1(a.v), exp(a.v) * expm1(a.e), FUNCTION_ULPS);
}

num eb_dot(num start, size_t n, const num *a, size_t as, const num *b, size_t bs)
{
    double v = start.v, e = start.e, sizes = fabs(start.v) + start.e;
    for (size_t i = 0; i < n; i++) {
        const num x = a[i * as], y = b[i * bs];
        v += x.v * y.v;
        e += fabs(x.v) * y.e + fabs(y.v) * x.e + x.e * y.e;
        sizes += (fabs(x.v) + x.e) * (fabs(y.v) + y.e);
    }
    const double m = (double)n + 1.0;
    return (num){v, e + m * u / (1.0 - m * u) * sizes + m * tiny};
}

num eb_sum(size_t n, const num *a)
{
    static const num one = {1.0, 0.0};
    return eb_dot(eb_exact(0.0), n, a, 1, &one, 0);
}

/* Every activation has slopes between 0 and 1. */
num eb_activation(int f, num a)
{
    double h;
    aevb_ref_activation((aevb_activation)f, 1, &a.v, &h);
    return result(h, a.e, f == AEVB_IDENTITY || f == AEVB_RELU ? 0 : FUNCTION_ULPS);
}

/* The slope comes from h, which is a number near 1 at most, in a few operations; |f''| <= 1 but for the step of relu,
 * where the slope is anything between its two values. */
num eb_activation_backward(int f, num a, num dh)
{
    const double one = 1.0;
    double h, slope = 0.0, error = 0.0;
    aevb_ref_activation((aevb_activation)f, 1, &a.v, &h);
    aevb_ref_activation_backward((aevb_activation)f, 1, &a.v, &h, &one, &slope);
    if (f == AEVB_RELU)
        error = fabs(a.v) <= a.e ? 1.0 : 0.0;
    else if (f != AEVB_IDENTITY)
        error = a.e + 2.0 * FUNCTION_ULPS * u;
    return eb_mul(dh, (num){slope, error});
}
