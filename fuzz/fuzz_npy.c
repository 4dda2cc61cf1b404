/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: NPY arrays as rows of data. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "npy";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_npy, data, n);
    return 0;
}
