/* SPDX-License-Identifier: GPL-3.0-or-later
 * .npz members one after the other into memory, each parsed where it lies. */
#include "config.h"
#include "format/npz_in.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/inflate_limit.h"

static const char ending[] = ".npy";

/* The next free slot, or NULL. */
static aevb_npz_array *add_slot(aevb_npz_in *npz)
{
    if (npz->n == npz->room) {
        size_t more = npz->room == 0 ? 16 : 2 * npz->room;
        aevb_npz_array *larger = aevb_grow(npz->arrays, npz->room, more, sizeof *larger);
        if (larger == NULL)
            return NULL;
        npz->arrays = larger;
        npz->room = more;
    }
    return &npz->arrays[npz->n];
}

aevb_status aevb_npz_in_add(aevb_npz_in *npz, const char *path, aevb_archive_in *archive, const aevb_member *member,
                         const aevb_limits *limits, aevb_error *err)
{
    if (npz->n >= limits->tensors)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: more than %" PRIu64 " arrays, the limit (tensors)", path,
                         limits->tensors);
    size_t length = strlen(member->name) - strlen(ending), n = 0;
    for (size_t i = 0; i < npz->n; i++)
        if (strncmp(npz->arrays[i].name, member->name, length) == 0 && npz->arrays[i].name[length] == '\0')
            return aevb_fail(err, AEVB_EFORMAT, "%s: member \"%.200s\" twice", path, member->name);
    aevb_npz_array *array = add_slot(npz);
    char *name = aevb_alloc(length + 1, 1);
    if (array == NULL || name == NULL) {
        aevb_free(name);
        return aevb_fail_memory(err);
    }
    memcpy(name, member->name, length);
    *array = (aevb_npz_array){.name = name};
    npz->n++;
    aevb_status status = aevb_archive_read_all(archive, &array->bytes, &n, err);
    if (status != AEVB_OK)
        return status;
    char where[320];
    aevb_error detail;
    snprintf(where, sizeof where, "%.200s: member \"%.100s\"", path, name);
    status = aevb_file_in_memory(where, array->bytes, n, &array->in, err);
    if (status != AEVB_OK)
        return status;
    array->status = status = aevb_npy_open(array->in, &array->npy, &detail);
    if (status == AEVB_EUNSUPPORTED) { /* may be an array that nobody asks for */
        snprintf(array->why, sizeof array->why, "%.150s", detail.message + strlen(where) + 2);
        return AEVB_OK;
    }
    return status == AEVB_OK ? AEVB_OK : aevb_fail(err, status, "%s", detail.message);
}

void aevb_npz_in_close(aevb_npz_in *npz)
{
    for (size_t i = 0; i < npz->n; i++) {
        aevb_file_in_close(npz->arrays[i].in);
        aevb_free(npz->arrays[i].bytes);
        aevb_free(npz->arrays[i].name);
    }
    aevb_free(npz->arrays);
    *npz = (aevb_npz_in){.n = 0};
}
