/* SPDX-License-Identifier: GPL-3.0-or-later
 * A regular file read forward, inflated on the way when it is gzip: the bytes that a format parser sees. */
#ifndef AEVB_BYTE_SOURCE_H
#define AEVB_BYTE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>
#include "aevb/status.h"
#include "format/file_in.h"

typedef struct aevb_byte_source {
    const char *path; /* the caller's */
    const aevb_file_in *file;
    aevb_file_in *own;  /* the same, when closing it is ours */
    bool gzip;          /* by the first two bytes, whatever the name says */
    bool ended;         /* the last gzip member is complete and its checksum was right */
    uint64_t file_size; /* when it was opened */
    uint64_t file_read; /* bytes that came from the file so far */
    unsigned char *buffer;
    z_stream z; /* next_in, avail_in: the unused part of the buffer, for plain files too */
} aevb_byte_source;

/* Only regular files are opened; a FIFO or a directory is AEVB_EIO at once, never a wait. The open source must not be
 * copied or moved: zlib holds its address. Closed already when this fails. */
aevb_status aevb_bytes_open(const char *path, aevb_byte_source *source, aevb_error *err);
/* The same over an open file or memory, which stays the caller's. */
aevb_status aevb_bytes_over(const aevb_file_in *file, aevb_byte_source *source, aevb_error *err);
void aevb_bytes_close(aevb_byte_source *source);

/* Up to `want` bytes of content; *got < want only at its end. Gzip: AEVB_EFORMAT for a stream that is damaged, cut or
 * followed by something else, with the byte of the file; several members in a row are one content. */
aevb_status aevb_bytes_read(aevb_byte_source *source, void *out, size_t want, size_t *got, aevb_error *err);

/* Back to the first byte of the content. */
void aevb_bytes_rewind(aevb_byte_source *source);

/* AEVB_EIO when the file is no longer the one that was opened. */
aevb_status aevb_bytes_unchanged(const aevb_byte_source *source, aevb_error *err);

#endif
