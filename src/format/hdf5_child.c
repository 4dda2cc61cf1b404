/* SPDX-License-Identifier: GPL-3.0-or-later
 * HDF5 in a child process: what it says about a file, and how the parent asks and checks. */
#include "config.h"
#include "format/hdf5_child.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/confined.h"
#include "format/hdf5_in.h"
#include "format/inflate_limit.h"

enum { LONGEST_NAME = 1024, LEAST_RECORD = 32, SECONDS = 10 };
#define BASE_MEMORY (UINT64_C(64) << 20)
#define SPEED (UINT64_C(8) << 20) /* bytes of a second */
#define MOST_TEXT(size) (2 * (uint64_t)(size)) /* strings of a file, each with its NUL */
#define ATTRIBUTE UINT64_MAX

typedef struct request {
    uint64_t array; /* or ATTRIBUTE */
    char group[LONGEST_NAME], attribute[64];
} request;

typedef struct job {
    const char *path;
    void *image;
    size_t size;
    const aevb_limits *limits;
} job;

struct aevb_hdf5_child {
    aevb_confined process;
    aevb_hdf5_in *here; /* read in this process */
    char *path;
    uint64_t size;
    aevb_limits limits;
    aevb_stored_tensor *tensors;
    char *names;
    size_t n;
};

/* Types as they go over the socket. */
static const struct { const char *name; aevb_dtype dtype; uint64_t width; } kinds[] = {
    {"F16", AEVB_DTYPE_F16, 2}, {"F32", AEVB_DTYPE_F32, 4}, {"F64", AEVB_DTYPE_F64, 8},
    {"float", AEVB_DTYPE_OTHER, 1}, {"integer", AEVB_DTYPE_OTHER, 1}, {"enum", AEVB_DTYPE_OTHER, 1},
    {"string", AEVB_DTYPE_OTHER, 1}, {"opaque", AEVB_DTYPE_OTHER, 1}};
enum { KINDS = sizeof kinds / sizeof *kinds };

#ifdef HAVE_HDF5
static atomic_int in_process;
#else
static atomic_int in_process = 1; /* which says that there is no libhdf5 */
#endif

void aevb_hdf5_in_process(int on)
{
    atomic_store(&in_process, on);
}

/* --- in the child --- */

static void say(int socket, aevb_hdf5_answer answer, const void *text)
{
    aevb_confined_write(socket, &answer, sizeof answer);
    aevb_confined_write(socket, text, (size_t)answer.length);
}

static void say_failure(int socket, aevb_status status, const aevb_error *err)
{
    say(socket, (aevb_hdf5_answer){.status = (uint32_t)status, .length = strlen(err->message)}, err->message);
}

static void say_listing(int socket, const aevb_hdf5_in *file)
{
    aevb_hdf5_answer answer = {.status = AEVB_OK, .n = aevb_hdf5_count(file)};
    for (size_t i = 0; i < answer.n; i++)
        answer.length += strlen(aevb_hdf5_tensor(file, i)->name) + 1;
    aevb_confined_write(socket, &answer, sizeof answer);
    for (size_t i = 0; i < answer.n; i++) {
        const aevb_stored_tensor *tensor = aevb_hdf5_tensor(file, i);
        aevb_hdf5_record record = {.ndim = (uint32_t)tensor->ndim};
        while (record.kind < KINDS - 1 && strcmp(kinds[record.kind].name, tensor->dtype_name) != 0)
            record.kind++;
        memcpy(record.shape, tensor->shape, sizeof record.shape);
        aevb_confined_write(socket, &record, sizeof record);
    }
    for (size_t i = 0; i < answer.n; i++)
        aevb_confined_write(socket, aevb_hdf5_tensor(file, i)->name, strlen(aevb_hdf5_tensor(file, i)->name) + 1);
}

static void say_values(int socket, const job *from, const aevb_hdf5_in *file, uint64_t i)
{
    aevb_error err = {.message = ""};
    const aevb_stored_tensor *tensor = aevb_hdf5_tensor(file, (size_t)i);
    const uint64_t bytes = 8 * tensor->count; /* no overflow: hdf5_check.c */
    aevb_confined_allow(BASE_MEMORY + 4 * (uint64_t)from->size + 5 * bytes); /* the values, and chunks of them */
    double *values = aevb_alloc((size_t)tensor->count, sizeof *values);
    aevb_status status = values == NULL ? aevb_fail_memory(&err) : aevb_hdf5_read(file, tensor, values, &err);
    if (status == AEVB_OK)
        say(socket, (aevb_hdf5_answer){.status = AEVB_OK, .length = bytes}, values);
    else
        say_failure(socket, status, &err);
    aevb_free(values);
}

