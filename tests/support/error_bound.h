/* SPDX-License-Identifier: GPL-3.0-or-later
 * Running error analysis: every number carries a bound of how far a computation in a given precision, in any order of
 * summation, may be from the exact value. Comparing two implementations of unit roundoff u1 and u2 with the bound for
 * u1 + u2 is then no matter of taste. */
#ifndef ERROR_BOUND_H
#define ERROR_BOUND_H

#include <stddef.h>

typedef struct num {
    double v, e; /* value, and bound of the error */
} num;

/* Unit roundoff and smallest number of the analysis that follows. */
void eb_precision(double u, double tiny);

num eb_exact(double v);
num eb_rounded(double v); /* v rounded once */
num eb_add(num a, num b);
num eb_sub(num a, num b);
num eb_mul(num a, num b);
num eb_div(num a, num b); /* e is infinite where b may be 0 */
num eb_sqrt(num a);
num eb_exp(num a);
num eb_expm1(num a);
/* start + sum of a[i as] b[i bs], i < n, in any order, fused or not. */
num eb_dot(num start, size_t n, const num *a, size_t as, const num *b, size_t bs);
num eb_sum(size_t n, const num *a);

/* An aevb_activation and the adjoint of its argument: da = dh f'(a). */
num eb_activation(int f, num a);
num eb_activation_backward(int f, num a, num dh);

#endif
