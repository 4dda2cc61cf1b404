/* SPDX-License-Identifier: GPL-3.0-or-later
 * Gaussian prior over the parameters: the paper's MAP variant. */
#include "config.h"
#include "fp_rules.h"
#include "aevb/objective.h"

/* [MAP.1] [SGVB.4] */
void aevb_weight_prior(double precision, size_t n_data, size_t n, const double *theta, double *loss, double *grad)
{
    const double scale = precision / (double)n_data;
    if (precision == 0.0)
        return;
    if (loss != NULL) {
        double squares = 0.0;
        for (size_t i = 0; i < n; i++)
            squares += theta[i] * theta[i];
        *loss += 0.5 * scale * squares;
    }
    if (grad != NULL)
        for (size_t i = 0; i < n; i++)
            grad[i] += scale * theta[i];
}
