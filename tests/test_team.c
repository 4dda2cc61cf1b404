/* SPDX-License-Identifier: GPL-3.0-or-later
 * Teams of threads: every thread runs once with its own id, nobody passes a barrier before all have come, and a child of
 * fork() does the work alone. More threads than any machine of ours has, so that sleeping and waking are tried too. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "alloc.h"
#include "fast/engine_fast.h"

enum { THREADS = 7, STAGES = 300 };

typedef struct job {
    atomic_int runs[THREADS];
    atomic_int stage[STAGES]; /* threads that have been in it */
    atomic_int early;         /* times that somebody was past a stage that others were not yet through */
    size_t n;
} job;

static void body(void *context, const aevb_team *team)
{
    job *j = context;
    atomic_fetch_add(&j->runs[team->id], 1);
    if (team->id == 0) {
        j->n = team->n;
    }
    for (int s = 0; s < STAGES; s++) {
        atomic_fetch_add(&j->stage[s], 1);
        aevb_team_barrier(team);
        if (atomic_load(&j->stage[s]) != (int)team->n) {
            atomic_fetch_add(&j->early, 1);
        }
    }
}

static void expect_whole(const job *j, size_t n)
{
    cr_assert_eq(j->n, n);
    for (size_t i = 0; i < THREADS; i++) {
        cr_expect_eq(atomic_load(&j->runs[i]), i < n ? 1 : 0, "thread %zu", i);
    }
    cr_expect_eq(atomic_load(&j->early), 0);
}

Test(team, every_thread_runs_and_waits_for_all)
{
    for (int n = 1; n <= THREADS; n += 2) {
        aevb_workers *w = aevb_workers_create(n);
        cr_assert_not_null(w);
        cr_assert_eq(aevb_workers_count(w), n);
        for (int again = 0; again < 3; again++) {
            job j = { 0 };
            aevb_team_run(w, body, &j);
            expect_whole(&j, (size_t)n);
            nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL); /* long enough for workers to fall asleep */
        }
        aevb_workers_free(w);
    }
    aevb_workers_free(NULL);
    cr_expect_eq(aevb_alloc_live(), 0);
}

Test(team, at_least_one_thread)
{
    aevb_workers *w = aevb_workers_create(0);
    cr_assert_not_null(w);
    cr_expect_eq(aevb_workers_count(w), 1);
    cr_expect_geq(aevb_threads_available(), 1);
    aevb_workers_free(w);
}

Test(team, a_child_of_fork_does_the_work_alone, .timeout = 30)
{
    aevb_workers *w = aevb_workers_create(THREADS);
    cr_assert_not_null(w);
    const pid_t child = fork();
    if (child == 0) {
        job j = { 0 };
        aevb_team_run(w, body, &j);
        aevb_workers_free(w);
        _exit(j.n == 1 && atomic_load(&j.runs[0]) == 1 && atomic_load(&j.early) == 0 ? 0 : 1);
    }
    int status = -1;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %d", status);
    job j = { 0 };
    aevb_team_run(w, body, &j);
    expect_whole(&j, THREADS);
    aevb_workers_free(w);
}

Test(team, exhausted_memory_is_reported)
{
    aevb_alloc_fail_after(1);
    cr_expect_null(aevb_workers_create(2));
    aevb_alloc_fail_after(0);
}
