/* SPDX-License-Identifier: GPL-3.0-or-later
 * A child that dies, hangs or answers nonsense instead of reading HDF5 is a refused file and nothing else; and it can
 * do next to nothing else. */
#include "config.h"
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "format/confined.h"
#include "hdf5_children.h"

TestSuite(confined, .fini = nothing_is_left, .timeout = 120);

static void expect_refused(const char *what, void (*work)(int, void *), unsigned seconds, aevb_status want,
                           const char *says)
{
    aevb_hdf5_child *file = NULL;
    aevb_error err = {.message = ""};
    const size_t before = open_files();
    cr_expect_eq(open_with(work, seconds, &file, &err), want, "%s: %s", what, err.message);
    cr_expect_eq(err.status, want);
    cr_expect(strncmp(err.message, "made: ", 6) == 0 && strstr(err.message, says) != NULL, "%s: %s", what,
              err.message);
    cr_expect_null(file);
    cr_expect_eq(open_files(), before, "%s: a descriptor is left", what);
    cr_expect(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "%s: a child is left", what);
}

/* --- children that end --- */

__attribute__((no_sanitize("undefined", "address"))) static void die_by_memory(int socket, void *user)
{
    (void)socket;
    (void)user;
    static char *volatile nowhere;
    *nowhere = 1;
}

static void die_by_abort(int socket, void *user)
{
    (void)socket;
    (void)user;
    abort();
}

static void leave(int socket, void *user)
{
    (void)socket;
    (void)user;
    _exit(3);
}

static void say_nothing(int socket, void *user)
{
    (void)socket;
    (void)user;
}

static void leave_in_the_middle(int socket, void *user)
{
    (void)user;
    aevb_hdf5_answer answer = {.status = AEVB_OK, .n = 2, .length = 10};
    aevb_confined_write(socket, &answer, sizeof answer);
    aevb_confined_write(socket, "abcdef", 6);
}

static void turn(int socket, void *user)
{
    (void)socket;
    (void)user;
    for (volatile unsigned n = 0;; n++)
        ;
}

static void sleep_on_the_socket(int socket, void *user)
{
    (void)user;
    char one;
    aevb_confined_read(socket, &one, 1);
}

Test(confined, a_child_that_dies)
{
    expect_refused("a write to nowhere", die_by_memory, 10, AEVB_EFORMAT,
                   "libhdf5 failed on it (killed by signal 11)");
    expect_refused("abort", die_by_abort, 10, AEVB_EFORMAT, "libhdf5 failed on it (killed by signal ");
    expect_refused("a status", leave, 10, AEVB_EFORMAT, "libhdf5 failed on it (no answer)");
    expect_refused("no answer", say_nothing, 10, AEVB_EFORMAT, "libhdf5 failed on it (no answer)");
    expect_refused("half an answer", leave_in_the_middle, 10, AEVB_EFORMAT, "libhdf5 failed on it (no answer)");
}

Test(confined, a_child_that_does_not_end)
{
    expect_refused("1 s of CPU", turn, 1, AEVB_EUNSUPPORTED, "libhdf5 failed on it (no end within 1 s)");
    expect_refused("4 s on the clock", sleep_on_the_socket, 1, AEVB_EUNSUPPORTED, "(no end within 1 s)");
}

/* --- children that lie --- */

typedef struct lie {
    const char *what;
    aevb_hdf5_answer answer;
    aevb_hdf5_record records[2];
    size_t n_records;
    const char *text;
    size_t n_text;
} lie;

