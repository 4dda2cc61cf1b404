/* SPDX-License-Identifier: GPL-3.0-or-later
 * Arrays of doubles as little-endian bytes of a file. */
#ifndef AEVB_ARRAY_OUT_H
#define AEVB_ARRAY_OUT_H

#include "aevb/format.h"
#include "format/atomic_file.h"

/* Appends n values as AEVB_DTYPE_F64, or as AEVB_DTYPE_F32, which must hold each of them. */
aevb_status aevb_array_out(aevb_atomic *file, aevb_dtype dtype, size_t n, const double *data, aevb_error *err);

/* 1 when a float32 holds the value exactly (a NaN counts as held). */
int aevb_fits_f32(double value);

#endif
