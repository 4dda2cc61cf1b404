/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a stranger's archive, zip or tar or tar.gz, member after member, from a file or from memory. Nothing is
 * ever unpacked onto a disk. */
#ifndef AEVB_ARCHIVE_IN_H
#define AEVB_ARCHIVE_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "aevb/limits.h"
#include "format/file_in.h"

typedef struct aevb_archive_in aevb_archive_in;

typedef struct aevb_member {
    const char *name; /* until the next member; without parts "." and "//", relative, no component ".." */
    bool directory;
    bool sized;       /* the archive says how long it is */
    uint64_t size;
} aevb_member;

/* Starts over in, which stays the caller's and must outlive the archive. limits: NULL for the defaults. AEVB_EFORMAT
 * for what is neither zip nor tar. Regular files and directories only: a member that is a link, a device or encrypted
 * is refused, so is a name that is absolute or goes up with "..". Whatever libarchive would only warn of is an error
 * here: wrong checksums, sizes that differ between a zip's directory and its members, missing ends, what
 * follows an end. */
aevb_status aevb_archive_open(const aevb_file_in *in, const aevb_limits *limits, aevb_archive_in **out,
                              aevb_error *err);
void aevb_archive_close(aevb_archive_in *archive); /* NULL is fine */

/* The next member, NULL in *member at the end of the archive. */
aevb_status aevb_archive_next(aevb_archive_in *archive, const aevb_member **member, aevb_error *err);

/* The next bytes of the current member: *got < want only at its end, where its checksum was right. */
aevb_status aevb_archive_read(aevb_archive_in *archive, size_t want, void *out, size_t *got, aevb_error *err);

/* All that is left of the current member, in memory from aevb_alloc. */
aevb_status aevb_archive_read_all(aevb_archive_in *archive, unsigned char **bytes, size_t *n, aevb_error *err);

#endif
