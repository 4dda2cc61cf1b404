/* SPDX-License-Identifier: GPL-3.0-or-later
 * HDF5 in a child process says what the reader says, whatever the host does with signals and descriptors. */
#include "config.h"
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "hdf5_children.h"

TestSuite(hdf5_child, .fini = nothing_is_left, .timeout = 120);

__attribute__((no_sanitize("undefined", "address"))) static void die_by_memory(int socket, void *user)
{
    (void)socket;
    (void)user;
    static char *volatile nowhere;
    *nowhere = 1;
}

static char *corpus(const char *name, char *path, size_t room)
{
    const char *root = getenv("AEVB_SRCDIR");
    snprintf(path, room, "%s/vectors/malformed/%s", root == NULL ? "." : root, name);
    return path;
}

static aevb_status open_file(const char *path, aevb_hdf5_child **file, aevb_error *err)
{
    aevb_file_in *in = NULL;
    aevb_status status = aevb_file_in_open(path, &in, err);
    if (status == AEVB_OK)
        status = aevb_hdf5_child_open(in, NULL, file, err);
    aevb_file_in_close(in);
    return status;
}

static void ignore(int number)
{
    (void)number;
}

static void reap_all(int number)
{
    int saved = errno;
    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = saved;
}

/* A file that is fine and one that is not, often. */
static void expect_as_usual(const char *host)
{
    char path[4096];
    for (int i = 0; i < 20; i++) {
        aevb_hdf5_child *file = NULL;
        aevb_error err = {.message = ""};
        cr_assert_eq(open_file(corpus("keras-h5-network.h5", path, sizeof path), &file, &err), AEVB_OK, "%s: %s",
                     host, err.message);
        for (size_t k = 0; k < aevb_hdf5_child_count(file); k++) {
            const aevb_stored_tensor *tensor = aevb_hdf5_child_tensor(file, k);
            double *values = calloc((size_t)tensor->count, sizeof *values);
            cr_expect_eq(aevb_hdf5_child_read(file, tensor, values, &err), AEVB_OK, "%s: %s", host, err.message);
            free(values);
        }
        aevb_hdf5_child_close(file);
        cr_expect_eq(open_with(die_by_memory, 10, &file, &err), AEVB_EFORMAT);
        cr_expect(strstr(err.message, "libhdf5 failed on it (") != NULL, "%s: %s", host, err.message);
    }
}

Test(hdf5_child, hosts_with_signals)
{
    signal(SIGCHLD, SIG_IGN);
    expect_as_usual("SIGCHLD ignored");
    struct sigaction act = {.sa_handler = reap_all};
    sigaction(SIGCHLD, &act, NULL);
    expect_as_usual("a host that reaps all children");
    signal(SIGCHLD, SIG_DFL);
    act.sa_handler = ignore; /* without SA_RESTART: calls are interrupted */
    sigaction(SIGALRM, &act, NULL);
    struct itimerval often = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &often, NULL);
    expect_as_usual("a signal each millisecond");
    setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
}

#ifndef WITH_LEAK_SANITIZER /* its malloc can be locked for good in the child of a program with threads */
/* Criterion is not for threads: user counts what goes well. */
static void *as_a_thread(void *user)
{
    char path[4096];
    int *n = user;
    corpus("keras-h5-network.h5", path, sizeof path);
    for (int i = 0; i < 20; i++) {
        aevb_hdf5_child *file = NULL, *none = NULL;
        double value;
        if (open_file(path, &file, NULL) == AEVB_OK &&
            aevb_hdf5_child_read(file, aevb_hdf5_child_tensor(file, 8), &value, NULL) == AEVB_OK && value == 0.5 &&
            open_with(die_by_memory, 10, &none, NULL) == AEVB_EFORMAT)
            ++*n;
        aevb_hdf5_child_close(file);
    }
    return NULL;
}

Test(hdf5_child, a_host_with_threads)
{
    pthread_t threads[4];
    int n[4] = {0};
    for (int i = 0; i < 4; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, as_a_thread, &n[i]), 0);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        cr_expect_eq(n[i], 20, "thread %d: %d of 20", i, n[i]);
    }
}
#endif

/* The numbers 0 to 2 are free for the socket, and it still is not taken for the standard output. */
Test(hdf5_child, a_host_without_standard_files)
{
    int kept[3];
    for (int fd = 0; fd < 3; fd++) {
        kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 10);
        close(fd);
    }
    char path[4096];
    aevb_hdf5_child *file = NULL;
    aevb_error err = {.message = ""};
    aevb_status status = open_file(corpus("keras-h5-network.h5", path, sizeof path), &file, &err);
    aevb_hdf5_child_close(file);
    for (int fd = 0; fd < 3; fd++)
        if (kept[fd] >= 0)
            dup2(kept[fd], fd);
    cr_expect_eq(status, AEVB_OK, "%s", err.message);
}

