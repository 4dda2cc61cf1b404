/* SPDX-License-Identifier: GPL-3.0-or-later
 * Richardson-extrapolated central differences that notice kinks, and the noise of a computed function. */
#include "config.h"
#include "fp_rules.h"
#include "infer/difference.h"

#include <float.h>
#include <math.h>

enum { NOISE_POINTS = 33 };

aevb_difference aevb_differentiate(aevb_curve f, void *context, double h, double at, double noise)
{
    double middle = f(context, 0.0);
    double slope[3], bend[3]; /* at h, h/2, h/4: mean and half the difference of the slopes to either side */
    int constant = 1;
    for (int i = 0; i < 3; i++) {
        double t = ldexp(h, -i);
        double up = f(context, t), down = f(context, -t);
        slope[i] = (up - down) / (2.0 * t);
        bend[i] = ((up - middle) + (down - middle)) / (2.0 * t);
        constant = constant && up == middle && down == middle;
    }
    /* slope = f' + a h^2 + b h^4 + ..., bend = jump / 2 + c h + d h^3 + ... */
    double coarse = (4.0 * slope[1] - slope[0]) / 3.0, fine = (4.0 * slope[2] - slope[1]) / 3.0;
    double correction = (fine - coarse) / 15.0;
    double jump = (8.0 * (2.0 * bend[2] - bend[1]) - (2.0 * bend[1] - bend[0])) / 7.0;
    double value = fine + correction;
    double truncation = 16.0 * (fabs(correction) + fabs(jump));
    double placement = 4.0 * DBL_EPSILON * fabs(value) * (fabs(at) + h) / h;
    return (aevb_difference){value, truncation + 33.0 * noise / h + placement, constant};
}

double aevb_curve_noise(aevb_curve f, void *context, double spacing)
{
    double y[NOISE_POINTS], sum = 0.0;
    for (int i = 0; i < NOISE_POINTS; i++)
        y[i] = f(context, i * spacing);
    for (int i = 0; i + 3 < NOISE_POINTS; i++) {
        double third = (y[i + 3] - y[i]) - 3.0 * (y[i + 2] - y[i + 1]);
        sum += third * third;
    }
    /* The variance of a third difference of independent errors is 1 + 9 + 9 + 1 = 20 times theirs. */
    double measured = sqrt(sum / (20.0 * (NOISE_POINTS - 3)));
    return fmax(measured, 0.5 * DBL_EPSILON * fabs(y[0]));
}