#define HEAD(...) .answer = {__VA_ARGS__}
#define TEXT(literal) .text = (literal), .n_text = sizeof(literal) - 1
#define F64(count) {.kind = 2, .ndim = 1, .shape = {count}}
static const lie lies[] = {
    {"a status that is none", HEAD(.status = 77, .length = 3), TEXT("why")},
    {"a status that is not the child's to give", HEAD(.status = AEVB_EIO, .length = 3), TEXT("why")},
    {"a failure without a message", HEAD(.status = AEVB_EFORMAT)},
    {"a message too long", HEAD(.status = AEVB_EFORMAT, .length = sizeof ((aevb_error *)NULL)->message)},
    {"a message of all memory", HEAD(.status = AEVB_EFORMAT, .length = UINT64_MAX)},
    {"more arrays than the limit", HEAD(.n = UINT64_MAX, .length = 8)},
    {"more arrays than the file can hold", HEAD(.n = SIZE / 32 + 1, .length = 8)},
    {"longer names than names can be", HEAD(.n = 1, .length = 1025)},
    {"names of all memory", HEAD(.n = 1, .length = UINT64_MAX)},
    {"a type that is none", HEAD(.n = 1, .length = 2), {{.kind = 8, .ndim = 1, .shape = {1}}}, 1, TEXT("a\0")},
    {"nine dimensions", HEAD(.n = 1, .length = 2), {{.kind = 2, .ndim = 9}}, 1, TEXT("a\0")},
    {"a shape that overflows", HEAD(.n = 1, .length = 2),
     {{.kind = 2, .ndim = 2, .shape = {1ull << 40, 1ull << 40}}}, 1, TEXT("a\0")},
    {"an empty name", HEAD(.n = 1, .length = 1), {F64(1)}, 1, TEXT("\0")},
    {"a name without an end", HEAD(.n = 1, .length = 2), {F64(1)}, 1, TEXT("ab")},
    {"a name with two ends", HEAD(.n = 1, .length = 4), {F64(1)}, 1, TEXT("a\0b\0")},
    {"a name of more arrays", HEAD(.n = 1, .length = 0), {F64(1)}, 1, TEXT("")},
    {"a name twice", HEAD(.n = 2, .length = 4), {F64(1), F64(1)}, 2, TEXT("a\0a\0")},
    {"names that fall", HEAD(.n = 2, .length = 4), {F64(1), F64(1)}, 2, TEXT("b\0a\0")},
};
static const lie too_large = {"more content than the file accounts for", HEAD(.n = 2, .length = 4),
                              {F64(1 << 20), F64(1 << 21)}, 2, TEXT("a\0b\0")};
static const lie good = {"a listing", HEAD(.n = 2, .length = 4), {F64(3), {.kind = 4}}, 2, TEXT("a\0b\0")};
static const lie *told;
static aevb_hdf5_answer next; /* after the listing, with length bytes of 'x', or all that the socket takes */
static int flood;

static void tell(int socket, void *user)
{
    (void)user;
    aevb_confined_write(socket, &told->answer, sizeof told->answer);
    aevb_confined_write(socket, told->records, told->n_records * sizeof *told->records);
    aevb_confined_write(socket, told->text, told->n_text);
    char asked[1096], x = 'x';
    aevb_confined_read(socket, asked, sizeof asked);
    aevb_confined_write(socket, &next, sizeof next);
    for (uint64_t i = 0; flood || i < next.length; i++)
        aevb_confined_write(socket, &x, 1);
    aevb_confined_read(socket, asked, sizeof asked);
}

Test(confined, a_listing_that_lies)
{
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        told = &lies[i];
        expect_refused(told->what, tell, 10, AEVB_EFORMAT, "libhdf5 failed on it (an answer that makes no sense)");
    }
    told = &too_large;
    expect_refused(told->what, tell, 10, AEVB_EUNSUPPORTED, "(inflate_ratio)");
    getrusage(RUSAGE_SELF, &after);
    cr_expect_lt(after.ru_maxrss - before.ru_maxrss, 32 << 10, "%ld KiB more", after.ru_maxrss - before.ru_maxrss);
}

