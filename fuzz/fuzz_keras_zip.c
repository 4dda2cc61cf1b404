/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: .keras files, zip archives with an HDF5 image and JSON. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "keras_zip";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_keras, data, n);
    return 0;
}
