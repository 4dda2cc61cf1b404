/* SPDX-License-Identifier: GPL-3.0-or-later
 * Filling in an aevb_error. */
#ifndef AEVB_ERROR_H
#define AEVB_ERROR_H

#include "aevb/status.h"

/* Writes the message (cut to fit; control characters and what is not UTF-8 become '?') unless err is NULL, and returns
 * status. */
aevb_status aevb_fail(aevb_error *err, aevb_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* AEVB_ENOMEM with the standard message. */
aevb_status aevb_fail_memory(aevb_error *err);

/* AEVB_EIO: "PATH: WHAT: strerror(errno)". */
aevb_status aevb_fail_errno(aevb_error *err, const char *path, const char *what);

#endif
