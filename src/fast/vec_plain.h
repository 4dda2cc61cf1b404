/* SPDX-License-Identifier: GPL-3.0-or-later
 * Operations of vec.h for levels that have no instruction for them: partial loads and stores, bytes to numbers. */
#ifndef AEVB_VEC_PLAIN_H
#define AEVB_VEC_PLAIN_H

VINLINE vec v_load_part(const real *p, size_t n)
{
    vec v = { 0 };
    for (size_t i = 0; i < n && i < VL; i++) {
        v[i] = p[i];
    }
    return v;
}

VINLINE void v_store_part(real *p, vec v, size_t n)
{
    for (size_t i = 0; i < n && i < VL; i++) {
        p[i] = v[i];
    }
}

VINLINE vec v_load_u8(const uint8_t *p)
{
    typedef uint8_t bytes __attribute__((vector_size(VL)));
    bytes b;
    memcpy(&b, p, sizeof b);
    return __builtin_convertvector(__builtin_convertvector(b, ivec), vec);
}

#endif
