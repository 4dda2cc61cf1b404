/* SPDX-License-Identifier: GPL-3.0-or-later
 * Converts doubles to little-endian bytes, a block at a time. */
#include "config.h"
#include "format/array_out.h"

#include <float.h>
#include <math.h>

#include "format/le_bytes.h"

enum { BLOCK = 4096 }; /* values converted at a time */

int aevb_fits_f32(double value)
{
    return !isfinite(value) || (fabs(value) <= (double)FLT_MAX && (double)(float)value == value);
}

aevb_status aevb_array_out(aevb_atomic *file, aevb_dtype dtype, size_t n, const double *data, aevb_error *err)
{
    unsigned char bytes[BLOCK * sizeof(double)];
    size_t width = dtype == AEVB_DTYPE_F32 ? 4 : 8;
    for (size_t done = 0; done < n;) {
        size_t block = n - done < BLOCK ? n - done : BLOCK;
        for (size_t i = 0; i < block; i++)
            if (dtype == AEVB_DTYPE_F32)
                aevb_put_f32(bytes + i * width, (float)data[done + i]);
            else
                aevb_put_f64(bytes + i * width, data[done + i]);
        aevb_status status = aevb_atomic_write(file, bytes, block * width, err);
        if (status != AEVB_OK)
            return status;
        done += block;
    }
    return AEVB_OK;
}
