/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: the port's side of the conform protocol: lines of requests, answered by the reference. */
#include "config.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#include "aevb/conform.h"
#include "alloc.h"

const char *const fuzz_target = "conform_port";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const aevb_engine_config engine = {.kind = AEVB_ENGINE_REF, .precision = AEVB_F64, .threads = 1};
    aevb_error err = {.message = ""};
    char *answers = NULL;
    size_t length;
    if (n == 0)
        return 0;
    FILE *in = fmemopen((void *)(uintptr_t)data, n, "r"), *out = open_memstream(&answers, &length);
    fuzz_require(in != NULL && out != NULL, "no streams");
    fuzz_check_error(aevb_port_serve(&engine, in, out, &err), &err);
    fclose(in);
    fclose(out);
    free(answers);
    fuzz_require(aevb_alloc_live() == 0, "memory is left behind");
    return 0;
}
