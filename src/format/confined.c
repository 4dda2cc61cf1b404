/* SPDX-License-Identifier: GPL-3.0-or-later
 * A child process under limits, and talking with it. */
#include "config.h"
#include "format/confined.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
# include <linux/audit.h>
# include <linux/filter.h>
# include <linux/seccomp.h>
# include <sys/prctl.h>
# include <sys/syscall.h>
#endif

#include "clock.h"

/* Sanitizers keep freed memory and make system calls of their own: their builds have 1 GiB more and no filter. The
 * terabytes that they map at the start do not count. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
# define SANITIZED 1
#elif defined __has_feature
# if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#  define SANITIZED 1
# endif
#endif

#ifdef SANITIZED
# define SLACK (UINT64_C(1) << 30)
#else
# define SLACK 0
#endif

/* A build that counts what is run writes the counts when a process ends, which its children must live to do. */
#ifdef AEVB_COVERAGE
# define COUNTED 1
void __gcov_dump(void); /* of libgcov, whose header is not everywhere */
#else
# define COUNTED 0
# define __gcov_dump() ((void)0)
#endif

enum { SOCKET = 3, MOST_FILES = 65536, PATIENCE = 4, GRACE_MS = 1000 };

static uint64_t mapped;    /* by the child when it began; 0: not known, and no limit */
static rlim_t most_memory; /* as the parent has it */

/* --- in the child --- */

static _Noreturn void leave(int code)
{
    __gcov_dump();
    _exit(code);
}

static void find_mapped(void)
{
    struct rlimit limit;
    char text[64] = "";
    int fd = open("/proc/self/statm", O_RDONLY);
    if (fd < 0 || read(fd, text, sizeof text - 1) < 0 || getrlimit(RLIMIT_AS, &limit) != 0)
        return;
    most_memory = limit.rlim_max;
    mapped = (uint64_t)strtoull(text, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) + SLACK;
}

void aevb_confined_allow(uint64_t memory)
{
    if (mapped == 0 || memory > UINT64_MAX - mapped)
        return;
    rlim_t wanted = (rlim_t)(mapped + memory);
    struct rlimit limit = {.rlim_cur = wanted < most_memory ? wanted : most_memory, .rlim_max = most_memory};
#ifdef SYS_setrlimit
    syscall(SYS_setrlimit, RLIMIT_AS, &limit); /* the one that reaches no other process */
#else
    setrlimit(RLIMIT_AS, &limit);
#endif
}

static void limit_to(unsigned what, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(what, &limit) != 0 || limit.rlim_cur <= most)
        return;
    limit.rlim_cur = most;
    if (limit.rlim_max > most + 1)
        limit.rlim_max = most + 1; /* of seconds: between the two comes SIGXCPU, which tells why */
    setrlimit(what, &limit);
}

/* The socket becomes the only descriptor above the standard ones, which lead nowhere. */
static void keep_only(int socket)
{
    int kept = fcntl(socket, F_DUPFD, SOCKET), null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < SOCKET; fd++)
        if (null < 0 || dup2(null, fd) < 0)
            close(fd);
    if (kept < 0 || (kept != SOCKET && dup2(kept, SOCKET) < 0))
        leave(1);
#ifdef SYS_close_range
    if (syscall(SYS_close_range, SOCKET + 1u, ~0u, 0u) == 0)
        return;
#endif
    long most = sysconf(_SC_OPEN_MAX);
    for (int fd = SOCKET + 1; fd < (most > 0 && most < MOST_FILES ? (int)most : MOST_FILES); fd++)
        close(fd);
}

/* Whatever else libraries try fails as if it were not allowed. */
static void filter_system_calls(void)
{
#if defined __x86_64__ && defined AUDIT_ARCH_X86_64
# define ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__ && defined AUDIT_ARCH_AARCH64
# define ARCH AUDIT_ARCH_AARCH64
#endif
#if defined ARCH && defined SECCOMP_MODE_FILTER && defined PR_SET_NO_NEW_PRIVS && !defined SANITIZED && \
    !defined AEVB_COVERAGE
# define ALLOW(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(SYS_read), ALLOW(SYS_write), ALLOW(SYS_mmap), ALLOW(SYS_munmap), ALLOW(SYS_mremap), ALLOW(SYS_mprotect),
        ALLOW(SYS_madvise), ALLOW(SYS_brk), ALLOW(SYS_futex), ALLOW(SYS_setrlimit),
        ALLOW(SYS_rt_sigreturn), ALLOW(SYS_clock_gettime), ALLOW(SYS_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    struct sock_fprog program = {.len = sizeof steps / sizeof *steps, .filter = steps};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program); /* a kernel without it: the limits alone */
#endif
}

