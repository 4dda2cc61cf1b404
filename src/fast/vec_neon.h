/* SPDX-License-Identifier: GPL-3.0-or-later
 * vec.h for Advanced SIMD of aarch64. */
#ifndef AEVB_VEC_NEON_H
#define AEVB_VEC_NEON_H

#include <arm_neon.h>

#define V_HAS_FMADD 1

#if AEVB_BITS == 32
VINLINE vec v_fmadd(vec a, vec b, vec c) { return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
VINLINE vec v_sqrt(vec a) { return (vec)vsqrtq_f32((float32x4_t)a); }
VINLINE vec v_select(ivec m, vec a, vec b)
{
    return (vec)vbslq_f32((uint32x4_t)m, (float32x4_t)a, (float32x4_t)b);
}
VINLINE int v_any(ivec m) { return vmaxvq_u32((uint32x4_t)m) != 0; }
#else
VINLINE vec v_fmadd(vec a, vec b, vec c) { return (vec)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b); }
VINLINE vec v_sqrt(vec a) { return (vec)vsqrtq_f64((float64x2_t)a); }
VINLINE vec v_select(ivec m, vec a, vec b)
{
    return (vec)vbslq_f64((uint64x2_t)m, (float64x2_t)a, (float64x2_t)b);
}
VINLINE int v_any(ivec m) { return vmaxvq_u32((uint32x4_t)m) != 0; }
VINLINE uvec u_mul32(uvec a, uvec b) { return (uvec)vmull_u32(vmovn_u64((uint64x2_t)a), vmovn_u64((uint64x2_t)b)); }
#endif

#include "fast/vec_plain.h"

#endif
