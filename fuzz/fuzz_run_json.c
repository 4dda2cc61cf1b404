/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: run.json, read, written and read again. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "run_json";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_run_json, data, n);
    return 0;
}