static _Noreturn void run(const aevb_confinement *how, int socket)
{
    sigset_t none;
    for (int s = 1; s < NSIG; s++)
        signal(s, SIG_DFL);
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    setsid(); /* no signals of the terminal: when to stop is the parent's business */
    find_mapped();
    keep_only(socket);
    limit_to(RLIMIT_CORE, 0);
    if (!COUNTED) {
        limit_to(RLIMIT_FSIZE, 0);
        limit_to(RLIMIT_NOFILE, 0);
    }
    limit_to(RLIMIT_CPU, how->seconds);
    aevb_confined_allow(how->memory);
    filter_system_calls();
    how->work(SOCKET, how->user);
    leave(0);
}

void aevb_confined_read(int socket, void *to, size_t n)
{
    for (char *at = to; n > 0;) {
        ssize_t got = read(socket, at, n);
        if (got == 0 || (got < 0 && errno != EINTR))
            leave(0);
        if (got > 0) {
            at += got;
            n -= (size_t)got;
        }
    }
}

void aevb_confined_write(int socket, const void *from, size_t n)
{
    for (const char *at = from; n > 0;) {
        ssize_t put = write(socket, at, n);
        if (put < 0 && errno != EINTR)
            leave(0);
        if (put > 0) {
            at += put;
            n -= (size_t)put;
        }
    }
}

/* --- in the parent --- */

int aevb_confined_start(const aevb_confinement *how, aevb_confined *child)
{
    int ends[2];
    sigset_t all, before;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* no handler of the parent's runs in the child */
    pid_t pid = fork();
    if (pid == 0)
        run(how, ends[1]);
    int why = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        errno = why;
        return -1;
    }
    *child = (aevb_confined){.pid = pid, .socket = ends[0], .seconds = how->seconds};
    return 0;
}

/* errno is ETIMEDOUT when it takes too long. A second at a time, of which no more than that second counts: both
 * processes may have been stopped for hours. */
int aevb_confined_get(aevb_confined *child, void *to, size_t n)
{
    char *at = to;
    double left = PATIENCE * (double)child->seconds;
    while (n > 0) {
        ssize_t got = recv(child->socket, at, n, MSG_DONTWAIT);
        if (got > 0) {
            at += got;
            n -= (size_t)got;
            continue;
        }
        errno = got == 0 ? EPIPE : errno;
        if (got == 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
            return -1;
        double start = aevb_now(), took;
        struct pollfd fd = {.fd = child->socket, .events = POLLIN};
        poll(&fd, 1, 1000);
        took = aevb_now() - start;
        left -= took < 1 ? took : 1;
        if (left <= 0) {
            errno = ETIMEDOUT;
            return -1;
        }
    }
    return 0;
}

int aevb_confined_put(aevb_confined *child, const void *from, size_t n)
{
    return send(child->socket, from, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n ? 0 : -1;
}

static pid_t reap(pid_t pid, int *status, int options)
{
    pid_t got;
    do
        got = waitpid(pid, status, options);
    while (got < 0 && errno == EINTR);
    return got;
}

aevb_fate aevb_confined_end(aevb_confined *child, int why)
{
    aevb_fate fate = {.late = why == ETIMEDOUT};
    int status = 0;
    if (child->socket < 0) {
        snprintf(fate.text, sizeof fate.text, "as before");
        return fate;
    }
    close(child->socket);
    child->socket = -1;
    pid_t got = reap(child->pid, &status, WNOHANG);
    const int ends = why != 0 && why != ETIMEDOUT && why != EPROTO; /* it closed its socket */
    for (int ms = 0; got == 0 && (ends || COUNTED) && ms < GRACE_MS; ms++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        got = reap(child->pid, &status, WNOHANG);
    }
    if (got == 0) { /* still there, so that the number is its own */
        kill(child->pid, SIGKILL);
        reap(child->pid, &status, 0);
    }
    const int number = ends && got > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    fate.late |= number == SIGXCPU;
    if (fate.late)
        snprintf(fate.text, sizeof fate.text, "no end within %u s", child->seconds);
    else if (number != 0)
        snprintf(fate.text, sizeof fate.text, "killed by signal %d", number);
    else
        snprintf(fate.text, sizeof fate.text, why == EPROTO ? "an answer that makes no sense" : "no answer");
    return fate;
}