static void say_strings(int socket, const job *from, const aevb_hdf5_in *file, const request *asked)
{
    aevb_error err = {.message = ""};
    char *text = NULL;
    size_t n = 0;
    aevb_status status = aevb_hdf5_strings(file, asked->group, asked->attribute, &text, &n, &err);
    aevb_hdf5_answer answer = {.status = AEVB_OK, .present = text != NULL, .n = n};
    for (size_t i = 0; i < n; i++)
        answer.length += strlen(text + answer.length) + 1;
    if (status == AEVB_OK && answer.length > MOST_TEXT(from->size))
        status = aevb_fail(&err, AEVB_EUNSUPPORTED, "%s: \"%.200s\": attribute %s: longer than the file", from->path,
                           asked->group, asked->attribute);
    if (status == AEVB_OK)
        say(socket, answer, text);
    else
        say_failure(socket, status, &err);
    aevb_free(text);
}

static void serve(int socket, void *user)
{
    const job *from = user;
    aevb_error err = {.message = ""};
    aevb_hdf5_in *file = NULL;
    aevb_status status = aevb_hdf5_open(from->path, from->image, from->size, from->limits, &file, &err);
    aevb_free(from->image);
    if (status != AEVB_OK) {
        say_failure(socket, status, &err);
        return;
    }
    say_listing(socket, file);
    for (request asked;;) {
        aevb_confined_read(socket, &asked, sizeof asked);
        if (asked.array == ATTRIBUTE)
            say_strings(socket, from, file, &asked);
        else
            say_values(socket, from, file, asked.array);
    }
}

/* --- in the parent --- */

/* The end of the child; why as aevb_confined_end has it. */
static aevb_status give_up(aevb_hdf5_child *file, int why, aevb_error *err)
{
    aevb_fate fate = aevb_confined_end(&file->process, why);
    return aevb_fail(err, fate.late ? AEVB_EUNSUPPORTED : AEVB_EFORMAT, "%s: libhdf5 failed on it (%s)", file->path,
                     fate.text);
}

static aevb_status get(aevb_hdf5_child *file, void *to, uint64_t n, aevb_error *err)
{
    return aevb_confined_get(&file->process, to, (size_t)n) == 0 ? AEVB_OK : give_up(file, errno, err);
}

/* The head of an answer, or the failure that it tells. */
static aevb_status get_head(aevb_hdf5_child *file, aevb_hdf5_answer *answer, aevb_error *err)
{
    char message[sizeof err->message] = "";
    aevb_status status = get(file, answer, sizeof *answer, err);
    if (status != AEVB_OK || answer->status == AEVB_OK)
        return status;
    const int known = answer->status == AEVB_ENOMEM || answer->status == AEVB_EFORMAT ||
                      answer->status == AEVB_EUNSUPPORTED;
    if (!known || answer->length == 0 || answer->length >= sizeof message)
        return give_up(file, EPROTO, err);
    status = get(file, message, answer->length, err);
    return status == AEVB_OK ? aevb_fail(err, (aevb_status)answer->status, "%s", message) : status;
}

/* A block of n strings that end with NUL. */
static int are_strings(const char *text, uint64_t length, uint64_t n)
{
    uint64_t ends = 0;
    for (uint64_t i = 0; i < length; i++)
        ends += text[i] == '\0';
    return ends == n && (length == 0 || text[length - 1] == '\0');
}

static int take_record(const aevb_hdf5_record *record, aevb_stored_tensor *tensor, uint64_t *content)
{
    if (record->kind >= KINDS || record->ndim > AEVB_MAX_NDIM)
        return 0;
    *tensor = (aevb_stored_tensor){.dtype_name = kinds[record->kind].name, .dtype = kinds[record->kind].dtype,
                                   .ndim = record->ndim, .count = 1};
    for (uint32_t i = 0; i < record->ndim; i++) {
        if (record->shape[i] != 0 && tensor->count > UINT64_MAX / 64 / record->shape[i])
            return 0;
        tensor->shape[i] = record->shape[i];
        tensor->count *= record->shape[i];
    }
    const uint64_t bytes = tensor->count * kinds[record->kind].width;
    *content = bytes > UINT64_MAX - *content ? UINT64_MAX : *content + bytes;
    return 1;
}

