/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mutates NPZ files by their structure: the members are taken apart, one is changed (most often in its NPY header),
 * and the archive is put together again, stored, with its checksums and its directory. */
#include "config.h"
#include "mutate.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LOCAL = 30, CENTRAL = 46, END = 22, MEMBERS = 16, ROOM = 1 << 15, SPARE = 64, NPY_PREFIX = 10 };

typedef struct member {
    uint8_t name[64], *bytes; /* bytes: n of them and SPARE more */
    size_t name_length, n;
} member;

static int inflate_all(const uint8_t *from, size_t n, member *to)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)from, .avail_in = (uInt)n, .next_out = to->bytes, .avail_out = ROOM};
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return 0;
    const int end = inflate(&z, Z_FINISH);
    to->n = z.total_out;
    inflateEnd(&z);
    return end == Z_STREAM_END;
}

/* The member that the entry at `at` of the directory names; 0 when it is none of a kind that we put together. */
static int take_member(const uint8_t *data, size_t n, const uint8_t *at, member *out)
{
    const size_t size = (size_t)mutate_get(at + 20, 4), begin = (size_t)mutate_get(at + 42, 4);
    const unsigned method = (unsigned)mutate_get(at + 10, 2);
    out->name_length = (size_t)mutate_get(at + 28, 2);
    if (out->name_length > sizeof out->name || begin > n || n - begin < LOCAL || size > ROOM ||
        (size_t)(data + n - at) < CENTRAL + out->name_length)
        return 0;
    const size_t head = LOCAL + (size_t)mutate_get(data + begin + 26, 2) + (size_t)mutate_get(data + begin + 28, 2);
    if (n - begin < head || n - begin - head < size || (out->bytes = malloc(ROOM + SPARE)) == NULL)
        return 0;
    memcpy(out->name, at + CENTRAL, out->name_length);
    if (method == 8)
        return inflate_all(data + begin + head, size, out);
    memcpy(out->bytes, data + begin + head, size);
    out->n = size;
    return method == 0;
}

/* Through the directory; the number of members, which are the caller's to free, or 0. */
static size_t take_apart(const uint8_t *data, size_t n, member members[MEMBERS])
{
    if (n < END || memcmp(data + n - END, "PK\5\6", 4) != 0)
        return 0;
    size_t at = (size_t)mutate_get(data + n - END + 16, 4), count = 0;
    while (at <= n && n - at >= CENTRAL + END && memcmp(data + at, "PK\1\2", 4) == 0) {
        if (count == MEMBERS || !take_member(data, n, data + at, &members[count++]))
            return 0;
        at += CENTRAL + (size_t)mutate_get(data + at + 28, 2) + (size_t)mutate_get(data + at + 30, 2) +
              (size_t)mutate_get(data + at + 32, 2);
    }
    return count;
}

/* What both headers of a member have in common. */
static void put_fields(uint8_t *at, const member *m)
{
    mutate_put(at, 2, 20);
    memset(at + 2, 0, 8); /* flags, method, time and date */
    mutate_put(at + 10, 4, crc32(0, m->bytes, (uInt)m->n));
    mutate_put(at + 14, 4, m->n);
    mutate_put(at + 18, 4, m->n);
    mutate_put(at + 22, 2, m->name_length);
    mutate_put(at + 24, 2, 0);
}

static size_t put_together(uint8_t *data, size_t room, const member *members, size_t count)
{
    size_t total = END, begin[MEMBERS], at = 0;
    for (size_t i = 0; i < count; i++)
        total += LOCAL + CENTRAL + 2 * members[i].name_length + members[i].n;
    if (total > room)
        return 0;
    for (size_t i = 0; i < count; i++) {
        const member *m = &members[i];
        begin[i] = at;
        memcpy(data + at, "PK\3\4", 4);
        put_fields(data + at + 4, m);
        memcpy(data + at + LOCAL, m->name, m->name_length);
        memcpy(data + at + LOCAL + m->name_length, m->bytes, m->n);
        at += LOCAL + m->name_length + m->n;
    }
    const size_t directory = at;
    for (size_t i = 0; i < count; i++) {
        const member *m = &members[i];
        memset(data + at, 0, CENTRAL);
        memcpy(data + at, "PK\1\2", 4);
        mutate_put(data + at + 4, 2, 20);
        put_fields(data + at + 6, m);
        mutate_put(data + at + 42, 4, begin[i]);
        memcpy(data + at + CENTRAL, m->name, m->name_length);
        at += CENTRAL + m->name_length;
    }
    memset(data + at, 0, END);
    memcpy(data + at, "PK\5\6", 4);
    mutate_put(data + at + 8, 2, count);
    mutate_put(data + at + 10, 2, count);
    mutate_put(data + at + 12, 4, at - directory);
    mutate_put(data + at + 16, 4, directory);
    return at + END;
}

/* The dictionary of an NPY array, whose length in front of it stays right, or all of the member. */
static void mutate_member(member *m, unsigned *seed)
{
    const size_t header = m->n >= NPY_PREFIX ? (size_t)mutate_get(m->bytes + 8, 2) : 0;
    if (header == 0 || header > m->n - NPY_PREFIX || mutate_next(seed) % 4 == 0) {
        m->n = mutate_plainly(m->bytes, m->n, m->n + SPARE < ROOM ? m->n + SPARE : ROOM);
        return;
    }
    uint8_t *text = malloc(header + SPARE);
    if (text == NULL)
        return;
    memcpy(text, m->bytes + NPY_PREFIX, header);
    const size_t changed = mutate_plainly(text, header, header + SPARE), rest = m->n - NPY_PREFIX - header;
    if (changed + rest + NPY_PREFIX <= ROOM) {
        memmove(m->bytes + NPY_PREFIX + changed, m->bytes + NPY_PREFIX + header, rest);
        memcpy(m->bytes + NPY_PREFIX, text, changed);
        mutate_put(m->bytes + 8, 2, changed);
        m->n = NPY_PREFIX + changed + rest;
    }
    free(text);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    member members[MEMBERS] = {{.n = 0}};
    const unsigned choice = mutate_next(&seed) % 8;
    size_t count = choice == 0 ? 0 : take_apart(data, n, members), made = 0;
    if (count > 0) {
        member *m = &members[mutate_next(&seed) % count];
        if (choice == 1 && m->name_length > 0)
            m->name_length = mutate_plainly(m->name, m->name_length, sizeof m->name);
        else
            mutate_member(m, &seed);
        made = put_together(data, room, members, count);
    }
    for (size_t i = 0; i < MEMBERS; i++)
        free(members[i].bytes);
    return made > 0 ? made : mutate_plainly(data, n, room);
}
