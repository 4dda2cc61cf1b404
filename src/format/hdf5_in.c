/* SPDX-License-Identifier: GPL-3.0-or-later
 * HDF5 through libhdf5, from memory, with plug-ins off; every array is checked before it is listed. */
#include "config.h"
#include "format/hdf5_in.h"

#include "error.h"

#ifdef HAVE_HDF5

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "format/hdf5_check.h"
#include "format/inflate_limit.h"
#include "format/le_bytes.h"

enum { DEEPEST = 32, CORE_STEP = 1 << 16, LONGEST_PATH = 1024 };

typedef struct aevb_hdf5_array {
    aevb_stored_tensor tensor;
    char *name;
} aevb_hdf5_array;

struct aevb_hdf5_in {
    hid_t file;
    char *path;
    aevb_limits limits;
    aevb_hdf5_array *arrays;
    size_t n, room;
    haddr_t *seen; /* addresses of the objects met so far */
    size_t n_seen, seen_room;
    uint64_t content; /* bytes of all arrays */
    uint64_t stored;  /* of the file */
    uint64_t largest_heap;
};

typedef struct walk { /* state of one group's iteration */
    aevb_hdf5_in *file;
    const char *path; /* of the group, "" for the root */
    unsigned depth;
    aevb_status status;
    aevb_error *err;
} walk;

#define BAD(status, object, format, ...) \
    aevb_fail(err, status, "%s: \"%.200s\": " format, file->path, object, __VA_ARGS__)

/* Room for one more element. */
static bool grow(void **block, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return true;
    size_t more = *room == 0 ? 16 : *room > SIZE_MAX / 2 ? 0 : 2 * *room;
    void *larger = more == 0 ? NULL : aevb_grow(*block, *room, more, size);
    if (larger == NULL)
        return false;
    *block = larger;
    *room = more;
    return true;
}

static aevb_status meet(aevb_hdf5_in *file, const char *path, haddr_t address, aevb_error *err)
{
    for (size_t i = 0; i < file->n_seen; i++)
        if (file->seen[i] == address)
            return BAD(AEVB_EUNSUPPORTED, path, "%s", "an object that is reached twice");
    if (file->n_seen >= file->limits.tensors)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: more than %" PRIu64 " groups and arrays, the limit (tensors)",
                         file->path, file->limits.tensors);
    void *seen = file->seen;
    if (!grow(&seen, file->n_seen, &file->seen_room, sizeof *file->seen))
        return aevb_fail_memory(err);
    file->seen = seen;
    file->seen[file->n_seen++] = address;
    return AEVB_OK;
}

static aevb_status add_array(aevb_hdf5_in *file, const char *path, aevb_error *err)
{
    aevb_stored_tensor tensor = {.ndim = 0};
    uint64_t bytes = 0;
    hid_t set = H5Dopen2(file->file, path, H5P_DEFAULT);
    if (set < 0)
        return BAD(AEVB_EFORMAT, path, "%s", "a damaged array");
    aevb_error detail;
    aevb_status status = aevb_hdf5_check_array(set, &file->limits, file->stored, &tensor, &bytes, &detail);
    H5Dclose(set);
    if (status != AEVB_OK)
        return BAD(status, path, "%s", detail.message);
    if (bytes > file->limits.content_bytes - file->content)
        return aevb_inflate_check(file->path, &file->limits, file->stored, UINT64_MAX, err);
    file->content += bytes;
    status = aevb_inflate_check(file->path, &file->limits, file->stored, file->content, err);
    if (status != AEVB_OK)
        return status;
    void *arrays = file->arrays;
    if (!grow(&arrays, file->n, &file->room, sizeof *file->arrays))
        return aevb_fail_memory(err);
    file->arrays = arrays;
    char *name = aevb_copy_text(path);
    if (name == NULL)
        return aevb_fail_memory(err);
    tensor.name = name;
    file->arrays[file->n++] = (aevb_hdf5_array){.tensor = tensor, .name = name};
    return AEVB_OK;
}

static aevb_status walk_group(aevb_hdf5_in *file, const char *path, unsigned depth, aevb_error *err);