Test(hdf5_child, no_process_to_be_had)
{
    char path[4096];
    aevb_hdf5_child *file = NULL;
    aevb_error err = {.message = ""};
    corpus("keras-h5-network.h5", path, sizeof path);
    aevb_file_in *in = NULL;
    cr_assert_eq(aevb_file_in_open(path, &in, &err), AEVB_OK);
    struct rlimit files, few;
    getrlimit(RLIMIT_NOFILE, &files);
    few = (struct rlimit){3, files.rlim_max};
    setrlimit(RLIMIT_NOFILE, &few);
    aevb_status status = aevb_hdf5_child_open(in, NULL, &file, &err);
    setrlimit(RLIMIT_NOFILE, &files);
    cr_expect_eq(status, AEVB_EIO);
    cr_expect(strstr(err.message, "keras-h5-network.h5: cannot start a process for libhdf5: ") != NULL, "%s",
              err.message);
#ifndef WITH_LEAK_SANITIZER /* which needs rights of this process */
    const size_t before = open_files();
    const struct rlimit processes = {0, 0};
    if (setrlimit(RLIMIT_NPROC, &processes) == 0 && (geteuid() != 0 || setuid(65534) == 0)) {
        cr_expect_eq(aevb_hdf5_child_open(in, NULL, &file, &err), AEVB_EIO);
        cr_expect(strstr(err.message, "cannot start a process for libhdf5: ") != NULL, "%s", err.message);
        cr_expect_eq(open_files(), before);
    }
#endif
    aevb_file_in_close(in);
}

/* --- the same as without a child --- */

typedef struct reading {
    aevb_status status;
    aevb_error err;
    size_t n;
    double sum; /* of values and sizes, in order */
    char text[4096];
} reading;

static reading read_all(const char *path, int in_process)
{
    reading r = {.err = {.message = ""}};
    aevb_hdf5_child *file = NULL;
    aevb_hdf5_in_process(in_process);
    r.status = open_file(path, &file, &r.err);
    aevb_hdf5_in_process(0);
    if (r.status != AEVB_OK)
        return r;
    r.n = aevb_hdf5_child_count(file);
    for (size_t i = 0; i < r.n; i++) {
        const aevb_stored_tensor *t = aevb_hdf5_child_tensor(file, i);
        double *values = calloc((size_t)t->count + 1, sizeof *values);
        aevb_error err = {.message = ""};
        if (aevb_hdf5_child_read(file, t, values, &err) != AEVB_OK)
            cr_expect_neq(err.message[0], '\0');
        for (size_t k = 0; k < t->count; k++)
            r.sum += (isfinite(values[k]) ? values[k] : 7) * (double)(k + 1);
        for (size_t k = 0; k < t->ndim; k++)
            r.sum += (double)t->shape[k] * (double)(i + k + 1);
        free(values);
        snprintf(r.text + strlen(r.text), sizeof r.text - strlen(r.text), "%s %s %s\n", t->name, t->dtype_name,
                 err.message);
    }
    char *names = NULL;
    size_t n = 0;
    aevb_error err = {.message = ""};
    aevb_status status = aevb_hdf5_child_strings(file, "/", "layer_names", &names, &n, &err);
    size_t at = strlen(r.text);
    snprintf(r.text + at, sizeof r.text - at, "%d %zu %s %s", (int)status, n, names == NULL ? "none" : names,
             err.message);
    aevb_free(names);
    aevb_hdf5_child_close(file);
    return r;
}

/* Files that libhdf5 does no harm with; the manifest names the others. */
Test(hdf5_child, says_what_the_reader_says)
{
    char path[4096];
    size_t opened = 0, refused = 0;
    json_t *manifest = json_load_file(corpus("manifest.json", path, sizeof path), 0, NULL);
    const json_t *files = json_object_get(manifest, "files");
    for (size_t i = 0; i < json_array_size(files); i++) {
        const json_t *entry = json_array_get(files, i);
        if (strcmp(json_string_value(json_object_get(entry, "format")), "keras-h5") != 0 ||
            json_object_get(entry, "libhdf5") != NULL)
            continue;
        corpus(json_string_value(json_object_get(entry, "file")), path, sizeof path);
        reading want = read_all(path, 1), got = read_all(path, 0);
        cr_expect_eq(got.status, want.status, "%s", path);
        cr_expect_str_eq(got.err.message, want.err.message);
        cr_expect(got.n == want.n && got.sum == want.sum, "%s: %zu arrays, %.17g", path, got.n, got.sum);
        cr_expect_str_eq(got.text, want.text);
        opened += want.status == AEVB_OK;
        refused += want.status != AEVB_OK;
    }
    json_decref(manifest);
    cr_expect(opened > 10 && refused > 20, "%zu opened, %zu refused", opened, refused);
}
