/* SPDX-License-Identifier: GPL-3.0-or-later
 * The clock that what takes time is measured and limited by. */
#ifndef AEVB_CLOCK_H
#define AEVB_CLOCK_H

double aevb_now(void); /* seconds, of a clock that nobody sets */

#endif