static aevb_status visit(aevb_hdf5_in *file, const char *path, const H5L_info_t *link, unsigned depth,
                         aevb_error *err)
{
    H5O_info_t info;
    if (link->type != H5L_TYPE_HARD)
        return BAD(AEVB_EUNSUPPORTED, path, "%s", "is a soft, external or user-defined link, refused");
    if (H5Oget_info_by_name2(file->file, path, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0)
        return BAD(AEVB_EFORMAT, path, "%s", "a damaged object");
    aevb_status status = meet(file, path, info.addr, err);
    if (status != AEVB_OK)
        return status;
    if (info.type == H5O_TYPE_DATASET)
        return add_array(file, path, err);
    if (info.type == H5O_TYPE_GROUP)
        return walk_group(file, path, depth + 1, err);
    return BAD(AEVB_EUNSUPPORTED, path, "%s", "is neither a group nor an array");
}

static herr_t on_link(hid_t group, const char *name, const H5L_info_t *link, void *user)
{
    (void)group;
    walk *w = user;
    char path[LONGEST_PATH];
    int n = snprintf(path, sizeof path, "%s%s%s", w->path, *w->path == '\0' ? "" : "/", name);
    if (n < 0 || (size_t)n >= sizeof path)
        w->status = aevb_fail(w->err, AEVB_EUNSUPPORTED, "%s: a path of more than %d characters", w->file->path,
                              LONGEST_PATH - 1);
    else
        w->status = visit(w->file, path, link, w->depth, w->err);
    return w->status == AEVB_OK ? 0 : -1;
}

static aevb_status walk_group(aevb_hdf5_in *file, const char *path, unsigned depth, aevb_error *err)
{
    const char *shown = *path == '\0' ? "/" : path;
    if (depth > DEEPEST)
        return BAD(AEVB_EUNSUPPORTED, shown, "groups more than %d deep", DEEPEST);
    hid_t group = H5Gopen2(file->file, shown, H5P_DEFAULT);
    if (group < 0)
        return BAD(AEVB_EFORMAT, shown, "%s", "a damaged group");
    walk w = {.file = file, .path = path, .depth = depth, .err = err};
    herr_t code = H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, on_link, &w);
    H5Gclose(group);
    if (w.status != AEVB_OK)
        return w.status;
    return code < 0 ? BAD(AEVB_EFORMAT, shown, "%s", "a damaged group") : AEVB_OK;
}

/* libhdf5 copies the image twice on the way; both copies are gone when this returns but the one that it works on. It
 * looks whether there is a file of that name too, and fails when there is one. */
static hid_t open_image(void *image, size_t n)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = H5I_INVALID_HID;
    if (access < 0)
        return H5I_INVALID_HID;
    if (H5Pset_fapl_core(access, CORE_STEP, 0) >= 0 && H5Pset_file_image(access, image, n) >= 0 &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0)
        file = H5Fopen("/dev/null/image", H5F_ACC_RDONLY, access);
    H5Pclose(access);
    return file;
}

static aevb_status scan_and_open(aevb_hdf5_in *file, void *image, size_t size, aevb_error *err)
{
    aevb_error detail;
    aevb_status status = aevb_hdf5_scan(image, size, &file->largest_heap, &detail);
    if (status != AEVB_OK)
        return aevb_fail(err, status, "%s: %s", file->path, detail.message);
    file->file = open_image(image, size);
    return file->file >= 0 ? AEVB_OK : aevb_fail(err, AEVB_EFORMAT, "%s: not a whole HDF5 file", file->path);
}

static int by_name(const void *left, const void *right)
{
    const aevb_hdf5_array *a = left, *b = right;
    return strcmp(a->name, b->name);
}

