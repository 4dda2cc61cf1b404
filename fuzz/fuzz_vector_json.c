/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: files of golden vectors. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "vector_json";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_vectors, data, n);
    return 0;
}
