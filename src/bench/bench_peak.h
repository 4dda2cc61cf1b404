/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the machine can do: multiply-adds from registers, and bytes from memory. */
#ifndef AEVB_BENCH_PEAK_H
#define AEVB_BENCH_PEAK_H

#include "aevb/level.h"
#include "bench/bench_clock.h"
#include "fast/engine_fast.h"

/* About 1e7 floating-point operations on registers in each thread, at the level and precision; an aevb_bench_work. */
typedef struct aevb_bench_fma {
    aevb_level level;
    aevb_precision precision;
    aevb_workers *workers;
    double flops; /* of all threads together; set by the call */
} aevb_bench_fma;
void aevb_bench_fma_work(void *context);

/* All threads meet so many times. */
enum { AEVB_BENCH_MEETINGS = 100 };
void aevb_bench_meet_work(void *workers);

/* Reads the bytes, or copies the first half over the second, shared among the threads. */
typedef struct aevb_bench_memory {
    unsigned char *bytes;
    size_t n;
    aevb_workers *workers;
    int copy;
} aevb_bench_memory;
void aevb_bench_memory_work(void *context);

#endif