/* The n arrays of a listing; names rise, so that none comes twice. */
static aevb_status get_arrays(aevb_hdf5_child *file, const aevb_hdf5_answer *answer, aevb_error *err)
{
    uint64_t content = 0;
    for (uint64_t i = 0; i < answer->n; i++) {
        aevb_hdf5_record record;
        aevb_status status = get(file, &record, sizeof record, err);
        if (status != AEVB_OK)
            return status;
        if (!take_record(&record, &file->tensors[i], &content))
            return give_up(file, EPROTO, err);
    }
    aevb_status status = get(file, file->names, answer->length, err);
    if (status == AEVB_OK && !are_strings(file->names, answer->length, answer->n))
        return give_up(file, EPROTO, err);
    const char *name = file->names, *before = "";
    for (uint64_t i = 0; i < answer->n && status == AEVB_OK; i++) {
        if (strlen(name) >= LONGEST_NAME || strcmp(before, name) >= 0)
            return give_up(file, EPROTO, err);
        file->tensors[i].name = before = name;
        name += strlen(name) + 1;
    }
    file->n = (size_t)answer->n;
    return status == AEVB_OK ? aevb_inflate_check(file->path, &file->limits, file->size, content, err) : status;
}

static aevb_status get_listing(aevb_hdf5_child *file, aevb_error *err)
{
    aevb_hdf5_answer answer;
    aevb_status status = get_head(file, &answer, err);
    if (status != AEVB_OK)
        return status;
    if (answer.n > file->limits.tensors || answer.n > file->size / LEAST_RECORD ||
        answer.length > answer.n * LONGEST_NAME)
        return give_up(file, EPROTO, err);
    file->tensors = aevb_alloc((size_t)answer.n, sizeof *file->tensors);
    file->names = aevb_alloc((size_t)answer.length, 1);
    if (file->tensors == NULL || file->names == NULL)
        return aevb_fail_memory(err);
    return get_arrays(file, &answer, err);
}

static aevb_status start(aevb_hdf5_child *file, void (*work)(int, void *), unsigned seconds, void *image,
                         aevb_error *err)
{
    job from = {.path = file->path, .image = image, .size = (size_t)file->size, .limits = &file->limits};
    const aevb_confinement how = {.work = work, .user = &from, .memory = BASE_MEMORY + 4 * file->size,
                                  .seconds = seconds};
    return aevb_confined_start(&how, &file->process) == 0
               ? AEVB_OK : aevb_fail_errno(err, file->path, "cannot start a process for libhdf5");
}

/* All of the file, as it was when it was opened. */
static aevb_status load(const aevb_file_in *in, const aevb_limits *limits, void **image, aevb_error *err)
{
    const uint64_t size = aevb_file_in_size(in);
    if (size > limits->content_bytes || size > SIZE_MAX / 8)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: %" PRIu64 " bytes, the limit (content_bytes) is %" PRIu64,
                         aevb_file_in_path(in), size, limits->content_bytes);
    return aevb_file_in_all(in, image, err);
}

aevb_status aevb_hdf5_child_open_with(const aevb_file_in *in, const aevb_limits *limits, void (*work)(int, void *),
                                      unsigned seconds, aevb_hdf5_child **out, aevb_error *err)
{
    aevb_hdf5_child *file = aevb_alloc(1, sizeof *file);
    char *path = aevb_copy_text(aevb_file_in_path(in));
    void *image = NULL;
    if (file == NULL || path == NULL) {
        aevb_free(file);
        aevb_free(path);
        return aevb_fail_memory(err);
    }
    *file = (aevb_hdf5_child){.process = {.socket = -1}, .path = path, .size = aevb_file_in_size(in),
                              .limits = aevb_limits_or_default(limits)};
    const int here = atomic_load(&in_process);
    aevb_status status = load(in, &file->limits, &image, err);
    if (status == AEVB_OK)
        status = here ? aevb_hdf5_open(path, image, (size_t)file->size, &file->limits, &file->here, err)
                      : start(file, work, seconds, image, err);
    aevb_free(image);
    if (status == AEVB_OK && !here)
        status = get_listing(file, err);
    if (status == AEVB_OK)
        *out = file;
    else
        aevb_hdf5_child_close(file);
    return status;
}

