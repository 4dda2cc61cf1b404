/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary functions on registers. All take any argument: NaN gives NaN, and infinities, zeros of either sign,
 * denormals and overflow give what IEEE 754 asks for. The measured error bounds are in kern_list.h. */
#include "fast/coefficients.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

/* x = n ln 2 + r + low, |r| <= ln 2 / 2 and a rounding more, low the rounding error of r, for |x| within the range of
 * exp. n comes as an integer. The product with LN2_HIGH is exact and so is the difference, fused or not. A NaN makes r
 * NaN and n anything. */
VINLINE vec exp_reduce(vec x, uvec *n, vec *low)
{
    const vec shift = v_set1(ROUND_SHIFT);
    const vec shifted = v_fma(x, v_set1(LOG2_E), shift);
    const vec whole = shifted - shift;
    const vec high = v_fma(whole, v_set1(-LN2_HIGH), x);
    const vec r = v_fma(whole, v_set1(-LN2_LOW), high);
    *n = (uvec)shifted - (uvec)shift;
    *low = v_fma(whole, v_set1(-LN2_LOW), high - r);
    return r;
}

/* exp(r) of a reduced r, to about one unit in the last place. */
VINLINE vec exp_reduced(vec r)
{
    return v_fma(r * r, v_poly(r, EXP_Q, COUNT(EXP_Q)), r) + v_set1(R(1.0));
}

/* The same to little more than half a unit: what does not fit into 1 + r is added last. */
VINLINE vec exp_reduced_close(vec r, vec low)
{
    const vec one = v_set1(R(1.0)), sum = one + r, rest = (one - sum) + r;
    return sum + v_fma(r * r, v_poly(r, EXP_Q, COUNT(EXP_Q)), rest + low);
}

/* Scaled in two factors, so that a denormal result is rounded once and an overflow is infinite. */
VINLINE vec v_exp(vec x)
{
    x = v_min(v_set1(EXP_MAX), v_max(v_set1(EXP_MIN), x)); /* in this order NaN passes */
    uvec n;
    vec low;
    const vec r = exp_reduce(x, &n, &low), p = exp_reduced_close(r, low);
    const uvec half = (uvec)((ivec)n >> 1);
    return p * v_pow2(half) * v_pow2(n - half);
}

/* exp(-|x|), but nothing below the normal numbers: exp(EXP_MIN_NORMAL) where it would be less. */
VINLINE vec v_exp_neg_abs(vec x)
{
    uvec n;
    vec low;
    const vec p = exp_reduced(exp_reduce(v_max(v_set1(EXP_MIN_NORMAL), -v_abs(x)), &n, &low));
    return p * v_pow2(n);
}

/* r^2 Q(r) and r with 2^n of x = n ln 2 + r: expm1(x) = 2^n (r + r^2 Q) + (2^n - 1), where (2^n - 1) + 2^n r is
 * rounded apart from the smaller rest. Half of it all, since 2^n may be out of range. */
VINLINE vec v_expm1(vec x)
{
    const vec t = v_min(v_set1(EXP_MAX), v_max(v_set1(EXPM1_MIN), x));
    uvec n;
    vec low;
    const vec r = exp_reduce(t, &n, &low);
    const vec scale = v_pow2(n - u_set1(1));
    const vec tail = r * r * v_poly(r, EXPM1_Q, COUNT(EXPM1_Q));
    const vec half = v_fma(scale, tail, v_fma(scale, r, scale - v_set1(R(0.5))));
    return v_select(v_lt(v_abs(x), v_set1(EXPM1_IS_X)), x, half + half);
}

/* expm1(x) - x without cancellation near 0: r^2 Q(r) alone where n = 0. */
VINLINE vec v_expm1_minus(vec x)
{
    const vec t = v_min(v_set1(EXP_MAX), v_max(v_set1(EXPM1_MIN), x));
    uvec n;
    vec low;
    const vec r = exp_reduce(t, &n, &low);
    const vec scale = v_pow2(n - u_set1(1));
    const vec tail = r * r * v_poly(r, EXPM1_Q, COUNT(EXPM1_Q));
    const vec half = v_fma(scale, tail, v_fma(scale, r, scale - v_set1(R(0.5))));
    return v_select((ivec)(n == u_set1(0)), tail, half + half - x);
}

/* The number of a small integer (two's complement) and the other way round, by way of the mantissa of ROUND_SHIFT. */
VINLINE vec v_of_int(uvec k)
{
    const vec shift = v_set1(ROUND_SHIFT);
    return (vec)(k + (uvec)shift) - shift;
}

/* x = 2^k (1 + f), sqrt(1/2) <= 1 + f < sqrt(2), for a positive normal x. */
VINLINE vec log_reduce(vec x, uvec *k)
{
    const uvec one = (uvec)v_set1(R(1.0)), root = (uvec)v_set1(R(0.70710678118654752440));
    *k = (((uvec)x + (one - root)) >> MANT_BITS) - u_set1(EXP_BIAS);
    return (vec)((uvec)x - (*k << MANT_BITS)) - v_set1(R(1.0));
}

