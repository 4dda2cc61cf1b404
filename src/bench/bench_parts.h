/* SPDX-License-Identifier: GPL-3.0-or-later
 * The parts of a benchmark run: each measures its lines and reports them. */
#ifndef AEVB_BENCH_PARTS_H
#define AEVB_BENCH_PARTS_H

#include "aevb/level.h"
#include "bench/bench_clock.h"
#include "fast/engine_fast.h"

typedef struct aevb_bench_session {
    aevb_bench_config config;              /* with level and threads resolved */
    void (*report)(void *user, const aevb_bench_result *result);
    void *user;
    aevb_workers *workers[2];              /* one thread, and all of config.threads */
    int n_thread_counts;                   /* 2 where those are different numbers, else 1 */
    int reported;                          /* lines other than those of the machine */
} aevb_bench_session;

/* A line with nothing measured yet. */
aevb_bench_result aevb_bench_line(const char *part, const char *name, aevb_level level, aevb_precision precision,
                                  int threads, const char *unit);
void aevb_bench_report(aevb_bench_session *session, const aevb_bench_result *result);

/* 1 when the name or the precision is one of those that were asked for. */
int aevb_bench_wants(const aevb_bench_session *session, const char *name);
int aevb_bench_wants_precision(const aevb_bench_session *session, aevb_precision precision);

/* The FMA peak right now, in operations per second: measured next to what it is compared with, as clocks change. */
double aevb_bench_peak(aevb_level level, aevb_precision precision, aevb_workers *workers);

/* Every kernel of one level and precision (draws: with float64), in ns per element and against src/ref. */
aevb_status aevb_bench_kernels_f32(aevb_bench_session *session, aevb_level level, aevb_error *err);
aevb_status aevb_bench_kernels_f64(aevb_bench_session *session, aevb_level level, aevb_error *err);

/* The three products of training on the layers of the steps, in shares of the peak and against gemm_*. */
aevb_status aevb_bench_products_f32(aevb_bench_session *session, aevb_level level, aevb_error *err);
aevb_status aevb_bench_products_f64(aevb_bench_session *session, aevb_level level, aevb_error *err);

/* Whole training steps. */
aevb_status aevb_bench_steps(aevb_bench_session *session, aevb_level level, aevb_error *err);

#endif
