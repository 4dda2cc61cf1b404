/* SPDX-License-Identifier: GPL-3.0-or-later
 * A file without a name (Linux) or a temporary one in the same directory, fsync, rename, fsync of the directory. */
#include "config.h"
#include "format/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "aevb/format.h"
#include "alloc.h"
#include "error.h"

enum { TRIES = 100, MOST_LINKS = 40, PATH_ROOM = 4096, NAME_ROOM = 256 };

struct aevb_atomic {
    int dir;              /* everything is relative to it, so a later chdir does no harm */
    FILE *stream;         /* NULL once closed */
    char temporary[64];   /* name in dir; empty when the file has none yet, or no more */
    char name[NAME_ROOM]; /* in dir, of what is replaced */
    aevb_atomic *next;    /* that is held */
    char path[];          /* as the caller has it */
};

/* Complete files of this thread that wait for each other. */
static _Thread_local struct { int holding; aevb_atomic *files; } held;

/* Opens the directory of the file and finds its name there, links followed, also one to a file that is yet to be. */
static aevb_status find_place(aevb_atomic *file, aevb_error *err)
{
    char place[PATH_ROOM];
    ssize_t n = snprintf(place, sizeof place, "%s", file->path);
    for (int i = 0; i <= MOST_LINKS && n < PATH_ROOM; i++) {
        char *slash = strrchr(place, '/');
        const char *name = slash == NULL ? place : slash + 1;
        if (strlen(name) >= NAME_ROOM)
            break;
        strcpy(file->name, name);
        if (slash != NULL)
            slash[1] = '\0'; /* with the slash: "/x" lies in "/" */
        const int from = file->dir;
        file->dir = openat(from, slash == NULL ? "." : place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const int why = errno;
        if (from >= 0)
            close(from);
        errno = why;
        if (file->dir < 0)
            return aevb_fail_errno(err, file->path, "cannot open its directory");
        n = readlinkat(file->dir, file->name, place, PATH_ROOM);
        if (n < 0)
            return AEVB_OK;
        if (n < PATH_ROOM)
            place[n] = '\0';
    }
    return aevb_fail(err, AEVB_EIO, "%s: is too long a name, or too many links", file->path);
}

/* Where the system lets a name be given to an open file. */
static void path_of_fd(int fd, char path[32])
{
    snprintf(path, 32, "/proc/self/fd/%d", fd);
}

/* A file without a name: whatever kills the process leaves nothing behind. -1 where there is no such thing. */
static int create_unnamed(const aevb_atomic *file)
{
    int fd = -1;
#ifdef O_TMPFILE
    char path[32];
    fd = openat(file->dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
    path_of_fd(fd, path);
    if (fd >= 0 && access(path, F_OK) != 0) {
        close(fd);
        fd = -1;
    }
#else
    (void)file;
#endif
    return fd;
}

/* Gives the file a temporary name in its directory: a new file (fd < 0), or one that has none. The descriptor, or -1
 * with errno. */
static int take_temporary(aevb_atomic *file, int fd)
{
    char unnamed[32];
    path_of_fd(fd, unnamed);
    for (unsigned i = 0; i < TRIES; i++) {
        struct timespec now = {0};
        clock_gettime(CLOCK_REALTIME, &now);
        snprintf(file->temporary, sizeof file->temporary, ".aevb-%ld-%ld-%u.tmp", (long)getpid(), now.tv_nsec, i);
        int got = fd < 0 ? openat(file->dir, file->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)
                  : linkat(AT_FDCWD, unnamed, file->dir, file->temporary, AT_SYMLINK_FOLLOW) == 0 ? fd : -1;
        if (got >= 0 || errno != EEXIST)
            return got;
    }
    return -1;
}

static aevb_status start(aevb_atomic *file, aevb_error *err)
{
    struct stat st;
    file->dir = AT_FDCWD;
    const int missing = fstatat(file->dir, file->path, &st, 0) == 0 ? 0 : errno;
    if (missing != 0 && missing != ENOENT && missing != ENOTDIR)
        return aevb_fail_errno(err, file->path, "cannot stat");
    if (*file->path == '\0' || (missing == 0 && !S_ISREG(st.st_mode)))
        return aevb_fail(err, AEVB_EIO, "%s: is not a regular file and will not be replaced by one", file->path);
    aevb_status status = find_place(file, err);
    if (status != AEVB_OK)
        return status;
    int fd = create_unnamed(file);
    if (fd < 0 && (fd = take_temporary(file, -1)) < 0) {
        file->temporary[0] = '\0';
        return aevb_fail_errno(err, file->path, "cannot create a file beside it");
    }
    file->stream = fdopen(fd, "wb");
    if (file->stream == NULL) {
        close(fd);
        return aevb_fail_memory(err);
    }
    return AEVB_OK;
}

aevb_status aevb_atomic_open(const char *path, aevb_atomic **out, aevb_error *err)
{
    aevb_atomic *file = aevb_alloc(1, sizeof *file + strlen(path) + 1);
    if (file == NULL)
        return aevb_fail_memory(err);
    strcpy(file->path, path);
    aevb_status status = start(file, err);
    if (status == AEVB_OK)
        *out = file;
    else
        aevb_atomic_discard(file);
    return status;
}

aevb_status aevb_atomic_write(aevb_atomic *file, const void *data, size_t n, aevb_error *err)
{
    if (n > 0 && fwrite(data, 1, n, file->stream) != n)
        return aevb_fail_errno(err, file->path, "cannot write");
    return AEVB_OK;
}

FILE *aevb_atomic_file(aevb_atomic *file)
{
    return file->stream;
}

static aevb_status complete(aevb_atomic *file, aevb_error *err)
{
    errno = EIO; /* for an error of an earlier write, whose own number is gone */
    if (ferror(file->stream) || fflush(file->stream) != 0)
        return aevb_fail_errno(err, file->path, "cannot write");
    if (fsync(fileno(file->stream)) != 0)
        return aevb_fail_errno(err, file->path, "cannot sync");
    return AEVB_OK;
}

static aevb_status give_name(aevb_atomic *file, aevb_error *err)
{
    if (*file->temporary == '\0' && take_temporary(file, fileno(file->stream)) < 0) {
        *file->temporary = '\0';
        return aevb_fail_errno(err, file->path, "cannot name the new file");
    }
    int closed = fclose(file->stream);
    file->stream = NULL;
    if (closed != 0)
        return aevb_fail_errno(err, file->path, "cannot close");
    return AEVB_OK;
}

static aevb_status put_in_place(aevb_atomic *file, aevb_error *err)
{
    if (renameat(file->dir, file->temporary, file->dir, file->name) != 0)
        return aevb_fail_errno(err, file->path, "cannot rename the new file to it");
    file->temporary[0] = '\0';
    if (fsync(file->dir) != 0 && errno != EINVAL) /* EINVAL: a file system that cannot sync directories */
        return aevb_fail_errno(err, file->path, "written, but cannot sync its directory");
    return AEVB_OK;
}

aevb_status aevb_atomic_commit(aevb_atomic *file, aevb_error *err)
{
    aevb_status status = complete(file, err);
    if (status == AEVB_OK && held.holding) {
        aevb_atomic **end = &held.files;
        while (*end != NULL)
            end = &(*end)->next;
        *end = file;
        return AEVB_OK;
    }
    if (status == AEVB_OK)
        status = give_name(file, err);
    if (status == AEVB_OK)
        status = put_in_place(file, err);
    aevb_atomic_discard(file);
    return status;
}

void aevb_files_hold(void)
{
    held.holding = 1;
}

/* All that is likely to fail comes before the first file is replaced. */
aevb_status aevb_files_release(aevb_status status, aevb_error *err)
{
    aevb_atomic *file, *files = held.files;
    held.holding = 0;
    held.files = NULL;
    for (file = files; file != NULL && status == AEVB_OK; file = file->next)
        status = give_name(file, err);
    for (file = files; file != NULL && status == AEVB_OK; file = file->next)
        status = put_in_place(file, err);
    while ((file = files) != NULL) {
        files = file->next;
        aevb_atomic_discard(file);
    }
    return status;
}

void aevb_atomic_discard(aevb_atomic *file)
{
    if (file == NULL)
        return;
    if (file->stream != NULL)
        fclose(file->stream);
    if (file->temporary[0] != '\0')
        unlinkat(file->dir, file->temporary, 0);
    if (file->dir >= 0)
        close(file->dir);
    aevb_free(file);
}