aevb_status aevb_hdf5_open(const char *name, void *image, size_t size, const aevb_limits *limits, aevb_hdf5_in **out,
                           aevb_error *err)
{
    aevb_hdf5_in *file = aevb_alloc(1, sizeof *file);
    char *path = aevb_copy_text(name);
    if (file == NULL || path == NULL) {
        aevb_free(file);
        aevb_free(path);
        return aevb_fail_memory(err);
    }
    *file = (aevb_hdf5_in){.file = H5I_INVALID_HID, .path = path, .limits = aevb_limits_or_default(limits),
                           .stored = size};
    aevb_hdf5_quiet before = aevb_hdf5_begin();
    aevb_status status = scan_and_open(file, image, size, err);
    if (status == AEVB_OK)
        status = walk_group(file, "", 0, err);
    aevb_hdf5_end(before);
    if (status == AEVB_OK) {
        if (file->n > 0)
            qsort(file->arrays, file->n, sizeof *file->arrays, by_name);
        *out = file;
    } else {
        aevb_hdf5_close(file);
    }
    return status;
}

void aevb_hdf5_close(aevb_hdf5_in *file)
{
    if (file == NULL)
        return;
    aevb_hdf5_quiet before = aevb_hdf5_begin();
    if (file->file >= 0)
        H5Fclose(file->file);
    aevb_hdf5_end(before);
    for (size_t i = 0; i < file->n; i++)
        aevb_free(file->arrays[i].name);
    aevb_free(file->arrays);
    aevb_free(file->seen);
    aevb_free(file->path);
    aevb_free(file);
}

size_t aevb_hdf5_count(const aevb_hdf5_in *file)
{
    return file->n;
}

const aevb_stored_tensor *aevb_hdf5_tensor(const aevb_hdf5_in *file, size_t i)
{
    return i < file->n ? &file->arrays[i].tensor : NULL;
}

aevb_status aevb_hdf5_read(const aevb_hdf5_in *file, const aevb_stored_tensor *tensor, double *out, aevb_error *err)
{
    aevb_hdf5_quiet before = aevb_hdf5_begin();
    hid_t set = H5Dopen2(file->file, tensor->name, H5P_DEFAULT);
    herr_t code = set < 0 ? -1 : H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
    if (set >= 0)
        H5Dclose(set);
    aevb_hdf5_end(before);
    if (code < 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: tensor \"%.100s\": its stored values are damaged", file->path,
                         tensor->name);
    return AEVB_OK;
}

aevb_status aevb_hdf5_strings(const aevb_hdf5_in *file, const char *group, const char *attribute, char **text,
                              size_t *n, aevb_error *err)
{
    aevb_hdf5_quiet before = aevb_hdf5_begin();
    aevb_error detail = {.message = ""};
    aevb_status status = AEVB_OK;
    *text = NULL;
    *n = 0;
    if (H5Lexists(file->file, group, H5P_DEFAULT) > 0 || strcmp(group, "/") == 0)
        status = aevb_hdf5_read_strings(file->file, group, attribute, file->largest_heap, text, n, &detail);
    aevb_hdf5_end(before);
    if (status != AEVB_OK)
        aevb_fail(err, status, "%s: \"%.200s\": attribute %s: %s", file->path, group, attribute, detail.message);
    return status;
}

#else

aevb_status aevb_hdf5_open(const char *name, void *image, size_t size, const aevb_limits *limits, aevb_hdf5_in **out,
                           aevb_error *err)
{
    (void)image;
    (void)size;
    (void)limits;
    (void)out;
    return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: is HDF5, and this libaevb was built without libhdf5", name);
}

void aevb_hdf5_close(aevb_hdf5_in *file)
{
    (void)file;
}

size_t aevb_hdf5_count(const aevb_hdf5_in *file)
{
    (void)file;
    return 0;
}

const aevb_stored_tensor *aevb_hdf5_tensor(const aevb_hdf5_in *file, size_t i)
{
    (void)file;
    (void)i;
    return NULL;
}

aevb_status aevb_hdf5_read(const aevb_hdf5_in *file, const aevb_stored_tensor *tensor, double *out, aevb_error *err)
{
    (void)file;
    (void)tensor;
    (void)out;
    return aevb_fail(err, AEVB_EUNSUPPORTED, "%s", "built without libhdf5");
}

aevb_status aevb_hdf5_strings(const aevb_hdf5_in *file, const char *group, const char *attribute, char **text,
                              size_t *n, aevb_error *err)
{
    (void)file;
    (void)group;
    (void)attribute;
    (void)text;
    (void)n;
    return aevb_fail(err, AEVB_EUNSUPPORTED, "%s", "built without libhdf5");
}

#endif
