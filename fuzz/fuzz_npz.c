/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: NPZ files as rows of data and as models. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "npz";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_npz, data, n);
    return 0;
}
