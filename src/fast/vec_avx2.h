/* SPDX-License-Identifier: GPL-3.0-or-later
 * vec.h for AVX2 with FMA. */
#ifndef AEVB_VEC_AVX2_H
#define AEVB_VEC_AVX2_H

#include <immintrin.h>

#define V_HAS_FMADD 1
#define V_HAS_MAX

/* -1 in the first n lanes. */
VINLINE __m256i lane_mask(size_t n)
{
    ivec lane;
    for (int i = 0; i < VL; i++) {
        lane[i] = i;
    }
    return (__m256i)(lane < (slane)n - (ivec){ 0 });
}

#if AEVB_BITS == 32
VINLINE vec v_fmadd(vec a, vec b, vec c) { return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
VINLINE vec v_sqrt(vec a) { return (vec)_mm256_sqrt_ps((__m256)a); }
VINLINE vec v_max(vec a, vec b) { return (vec)_mm256_max_ps((__m256)a, (__m256)b); }
VINLINE vec v_min(vec a, vec b) { return (vec)_mm256_min_ps((__m256)a, (__m256)b); }
VINLINE vec v_select(ivec m, vec a, vec b) { return (vec)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)m); }
VINLINE int v_any(ivec m) { return _mm256_movemask_ps((__m256)m) != 0; }
VINLINE vec v_load_part(const real *p, size_t n) { return (vec)_mm256_maskload_ps(p, lane_mask(n)); }
VINLINE void v_store_part(real *p, vec v, size_t n) { _mm256_maskstore_ps(p, lane_mask(n), (__m256)v); }
VINLINE vec v_load_u8(const uint8_t *p)
{
    return (vec)_mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p)));
}
#else
VINLINE vec v_fmadd(vec a, vec b, vec c) { return (vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
VINLINE vec v_sqrt(vec a) { return (vec)_mm256_sqrt_pd((__m256d)a); }
VINLINE vec v_max(vec a, vec b) { return (vec)_mm256_max_pd((__m256d)a, (__m256d)b); }
VINLINE vec v_min(vec a, vec b) { return (vec)_mm256_min_pd((__m256d)a, (__m256d)b); }
VINLINE vec v_select(ivec m, vec a, vec b) { return (vec)_mm256_blendv_pd((__m256d)b, (__m256d)a, (__m256d)m); }
VINLINE int v_any(ivec m) { return _mm256_movemask_pd((__m256d)m) != 0; }
VINLINE vec v_load_part(const real *p, size_t n) { return (vec)_mm256_maskload_pd(p, lane_mask(n)); }
VINLINE void v_store_part(real *p, vec v, size_t n) { _mm256_maskstore_pd(p, lane_mask(n), (__m256d)v); }
VINLINE vec v_load_u8(const uint8_t *p)
{
    int32_t bytes;
    memcpy(&bytes, p, sizeof bytes);
    return (vec)_mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(bytes)));
}
VINLINE uvec u_mul32(uvec a, uvec b) { return (uvec)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
#endif

#endif
