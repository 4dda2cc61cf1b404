/* SPDX-License-Identifier: GPL-3.0-or-later
 * Messages in the wire format of Protocol Buffers, put together in memory. */
#ifndef AEVB_PROTO_OUT_H
#define AEVB_PROTO_OUT_H

#include <stddef.h>
#include <stdint.h>

/* Starts as {0}. A failed allocation sticks in failed; the bytes then mean nothing. */
typedef struct aevb_proto {
    unsigned char *bytes; /* aevb_free when done */
    size_t n, room;
    int failed;
} aevb_proto;

void aevb_proto_integer(aevb_proto *message, unsigned field, uint64_t value);
void aevb_proto_bytes(aevb_proto *message, unsigned field, const void *bytes, size_t n);
void aevb_proto_text(aevb_proto *message, unsigned field, const char *text);
/* Appends the part as a field and frees it. */
void aevb_proto_part(aevb_proto *message, unsigned field, aevb_proto *part);
/* n bytes to be filled in by the caller, NULL after a failure. */
unsigned char *aevb_proto_space(aevb_proto *message, unsigned field, size_t n);
/* What stands before n bytes of a field that are written elsewhere. */
void aevb_proto_head(aevb_proto *message, unsigned field, size_t n);

#endif
