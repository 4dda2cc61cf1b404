/* SPDX-License-Identifier: GPL-3.0-or-later
 * A batch of rows as numbers, binarised on the way if asked to. [DATA.1] [DATA.2] [DATA.3] [TEXT.1] */
#include "config.h"
#include "aevb/data.h"

#include <string.h>

#include "aevb/rng.h"

static const char *const binarise_names[] = {"none", "threshold", "dynamic"};
enum { BINARISE_NAMES = sizeof binarise_names / sizeof *binarise_names };

const char *aevb_binarise_name(aevb_binarise mode)
{
    return (size_t)mode < BINARISE_NAMES ? binarise_names[mode] : NULL;
}

aevb_status aevb_binarise_parse(const char *name, aevb_binarise *out)
{
    for (size_t i = 0; name != NULL && out != NULL && i < BINARISE_NAMES; i++) {
        if (strcmp(name, binarise_names[i]) == 0) {
            *out = (aevb_binarise)i;
            return AEVB_OK;
        }
    }
    return AEVB_EINVAL;
}

/* One draw. Where the outcome is certain, as 0 < u < 1, the uniform is not computed. */
static double draw(const aevb_gather *how, uint64_t element, double x)
{
    if (x <= 0 || x >= 1)
        return x > 0;
    return x > aevb_uniform(how->seed, how->stream, element);
}

static void gather_row(const aevb_dataset *dataset, const aevb_gather *how, size_t row, double *x)
{
    size_t X = dataset->x_dim, first = row * X;
    for (size_t i = 0; i < X; i++)
        x[i] = dataset->u8 != NULL ? dataset->u8[first + i] / 255.0 : dataset->f64[first + i];
    if (how->binarise == AEVB_BINARISE_THRESHOLD)
        for (size_t i = 0; i < X; i++)
            x[i] = x[i] >= 0.5;
    else if (how->binarise == AEVB_BINARISE_DYNAMIC)
        for (size_t i = 0; i < X; i++)
            x[i] = draw(how, first + i, x[i]);
}

/* [TEXT.1] */
static void gather_text(const aevb_dataset *dataset, size_t row, double *x)
{
    const size_t X = dataset->x_dim, C = dataset->classes;
    const uint8_t *classes = dataset->u8 + row * dataset->step;
    memset(x, 0, X * sizeof *x);
    for (size_t p = 0; p < X / C; p++)
        x[p * C + classes[p]] = 1.0;
}

aevb_status aevb_dataset_gather(const aevb_dataset *dataset, const aevb_gather *how, const uint32_t *index, size_t B,
                                double *x)
{
    if (dataset == NULL || how == NULL || aevb_binarise_name(how->binarise) == NULL ||
        (B > 0 && (index == NULL || x == NULL)) || (dataset->classes > 0 && how->binarise != AEVB_BINARISE_NONE))
        return AEVB_EINVAL;
    for (size_t b = 0; b < B; b++)
        if (index[b] >= dataset->n)
            return AEVB_EINVAL;
    for (size_t b = 0; b < B; b++)
        if (dataset->classes > 0)
            gather_text(dataset, index[b], x + b * dataset->x_dim);
        else
            gather_row(dataset, how, index[b], x + b * dataset->x_dim);
    return AEVB_OK;
}
