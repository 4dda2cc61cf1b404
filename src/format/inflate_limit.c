/* SPDX-License-Identifier: GPL-3.0-or-later
 * Refuses decompression bombs: an absolute limit, and a ratio beyond the first 16 MiB. */
#include "config.h"
#include "format/inflate_limit.h"

#include <inttypes.h>
#include <stddef.h>

#include "error.h"

#define RATIO_FREE (UINT64_C(16) << 20) /* small files may be all zeros */

aevb_limits aevb_limits_or_default(const aevb_limits *limits)
{
    return limits != NULL ? *limits : aevb_limits_default();
}

aevb_status aevb_inflate_check(const char *where, const aevb_limits *limits, uint64_t stored, uint64_t inflated,
                               aevb_error *err)
{
    if (inflated > limits->content_bytes)
        return aevb_fail(err, AEVB_EUNSUPPORTED,
                         "%s: more than %" PRIu64 " bytes of content, the limit (content_bytes)", where,
                         limits->content_bytes);
    if (inflated > RATIO_FREE && inflated / limits->inflate_ratio >= stored && inflated > stored)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: %" PRIu64 " bytes inflate to more than %" PRIu64
                         " times as many, the limit (inflate_ratio)", where, stored, limits->inflate_ratio);
    return AEVB_OK;
}
