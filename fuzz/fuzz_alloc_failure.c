/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: the n-th allocation of a loader fails. Input: which loader, n in two bytes, the file. */
#include "config.h"
#include "fuzz.h"

#include "alloc.h"
#include "fuzz_loaders.h"

const char *const fuzz_target = "alloc_failure";

static fuzz_loader *const loaders[] = {fuzz_load_model, fuzz_load_data, fuzz_load_npy, fuzz_load_npz, fuzz_load_idx,
                                       fuzz_load_image, fuzz_load_archive, fuzz_load_run_json, fuzz_load_vectors,
                                       fuzz_load_text};
enum { LOADERS = sizeof loaders / sizeof *loaders };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 3)
        return 0;
    aevb_error err = {.message = ""};
    aevb_alloc_fail_after(1 + (((size_t)data[1] | (size_t)data[2] << 8) & 0x3ff));
    const aevb_status status = loaders[data[0] % LOADERS](data + 3, n - 3, &err);
    aevb_alloc_fail_after(0);
    fuzz_check_error(status, &err);
    fuzz_require(aevb_alloc_live() == 0, "memory is left behind");
    return 0;
}
