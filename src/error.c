/* SPDX-License-Identifier: GPL-3.0-or-later
 * Error details and status names. */
#include "config.h"
#include "error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *aevb_status_name(aevb_status status)
{
    switch (status) {
    case AEVB_OK: return "AEVB_OK";
    case AEVB_EINVAL: return "AEVB_EINVAL";
    case AEVB_ESHAPE: return "AEVB_ESHAPE";
    case AEVB_ENOMEM: return "AEVB_ENOMEM";
    case AEVB_EIO: return "AEVB_EIO";
    case AEVB_EFORMAT: return "AEVB_EFORMAT";
    case AEVB_EUNSUPPORTED: return "AEVB_EUNSUPPORTED";
    case AEVB_EDOMAIN: return "AEVB_EDOMAIN";
    case AEVB_ENONFINITE: return "AEVB_ENONFINITE";
    case AEVB_EINTERRUPTED: return "AEVB_EINTERRUPTED";
    }
    return "unknown status";
}

const char *aevb_version(void)
{
    return PACKAGE_VERSION;
}

/* Bytes of the well-formed UTF-8 character at c, 0 when it is none or a control character (of C1 too). */
static size_t printable(const unsigned char *c)
{
    const size_t n = *c < 0x80 ? 1 : *c < 0xc2 ? 0 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : *c < 0xf5 ? 4 : 0;
    if (n == 1)
        return *c >= 0x20 && *c != 0x7f;
    for (size_t i = 1; i < n; i++)
        if ((c[i] & 0xc0) != 0x80)
            return 0;
    const int wrong = (*c == 0xc2 && c[1] < 0xa0) ||                                       /* C1 */
                      (*c == 0xe0 && c[1] < 0xa0) || (*c == 0xf0 && c[1] < 0x90) ||        /* too long */
                      (*c == 0xed && c[1] > 0x9f) || (*c == 0xf4 && c[1] > 0x8f);          /* no such character */
    return wrong ? 0 : n;
}

aevb_status aevb_fail(aevb_error *err, aevb_status status, const char *format, ...)
{
    if (err == NULL)
        return status;
    err->status = status;
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    /* Names come out of hostile files: nothing of them may reach a terminal as a control sequence, nor a program that
     * reads text as something else. */
    for (unsigned char *c = (unsigned char *)err->message; *c != '\0';) {
        const size_t n = printable(c);
        if (n == 0)
            *c = '?';
        c += n == 0 ? 1 : n;
    }
    return status;
}

aevb_status aevb_fail_memory(aevb_error *err)
{
    return aevb_fail(err, AEVB_ENOMEM, "out of memory");
}

aevb_status aevb_fail_errno(aevb_error *err, const char *path, const char *what)
{
    return aevb_fail(err, AEVB_EIO, "%s: %s: %s", path, what, strerror(errno));
}
