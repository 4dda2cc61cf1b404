/* SPDX-License-Identifier: GPL-3.0-or-later
 * Atomic writing: the old file or the new one, never a part and never a leftover; and what is refused for reading. */
#include "config.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aevb/format.h"
#include "alloc.h"
#include "format/atomic_file.h"
#include "format/file_in.h"
#include "leaks.h"
#include "temp_files.h"

TestSuite(atomic_file, .fini = no_leaks);
TestSuite(file_in, .fini = no_leaks);

static void expect_content(const char *path, const char *text)
{
    size_t n;
    char *bytes = (char *)temp_read(path, &n);
    cr_expect(n == strlen(text) && memcmp(bytes, text, n) == 0, "%s does not hold \"%s\"", path, text);
    free(bytes);
}

/* Comes before the system's: with /proc out of sight a file without a name cannot get one, and none is made. */
static int proc_hidden;

int access(const char *path, int mode)
{
    if (proc_hidden && strncmp(path, "/proc/", 6) == 0) {
        errno = ENOENT;
        return -1;
    }
    return faccessat(AT_FDCWD, path, mode, 0);
}

#ifdef O_TMPFILE
static void write_in_child(const char *path)
{
    aevb_atomic *file = NULL;
    if (aevb_atomic_open(path, &file, NULL) == AEVB_OK && aevb_atomic_write(file, "new", 3, NULL) == AEVB_OK &&
        fflush(aevb_atomic_file(file)) == 0)
        kill(getpid(), SIGKILL);
    _exit(1);
}

/* Killed while it writes: the old file, and where files without a name exist nothing else. */
Test(atomic_file, a_killed_writer_leaves_nothing)
{
    const char *path = temp_path("a.txt");
    int result, fd = open(temp_dir(), O_TMPFILE | O_WRONLY, 0600);
    if (fd < 0)
        cr_skip("this file system has no files without a name");
    close(fd);
    temp_write(path, "old", 3);
    for (proc_hidden = 0; proc_hidden < 2; proc_hidden++) {
        pid_t child = fork();
        cr_assert(child >= 0);
        if (child == 0)
            write_in_child(path);
        cr_assert_eq(waitpid(child, &result, 0), child);
        cr_assert(WIFSIGNALED(result));
        expect_content(path, "old");
        cr_expect_eq(temp_count(), proc_hidden ? 2 : 1);
    }
}
#endif

