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

/* Scaled in two factors, so that a denormal result is rounded once and an overflow is infinite. (n is halved as a
 * number that is not negative: AVX2 has no arithmetic shift of 64 bits.) */
VINLINE vec v_exp(vec x)
{
    x = v_min(v_set1(EXP_MAX), v_max(v_set1(EXP_MIN), x)); /* in this order NaN passes */
    uvec n;
    vec low;
    const vec r = exp_reduce(x, &n, &low), p = exp_reduced_close(r, low);
    const uvec half = ((n + u_set1(4 * EXP_BIAS + 4)) >> 1) - u_set1(2 * EXP_BIAS + 2);
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

/* Not in low <= x < infinity, whose logarithm log_reduce and log_reduced are right for when low is a normal number. */
VINLINE ivec log_rare(vec x, vec low)
{
    return v_lt(x, low) | ~v_lt(x, v_set1((real)__builtin_inf()));
}

/* Of numbers of which some are rare: the result that they ask for, or the one there is for 0 < x < infinity. */
VINLINE vec log_special(vec x, vec result)
{
    const vec zero = v_set1(R(0.0)), inf = v_set1((real)__builtin_inf());
    const vec other = v_select(v_lt(x, zero), v_set1((real)__builtin_nan("")), x); /* NaN, infinity */
    return v_select(v_lt(zero, x) & v_lt(x, inf), result, v_select(v_eq(x, zero), -inf, other));
}

VINLINE vec v_log(vec x)
{
    const vec least = v_pow2(u_set1((ulane)1 - EXP_BIAS));
    const int rare = v_any(log_rare(x, least));
    vec normal = x;
    uvec k, down = { 0 };
    if (rare) { /* every denormal is made normal */
        const ivec tiny = v_lt(x, least);
        normal = v_select(tiny, x * v_pow2(u_set1(MANT_BITS + 2)), x);
        down = (uvec)tiny & u_set1(MANT_BITS + 2);
    }
    const vec f = log_reduce(normal, &k), result = log_reduced(v_of_int(k - down), f);
    return rare ? log_special(x, result) : result;
}

/* u = 1 + x = 2^k (1 + f), plus the rounding error c of that sum; with k = 0 that is x itself again. The least u above 0
 * is normal. 2^(1 - k), unlike 2^-k, has an exponent for every k (0 for the largest, where c is nothing to u). The sign
 * of x is that of the result, zeros too. */
VINLINE vec v_log1p(vec x)
{
    const vec one = v_set1(R(1.0));
    const vec u = one + x, back = u - one;
    const vec c = (x - back) + (one - (u - back));
    uvec k;
    const vec f = log_reduce(u, &k), twice = (vec)((uvec)v_set1(R(2.0)) - (k << MANT_BITS));
    vec result = log_reduced(v_of_int(k), v_fma(c, v_set1(R(0.5)) * twice, f));
    if (v_any(log_rare(u, v_pow2(u_set1((ulane)1 - EXP_BIAS))))) {
        result = log_special(u, result);
    }
    return (vec)((uvec)result | v_signbit(x));
}

/* log(1 + e) for 0 <= e <= 1. */
VINLINE vec log1p_unit(vec e)
{
#if AEVB_BITS == 32
    return v_fma(e * e, v_poly(e, SOFT_S, COUNT(SOFT_S)), e);
#else
    const ivec upper = v_lt(v_set1(0.41421356237309504880), e); /* 1 + e = 2 (1 + (e - 1) / 2) */
    const vec k = v_select(upper, v_set1(1.0), v_set1(0.0));
    return log_reduced(k, v_select(upper, v_fma(v_set1(0.5), e, v_set1(-0.5)), e));
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
