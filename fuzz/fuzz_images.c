/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: PNG, JPEG, PGM and PPM pictures and the steps after them. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "images";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_image, data, n);
    return 0;
}
