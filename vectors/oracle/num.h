/* SPDX-License-Identifier: GPL-3.0-or-later
 * The oracle's numbers: a ball that encloses the true value (Arb), and beside it a running error analysis of the
 * evaluation that the specification prescribes. Numbers are immutable and live in a pool.
 *
 * The error part, to first order, for any order of summation, is |computed - true| <= u * e + floor, where u is the
 * unit roundoff (2^-53 for float64, 2^-24 for float32). Each + - * / and square root costs u |result|, an elementary
 * function 4 u |result| (two ulps), a sum of n terms (n - 1) u sum |term|; what an operand is wrong by is multiplied
 * by the magnitude of the derivative. floor collects what underflow may add (the smallest normal number, so that a
 * machine that flushes is within it), and is infinite where an intermediate result leaves the range of the format,
 * where a kink may fall on either side, or where first order is not enough. */
#ifndef ORACLE_NUM_H
#define ORACLE_NUM_H

#include <stddef.h>
#include "config.h"
#ifdef HAVE_ARB_H
# include <arb.h>
#else
# include <flint/arb.h>
#endif

enum { NUM_F64 = 0, NUM_F32 = 1, NUM_FORMATS = 2 };

typedef struct num {
    arb_t v;
    double special; /* 0; or the NaN or infinity that IEEE arithmetic yields from a non-finite operand */
    double e;
    double floor[NUM_FORMATS];
} num;

typedef const num *N;

extern slong num_prec;  /* working precision in bits */
extern int num_at_kink; /* set by a rectifier within 2^-250 of its kink, where a difference is no derivative */

/* The pool: everything made after a mark is gone (and its memory reused) after the release of that mark. */
size_t num_mark(void);
void num_release(size_t mark);
void num_free_pool(void);

N num_d(double d);                 /* exact; non-finite d is special */
/* A value with an error analysis made elsewhere; floor may be NULL. */
N num_ball(const arb_t v, double e, const double floor[NUM_FORMATS]);

N num_add(N a, N b);
N num_sub(N a, N b);
N num_mul(N a, N b);
N num_div(N a, N b);
N num_neg(N a);          /* exact */
N num_scale2(N a, long exponent); /* a 2^exponent, exact */
N num_half(N a);         /* exact */
N num_sqr(N a);
N num_sqrt(N a);
N num_exp(N a);
N num_expm1(N a);
N num_log(N a);
N num_tanh(N a);
N num_sigmoid(N a);
N num_softplus(N a);
N num_relu(N a);
N num_relu_step(N a);    /* 1 where a > 0, else 0 */
N num_pow_ui(N a, unsigned long n);
N num_log_2pi(void);

/* The value of one expression with the error analysis of another that is equal to it: where the specification
 * prescribes a form that loses digits which the truth must keep. */
N num_as_computed(N truth, N prescribed);

/* Sums in no particular order: the error part holds for every order. */
N num_sum(size_t n, const N *terms);
/* start (may be NULL) + sum_i a[i as] b[i bs] */
N num_dot(N start, size_t n, const N *a, size_t as, const N *b, size_t bs);

double num_abs(N a);       /* an upper bound of |value|, to 30 bits */
double num_approx(N a);    /* nearest double, not proved */

/* Parts shared by num.c and num_function.c. */
num *num_new(void);
N num_special(double value);            /* special, or exact if it is finite after all */
void num_inherit(num *r, N a, double derivative);
N num_finish(num *r, double cost);      /* cost in units of u |r| */
int num_is_special(N a);

#endif
