/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pictures. */
#ifndef AEVB_REPORT_H
#define AEVB_REPORT_H

#include <stddef.h>
#include "aevb/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes n grey pictures of rows x cols values in [0,1] (clamped; NaN is drawn black) as a PNG grid with `columns`
 * pictures in a row and a gap of 2 pixels. pixels[n][rows*cols]. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_png_grid(const char *path, size_t n, size_t rows, size_t cols,
                                                   size_t columns, const double *pixels, aevb_error *err);

#ifdef __cplusplus
}
#endif
#endif
