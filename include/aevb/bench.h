/* SPDX-License-Identifier: GPL-3.0-or-later
 * Benchmarks: what this machine can do, and what the kernels, the products and whole training steps make of it. */
#ifndef AEVB_BENCH_H
#define AEVB_BENCH_H

#include <stddef.h>
#include <stdio.h>
#include "aevb/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One row-major product c[m][n] = op(a) op(b) of another library, to compare ours with; ta, tb: transposed.
 * a is [m][k], or [k][m] when transposed; b is [k][n], or [n][k]. */
typedef void (*aevb_bench_gemm_f32)(int ta, int tb, int m, int n, int k, const float *a, const float *b, float *c);
typedef void (*aevb_bench_gemm_f64)(int ta, int tb, int m, int n, int k, const double *a, const double *b, double *c);

enum {
    AEVB_BENCH_MACHINE = 1,
    AEVB_BENCH_KERNELS = 2,
    AEVB_BENCH_PRODUCTS = 4,
    AEVB_BENCH_STEPS = 8,
    AEVB_BENCH_ALL = 15
};

typedef struct aevb_bench_config {
    unsigned parts;             /* sum of AEVB_BENCH_*; the machine is always measured */
    int samples;                /* measurements of each thing, >= 1; results are their median and range */
    double seconds;             /* of one measurement of a training step, > 0; the others take a tenth of it */
    int threads;                /* most threads for products and steps, >= 1; 0 for all. Each is also done with one */
    int level;                  /* an aevb_level, or -1: the best; for kernels, and products with one thread, each one */
    int precisions;             /* 1 f32, 2 f64, 3 both */
    const char *only;           /* NULL, or the only name wanted besides the machine ("adam", "forward", "a") */
    aevb_bench_gemm_f32 gemm_f32; /* NULL: no comparison */
    aevb_bench_gemm_f64 gemm_f64;
    void (*gemm_threads)(int n); /* how many threads gemm_* is to use; NULL when gemm_* are */
} aevb_bench_config;

AEVB_API aevb_bench_config aevb_bench_default(void);

/* One line of the tables. Figures that do not apply are NaN, texts "". */
typedef struct aevb_bench_result {
    const char *part;      /* "machine", "kernel", "product", "step" */
    const char *name;      /* "fma", "adam", "forward", "a", ... */
    const char *level, *precision;
    char shape[48];        /* "128x784x400" */
    int threads;
    const char *unit;      /* of the next three: "GFLOP/s", "GB/s", "ns", "ns/element", "samples/s" */
    double median, low, high;
    double gb_per_s;       /* kernels per element: bytes read and written at the median, each array counted once */
    double share_of_peak;  /* of the FMA peak at that precision, level and number of threads (steps: products only) */
    double ratio_to_ref;   /* speed over that of src/ref, which is float64 and has one thread */
    double ratio_to_blas;  /* speed over that of gemm_*, with the same number of threads */
} aevb_bench_result;

/* Measures and reports line by line, as they come. Before anything is measured: EINVAL for a bad configuration or a name
 * that matches nothing, EUNSUPPORTED for a level that cannot run. ENOMEM. Not to be run beside other work. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_bench_run(const aevb_bench_config *config,
                                                    void (*report)(void *user, const aevb_bench_result *result),
                                                    void *user, aevb_error *err);

/* Results to keep, as NAME.csv and NAME.json: two streams to write to. Earlier files of these names stay as they are until
 * the commit, whatever happens before. */
typedef struct aevb_bench_files aevb_bench_files;
/* EIO, ENOMEM: one of the names cannot be written. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_bench_files_open(const char *name, aevb_bench_files **out, aevb_error *err);
AEVB_API FILE *aevb_bench_files_csv(aevb_bench_files *files);
AEVB_API FILE *aevb_bench_files_json(aevb_bench_files *files);
/* Puts both in their places and frees files in any case. EIO: of any failed write as well. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_bench_files_commit(aevb_bench_files *files, aevb_error *err);
AEVB_API void aevb_bench_files_discard(aevb_bench_files *files); /* NULL is fine */

/* Training step `name` of the tables ("a" to "d") on its own, for turns with other programs: create, then train for
 * some seconds at a time. */
typedef struct aevb_bench_step aevb_bench_step;
AEVB_API AEVB_MUST_CHECK aevb_status aevb_bench_step_create(const char *name, aevb_precision precision, int level,
                                                            int threads, aevb_bench_step **out, aevb_error *err);
AEVB_API void aevb_bench_step_free(aevb_bench_step *step); /* NULL is fine */
/* Goes on where it stopped. Samples per second, and the loss of the last step in nats per datum. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_bench_step_train(aevb_bench_step *step, double seconds, double *rate,
                                                           double *loss, aevb_error *err);

#ifdef __cplusplus
}
#endif
#endif
