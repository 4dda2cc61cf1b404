/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every reading of every kind of file, with the n-th call of the system failing, for all n and each kind of call
 * that the library reads with: AEVB_EIO each time, in one line that begins with the path, and nothing is lost. The
 * calls are those of this program, which come before the system's. */
#include "config.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/file_in.h"
#include "stranger_files.h"
#include "temp_files.h"

enum call { PREAD, FSTAT, STAT, OPENDIR, READDIR, CALLS };
static const char *const names[CALLS] = {"pread", "fstat", "stat", "opendir", "readdir"};

static enum call failing;
static size_t count, last; /* of calls of that kind, and the one that fails; 0: none */
static int with;           /* its errno */

static int fails(enum call call)
{
    if (last == 0 || call != failing || ++count != last)
        return 0;
    errno = with;
    return 1;
}

/* The system's own, which has the type of the pointer that is assigned. */
#define REAL(function, pointer) \
    do { \
        void *found = dlsym(RTLD_NEXT, function); \
        memcpy(&(pointer), &found, sizeof found); \
    } while (0)

ssize_t pread(int fd, void *out, size_t n, off_t offset)
{
    static ssize_t (*real)(int, void *, size_t, off_t);
    if (real == NULL)
        REAL("pread", real);
    return fails(PREAD) ? -1 : real(fd, out, n, offset);
}

int fstat(int fd, struct stat *st)
{
    static int (*real)(int, struct stat *);
    if (real == NULL)
        REAL("fstat", real);
    return fails(FSTAT) ? -1 : real(fd, st);
}

int stat(const char *path, struct stat *st)
{
    static int (*real)(const char *, struct stat *);
    if (real == NULL)
        REAL("stat", real);
    return fails(STAT) ? -1 : real(path, st);
}

DIR *opendir(const char *path)
{
    static DIR *(*real)(const char *);
    if (real == NULL)
        REAL("opendir", real);
    return fails(OPENDIR) ? NULL : real(path);
}

struct dirent *readdir(DIR *directory)
{
    static struct dirent *(*real)(DIR *);
    if (real == NULL)
        REAL("readdir", real);
    return fails(READDIR) ? NULL : real(directory);
}

static void arm(size_t n)
{
    count = 0;
    last = n;
}

static int disarm(void)
{
    const int reached = count >= last;
    last = 0;
    return reached;
}

/* A name of the source's path, or in it. */
static int is_eio(const stranger *file, aevb_status status, const aevb_error *err)
{
    const char *path = strncmp(file->path, "text:", 5) == 0 ? file->path + 5 : file->path;
    return status == AEVB_EIO && strncmp(err->message, path, strlen(path)) == 0 &&
           strstr(err->message, strerror(with)) != NULL;
}

static void sweep(enum call call, int error, size_t least)
{
    const stranger_fault fault = {arm, disarm};
    failing = call;
    with = error;
    const size_t judged = stranger_sweep(&fault, is_eio);
    cr_expect_geq(judged, least, "%s was asked %zu times", names[call], judged);
}

Test(failing_reads, pread)
{
    sweep(PREAD, EIO, 200);
}

Test(failing_reads, fstat)
{
    sweep(FSTAT, EIO, 100);
}

Test(failing_reads, stat)
{
    sweep(STAT, EACCES, 20);
}

Test(failing_reads, opendir)
{
    sweep(OPENDIR, EMFILE, 3);
}

Test(failing_reads, readdir)
{
    sweep(READDIR, EIO, 20);
}

/* A signal on the way is no error. */
Test(failing_reads, an_interrupted_read_is_read_again)
{
    char bytes[4] = "";
    aevb_error err = {.message = ""};
    aevb_file_in *in = NULL;
    temp_write(temp_path("f"), "abc", 3);
    cr_assert_eq(aevb_file_in_open(temp_path("f"), &in, &err), AEVB_OK);
    failing = PREAD;
    with = EINTR;
    arm(1);
    cr_expect_eq(aevb_file_in_read(in, 0, 3, bytes, &err), AEVB_OK, "%s", err.message);
    cr_expect(disarm());
    cr_expect_eq(count, 2);
    cr_expect_str_eq(bytes, "abc");
    aevb_file_in_close(in);
}
