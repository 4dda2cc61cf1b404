/* SPDX-License-Identifier: GPL-3.0-or-later
 * What fuzz targets share. A target is one file with LLVMFuzzerTestOneInput and its name; libFuzzer, AFL++ or the
 * replay driver calls it. docs/fuzzing.md */
#ifndef AEVB_FUZZ_H
#define AEVB_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/limits.h"

/* As in fuzz/corpus/NAME and fuzz/crashes/NAME. */
extern const char *const fuzz_target;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Tight enough for 512 MiB under AddressSanitizer, wide enough for every path. */
extern const aevb_limits fuzz_limits;

/* Ends the process with a message unless the condition holds. */
void fuzz_require(int holds, const char *what);
/* A status is AEVB_OK, or err has it with a message of one line. */
void fuzz_check_error(aevb_status status, const aevb_error *err);

/* A file name in a directory of this process, which is removed at its end; in memory where the system has that. */
const char *fuzz_path(void);

#endif
