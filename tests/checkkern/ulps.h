/* SPDX-License-Identifier: GPL-3.0-or-later
 * Distance of a result from the exact one in units in the last place. */
#ifndef AEVB_ULPS_H
#define AEVB_ULPS_H

/* In units of float (bits 32) or double (64) at the size of want, those of the smallest normal number below it; infinity
 * counts as the power of two after the largest number. Infinite when NaN, sign or the sign of zero differ. */
double ulps(int bits, double got, long double want);

#endif
