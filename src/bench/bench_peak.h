/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the machine can do: multiply-adds from registers, and bytes from memory. */
#ifndef AEVB_BENCH_PEAK_H
#define AEVB_BENCH_PEAK_H

#include "aevb/level.h"
#include "bench/bench_clock.h"

/* About 1e7 floating-point operations on registers, at the level and precision, in each of `threads` threads; as an
 * aevb_bench_work. */
typedef struct aevb_bench_fma {
    aevb_level level;
    aevb_precision precision;
    int threads;
    double flops; /* of all threads together; set by the call */
} aevb_bench_fma;
void aevb_bench_fma_work(void *context);

/* Reads the bytes, or copies the first half over the second, in `threads` threads. */
typedef struct aevb_bench_memory {
    unsigned char *bytes;
    size_t n;
    int threads, copy;
} aevb_bench_memory;
void aevb_bench_memory_work(void *context);

#endif
