/* SPDX-License-Identifier: GPL-3.0-or-later
 * What both precisions of the fast engine share: teams of threads. */
#ifndef AEVB_ENGINE_FAST_H
#define AEVB_ENGINE_FAST_H

#include "engine.h"

/* Threads the machine has for this process. */
int aevb_threads_available(void);

/* Threads that wait for work. One caller at a time. */
typedef struct aevb_workers aevb_workers;

/* n threads with the caller's, or fewer if the system gives fewer; NULL when memory is out. */
aevb_workers *aevb_workers_create(int n);
void aevb_workers_free(aevb_workers *w);
int aevb_workers_count(const aevb_workers *w);

/* A thread and how many there are; every thread of a team runs the same function with its own id. */
typedef struct aevb_meeting aevb_meeting;
typedef struct aevb_team {
    size_t id, n;
    aevb_meeting *meeting; /* of the barrier */
} aevb_team;

/* Ends a stage: no thread goes on before all have come. */
void aevb_team_barrier(const aevb_team *team);

/* Calls body(context, team) in all threads, and returns when all have. In a child of fork(), which has only the thread
 * that called it, in that one: results don't depend on the number of threads. */
void aevb_team_run(aevb_workers *w, void (*body)(void *context, const aevb_team *team), void *context);

/* A thread's part of [0, n): first, and one past the last. */
typedef struct aevb_share {
    size_t first, end;
} aevb_share;
static inline aevb_share aevb_team_share(const aevb_team *team, size_t n)
{
    return (aevb_share){ n * team->id / team->n, n * (team->id + 1) / team->n };
}

#endif
