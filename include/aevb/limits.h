/* SPDX-License-Identifier: GPL-3.0-or-later
 * Limits on what a file from outside may ask of us. Every reader takes a const aevb_limits *, NULL for the defaults;
 * what goes beyond a limit is AEVB_EUNSUPPORTED with a message that names the file, the figure and the limit. No
 * reader allocates more than what the length of the file can account for, whatever the limits say. */
#ifndef AEVB_LIMITS_H
#define AEVB_LIMITS_H

#include <stdint.h>
#include "aevb/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct aevb_limits {
    uint64_t content_bytes; /* rows or tensors of one source once inflated and decoded; default 16 GiB */
    uint64_t inflate_ratio; /* inflated bytes per stored byte, checked beyond the first 16 MiB; default 200 */
    uint64_t json_bytes;    /* one JSON text; default 100,000,000 (as safetensors has it) */
    uint64_t tensors;       /* tensors, data sets and groups of one model file, arrays of an NPZ; default 10,000 */
    uint64_t entries;       /* members of an archive, files and directories of a tree; default 2,000,000 */
    uint64_t pixels;        /* of one picture; default 1 << 26 */
} aevb_limits;

AEVB_API aevb_limits aevb_limits_default(void);

#ifdef __cplusplus
}
#endif
#endif
