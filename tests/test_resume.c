/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run that was stopped or killed anywhere ends, once resumed, as if it had never stopped: to the bit. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "alloc.h"
#include "leaks.h"
#include "temp_files.h"
#include "toy_run.h"

TestSuite(resume, .fini = no_leaks);

/* Asks for a stop after every batch, or after every `every`-th. */
typedef struct stopper {
    volatile sig_atomic_t stop;
    int every, batches;
} stopper;

static void count_batch(void *user, const aevb_epoch *so_far)
{
    stopper *s = user;
    cr_assert(so_far->seen > 0 && so_far->seen <= so_far->total && so_far->total == TOY_N);
    s->stop = ++s->batches % s->every == 0;
}

static aevb_status resume(const aevb_train_config *config, const char *run, const aevb_train_hooks *hooks)
{
    const aevb_data data = toy_data();
    aevb_error err = {0};
    aevb_status status = aevb_train_resume(config, &data, run, hooks, &err);
    cr_assert(status == AEVB_OK || status == AEVB_EINTERRUPTED, "%s", err.message);
    return status;
}

/* Trains with a stop after every `every`-th batch (7 make an epoch) and compares. */
static void stop_and_compare(const aevb_train_config *config, const char *whole, const char *name, int every)
{
    stopper s = {0, every, 0};
    aevb_train_hooks hooks = {.progress = count_batch, .user = &s, .stop = &s.stop};
    const aevb_data data = toy_data();
    const char *run = temp_path(name);
    aevb_error err = {0};
    int stops = 0;
    aevb_status status = aevb_train(config, &data, run, &hooks, &err);
    for (; status == AEVB_EINTERRUPTED; status = resume(config, run, &hooks)) {
        stops++;
        s.stop = 0;
    }
    cr_assert_eq(status, AEVB_OK, "%s", err.message);
    cr_expect_eq(s.batches, (int)config->epochs * 7);
    cr_expect_eq(stops, s.batches / every);
    toy_demand_same(run, whole);
}

Test(resume, resumed_after_any_batch_it_equals_a_run_without_a_stop)
{
    aevb_train_config config = toy_config();
    stop_and_compare(&config, toy_train(&config, "straight"), "stopped", 1);
}

Test(resume, resumed_within_and_after_epochs_with_every_optimiser)
{
    for (int kind = AEVB_SGD; kind <= AEVB_ADAMW; kind++) {
        aevb_train_config config = toy_config();
        config.epochs = 2;
        config.optim = aevb_optim_default((aevb_optimiser)kind);
        char name[3][32];
        for (int i = 0; i < 3; i++)
            snprintf(name[i], sizeof name[i], "%s%d", aevb_optimiser_name((aevb_optimiser)kind), i);
        const char *whole = toy_train(&config, name[0]);
        stop_and_compare(&config, whole, name[1], 5);
        stop_and_compare(&config, whole, name[2], 7);
    }
}

/* Both precisions of the fast engine, whole on one thread and resumed on two. */
Test(resume, resumed_on_the_fast_engine_with_other_threads)
{
    for (int precision = AEVB_F64; precision <= AEVB_F32; precision++) {
        aevb_train_config config = toy_config();
        config.engine = AEVB_ENGINE_FAST;
        config.precision = (aevb_precision)precision;
        config.epochs = 2;
        config.threads = 1;
        const char *whole = toy_train(&config, precision == AEVB_F64 ? "f64" : "f32");
        config.threads = 2;
        stop_and_compare(&config, whole, precision == AEVB_F64 ? "f64-stopped" : "f32-stopped", 5);
    }
}

Test(resume, more_epochs_can_be_asked_for_and_threads_change_nothing)
{
    aevb_train_config config = toy_config();
    const char *whole = toy_train(&config, "whole");
    config.epochs = 1;
    config.threads = 4;
    const char *run = toy_train(&config, "longer");
    config.epochs = 3;
    config.threads = 2;
    cr_assert_eq(resume(&config, run, NULL), AEVB_OK);
    toy_demand_same(run, whole);
    aevb_train_config now;
    aevb_error err = {0};
    cr_assert_eq(aevb_train_config_load(run, &now, &err), AEVB_OK, "%s", err.message);
    cr_expect(now.epochs == 3 && now.threads == 2);
    cr_assert_eq(resume(&config, run, NULL), AEVB_OK); /* nothing left to do */
    toy_demand_same(run, whole);
}

/* The n-th allocation and all after it fail, for every n: a clean error each time, and at most the run that was. */
Test(resume, without_memory_it_fails_cleanly_and_stays_resumable)
{
    aevb_train_config config = toy_config();
    config.epochs = 2;
    const char *whole = toy_train(&config, "ample");
    config.epochs = 1;
    const char *run = toy_train(&config, "short");
    config.epochs = 2;
    const aevb_data data = toy_data();
    size_t n = 0;
    aevb_status status = AEVB_ENOMEM;
    while (status == AEVB_ENOMEM) {
        aevb_error err = {0};
        cr_assert_lt(n, 500);
        aevb_alloc_fail_after(++n);
        status = aevb_train_resume(&config, &data, run, NULL, &err);
        aevb_alloc_fail_after(0);
        cr_assert(status == AEVB_OK || status == AEVB_ENOMEM, "allocation %zu: %s", n, err.message);
    }
    cr_expect_gt(n, 10);
    toy_demand_same(run, whole);
}

/* --- kill -9 --- */

/* Trains or resumes in a process of its own, which is killed after that many microseconds. 1: it had finished. */
static int train_and_kill(const aevb_train_config *config, const char *run, long microseconds)
{
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        const aevb_data data = toy_data();
        aevb_error err = {0};
        int begun = access(toy_file(run, "run.json"), F_OK) == 0;
        aevb_status status = begun ? aevb_train_resume(config, &data, run, NULL, &err)
                                   : aevb_train(config, &data, run, NULL, &err);
        _exit(status == AEVB_OK ? 0 : 1);
    }
    struct timespec wait = {microseconds / 1000000, microseconds % 1000000 * 1000};
    nanosleep(&wait, NULL);
    kill(child, SIGKILL);
    int ended;
    cr_assert_eq(waitpid(child, &ended, 0), child);
    cr_assert(WIFSIGNALED(ended) || WEXITSTATUS(ended) == 0, "the run failed after a kill");
    return !WIFSIGNALED(ended);
}

Test(resume, killed_again_and_again_it_ends_as_if_never_stopped)
{
    aevb_train_config config = toy_config();
    config.epochs = 12;
    const char *whole = toy_train(&config, "unharmed"), *run = temp_path("harmed");
    int kills = 0, finished = 0;
    for (long wait = 500; !finished; wait += wait / 3, kills++) {
        cr_assert_lt(kills, 60);
        finished = train_and_kill(&config, run, wait);
        if (access(toy_file(run, "run.json"), F_OK) == 0) {
            double params[TOY_PARAMS];
            toy_params(run, params);
        }
    }
    cr_expect_gt(kills, 3);
    toy_demand_same(run, whole);
}
