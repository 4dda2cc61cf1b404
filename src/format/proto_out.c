/* SPDX-License-Identifier: GPL-3.0-or-later
 * The two wire types that we need: varints and length-delimited bytes. */
#include "config.h"
#include "format/proto_out.h"

#include <string.h>

#include "alloc.h"

enum { VARINT = 0, BYTES = 2 };

static unsigned char *extend(aevb_proto *message, size_t n)
{
    if (message->failed)
        return NULL;
    if (n > message->room - message->n) {
        size_t more = message->room < 64 ? 64 : message->room;
        while (more - message->n < n && more <= SIZE_MAX / 2)
            more *= 2;
        unsigned char *larger = more - message->n < n ? NULL : aevb_grow(message->bytes, message->room, more, 1);
        if (larger == NULL) {
            message->failed = 1;
            return NULL;
        }
        message->bytes = larger;
        message->room = more;
    }
    message->n += n;
    return message->bytes + message->n - n;
}

static void varint(aevb_proto *message, uint64_t value)
{
    do {
        unsigned char *to = extend(message, 1);
        if (to == NULL)
            return;
        *to = (unsigned char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value != 0);
}

void aevb_proto_integer(aevb_proto *message, unsigned field, uint64_t value)
{
    varint(message, field << 3 | VARINT);
    varint(message, value);
}

void aevb_proto_head(aevb_proto *message, unsigned field, size_t n)
{
    varint(message, field << 3 | BYTES);
    varint(message, n);
}

unsigned char *aevb_proto_space(aevb_proto *message, unsigned field, size_t n)
{
    aevb_proto_head(message, field, n);
    return extend(message, n);
}

void aevb_proto_bytes(aevb_proto *message, unsigned field, const void *bytes, size_t n)
{
    unsigned char *to = aevb_proto_space(message, field, n);
    if (to != NULL && n > 0)
        memcpy(to, bytes, n);
}

void aevb_proto_text(aevb_proto *message, unsigned field, const char *text)
{
    aevb_proto_bytes(message, field, text, strlen(text));
}

void aevb_proto_part(aevb_proto *message, unsigned field, aevb_proto *part)
{
    if (part->failed)
        message->failed = 1;
    else
        aevb_proto_bytes(message, field, part->bytes, part->n);
    aevb_free(part->bytes);
    *part = (aevb_proto){.n = 0};
}
