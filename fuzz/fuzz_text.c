/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: texts cut into windows. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "text";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_text, data, n);
    return 0;
}