/* k ln 2 + log(1 + f). */
VINLINE vec log_reduced(vec k, vec f)
{
#if AEVB_BITS == 32
    const vec z = f * f;
    vec y = v_fma(k, v_set1(LN2_LOW), f * z * v_poly(f, LOG_R, COUNT(LOG_R)));
    y = v_fma(v_set1(-0.5f) * f, f, y);
    return v_fma(k, v_set1(LN2_HIGH), f + y);
#else
    /* log(1 + f) = f - (f^2 / 2 - s (f^2 / 2 + z C(z))), as 2 s = f - s f */
    const vec s = f / (v_set1(2.0) + f), z = s * s, h = v_set1(0.5) * f * f;
    const vec y = v_fma(s, v_fma(z, v_poly(z, LOG_C, COUNT(LOG_C)), h), k * v_set1(LN2_LOW));
    return v_fma(k, v_set1(LN2_HIGH), f - (h - y));
#endif
}

/* The result of log for a number that log_reduced is right for (0 < x < infinity), or what x itself asks for. */
VINLINE vec log_special(vec x, vec result)
{
    const vec inf = v_set1((real)__builtin_inf());
    const ivec usual = v_lt(v_set1(R(0.0)), x) & v_lt(x, inf);
    if (v_any(~usual)) {
        const vec nan = v_set1((real)__builtin_nan(""));
        const vec other = v_select(v_lt(x, v_set1(R(0.0))), nan, x); /* NaN, infinity */
        result = v_select(usual, result, v_select(v_eq(x, v_set1(R(0.0))), -inf, other));
    }
    return result;
}

VINLINE vec v_log(vec x)
{
    const vec up = v_pow2(u_set1(MANT_BITS + 2)); /* makes every denormal normal */
    const ivec tiny = v_lt(x, v_pow2(u_set1((ulane)1 - EXP_BIAS)));
    uvec k;
    const vec f = log_reduce(v_select(tiny, x * up, x), &k);
    k -= (uvec)tiny & u_set1(MANT_BITS + 2);
    return log_special(x, log_reduced(v_of_int(k), f));
}

/* u = 1 + x = 2^k (1 + f), plus the rounding error c of that sum, which is nothing from u = 2^60 on (where 2^-k
 * need not exist). */
VINLINE vec v_log1p(vec x)
{
    const vec one = v_set1(R(1.0));
    const vec u = one + x, back = u - one;
    const vec c = (x - back) + (one - (u - back));
    uvec k;
    vec f = log_reduce(u, &k);
    const ivec counts = v_lt(u, v_pow2(u_set1(60)));
    const vec rest = c * v_pow2((uvec)counts & -k);
    f = v_select((ivec)(k == u_set1(0)), x, f + v_select(counts, rest, v_set1(R(0.0))));
    const vec result = log_special(u, log_reduced(v_of_int(k), f));
    return v_select(v_lt(v_abs(x), v_set1(EXPM1_IS_X)), x, result);
}

/* log(1 + e) for 0 <= e <= 1. */
VINLINE vec log1p_unit(vec e)
{
#if AEVB_BITS == 32
    return v_fma(e * e, v_poly(e, SOFT_S, COUNT(SOFT_S)), e);
#else
    const ivec upper = v_lt(v_set1(0.41421356237309504880), e); /* 1 + e = 2 (1 + (e - 1) / 2) */
    const vec k = v_select(upper, v_set1(1.0), v_set1(0.0));
    const vec result = log_reduced(k, v_select(upper, v_fma(v_set1(0.5), e, v_set1(-0.5)), e));
    return v_select(v_lt(e, v_set1(EXPM1_IS_X)), e, result);
#endif
}

/* Of |x|: an odd polynomial near 0; beyond, 1 - 2 / (exp(2 |x|) + 1). */
VINLINE vec v_tanh(vec x)
{
    const vec a = v_abs(x), one = v_set1(R(1.0)), z = x * x;
    const vec near = v_fma(a * z, v_poly(z, TANH_T, COUNT(TANH_T)), a);
    uvec n;
    vec low;
    const vec p = exp_reduced(exp_reduce(v_min(v_set1(TANH_MAX), a) * v_set1(R(2.0)), &n, &low));
    const vec far = one - v_set1(R(2.0)) / v_fma(p, v_pow2(n), one);
    return v_xor(v_select(v_lt(a, v_set1(TANH_CUT)), near, far), v_signbit(x));
}

/* 1 / (1 + e) or e / (1 + e), e = exp(-|a|) [ACT.4] */
VINLINE vec sigmoid_of(vec a, vec e)
{
    const vec one = v_set1(R(1.0));
    return v_select(v_lt(a, v_set1(R(0.0))), e, one) / (one + e);
}

/* The same, with what 1 + e lost in rounding taken off the quotient (to first order for small e, where it counts). */
VINLINE vec v_sigmoid(vec a)
{
    const vec one = v_set1(R(1.0)), e = v_exp(-v_abs(a)), sum = one + e, lost = (one - sum) + e;
    const vec q = v_select(v_lt(a, v_set1(R(0.0))), e, one) / sum;
    return v_fma(-q, lost, q);
}

/* max(a, 0) + log(1 + exp(-|a|)) [ACT.5]; NaN passes the maximum. */
VINLINE vec softplus_of(vec a, vec e)
{
    return v_max(v_set1(R(0.0)), a) + log1p_unit(e);
}

VINLINE vec v_softplus(vec a)
{
    return softplus_of(a, v_exp(-v_abs(a)));
}
