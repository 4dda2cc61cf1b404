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

#include "alloc.h"
#include "error.h"

enum { TRIES = 100 };

struct aevb_atomic {
    int dir;            /* everything is relative to it, so a later chdir does no harm */
    FILE *stream;       /* NULL once closed */
    char temporary[64]; /* name in dir; empty when the file has none yet, or no more */
    const char *name;   /* last component of path */
    char path[];
};

/* The directory part of path, opened. */
static int open_directory(aevb_atomic *file)
{
    char *slash = strrchr(file->path, '/');
    file->name = slash == NULL ? file->path : slash + 1;
    if (slash == NULL)
        return open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char kept = slash[1];
    slash[1] = '\0'; /* with the slash: "/x" lies in "/" */
    int dir = open(file->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    slash[1] = kept;
    return dir;
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
    file->dir = open_directory(file);
    if (file->dir < 0)
        return aevb_fail_errno(err, file->path, "cannot open its directory");
    struct stat st;
    if (*file->name == '\0' || (fstatat(file->dir, file->name, &st, 0) == 0 && !S_ISREG(st.st_mode)))
        return aevb_fail(err, AEVB_EIO, "%s: is not a regular file and will not be replaced by one", file->path);
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

static aevb_status finish(aevb_atomic *file, aevb_error *err)
{
    errno = EIO; /* for an error of an earlier write, whose own number is gone */
    if (ferror(file->stream) || fflush(file->stream) != 0)
        return aevb_fail_errno(err, file->path, "cannot write");
    if (fsync(fileno(file->stream)) != 0)
        return aevb_fail_errno(err, file->path, "cannot sync");
    if (*file->temporary == '\0' && take_temporary(file, fileno(file->stream)) < 0) {
        *file->temporary = '\0';
        return aevb_fail_errno(err, file->path, "cannot name the new file");
    }
    int closed = fclose(file->stream);
    file->stream = NULL;
    if (closed != 0)
        return aevb_fail_errno(err, file->path, "cannot close");
    if (renameat(file->dir, file->temporary, file->dir, file->name) != 0)
        return aevb_fail_errno(err, file->path, "cannot rename the new file to it");
    file->temporary[0] = '\0';
    if (fsync(file->dir) != 0 && errno != EINVAL) /* EINVAL: a file system that cannot sync directories */
        return aevb_fail_errno(err, file->path, "written, but cannot sync its directory");
    return AEVB_OK;
}

aevb_status aevb_atomic_commit(aevb_atomic *file, aevb_error *err)
{
    aevb_status status = finish(file, err);
    aevb_atomic_discard(file);
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
