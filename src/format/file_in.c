/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a regular file, or memory, by position; nothing is mapped, so a file that shrinks is an error and not a
 * signal. */
#include "config.h"
#include "format/file_in.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "error.h"

#ifdef __APPLE__
# define st_mtim st_mtimespec
#endif

enum { LARGEST_READ = 1 << 30 }; /* some systems refuse 2 GiB and more at once */

struct aevb_file_in {
    int fd;                      /* -1 over memory */
    const unsigned char *memory; /* the bytes, or NULL */
    uint64_t size;
    struct timespec changed;
    char path[];
};

static const char *kind(mode_t mode)
{
    if (S_ISDIR(mode))
        return "a directory";
    if (S_ISFIFO(mode))
        return "a FIFO";
    if (S_ISSOCK(mode))
        return "a socket";
    return "a device";
}

aevb_status aevb_file_in_open(const char *path, aevb_file_in **out, aevb_error *err)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC); /* non-blocking: a FIFO opens at once */
    if (fd < 0)
        return aevb_fail_errno(err, path, "cannot open");
    aevb_status status;
    struct stat st;
    aevb_file_in *file = NULL;
    if (fstat(fd, &st) != 0) {
        status = aevb_fail_errno(err, path, "cannot stat");
    } else if (!S_ISREG(st.st_mode)) {
        status = aevb_fail(err, AEVB_EIO, "%s: is %s, not a regular file", path, kind(st.st_mode));
    } else if ((file = aevb_alloc(1, sizeof *file + strlen(path) + 1)) == NULL) {
        status = aevb_fail_memory(err);
    } else {
        file->fd = fd;
        file->size = (uint64_t)st.st_size;
        file->changed = st.st_mtim;
        strcpy(file->path, path);
        *out = file;
        return AEVB_OK;
    }
    close(fd);
    return status;
}

aevb_status aevb_file_in_memory(const char *name, const void *bytes, size_t n, aevb_file_in **out, aevb_error *err)
{
    aevb_file_in *file = aevb_alloc(1, sizeof *file + strlen(name) + 1);
    if (file == NULL)
        return aevb_fail_memory(err);
    file->fd = -1;
    file->memory = bytes;
    file->size = n;
    strcpy(file->path, name);
    *out = file;
    return AEVB_OK;
}

void aevb_file_in_close(aevb_file_in *file)
{
    if (file == NULL)
        return;
    if (file->fd >= 0)
        close(file->fd);
    aevb_free(file);
}

const char *aevb_file_in_path(const aevb_file_in *file)
{
    return file->path;
}

uint64_t aevb_file_in_size(const aevb_file_in *file)
{
    return file->size;
}

aevb_status aevb_file_in_read(const aevb_file_in *file, uint64_t offset, size_t n, void *out, aevb_error *err)
{
    unsigned char *to = out;
    if (file->fd < 0) {
        uint64_t there = offset < file->size ? file->size - offset : 0;
        if (n > there)
            return aevb_fail(err, AEVB_EIO, "%s: ends at byte %llu", file->path, (unsigned long long)file->size);
        if (n > 0)
            memcpy(to, file->memory + offset, n);
        return AEVB_OK;
    }
    while (n > 0) {
        ssize_t got = pread(file->fd, to, n < LARGEST_READ ? n : LARGEST_READ, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return aevb_fail_errno(err, file->path, "cannot read");
        if (got == 0)
            return aevb_fail(err, AEVB_EIO, "%s: ends at byte %llu, it shrank while being read", file->path,
                             (unsigned long long)offset);
        to += got;
        offset += (uint64_t)got;
        n -= (size_t)got;
    }
    return AEVB_OK;
}

aevb_status aevb_file_in_unchanged(const aevb_file_in *file, aevb_error *err)
{
    struct stat st;
    if (file->fd < 0)
        return AEVB_OK;
    if (fstat(file->fd, &st) != 0)
        return aevb_fail_errno(err, file->path, "cannot stat");
    if ((uint64_t)st.st_size != file->size || st.st_mtim.tv_sec != file->changed.tv_sec ||
        st.st_mtim.tv_nsec != file->changed.tv_nsec)
        return aevb_fail(err, AEVB_EIO, "%s: changed while being read", file->path);
    return AEVB_OK;
}

aevb_status aevb_file_in_all(const aevb_file_in *file, void **bytes, aevb_error *err)
{
    void *all = aevb_alloc((size_t)file->size, 1);
    if (all == NULL)
        return aevb_fail_memory(err);
    aevb_status status = aevb_file_in_read(file, 0, (size_t)file->size, all, err);
    if (status == AEVB_OK)
        status = aevb_file_in_unchanged(file, err);
    if (status == AEVB_OK)
        *bytes = all;
    else
        aevb_free(all);
    return status;
}
