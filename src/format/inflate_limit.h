/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one rule about what compressed bytes may become. */
#ifndef AEVB_INFLATE_LIMIT_H
#define AEVB_INFLATE_LIMIT_H

#include "aevb/limits.h"

/* What limits says, or the defaults when it is NULL. */
aevb_limits aevb_limits_or_default(const aevb_limits *limits);

/* AEVB_EUNSUPPORTED when `inflated` bytes out of a source of `stored` bytes are beyond content_bytes or
 * inflate_ratio. where: the file, for the message. */
aevb_status aevb_inflate_check(const char *where, const aevb_limits *limits, uint64_t stored, uint64_t inflated,
                               aevb_error *err);

#endif
