/* SPDX-License-Identifier: GPL-3.0-or-later
 * Starting, asking and ending a port: pipes that never block, one poll loop, a deadline for everything. */
#include "config.h"
#include "conform/port_process.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
# include <sys/prctl.h>
#endif

#include "alloc.h"
#include "clock.h"
#include "error.h"

enum { CHUNK = 1 << 16, LAST_WORDS = 2000 };

struct aevb_port {
    pid_t pid;
    int to, from, aside;  /* its standard input, output and error; -1 when closed */
    char *line;           /* what came of an answer */
    size_t have, room;
    char words[LAST_WORDS + 1]; /* the end of what came on its standard error */
    size_t n_words;
    int ended, killed, wait_status;
};

static void close_end(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Both ends above the standard descriptors and closed by exec. */
static int open_pipe(int ends[2])
{
    int raw[2];
    ends[0] = ends[1] = -1;
    if (pipe(raw) != 0)
        return -1;
    ends[0] = fcntl(raw[0], F_DUPFD_CLOEXEC, 3);
    ends[1] = fcntl(raw[1], F_DUPFD_CLOEXEC, 3);
    int saved = errno;
    close(raw[0]);
    close(raw[1]);
    errno = saved;
    return ends[0] >= 0 && ends[1] >= 0 ? 0 : -1;
}

/* In the child: never returns; reports why exec failed through `report`. */
static _Noreturn void become(char *const *argv, int in, int out, int err, int report)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* no orphans when the runner is killed */
#endif
    if (dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(err, 2) == 2)
        execvp(argv[0], argv);
    int why = errno;
    ssize_t ignored = write(report, &why, sizeof why);
    (void)ignored;
    _exit(127);
}

static aevb_status spawn(aevb_port *port, char *const *argv, int ends[8], aevb_error *err)
{
    for (int i = 0; i < 8; i += 2)
        if (open_pipe(ends + i) != 0)
            return aevb_fail_errno(err, argv[0], "cannot make a pipe");
    port->pid = fork();
    if (port->pid < 0)
        return aevb_fail_errno(err, argv[0], "cannot start a process");
    if (port->pid == 0)
        become(argv, ends[0], ends[3], ends[5], ends[7]);
    setpgid(port->pid, port->pid); /* in both processes, so that it is done whoever runs first */
    close_end(&ends[7]);
    int why = 0;
    ssize_t got;
    while ((got = read(ends[6], &why, sizeof why)) < 0 && errno == EINTR)
        ;
    if (got != (ssize_t)sizeof why)
        return AEVB_OK;
    waitpid(port->pid, &port->wait_status, 0);
    errno = why;
    return aevb_fail_errno(err, argv[0], "cannot be run");
}

aevb_status aevb_port_start(char *const *argv, aevb_port **out, aevb_error *err)
{
    aevb_port *port = aevb_alloc(1, sizeof *port);
    char *line = aevb_alloc(CHUNK, 1);
    if (port == NULL || line == NULL) {
        aevb_free(port);
        aevb_free(line);
        return aevb_fail_memory(err);
    }
    int ends[8] = {-1, -1, -1, -1, -1, -1, -1, -1}; /* input, output, error, report: read end, write end */
    aevb_status status = spawn(port, argv, ends, err);
    if (status == AEVB_OK) {
        port->to = ends[1];
        port->from = ends[2];
        port->aside = ends[4];
        ends[1] = ends[2] = ends[4] = -1;
        fcntl(port->to, F_SETFL, O_NONBLOCK);
        fcntl(port->from, F_SETFL, O_NONBLOCK);
        fcntl(port->aside, F_SETFL, O_NONBLOCK);
    }
    for (int i = 0; i < 8; i++)
        close_end(&ends[i]);
    if (status != AEVB_OK) {
        aevb_free(port);
        aevb_free(line);
        return status;
    }
    port->line = line;
    port->room = CHUNK;
    *out = port;
    return AEVB_OK;
}

/* write() that returns EPIPE instead of raising SIGPIPE, whatever the program does with that signal. */
static ssize_t quiet_write(int fd, const char *text, size_t n)
{
    sigset_t pipe_only, before, pending;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    ssize_t written = write(fd, text, n);
    int saved = errno;
    if (written < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE)) {
        int taken;
        sigpending(&pending);
        if (sigismember(&pending, SIGPIPE))
            sigwait(&pipe_only, &taken);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return written;
}

static int would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* Keeps the end of the standard error; a chunk at a time, so a flood there costs nothing but the time allowed. */
static void listen_aside(aevb_port *port)
{
    char chunk[LAST_WORDS];
    ssize_t got = read(port->aside, chunk, sizeof chunk);
    if (got == 0 || (got < 0 && !would_block()))
        close_end(&port->aside);
    if (got <= 0)
        return;
    size_t n = (size_t)got, keep = port->n_words;
    if (keep + n > LAST_WORDS)
        keep = LAST_WORDS - n;
    memmove(port->words, port->words + port->n_words - keep, keep);
    memcpy(port->words + keep, chunk, n);
    port->n_words = keep + n;
    port->words[port->n_words] = '\0';
}

