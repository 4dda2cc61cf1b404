/* SPDX-License-Identifier: GPL-3.0-or-later
 * Data sources opened with a limit and a seed, everything else as by default. */
#ifndef OPEN_DATA_H
#define OPEN_DATA_H

#include "aevb/data.h"

static inline aevb_status open_data(const char *source, size_t limit, uint64_t seed, aevb_data *out, aevb_error *err)
{
    aevb_data_options options = aevb_data_options_default();
    options.limit = limit;
    options.seed = seed;
    return aevb_data_open(source, &options, out, err);
}

#endif