aevb_status aevb_hdf5_child_open(const aevb_file_in *in, const aevb_limits *limits, aevb_hdf5_child **out,
                                 aevb_error *err)
{
    const aevb_limits most = aevb_limits_or_default(limits);
    const uint64_t size = aevb_file_in_size(in);
    const uint64_t content = size < most.content_bytes / most.inflate_ratio ? size * most.inflate_ratio
                                                                            : most.content_bytes;
    const uint64_t more = content / SPEED + size / SPEED;
    return aevb_hdf5_child_open_with(in, limits, serve, SECONDS + (unsigned)(more < 1000000 ? more : 1000000), out,
                                     err);
}

void aevb_hdf5_child_close(aevb_hdf5_child *file)
{
    if (file == NULL)
        return;
    aevb_confined_end(&file->process, 0);
    aevb_hdf5_close(file->here);
    aevb_free(file->tensors);
    aevb_free(file->names);
    aevb_free(file->path);
    aevb_free(file);
}

size_t aevb_hdf5_child_count(const aevb_hdf5_child *file)
{
    return file->here != NULL ? aevb_hdf5_count(file->here) : file->n;
}

const aevb_stored_tensor *aevb_hdf5_child_tensor(const aevb_hdf5_child *file, size_t i)
{
    return file->here != NULL ? aevb_hdf5_tensor(file->here, i) : i < file->n ? &file->tensors[i] : NULL;
}

static aevb_status ask(aevb_hdf5_child *file, const request *what, aevb_hdf5_answer *answer, aevb_error *err)
{
    if (aevb_confined_put(&file->process, what, sizeof *what) != 0)
        return give_up(file, errno, err);
    return get_head(file, answer, err);
}

aevb_status aevb_hdf5_child_read(aevb_hdf5_child *file, const aevb_stored_tensor *tensor, double *out,
                                 aevb_error *err)
{
    if (tensor->dtype == AEVB_DTYPE_OTHER)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: tensor \"%.100s\": dtype %s does not hold real numbers",
                         file->path, tensor->name, tensor->dtype_name);
    if (file->here != NULL)
        return aevb_hdf5_read(file->here, tensor, out, err);
    const request what = {.array = (uint64_t)(tensor - file->tensors)};
    aevb_hdf5_answer answer;
    aevb_status status = ask(file, &what, &answer, err);
    if (status != AEVB_OK)
        return status;
    if (answer.length != tensor->count * sizeof *out)
        return give_up(file, EPROTO, err);
    return get(file, out, answer.length, err);
}

aevb_status aevb_hdf5_child_strings(aevb_hdf5_child *file, const char *group, const char *attribute, char **text,
                                    size_t *n, aevb_error *err)
{
    if (file->here != NULL)
        return aevb_hdf5_strings(file->here, group, attribute, text, n, err);
    request what = {.array = ATTRIBUTE};
    *text = NULL;
    *n = 0;
    if (strlen(group) >= sizeof what.group || strlen(attribute) >= sizeof what.attribute)
        return AEVB_OK; /* no name is that long */
    strcpy(what.group, group);
    strcpy(what.attribute, attribute);
    aevb_hdf5_answer answer;
    aevb_status status = ask(file, &what, &answer, err);
    if (status != AEVB_OK || !answer.present)
        return status;
    if (answer.length > MOST_TEXT(file->size))
        return give_up(file, EPROTO, err);
    char *block = aevb_alloc((size_t)answer.length, 1);
    if (block == NULL)
        return aevb_fail_memory(err);
    status = get(file, block, answer.length, err);
    if (status == AEVB_OK && !are_strings(block, answer.length, answer.n))
        status = give_up(file, EPROTO, err);
    if (status == AEVB_OK) {
        *text = block;
        *n = (size_t)answer.n;
    } else {
        aevb_free(block);
    }
    return status;
}
