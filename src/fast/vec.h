/* SPDX-License-Identifier: GPL-3.0-or-later
 * The vector template: types and small operations of one (level, precision), chosen by
 *   -DAEVB_KERN_LEVEL_avx2 (or portable, avx512, neon)  and  -DAEVB_BITS=32 or 64.
 * Everything that is not an intrinsic is written in GCC/Clang vector extensions. Rules that keep the bits the same
 * on all FMA levels: v_fma is the only contraction; minima are those of a comparison and a selection, NaN and -0
 * included; a sum over elements goes through segment_sum, whose order no level changes. */
#ifndef AEVB_VEC_H
#define AEVB_VEC_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __FAST_MATH__
# error "kernels must not be built with -ffast-math"
#endif

#if defined AEVB_KERN_LEVEL_avx2
# define VEC_BYTES 32
#elif defined AEVB_KERN_LEVEL_avx512
# define VEC_BYTES 64
#else
# define VEC_BYTES 16
#endif

#if AEVB_BITS == 32
typedef float real;
typedef int32_t slane;
typedef uint32_t ulane;
# define MANT_BITS 23
# define EXP_BIAS 127
# define R(x) x##f /* a constant of type real */
#elif AEVB_BITS == 64
typedef double real;
typedef int64_t slane;
typedef uint64_t ulane;
# define MANT_BITS 52
# define EXP_BIAS 1023
# define R(x) x
#else
# error "AEVB_BITS must be 32 or 64"
#endif

typedef real vec __attribute__((vector_size(VEC_BYTES)));
typedef slane ivec __attribute__((vector_size(VEC_BYTES))); /* also masks: lanes 0 or -1 */
typedef ulane uvec __attribute__((vector_size(VEC_BYTES)));

enum {
    VL = VEC_BYTES / sizeof(real), /* lanes of a vec */
    LANES = 64 / sizeof(real),     /* lanes of the virtual vector that reductions are defined over */
    SEGMENT = 64                   /* elements that segment_sum takes at once */
};

/* Before a loop with a small constant count that is to vanish. */
#if defined __clang__
# define UNROLL _Pragma("clang loop unroll(full)")
#else
# define UNROLL _Pragma("GCC unroll 16")
#endif

#define VINLINE static inline __attribute__((always_inline, unused))

/* x - 0 is x for every x, -0 included. */
VINLINE vec v_set1(real x) { return x - (vec){ 0 }; }
VINLINE uvec u_set1(ulane x) { return x + (uvec){ 0 }; }

VINLINE vec v_load(const real *p) { vec v; memcpy(&v, p, sizeof v); return v; }
VINLINE void v_store(real *p, vec v) { memcpy(p, &v, sizeof v); }

/* How many of `left` elements the next vec takes. */
VINLINE size_t v_count(size_t left) { return left < VL ? left : VL; }

#if defined AEVB_KERN_LEVEL_avx2
# include "fast/vec_avx2.h"
#elif defined AEVB_KERN_LEVEL_avx512
# include "fast/vec_avx512.h"
#elif defined AEVB_KERN_LEVEL_neon
# include "fast/vec_neon.h"
#elif defined AEVB_KERN_LEVEL_portable
# include "fast/vec_portable.h"
#else
# error "no AEVB_KERN_LEVEL_* is defined"
#endif
/* Each of them defines:
 *   V_HAS_FMADD                        1 when there is v_fmadd, else 0
 *   vec  v_fmadd(vec a, vec b, vec c)  a b + c, rounded once
 *   vec  v_sqrt(vec a)
 *   vec  v_select(ivec m, vec a, vec b)  lanes of a where m is -1, of b where it is 0
 *   int  v_any(ivec m)                 some lane is -1
 *   vec  v_load_u8(const uint8_t *p)   VL bytes as numbers
 *   uvec u_mul32(uvec a, uvec b)       AEVB_BITS == 64: product of the lower 32 bits of each lane
 *   vec  v_load_part(const real *p, size_t n), v_store_part(real *p, vec v, size_t n): n < VL elements, the rest
 *        zero; nothing else is touched
 * and may define V_HAS_COMPARE and V_HAS_MAX with what follows. */
#ifndef V_HAS_COMPARE
VINLINE ivec v_lt(vec a, vec b) { return (ivec)(a < b); }
VINLINE ivec v_le(vec a, vec b) { return (ivec)(a <= b); }
VINLINE ivec v_eq(vec a, vec b) { return (ivec)(a == b); }
#endif
/* a > b ? a : b, and the other way round: b when a or b is NaN. (NEON's instruction would give NaN.) */
#ifndef V_HAS_MAX
VINLINE vec v_max(vec a, vec b) { return v_select(v_lt(b, a), a, b); }
VINLINE vec v_min(vec a, vec b) { return v_select(v_lt(a, b), a, b); }
#endif

/* a b + c: rounded once where the level can and the source does not ask for AEVB_UNFUSED (the same bits on all levels,
 * portable too), else a product and a sum. */
