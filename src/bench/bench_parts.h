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
    aevb_level levels[AEVB_LEVEL_COUNT];   /* to be measured, the best first */
    int n_levels;
} aevb_bench_session;

/* A line with nothing measured yet. */
aevb_bench_result aevb_bench_line(const char *part, const char *name, aevb_level level, aevb_precision precision,
                                  int threads, const char *unit);
void aevb_bench_report(aevb_bench_session *session, const aevb_bench_result *result);

/* 1 when the name is one of those that were asked for. */
int aevb_bench_wants(const aevb_bench_session *session, const char *name);

/* The FMA peak right now, in operations per second: measured next to what it is compared with, as clocks change. */
double aevb_bench_peak(aevb_level level, aevb_precision precision, aevb_workers *workers);

/* Rate of work that does `amount` (in 1e9 operations) a call on these workers, and its share of the peak, which is
 * measured right before and after; the larger counts. */
void aevb_bench_share(const aevb_bench_session *session, double amount, aevb_level level, aevb_precision precision,
                      aevb_workers *workers, aevb_bench_work work, void *context, aevb_bench_result *result);

/* Every kernel of one precision at every level, against src/ref: those on rows of numbers (with float64 the draws too)
 * in ns and bytes per element, and those on panels, where products are in shares of the peak. */
aevb_status aevb_bench_kernels_f32(aevb_bench_session *session, aevb_error *err);
aevb_status aevb_bench_kernels_f64(aevb_bench_session *session, aevb_error *err);
aevb_status aevb_bench_panel_kernels_f32(aevb_bench_session *session, aevb_error *err);
aevb_status aevb_bench_panel_kernels_f64(aevb_bench_session *session, aevb_error *err);

/* The three products of training on the layers of the steps, in shares of the peak and against src/ref and gemm_*:
 * every level with one thread, the best with all as well. */
aevb_status aevb_bench_products_f32(aevb_bench_session *session, aevb_error *err);
aevb_status aevb_bench_products_f64(aevb_bench_session *session, aevb_error *err);

/* Whole training steps at the best level. */
aevb_status aevb_bench_steps_f32(aevb_bench_session *session, aevb_error *err);
aevb_status aevb_bench_steps_f64(aevb_bench_session *session, aevb_error *err);

/* Names of their lines, i from 0 on; NULL after the last. */
const char *aevb_bench_kernel_name_f32(size_t i);
const char *aevb_bench_kernel_name_f64(size_t i);
const char *aevb_bench_panel_kernel_name_f32(size_t i);
const char *aevb_bench_panel_kernel_name_f64(size_t i);
const char *aevb_bench_product_name_f32(size_t i);
const char *aevb_bench_product_name_f64(size_t i);
const char *aevb_bench_step_name(size_t i);

#endif
