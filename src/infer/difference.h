/* SPDX-License-Identifier: GPL-3.0-or-later
 * The derivative of a function of one variable by differences, with a bound on its own error. */
#ifndef AEVB_DIFFERENCE_H
#define AEVB_DIFFERENCE_H

/* f(t), the same value whenever asked. */
typedef double (*aevb_curve)(void *context, double t);

typedef struct aevb_difference {
    double value; /* of f'(0) */
    double bound; /* |value - f'(0)| is below it */
    int constant; /* f was the same number, to the bit, at every point */
} aevb_difference;

/* Central differences at h, h/2 and h/4 in Richardson form (error O(h^6)). The bound adds
 *   16 (|last correction of the extrapolation| + |jump|): truncation. The jump is the difference of the one-sided
 *       slopes at 0 extrapolated to h = 0. It vanishes for a smooth f and is the size of the error when a kink of f
 *       lies in (-h, h). 16: for one kink, wherever it lies, the error is below 10.4 times the two together;
 *   33 noise / h: eight standard deviations of what rounding errors of standard deviation `noise` in f do to value;
 *   8 u |value| (|at| + h) / h: the argument at + t is itself rounded (u = 2^-53). */
aevb_difference aevb_differentiate(aevb_curve f, void *context, double h, double at, double noise);

/* Standard deviation of the rounding errors of f: third differences over 33 points `spacing` apart (so close that f
 * is a straight line but for them), or half an ulp of f if that is more. */
double aevb_curve_noise(aevb_curve f, void *context, double spacing);

#endif
