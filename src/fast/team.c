/* SPDX-License-Identifier: GPL-3.0-or-later
 * Teams of threads. Who waits spins for a moment, which is what stages differ by, and then sleeps, so that a core that
 * another program needs is given up, and a thread of ours that waits for a core gets this one. */
#define _GNU_SOURCE /* sched_getaffinity, CPU_COUNT */
#include "config.h"
#include "alloc.h"
#include "fast/engine_fast.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

enum { SPINS = 2000 /* some 30 to 80 microseconds */, LINE = 64 };

/* Where n threads meet. Each counter has a cache line of its own. */
struct aevb_meeting {
    _Alignas(LINE) atomic_uint here;  /* threads that have come */
    _Alignas(LINE) atomic_uint round; /* meetings that are over */
    atomic_uint asleep;
    unsigned n;
    int spins;
    pthread_mutex_t lock;
    pthread_cond_t over;
};

typedef struct worker {
    aevb_workers *all;
    size_t id; /* from 1 on: 0 is the caller's */
    pthread_t thread;
} worker;

struct aevb_workers {
    aevb_meeting dock;  /* where workers wait for work, and meet when it is done */
    aevb_meeting stage; /* the barrier of a body */
    void (*body)(void *context, const aevb_team *team); /* NULL: go home */
    void *context;
    pid_t process;
    worker worker[]; /* dock.n - 1 of them */
};

static void relax(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ __volatile__("isb");
#endif
}

static void meet(aevb_meeting *m)
{
    const unsigned round = atomic_load(&m->round);
    if (atomic_fetch_add(&m->here, 1) + 1 == m->n) {
        atomic_store(&m->here, 0);
        atomic_store(&m->round, round + 1);
        if (atomic_load(&m->asleep) > 0) { /* who is not counted yet will see the new round and not sleep */
            pthread_mutex_lock(&m->lock);
            pthread_cond_broadcast(&m->over);
            pthread_mutex_unlock(&m->lock);
        }
        return;
    }
    for (int i = 0; i < m->spins; i++) {
        if (atomic_load_explicit(&m->round, memory_order_acquire) != round) {
            return;
        }
        relax();
    }
    pthread_mutex_lock(&m->lock);
    atomic_fetch_add(&m->asleep, 1);
    while (atomic_load(&m->round) == round) {
        pthread_cond_wait(&m->over, &m->lock);
    }
    atomic_fetch_sub(&m->asleep, 1);
    pthread_mutex_unlock(&m->lock);
}

static void meeting_init(aevb_meeting *m, unsigned n)
{
    m->n = n;
    m->spins = (int)n <= aevb_threads_available() ? SPINS : 0;
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->over, NULL);
}

static void meeting_end(aevb_meeting *m)
{
    pthread_cond_destroy(&m->over);
    pthread_mutex_destroy(&m->lock);
}

static void *work(void *argument)
{
    const worker *me = argument;
    aevb_workers *w = me->all;
    pthread_mutex_lock(&w->dock.lock); /* until it is known how many there are */
    pthread_mutex_unlock(&w->dock.lock);
    const aevb_team team = { me->id, w->stage.n, &w->stage };
    for (;;) {
        meet(&w->dock);
        if (w->body == NULL) {
            return NULL;
        }
        w->body(w->context, &team);
        meet(&w->dock);
    }
}

int aevb_threads_available(void)
{
#ifdef CPU_COUNT
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        return CPU_COUNT(&set);
    }
#endif
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > AEVB_MAX_THREADS ? AEVB_MAX_THREADS : (int)n;
}

aevb_workers *aevb_workers_create(int n)
{
    n = n < 1 ? 1 : n > AEVB_MAX_THREADS ? AEVB_MAX_THREADS : n;
    aevb_workers *w = aevb_alloc(1, sizeof *w + (size_t)n * sizeof *w->worker);
    sigset_t all, before;
    if (w == NULL) {
        return NULL;
    }
    meeting_init(&w->dock, (unsigned)n);
    meeting_init(&w->stage, (unsigned)n);
    w->process = getpid();
    unsigned made = 1;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the caller's */
    pthread_mutex_lock(&w->dock.lock);
    for (; (int)made < n; made++) {
        worker *next = &w->worker[made - 1];
        *next = (worker){ .all = w, .id = made };
        if (pthread_create(&next->thread, NULL, work, next) != 0) {
            break;
        }
    }
    w->dock.n = w->stage.n = made;
    pthread_mutex_unlock(&w->dock.lock);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return w;
}

/* A child of fork() has none of the threads. */
static int alone(const aevb_workers *w)
{
    return w->dock.n == 1 || w->process != getpid();
}

void aevb_workers_free(aevb_workers *w)
{
    if (w == NULL) {
        return;
    }
    if (!alone(w)) {
        w->body = NULL;
        meet(&w->dock);
        for (unsigned i = 1; i < w->dock.n; i++) {
            pthread_join(w->worker[i - 1].thread, NULL);
        }
    }
    if (w->process == getpid()) {
        meeting_end(&w->dock);
        meeting_end(&w->stage);
    }
    aevb_free(w);
}

int aevb_workers_count(const aevb_workers *w)
{
    return (int)w->dock.n;
}

void aevb_team_barrier(const aevb_team *team)
{
    if (team->n > 1) {
        meet(team->meeting);
    }
}

void aevb_team_run(aevb_workers *w, void (*body)(void *context, const aevb_team *team), void *context)
{
    const int single = alone(w);
    const aevb_team team = { 0, single ? 1 : w->stage.n, &w->stage };
    if (single) {
        body(context, &team);
        return;
    }
    w->body = body;
    w->context = context;
    meet(&w->dock);
    body(context, &team);
    meet(&w->dock);
}