#if V_HAS_FMADD && !defined AEVB_UNFUSED
# define V_FUSED 1
VINLINE vec v_fma(vec a, vec b, vec c) { return v_fmadd(a, b, c); }
#else
# define V_FUSED 0
VINLINE vec v_fma(vec a, vec b, vec c) { return a * b + c; }
#endif

/* The first n <= VL elements; one branch, so that a kernel has one loop for full vectors and the tail. */
VINLINE vec v_load_n(const real *p, size_t n) { return n == VL ? v_load(p) : v_load_part(p, n); }
VINLINE void v_store_n(real *p, vec v, size_t n)
{
    if (n == VL) {
        v_store(p, v);
    } else {
        v_store_part(p, v, n);
    }
}

/* A loop over n elements from i = 0 on, VL at a time. The body sees how many there are, m, which is a constant in all
 * turns but the last. */
#define V_FOR(i, m, n, ...) \
    do { \
        size_t i = 0; \
        for (; i + VL <= (n); i += VL) { \
            const size_t m = VL; \
            __VA_ARGS__ \
        } \
        if (i < (n)) { \
            const size_t m = (n) - i; \
            __VA_ARGS__ \
        } \
    } while (0)

VINLINE vec v_load_u8_n(const uint8_t *p, size_t n)
{
    uint8_t bytes[VL] = { 0 };
    if (n < VL) {
        memcpy(bytes, p, n);
        p = bytes;
    }
    return v_load_u8(p);
}

/* The first n <= VL doubles as numbers of the precision, and the other way round. */
typedef double wide_vec __attribute__((vector_size(VL * sizeof(double))));
VINLINE vec v_load_f64_n(const double *p, size_t n)
{
    wide_vec w = { 0 };
    if (n == VL) {
        memcpy(&w, p, sizeof w);
    } else {
        memcpy(&w, p, n * sizeof *p);
    }
    return __builtin_convertvector(w, vec);
}
VINLINE void v_store_f64_n(double *p, vec v, size_t n)
{
    const wide_vec w = __builtin_convertvector(v, wide_vec);
    if (n == VL) {
        memcpy(p, &w, sizeof w);
    } else {
        memcpy(p, &w, n * sizeof *p);
    }
}

#define SIGN_BIT ((ulane)1 << (AEVB_BITS - 1))
VINLINE vec v_abs(vec a) { return (vec)((uvec)a & ~u_set1(SIGN_BIT)); }
VINLINE uvec v_signbit(vec a) { return (uvec)a & u_set1(SIGN_BIT); }
VINLINE vec v_xor(vec a, uvec bits) { return (vec)((uvec)a ^ bits); }

/* 2^n for a normal result: 1 - EXP_BIAS <= n <= EXP_BIAS. */
VINLINE vec v_pow2(uvec n) { return (vec)((n + u_set1(EXP_BIAS)) << MANT_BITS); }

/* a c0 + c1, one step of Horner's rule with a constant. */
VINLINE vec v_step(vec p, vec x, real c) { return v_fma(p, x, v_set1(c)); }

/* Polynomial c[0] + c[1] x + ... + c[n-1] x^(n-1); n is a constant wherever this is used, so the loops vanish. Where a
 * multiply-add is two operations, long polynomials go in steps of x^2, to wait less for each of them. */
#if AEVB_BITS == 64 && !V_FUSED && !defined AEVB_UNFUSED
VINLINE vec v_poly(vec x, const real *c, int n)
{
    const vec z = x * x;
    int i = (n - 1) / 2 * 2;
    vec p = i + 1 < n ? v_step(v_set1(c[i + 1]), x, c[i]) : v_set1(c[i]);
    UNROLL for (i -= 2; i >= 0; i -= 2) {
        p = v_fma(p, z, v_step(v_set1(c[i + 1]), x, c[i]));
    }
    return p;
}
#else
VINLINE vec v_poly(vec x, const real *c, int n)
{
    vec p = v_set1(c[n - 1]);
    UNROLL for (int i = n - 2; i >= 0; i--) {
        p = v_step(p, x, c[i]);
    }
    return p;
}
#endif

/* The sum of SEGMENT terms in float64: LANES partial sums in the precision of the terms, each over
 * t[j], t[j + LANES], ... from the left, then a tree in float64 that adds the upper half to the lower. */
VINLINE double segment_sum(const real t[SEGMENT])
{
    enum { PARTS = LANES / VL };
    wide_vec part[PARTS];
    UNROLL for (int j = 0; j < PARTS; j++) {
        vec lane = v_load(t + j * VL);
        UNROLL for (int i = LANES; i < SEGMENT; i += LANES) {
            lane += v_load(t + i + j * VL);
        }
        part[j] = __builtin_convertvector(lane, wide_vec);
    }
    UNROLL for (int half = PARTS / 2; half > 0; half /= 2) {
        UNROLL for (int j = 0; j < half; j++) {
            part[j] += part[j + half];
        }
    }
    double s[VL];
    memcpy(s, &part[0], sizeof s);
    UNROLL for (int half = VL / 2; half > 0; half /= 2) {
        UNROLL for (int j = 0; j < half; j++) {
            s[j] += s[j + half];
        }
    }
    return s[0];
}

#endif
