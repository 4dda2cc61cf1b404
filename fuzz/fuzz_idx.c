/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: IDX files, plain and gzip. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "idx";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_idx, data, n);
    return 0;
}