/* Reads what is there. 1: more may follow; 0: closed, or out of memory. */
static int listen(aevb_port *port)
{
    if (port->have + CHUNK / 2 > port->room) {
        char *larger = aevb_grow(port->line, port->room, 2 * port->room, 1);
        if (larger == NULL)
            return 0;
        port->line = larger;
        port->room *= 2;
    }
    ssize_t got = read(port->from, port->line + port->have, port->room - port->have - 1);
    if (got > 0)
        port->have += (size_t)got;
    return got > 0 || (got < 0 && would_block());
}

/* Whether something waits on the port's standard output (the end of it does not count). */
static int spoke_unasked(aevb_port *port)
{
    return port->have > 0 || (listen(port), port->have > 0);
}

aevb_port_event aevb_port_ask(aevb_port *port, const char *line, size_t n, size_t most, double seconds,
                              const char **answer, size_t *length)
{
    const double deadline = aevb_now() + seconds;
    size_t sent = 0, searched = 0;
    if (spoke_unasked(port))
        return AEVB_PORT_UNASKED;
    for (;;) {
        const double left = deadline - aevb_now();
        if (left <= 0)
            return AEVB_PORT_LATE;
        struct pollfd fds[3] = {{.fd = port->from, .events = POLLIN}, {.fd = port->aside, .events = POLLIN},
                                {.fd = sent <= n ? port->to : -1, .events = POLLOUT}};
        if (poll(fds, 3, (int)ceil(fmin(left, 3600) * 1000)) < 0 && errno != EINTR)
            return AEVB_PORT_ENDED;
        if (fds[1].revents != 0)
            listen_aside(port);
        if (fds[2].revents != 0) {
            ssize_t done = sent < n ? quiet_write(port->to, line + sent, n - sent) : quiet_write(port->to, "\n", 1);
            if (done > 0)
                sent += (size_t)done;
            else if (!would_block())
                sent = n + 1; /* it closed its input: what it says, or its end, follows */
        }
        if (fds[0].revents == 0)
            continue;
        if (!listen(port))
            return AEVB_PORT_ENDED;
        char *end = memchr(port->line + searched, '\n', port->have - searched);
        searched = port->have;
        if (end == NULL ? port->have > most : (size_t)(end - port->line) > most)
            return AEVB_PORT_FLOOD;
        if (end == NULL)
            continue;
        *length = (size_t)(end - port->line);
        if (port->have > *length + 1)
            return AEVB_PORT_UNASKED;
        *end = '\0';
        *answer = port->line;
        port->have = 0;
        return AEVB_PORT_ANSWER;
    }
}

void aevb_port_tell(aevb_port *port, const char *line, size_t n)
{
    if (quiet_write(port->to, line, n) == (ssize_t)n)
        quiet_write(port->to, "\n", 1);
}

void aevb_port_end(aevb_port *port, double seconds)
{
    if (port->ended)
        return;
    const double deadline = aevb_now() + seconds;
    close_end(&port->to);
    pid_t got = 0;
    for (double left = seconds; got == 0; left = deadline - aevb_now()) {
        got = waitpid(port->pid, &port->wait_status, WNOHANG);
        if (got != 0 || left <= 0)
            break;
        /* What it still says is read and dropped, so that it cannot hang on a full pipe. */
        port->have = 0;
        struct pollfd fds[2] = {{.fd = port->from, .events = POLLIN}, {.fd = port->aside, .events = POLLIN}};
        poll(fds, 2, 5);
        if (fds[0].revents != 0 && !listen(port))
            close_end(&port->from);
        if (fds[1].revents != 0)
            listen_aside(port);
    }
    kill(-port->pid, SIGKILL); /* the whole group: a port may have children */
    if (got == 0) {
        port->killed = 1;
        while (waitpid(port->pid, &port->wait_status, 0) < 0 && errno == EINTR)
            ;
    }
    for (int i = 0; i < CHUNK / LAST_WORDS && port->aside >= 0; i++) /* its last words, unless they never end */
        listen_aside(port);
    close_end(&port->from);
    close_end(&port->aside);
    port->ended = 1;
}

void aevb_port_fate(const aevb_port *port, char *text, size_t size)
{
    if (port->killed)
        snprintf(text, size, "was killed by the runner");
    else if (WIFSIGNALED(port->wait_status))
        snprintf(text, size, "was killed by signal %d (%s)", WTERMSIG(port->wait_status),
                 strsignal(WTERMSIG(port->wait_status)));
    else
        snprintf(text, size, "ended with status %d", WEXITSTATUS(port->wait_status));
}

const char *aevb_port_stderr(const aevb_port *port)
{
    return port->words;
}

void aevb_port_free(aevb_port *port)
{
    if (port == NULL)
        return;
    aevb_port_end(port, 0);
    aevb_free(port->line);
    aevb_free(port);
}
