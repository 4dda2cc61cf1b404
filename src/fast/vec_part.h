/* SPDX-License-Identifier: GPL-3.0-or-later
 * Partial loads and stores of vec.h for levels without masked memory access. */
#ifndef AEVB_VEC_PART_H
#define AEVB_VEC_PART_H

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

#endif
