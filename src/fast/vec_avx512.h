/* SPDX-License-Identifier: GPL-3.0-or-later
 * vec.h for AVX-512 with F, DQ, BW and VL. */
#ifndef AEVB_VEC_AVX512_H
#define AEVB_VEC_AVX512_H

#include <immintrin.h>

#define V_HAS_FMADD 1
#define V_HAS_MAX

#if AEVB_BITS == 32
VINLINE __mmask16 lane_mask(size_t n) { return (__mmask16)((1u << n) - 1); }
VINLINE vec v_fmadd(vec a, vec b, vec c) { return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
VINLINE vec v_sqrt(vec a) { return (vec)_mm512_sqrt_ps((__m512)a); }
VINLINE vec v_max(vec a, vec b) { return (vec)_mm512_max_ps((__m512)a, (__m512)b); }
VINLINE vec v_min(vec a, vec b) { return (vec)_mm512_min_ps((__m512)a, (__m512)b); }
VINLINE vec v_select(ivec m, vec a, vec b)
{
    return (vec)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)m), (__m512)b, (__m512)a);
}
VINLINE int v_any(ivec m) { return _mm512_movepi32_mask((__m512i)m) != 0; }
VINLINE vec v_load_part(const real *p, size_t n) { return (vec)_mm512_maskz_loadu_ps(lane_mask(n), p); }
VINLINE void v_store_part(real *p, vec v, size_t n) { _mm512_mask_storeu_ps(p, lane_mask(n), (__m512)v); }
VINLINE vec v_load_u8(const uint8_t *p)
{
    return (vec)_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)));
}
#else
VINLINE __mmask8 lane_mask(size_t n) { return (__mmask8)((1u << n) - 1); }
VINLINE vec v_fmadd(vec a, vec b, vec c) { return (vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
VINLINE vec v_sqrt(vec a) { return (vec)_mm512_sqrt_pd((__m512d)a); }
VINLINE vec v_max(vec a, vec b) { return (vec)_mm512_max_pd((__m512d)a, (__m512d)b); }
VINLINE vec v_min(vec a, vec b) { return (vec)_mm512_min_pd((__m512d)a, (__m512d)b); }
VINLINE vec v_select(ivec m, vec a, vec b)
{
    return (vec)_mm512_mask_blend_pd(_mm512_movepi64_mask((__m512i)m), (__m512d)b, (__m512d)a);
}
VINLINE int v_any(ivec m) { return _mm512_movepi64_mask((__m512i)m) != 0; }
VINLINE vec v_load_part(const real *p, size_t n) { return (vec)_mm512_maskz_loadu_pd(lane_mask(n), p); }
VINLINE void v_store_part(real *p, vec v, size_t n) { _mm512_mask_storeu_pd(p, lane_mask(n), (__m512d)v); }
VINLINE vec v_load_u8(const uint8_t *p)
{
    return (vec)_mm512_cvtepi32_pd(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p)));
}
VINLINE uvec u_mul32(uvec a, uvec b) { return (uvec)_mm512_mul_epu32((__m512i)a, (__m512i)b); }
#endif

#endif
