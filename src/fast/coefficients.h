/* SPDX-License-Identifier: GPL-3.0-or-later
 * Polynomials and constants of elementary.inc.c. Each polynomial is our own minimax fit by the Remez exchange in
 * 220-bit arithmetic for the function, weight and interval named, its coefficients then rounded to the precision
 * (SOFT_S in float32: the first four one after the other, with a new fit of the rest each time). "error" is the
 * largest weighted error of the rounded polynomial on 4000 points, relative to the function that it is a part of. */
#ifndef AEVB_COEFFICIENTS_H
#define AEVB_COEFFICIENTS_H

#if AEVB_BITS == 32

# define ROUND_SHIFT 0x1.8p23f /* adding it rounds to an integer, which then sits in the low bits */
# define LOG2_E 0x1.715476p+0f
# define LN2_HIGH 0x1.62e4p-1f /* 15 bits: products with an exponent are exact */
# define LN2_LOW 0x1.7f7d1cp-20f
# define EXP_MAX 89.0f         /* exp is infinite from here on */
# define EXP_MIN (-104.0f)     /* exp is 0 up to here */
# define EXP_MIN_NORMAL (-87.0f)
# define EXPM1_MIN (-20.0f)    /* expm1 is -1 up to here */
# define EXPM1_IS_X 0x1p-26f   /* below, expm1(x) is x */
# define TANH_CUT 0.55f
# define TANH_MAX 10.0f        /* tanh is 1 from here on */

/* (exp(r) - 1 - r) / r^2 on |r| <= ln 2 / 2, for exp: error 2^-28.0 */
static const real EXP_Q[] = { 0x1.fffffcp-2f, 0x1.555492p-3f, 0x1.5558f2p-5f, 0x1.123a2p-7f, 0x1.6a23dp-10f };
/* The same relative to itself, for expm1: error 2^-26.6 */
static const real EXPM1_Q[] = { 0x1p-1f, 0x1.555556p-3f, 0x1.5554eap-5f, 0x1.11114cp-7f, 0x1.6d4318p-10f,
                                0x1.a072d6p-13f };
/* (log(1 + f) - f + f^2 / 2) / f^3 on sqrt(1/2) <= 1 + f <= sqrt(2): error 2^-27.2 */
static const real LOG_R[] = { 0x1.555554p-2f, -0x1.000226p-2f, 0x1.99a008p-3f, -0x1.547244p-3f, 0x1.22da1ap-3f,
                              -0x1.0d8546p-3f, 0x1.055b82p-3f, -0x1.38b5a4p-4f };
/* (log(1 + e) - e) / e^2 on 0 <= e <= 1: error 2^-28.2 */
static const real SOFT_S[] = { -0x1.fffff8p-2f, 0x1.5553b6p-2f, -0x1.ffc59ep-3f, 0x1.978b56p-3f, -0x1.4a72c8p-3f,
                               0x1.ff2996p-4f, -0x1.54f318p-4f, 0x1.590368p-5f, -0x1.c0acb8p-7f, 0x1.114186p-9f };
/* (tanh(x) / x - 1) / x^2 as a polynomial of x^2, x <= 0.56: error 2^-27.8 */
static const real TANH_T[] = { -0x1.55554ap-2f, 0x1.110cb2p-3f, -0x1.b91370p-5f, 0x1.58828cp-6f, -0x1.96cf64p-8f };

#else

# define ROUND_SHIFT 0x1.8p52
# define LOG2_E 0x1.71547652b82fep+0
# define LN2_HIGH 0x1.62e42fefa38p-1 /* 42 bits */
# define LN2_LOW 0x1.ef35793c7673p-45
# define EXP_MAX 710.0
# define EXP_MIN (-746.0)
# define EXP_MIN_NORMAL (-708.0)
# define EXPM1_MIN (-40.0)
# define EXPM1_IS_X 0x1p-55
# define TANH_CUT 0.55
# define TANH_MAX 20.0

/* As above: error 2^-56.3 */
static const real EXP_Q[] = { 0x1.000000000000ap-1, 0x1.55555555554f9p-3, 0x1.555555555083ep-5,
                              0x1.1111111127d11p-7, 0x1.6c16c18438b31p-10, 0x1.a01a012a0e6abp-13,
                              0x1.a01999e25c2c1p-16, 0x1.71df25b4eb4c5p-19, 0x1.28ad9b8bbabd8p-22,
                              0x1.ad7f3bd14e989p-26 };
/* error 2^-56.9 */
static const real EXPM1_Q[] = { 0x1p-1, 0x1.5555555555555p-3, 0x1.5555555555557p-5, 0x1.111111111110dp-7,
                                0x1.6c16c16c15a69p-10, 0x1.a01a01a01ce14p-13, 0x1.a01a01a9ea2e4p-16,
                                0x1.71de3a4a31078p-19, 0x1.27e4d41627473p-22, 0x1.ae6470fe21aeap-26,
                                0x1.1f7f2fdbf0821p-29, 0x1.615817711768dp-33 };
/* (2 atanh(s) - 2 s) / s^3 as a polynomial of s^2, for log(1 + f) with s = f / (2 + f): error 2^-59.0 */
static const real LOG_C[] = { 0x1.5555555555592p-1, 0x1.999999997fdb3p-2, 0x1.24924941f16ebp-2,
                              0x1.c71c52091cd5ap-3, 0x1.74663ef674a5ap-3, 0x1.39a1b938bcc09p-3,
                              0x1.2f05735bbb9b7p-3 };
/* error 2^-56.9 */
static const real TANH_T[] = { -0x1.555555555554dp-2, 0x1.1111111110449p-3, -0x1.ba1ba1b94c101p-5,
                               0x1.664f484e289f1p-6, -0x1.226e2d9c2ceb3p-7, 0x1.d6d25f3ab872dp-9,
                               -0x1.7d8cbed3909dfp-10, 0x1.3469fbd0b21afp-11, -0x1.e867049012520p-13,
                               0x1.5a74f53168985p-14, -0x1.3f96f6ab87a3ep-16 };

#endif

#endif
