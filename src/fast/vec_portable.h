/* SPDX-License-Identifier: GPL-3.0-or-later
 * vec.h with (almost) no intrinsics: vectors of 16 bytes, which the compiler maps to SSE2 or whatever there is. */
#ifndef AEVB_VEC_PORTABLE_H
#define AEVB_VEC_PORTABLE_H

#ifdef __SSE2__
# include <emmintrin.h> /* x86-64 has it without being asked */
#endif

#define V_HAS_FMADD 0

VINLINE vec v_select(ivec m, vec a, vec b) { return (vec)((m & (ivec)a) | (~m & (ivec)b)); }

#ifdef __SSE2__
# define V_HAS_MAX
# define V_HAS_COMPARE /* gcc 12 takes masks of 64 bits that it made itself apart, lane by lane */
# if AEVB_BITS == 32
VINLINE ivec v_lt(vec a, vec b) { return (ivec)_mm_cmplt_ps((__m128)a, (__m128)b); }
VINLINE ivec v_le(vec a, vec b) { return (ivec)_mm_cmple_ps((__m128)a, (__m128)b); }
VINLINE ivec v_eq(vec a, vec b) { return (ivec)_mm_cmpeq_ps((__m128)a, (__m128)b); }
VINLINE vec v_max(vec a, vec b) { return (vec)_mm_max_ps((__m128)a, (__m128)b); }
VINLINE vec v_min(vec a, vec b) { return (vec)_mm_min_ps((__m128)a, (__m128)b); }
VINLINE vec v_sqrt(vec a) { return (vec)_mm_sqrt_ps((__m128)a); }
# else
VINLINE ivec v_lt(vec a, vec b) { return (ivec)_mm_cmplt_pd((__m128d)a, (__m128d)b); }
VINLINE ivec v_le(vec a, vec b) { return (ivec)_mm_cmple_pd((__m128d)a, (__m128d)b); }
VINLINE ivec v_eq(vec a, vec b) { return (ivec)_mm_cmpeq_pd((__m128d)a, (__m128d)b); }
VINLINE vec v_max(vec a, vec b) { return (vec)_mm_max_pd((__m128d)a, (__m128d)b); }
VINLINE vec v_min(vec a, vec b) { return (vec)_mm_min_pd((__m128d)a, (__m128d)b); }
VINLINE vec v_sqrt(vec a) { return (vec)_mm_sqrt_pd((__m128d)a); }
# endif
VINLINE int v_any(ivec m) { return _mm_movemask_epi8((__m128i)m) != 0; }
#else
VINLINE vec v_sqrt(vec a)
{
    for (int i = 0; i < VL; i++) {
# if AEVB_BITS == 32
        a[i] = __builtin_sqrtf(a[i]);
# else
        a[i] = __builtin_sqrt(a[i]);
# endif
    }
    return a;
}

VINLINE int v_any(ivec m)
{
    slane any = 0;
    for (int i = 0; i < VL; i++) {
        any |= m[i];
    }
    return any != 0;
}
#endif

#if AEVB_BITS == 64
VINLINE uvec u_mul32(uvec a, uvec b)
{
    uvec low = u_set1(0xffffffffu);
    return (a & low) * (b & low);
}
#endif

#include "fast/vec_plain.h"

#endif
