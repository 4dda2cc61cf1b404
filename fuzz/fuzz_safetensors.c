/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: safetensors files, their tensors and the model in them. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "safetensors";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_model, data, n);
    return 0;
}
