/* SPDX-License-Identifier: GPL-3.0-or-later
 * OpenBLAS by dlopen. */
#include "config.h"
#include "cli/cli_bench_blas.h"

#ifdef HAVE_OPENBLAS
# include <dlfcn.h>
# include <stdlib.h>
# include <string.h>

enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 }; /* of the CBLAS standard */

static void (*sgemm)(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
                     const float *b, int ldb, float beta, float *c, int ldc);
static void (*dgemm)(int order, int ta, int tb, int m, int n, int k, double alpha, const double *a, int lda,
                     const double *b, int ldb, double beta, double *c, int ldc);
static void (*set_threads)(int n);
static char *(*get_config)(void);

static void gemm_f32(int ta, int tb, int m, int n, int k, const float *a, const float *b, float *c)
{
    sgemm(ROW_MAJOR, ta ? TRANSPOSE : NO_TRANSPOSE, tb ? TRANSPOSE : NO_TRANSPOSE, m, n, k, 1.0f, a, ta ? m : k, b,
          tb ? k : n, 0.0f, c, n);
}

static void gemm_f64(int ta, int tb, int m, int n, int k, const double *a, const double *b, double *c)
{
    dgemm(ROW_MAJOR, ta ? TRANSPOSE : NO_TRANSPOSE, tb ? TRANSPOSE : NO_TRANSPOSE, m, n, k, 1.0, a, ta ? m : k, b,
          tb ? k : n, 0.0, c, n);
}

/* A function of the library, through memcpy because C has no cast from an object's to a function's pointer. */
static int find(void *library, const char *name, void *function)
{
    void *symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

const char *aevb_cli_bench_blas(aevb_bench_config *config)
{
    /* Either would keep it from choosing for this CPU. */
    unsetenv("OPENBLAS_CORETYPE");
    unsetenv("OPENBLAS_L2_SIZE");
    void *library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
        return "nothing (libopenblas.so.0 cannot be loaded)";
    if (!find(library, "cblas_sgemm", &sgemm) || !find(library, "cblas_dgemm", &dgemm) ||
        !find(library, "openblas_set_num_threads", &set_threads) ||
        !find(library, "openblas_get_config", &get_config))
        return "nothing (libopenblas.so.0 lacks CBLAS functions)";
    config->gemm_f32 = gemm_f32;
    config->gemm_f64 = gemm_f64;
    config->gemm_threads = set_threads;
    return get_config();
}

#else

const char *aevb_cli_bench_blas(aevb_bench_config *config)
{
    (void)config;
    return "nothing (built without OpenBLAS)";
}

#endif
