/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: zip, tar and tar.gz archives, member by member and as pictures. */
#include "fuzz.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "archive";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_load(fuzz_load_archive, data, n);
    return 0;
}