/* The first answer is fine, the next is not; then the file is closed to all questions. */
static void expect_lie_later(const char *what, aevb_hdf5_answer answer, int values, int endless)
{
    aevb_hdf5_child *file = NULL;
    aevb_error err = {.message = ""};
    double out[3] = {1, 2, 3};
    char *text = NULL;
    size_t n = 0;
    told = &good;
    next = answer;
    flood = endless;
    cr_assert_eq(open_with(tell, 10, &file, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_hdf5_child_count(file), 2);
    const aevb_stored_tensor *a = aevb_hdf5_child_tensor(file, 0);
    cr_expect(strcmp(a->name, "a") == 0 && a->dtype == AEVB_DTYPE_F64 && a->ndim == 1 && a->count == 3);
    cr_expect(strcmp(aevb_hdf5_child_tensor(file, 1)->dtype_name, "integer") == 0);
    cr_expect_eq(aevb_hdf5_child_read(file, a + 1, out, &err), AEVB_EUNSUPPORTED);
    for (int again = 0; again < 2; again++) {
        cr_expect_eq(values ? aevb_hdf5_child_read(file, a, out, &err)
                            : aevb_hdf5_child_strings(file, "/", "names", &text, &n, &err), AEVB_EFORMAT, "%s", what);
        cr_expect(strstr(err.message, again ? "(as before)" : "(an answer that makes no sense)") != NULL, "%s: %s",
                  what, err.message);
        cr_expect_null(text);
    }
    aevb_hdf5_child_close(file);
}

Test(confined, an_answer_that_lies)
{
    expect_lie_later("fewer values", (aevb_hdf5_answer){.length = 16}, 1, 0);
    expect_lie_later("more values", (aevb_hdf5_answer){.length = 32}, 1, 0);
    expect_lie_later("values without an end", (aevb_hdf5_answer){.length = UINT64_MAX}, 1, 1);
    expect_lie_later("strings without an end", (aevb_hdf5_answer){.present = 1, .n = 1, .length = UINT64_MAX}, 0, 1);
    expect_lie_later("more text than the file", (aevb_hdf5_answer){.present = 1, .n = 1, .length = 2 * SIZE + 1}, 0,
                     0);
    expect_lie_later("a string without its NUL", (aevb_hdf5_answer){.present = 1, .n = 1, .length = 5}, 0, 0);
    expect_lie_later("no string where one is said to be", (aevb_hdf5_answer){.present = 1, .n = 1}, 0, 0);
}

/* --- what a child may do --- */

#ifndef AEVB_COVERAGE /* whose children write files */
static pid_t parent;

/* Says as a message what it could do. */
static void try_all(int socket, void *user)
{
    (void)user;
    char said[256] = "can:", one;
#ifndef WITH_LEAK_SANITIZER
    void *volatile block; /* clang takes an allocation that nobody uses for one that succeeds */
#endif
    if (open("/etc/passwd", O_RDONLY) >= 0)
        strcat(said, " read files;");
    if (open("leftover", O_WRONLY | O_CREAT, 0600) >= 0)
        strcat(said, " write files;");
    if (read(4, &one, 0) != -1)
        strcat(said, " use other descriptors;");
    if (isatty(0) || isatty(1) || isatty(2))
        strcat(said, " use the terminal;");
#ifndef WITH_LEAK_SANITIZER
    if (kill(parent, 0) == 0)
        strcat(said, " signal its parent;");
    block = malloc((size_t)1 << 30);
    if (block != NULL)
        strcat(said, " take 1 GiB;");
    aevb_confined_allow((uint64_t)2 << 30);
    block = malloc((size_t)1 << 30);
    if (block == NULL)
        strcat(said, " not take 1 GiB when it may;");
    pid_t pid = fork();
    if (pid >= 0)
        strcat(said, " start processes;");
    if (pid == 0)
        _exit(0);
#endif
    aevb_hdf5_answer answer = {.status = AEVB_EFORMAT, .length = strlen(said)};
    aevb_confined_write(socket, &answer, sizeof answer);
    aevb_confined_write(socket, said, strlen(said));
}

Test(confined, a_child_can_do_next_to_nothing)
{
    aevb_hdf5_child *file = NULL;
    aevb_error err = {.message = ""};
    parent = getpid();
    cr_expect_eq(open_with(try_all, 10, &file, &err), AEVB_EFORMAT);
    cr_expect(strncmp(err.message, "can:", 4) == 0, "%s", err.message);
#if defined WITH_LEAK_SANITIZER || (!defined __x86_64__ && !defined __aarch64__)
    cr_expect_null(strstr(err.message, "files"), "%s", err.message); /* no filter, but no room for a descriptor */
    cr_expect_null(strstr(err.message, "descriptors"), "%s", err.message);
    cr_expect_null(strstr(err.message, "terminal"), "%s", err.message);
#else
    cr_expect_str_eq(err.message, "can:");
#endif
}
#endif