Test(atomic_file, replaces_a_file_by_a_temporary_one_where_all_files_have_names)
{
    const char *path = temp_path("a.txt");
    aevb_error err = {0};
    aevb_atomic *file = NULL;
    temp_write(path, "old", 3);
    proc_hidden = 1;
    cr_assert_eq(aevb_atomic_open(path, &file, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_atomic_write(file, "new", 3, &err), AEVB_OK);
    cr_expect_eq(temp_count(), 2);
    cr_assert_eq(aevb_atomic_commit(file, &err), AEVB_OK, "%s", err.message);
    expect_content(path, "new");
    cr_expect_eq(temp_count(), 1);
}

Test(atomic_file, replaces_a_file_as_a_whole_and_follows_the_umask)
{
    const char *path = temp_path("a.txt");
    aevb_error err = {0};
    aevb_atomic *file = NULL;
    temp_write(path, "old", 3);
    umask(027);
    cr_assert_eq(aevb_atomic_open(path, &file, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_atomic_write(file, "new ", 4, &err), AEVB_OK);
    cr_assert_eq(aevb_atomic_write(file, "", 0, &err), AEVB_OK);
    cr_assert(fprintf(aevb_atomic_file(file), "%d", 42) == 2);
    expect_content(path, "old");
    cr_assert_eq(aevb_atomic_commit(file, &err), AEVB_OK, "%s", err.message);
    expect_content(path, "new 42");
    cr_expect_eq(temp_count(), 1);
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 07777, 0640);
}

Test(atomic_file, discarding_leaves_the_old_file_and_nothing_else)
{
    const char *path = temp_path("a.txt");
    aevb_error err = {0};
    aevb_atomic *file = NULL;
    temp_write(path, "old", 3);
    cr_assert_eq(aevb_atomic_open(path, &file, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_atomic_write(file, "new", 3, &err), AEVB_OK);
    aevb_atomic_discard(file);
    aevb_atomic_discard(NULL);
    expect_content(path, "old");
    cr_expect_eq(temp_count(), 1);
}

Test(atomic_file, a_relative_path_survives_a_change_of_directory)
{
    aevb_error err = {0};
    aevb_atomic *file = NULL;
    cr_assert_eq(chdir(temp_dir()), 0);
    cr_assert_eq(aevb_atomic_open("here.txt", &file, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(aevb_atomic_write(file, "x", 1, &err), AEVB_OK);
    cr_assert_eq(aevb_atomic_commit(file, &err), AEVB_OK, "%s", err.message);
    expect_content(temp_path("here.txt"), "x");
}

/* A limit on the size of files stands in for a full disk: both fail in write(2). */
static aevb_status write_too_much(const char *path, size_t block, aevb_error *err)
{
    static char bytes[100000];
    aevb_atomic *file = NULL;
    aevb_status status = aevb_atomic_open(path, &file, err);
    cr_assert_eq(status, AEVB_OK, "%s", err->message);
    for (size_t done = 0; done < sizeof bytes && status == AEVB_OK; done += block)
        status = aevb_atomic_write(file, bytes, block, err);
    if (status == AEVB_OK)
        return aevb_atomic_commit(file, err);
    aevb_atomic_discard(file);
    return status;
}

Test(atomic_file, a_full_disk_is_one_line_and_the_old_file_stays)
{
    const char *path = temp_path("a.txt");
    temp_write(path, "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){20000, RLIM_INFINITY}), 0);
    static const size_t blocks[] = {100, 25000, 100000};
    for (size_t i = 0; i < 3; i++) {
        aevb_error err = {0};
        cr_expect_eq(write_too_much(path, blocks[i], &err), AEVB_EIO);
        cr_expect(strstr(err.message, "a.txt: cannot write: ") != NULL, "%s", err.message);
        cr_expect_null(strchr(err.message, '\n'));
        expect_content(path, "old");
        cr_expect_eq(temp_count(), 1);
    }
}

Test(atomic_file, an_error_of_the_stream_is_found_by_commit)
{
    const char *path = temp_path("a.txt");
    temp_write(path, "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){10, RLIM_INFINITY}), 0);
    for (int flush = 0; flush < 2; flush++) { /* an error already noted in the stream, and one at the last flush */
        aevb_error err = {0};
        aevb_atomic *file = NULL;
        cr_assert_eq(aevb_atomic_open(path, &file, &err), AEVB_OK, "%s", err.message);
        fputs("more than ten bytes", aevb_atomic_file(file));
        if (flush)
            cr_expect_neq(fflush(aevb_atomic_file(file)), 0);
        cr_expect_eq(aevb_atomic_commit(file, &err), AEVB_EIO);
        cr_expect(strstr(err.message, "a.txt: cannot write: ") != NULL, "%s", err.message);
        expect_content(path, "old");
        cr_expect_eq(temp_count(), 1);
    }
}

static void write_text(const char *path, const char *text)
{
    aevb_error err = {0};
    aevb_atomic *file = NULL;
    cr_assert_eq(aevb_atomic_open(path, &file, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_atomic_write(file, text, strlen(text), &err), AEVB_OK);
    cr_assert_eq(aevb_atomic_commit(file, &err), AEVB_OK, "%s", err.message);
}

static int is_link(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

Test(atomic_file, what_a_link_points_to_is_replaced_and_the_link_stays)
{
    static const char *const targets[] = {"there", "yet to be", "d/relative", "another", NULL};
    cr_assert_eq(mkdir(temp_path("d"), 0777), 0);
    temp_write(temp_path("there"), "old", 3);
    cr_assert_eq(symlink("d/a", temp_path("another")), 0);
    for (size_t i = 0; i < 5; i++) {
        const char *target = targets[i] == NULL ? temp_path("absolute") : targets[i];
        remove(temp_path("link"));
        cr_assert_eq(symlink(target, temp_path("link")), 0);
        write_text(temp_path("link"), target);
        cr_expect(is_link(temp_path("link")), "%s", target);
        expect_content(targets[i] == NULL ? target : temp_path(targets[i]), target);
    }
    cr_expect(is_link(temp_path("another")));
    expect_content(temp_path("d/a"), "another");
    cr_expect_eq(temp_count(), 6); /* d, there, yet to be, another, absolute, link */
}

Test(atomic_file, held_files_replace_nothing_before_they_are_released)
{
    aevb_error err = {0};
    for (proc_hidden = 0; proc_hidden < 2; proc_hidden++) {
        temp_write(temp_path("a"), "old", 3);
        aevb_files_hold();
        write_text(temp_path("a"), "new a");
        write_text(temp_path("b"), "new b");
        expect_content(temp_path("a"), "old");
        cr_expect_neq(access(temp_path("b"), F_OK), 0);
        cr_expect_eq(aevb_files_release(AEVB_OK, &err), AEVB_OK, "%s", err.message);
        expect_content(temp_path("a"), "new a");
        expect_content(temp_path("b"), "new b");
        write_text(temp_path("b"), "at once again");
        expect_content(temp_path("b"), "at once again");
        cr_expect_eq(temp_count(), 2);
        temp_clear();
    }
}

Test(atomic_file, held_files_are_dropped_after_a_failure)
{
    aevb_error err = {.message = "of the caller"};
    for (proc_hidden = 0; proc_hidden < 2; proc_hidden++) {
        temp_write(temp_path("a"), "old", 3);
        aevb_files_hold();
        write_text(temp_path("a"), "new");
        cr_expect_eq(aevb_files_release(AEVB_EDOMAIN, &err), AEVB_EDOMAIN);
        cr_expect_str_eq(err.message, "of the caller");
        expect_content(temp_path("a"), "old");
        cr_expect_eq(temp_count(), 1);
    }
    aevb_files_hold();
    cr_expect_eq(aevb_files_release(AEVB_OK, &err), AEVB_OK);
}

static void expect_refused(const char *path, const char *what)
{
    aevb_error err = {0};
    aevb_atomic *file = NULL;
    cr_expect_eq(aevb_atomic_open(path, &file, &err), AEVB_EIO, "%s", path);
    cr_expect_null(file);
    cr_expect(strstr(err.message, what) != NULL, "%s", err.message);
}

Test(atomic_file, refuses_what_is_no_place_for_a_file)
{
    expect_refused(temp_path("missing/a.txt"), "missing/a.txt: cannot open its directory: No such file");
    temp_write(temp_path("plain"), "", 0);
    expect_refused(temp_path("plain/a.txt"), "plain/a.txt: cannot open its directory: Not a directory");
    expect_refused("/dev/null", "/dev/null: is not a regular file");
    expect_refused(temp_dir(), "is not a regular file");
    expect_refused(temp_path(""), "is not a regular file");
    expect_refused("", "is not a regular file");
    cr_assert_eq(mkfifo(temp_path("fifo"), 0600), 0);
    expect_refused(temp_path("fifo"), "fifo: is not a regular file");
    cr_assert_eq(symlink("loop", temp_path("loop")), 0);
    expect_refused(temp_path("loop"), "loop: cannot stat: Too many levels of symbolic links");
    cr_assert_eq(symlink("missing/a.txt", temp_path("astray")), 0);
    expect_refused(temp_path("astray"), "astray: cannot open its directory: No such file");
    cr_assert_eq(symlink("/dev/null", temp_path("null")), 0);
    expect_refused(temp_path("null"), "null: is not a regular file");
    cr_expect_eq(temp_count(), 5);
}

Test(atomic_file, a_read_only_directory_is_refused_and_left_alone)
{
    const char *path = temp_path("a.txt");
    temp_write(path, "old", 3);
    cr_assert_eq(chmod(temp_dir(), 0555), 0);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) { /* permissions do not stop root, so the attempt is made as nobody */
        aevb_error err = {0};
        aevb_atomic *file = NULL;
        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(77);
        int refused = aevb_atomic_open(path, &file, &err) == AEVB_EIO && file == NULL;
        _exit(refused && strstr(err.message, "a.txt: cannot create a file beside it: Permission denied") ? 0 : 1);
    }
    int result;
    cr_assert_eq(waitpid(child, &result, 0), child);
    cr_assert_eq(chmod(temp_dir(), 0700), 0);
    if (WIFEXITED(result) && WEXITSTATUS(result) == 77)
        cr_skip("root cannot become another user here");
    cr_expect(WIFEXITED(result) && WEXITSTATUS(result) == 0);
    expect_content(path, "old");
    cr_expect_eq(temp_count(), 1);
}

Test(atomic_file, out_of_memory_is_a_status)
{
    aevb_error err = {0};
    aevb_atomic *file = NULL;
    aevb_file_in *in = NULL;
    temp_write(temp_path("a.txt"), "", 0);
    aevb_alloc_fail_after(1);
    cr_expect_eq(aevb_atomic_open(temp_path("a.txt"), &file, &err), AEVB_ENOMEM);
    cr_expect_eq(aevb_file_in_open(temp_path("a.txt"), &in, &err), AEVB_ENOMEM);
    aevb_alloc_fail_after(0);
}

static void expect_unreadable(const char *path, const char *what)
{
    aevb_error err = {0};
    aevb_file_in *in = NULL;
    cr_expect_eq(aevb_file_in_open(path, &in, &err), AEVB_EIO, "%s", path);
    cr_expect_null(in);
    cr_expect(strstr(err.message, what) != NULL, "%s", err.message);
}

Test(file_in, refuses_everything_but_regular_files_at_once, .timeout = 10)
{
    expect_unreadable(temp_path("none"), "none: cannot open: No such file");
    expect_unreadable(temp_dir(), ": is a directory, not a regular file");
    cr_assert_eq(mkfifo(temp_path("fifo"), 0600), 0);
    expect_unreadable(temp_path("fifo"), "fifo: is a FIFO, not a regular file");
    expect_unreadable("/dev/zero", "/dev/zero: is a device, not a regular file");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.80s/sock", temp_dir());
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
    expect_unreadable(temp_path("sock"), "sock: cannot open: ");
    close(fd);
}

Test(file_in, reads_by_position_and_notices_changes)
{
    const char *path = temp_path("a.txt");
    aevb_error err = {0};
    aevb_file_in *in = NULL;
    char bytes[8] = {0};
    temp_write(path, "0123456789", 10);
    cr_assert_eq(aevb_file_in_open(path, &in, &err), AEVB_OK, "%s", err.message);
    cr_expect_eq(aevb_file_in_size(in), 10);
    cr_expect_str_eq(aevb_file_in_path(in), path);
    cr_assert_eq(aevb_file_in_read(in, 3, 7, bytes, &err), AEVB_OK);
    cr_expect_str_eq(bytes, "3456789");
    cr_expect_eq(aevb_file_in_unchanged(in, &err), AEVB_OK);
    cr_expect_eq(aevb_file_in_read(in, 8, 3, bytes, &err), AEVB_EIO);
    cr_expect(strstr(err.message, "a.txt: ends at byte 10, it shrank while being read") != NULL, "%s", err.message);

    cr_assert_eq(utimensat(AT_FDCWD, path, (struct timespec[2]){{1, 0}, {1, 0}}, 0), 0);
    cr_expect_eq(aevb_file_in_unchanged(in, &err), AEVB_EIO);
    cr_expect(strstr(err.message, "a.txt: changed while being read") != NULL, "%s", err.message);
    aevb_file_in_close(in);
    aevb_file_in_close(NULL);
}
