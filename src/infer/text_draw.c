/* SPDX-License-Identifier: GPL-3.0-or-later
 * Classes out of the probabilities that a categorical model gives them. [TEXT.3] */
#include "config.h"
#include "fp_rules.h"
#include "aevb/infer.h"
#include "aevb/rng.h"

void aevb_classes_likeliest(size_t positions, size_t C, const double *probability, uint32_t *classes)
{
    for (size_t p = 0; p < positions; p++) {
        const double *row = probability + p * C;
        size_t best = 0;
        for (size_t c = 1; c < C; c++)
            best = row[c] > row[best] ? c : best;
        classes[p] = (uint32_t)best;
    }
}

void aevb_classes_draw(uint64_t seed, uint64_t first, size_t positions, size_t C, const double *probability,
                       uint32_t *classes)
{
    for (size_t p = 0; p < positions; p++) {
        const double *row = probability + p * C;
        const double u = aevb_uniform(seed, aevb_stream(AEVB_STREAM_PRIOR, 1), first + p);
        double sum = 0.0;
        size_t drawn = 0;
        for (size_t c = 0; c < C && sum <= u; c++) {
            sum += row[c];
            if (row[c] > 0.0)
                drawn = c;
        }
        classes[p] = (uint32_t)drawn;
    }
}
