/* SPDX-License-Identifier: GPL-3.0-or-later
 * Mutates safetensors files by their structure: values of the JSON header change, the length in front stays right. */
#include "config.h"
#include "mutate.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX = 8 };

static json_t *any_number(unsigned *seed, const json_t *old)
{
    static const json_int_t odd[] = {0, 1, -1, 2, 255, 65536, 0x7fffffff, 0x100000000, 0x7fffffffffffffff};
    const unsigned choice = mutate_next(seed) % 14;
    const json_int_t before = json_integer_value(old);
    if (choice < sizeof odd / sizeof *odd)
        return json_integer(odd[choice]);
    if (choice == 9)
        return json_real(0.5);
    if (before > (json_int_t)1 << 60 || before < 0)
        return json_integer(8);
    return json_integer(choice == 10   ? before + 1
                        : choice == 11 ? before - 1
                        : choice == 12 ? before * 2
                                       : before / 2);
}

static json_t *any_dtype(unsigned *seed)
{
    static const char *const names[] = {"F16", "BF16", "F32", "F64", "I8", "U8", "I64", "BOOL", "F8_E4M3", "F4", ""};
    return json_string(names[mutate_next(seed) % (sizeof names / sizeof *names)]);
}

/* Changes, adds or removes one item of an array of numbers. */
static void mutate_array(json_t *array, unsigned *seed)
{
    const size_t n = json_array_size(array);
    const unsigned choice = mutate_next(seed) % 8;
    const size_t at = n > 0 ? mutate_next(seed) % n : 0;
    if (choice == 0 || n == 0)
        json_array_append_new(array, any_number(seed, NULL));
    else if (choice == 1)
        json_array_remove(array, at);
    else
        json_array_set_new(array, at, any_number(seed, json_array_get(array, at)));
}

/* The member of an object at a place of choice. */
static void *any_member(json_t *object, unsigned *seed)
{
    const size_t n = json_object_size(object);
    void *at = json_object_iter(object);
    for (size_t skip = n > 0 ? mutate_next(seed) % n : 0; skip > 0; skip--)
        at = json_object_iter_next(object, at);
    return at;
}

static void mutate_tensor(json_t *header, const char *name, json_t *tensor, unsigned *seed)
{
    static const char *const keys[] = {"shape", "data_offsets"};
    const unsigned choice = mutate_next(seed) % 8;
    json_t *array = json_object_get(tensor, keys[choice & 1]);
    if (choice < 4 && json_is_array(array))
        mutate_array(array, seed);
    else if (choice == 4)
        json_object_set_new(tensor, "dtype", any_dtype(seed));
    else if (choice == 5)
        json_object_set_new(header, "fc1.weight", json_deep_copy(tensor));
    else if (choice == 6)
        json_object_del(header, name);
    else if (json_is_array(array)) /* the other way round: same product, other shape */
        json_array_append_new(array, json_integer(1));
}

static void mutate_header(json_t *header, unsigned *seed)
{
    void *at = any_member(header, seed);
    if (at == NULL)
        return;
    const char *name = json_object_iter_key(at);
    json_t *value = json_object_iter_value(at);
    if (strcmp(name, "__metadata__") != 0) {
        mutate_tensor(header, name, value, seed);
        return;
    }
    void *entry = any_member(value, seed);
    const char *text = entry == NULL ? NULL : json_string_value(json_object_iter_value(entry));
    const size_t n = text == NULL ? 0 : strlen(text);
    uint8_t *changed = n == 0 ? NULL : malloc(n + 64);
    if (changed == NULL)
        return;
    memcpy(changed, text, n);
    const size_t length = mutate_plainly(changed, n, n + 64);
    json_t *replaced = json_stringn((const char *)changed, length); /* NULL unless it is UTF-8 */
    if (replaced != NULL)
        json_object_iter_set_new(value, entry, replaced);
    free(changed);
}

/* The new file over data; 0 when it does not fit. */
static size_t rebuild(uint8_t *data, size_t n, size_t old_header, size_t room, const json_t *header)
{
    char *text = json_dumps(header, JSON_COMPACT);
    const size_t length = text == NULL ? 0 : strlen(text), rest = n - PREFIX - old_header;
    size_t made = 0;
    if (text != NULL && length + rest + PREFIX <= room) {
        memmove(data + PREFIX + length, data + PREFIX + old_header, rest);
        memcpy(data + PREFIX, text, length);
        mutate_put(data, PREFIX, length);
        made = PREFIX + length + rest;
    }
    free(text);
    return made;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed)
{
    const uint64_t length = n >= PREFIX ? mutate_get(data, PREFIX) : UINT64_MAX;
    const unsigned choice = mutate_next(&seed) % 4;
    json_t *header = NULL;
    if (choice > 0 && n >= PREFIX && length <= n - PREFIX)
        header = json_loadb((const char *)data + PREFIX, (size_t)length, 0, NULL);
    if (!json_is_object(header)) {
        json_decref(header);
        return mutate_plainly(data, n, room);
    }
    size_t made = 0;
    if (choice == 1) { /* the data behind the header */
        const size_t begin = PREFIX + (size_t)length;
        if (begin < n)
            made = begin + mutate_plainly(data + begin, n - begin, room - begin);
    } else {
        mutate_header(header, &seed);
        made = rebuild(data, n, (size_t)length, room, header);
    }
    json_decref(header);
    return made > 0 ? made : mutate_plainly(data, n, room);
}
