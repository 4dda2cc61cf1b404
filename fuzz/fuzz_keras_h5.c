/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: HDF5 files of Keras. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "keras_h5";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_keras, data, n);
    return 0;
}
