/* SPDX-License-Identifier: GPL-3.0-or-later
 * The float32 elementary functions on all 2^32 inputs, against libm in float64 (whose error, below 2^-28 units of
 * float32, is nothing here). Every level that this CPU has. Prints TAP; part of check-long.
 * An argument S > 1 checks every S-th block of 2^16 inputs only. */
#include <math.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "fast/engine_fast.h"
#include "fast/kern.h"
#include "ref/ref.h"
#include "ulps.h"

enum { BLOCK = 1 << 16, BLOCKS = 1 << 16 };

typedef void (*function)(size_t n, const float *x, float *y);

typedef struct row {
    const char *name;
    size_t at; /* of the function in the table */
    double (*reference)(double x);
    double bound;
} row;

#define ref_exp exp
#define ref_expm1 expm1
#define ref_log log
#define ref_log1p log1p
#define ref_tanh tanh
#define ref_sigmoid aevb_ref_sigmoid
#define ref_softplus aevb_ref_softplus
#define ROW(ret, name, args, model, bound32, bound64) { #name, offsetof(aevb_kern_f32, name), ref_##name, bound32 },
static const row rows[] = { AEVB_KERN_ELEMENTARY(ROW) };

typedef struct worst {
    double error;
    float x, got;
} worst;

static uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* One block of inputs on all levels; w[level] is raised where it is exceeded. */
static void check_block(const row *r, const function f[AEVB_LEVEL_COUNT], uint32_t block, worst w[AEVB_LEVEL_COUNT])
{
    static _Thread_local float x[BLOCK], y[BLOCK], rounded[BLOCK];
    static _Thread_local double want[BLOCK];
    for (uint32_t i = 0; i < BLOCK; i++) {
        const uint32_t bits = block << 16 | i;
        memcpy(&x[i], &bits, sizeof bits);
        want[i] = r->reference((double)x[i]);
        rounded[i] = (float)want[i];
    }
    for (int level = 0; level < AEVB_LEVEL_COUNT; level++) {
        if (f[level] == NULL) {
            continue;
        }
        f[level](BLOCK, x, y);
        for (uint32_t i = 0; i < BLOCK; i++) {
            if (bits_of(y[i]) == bits_of(rounded[i]) || (y[i] != y[i] && rounded[i] != rounded[i])) {
                continue; /* NaN, or correctly rounded, as most are: off by 1/2 at most */
            }
            const double error = ulps(32, (double)y[i], (long double)want[i]);
            if (error > w[level].error) {
                w[level] = (worst){ error, x[i], y[i] };
            }
        }
    }
}

typedef struct row_job {
    const row *r;
    function f[AEVB_LEVEL_COUNT];
    uint32_t stride;
    pthread_mutex_t lock; /* of the next two */
    worst *all;
    unsigned long done;
} row_job;

/* A thread's share of the blocks, of which every stride-th is taken. */
static void check_share(void *context, const aevb_team *team)
{
    row_job *j = context;
    worst w[AEVB_LEVEL_COUNT];
    unsigned long done = 0;
    for (int level = 0; level < AEVB_LEVEL_COUNT; level++) {
        w[level] = (worst){ 0.5, 0.0f, 0.0f };
    }
    const aevb_share share = aevb_team_share(team, (BLOCKS + j->stride - 1) / j->stride);
    for (size_t i = share.first; i < share.end; i++) {
        check_block(j->r, j->f, (uint32_t)i * j->stride, w);
        done++;
    }
    pthread_mutex_lock(&j->lock);
    j->done += done;
    for (int level = 0; level < AEVB_LEVEL_COUNT; level++) {
        if (w[level].error > j->all[level].error) {
            j->all[level] = w[level];
        }
    }
    pthread_mutex_unlock(&j->lock);
}

/* Returns how many blocks were checked. */
static unsigned long check_row(aevb_workers *workers, const row *r, uint32_t stride, worst all[AEVB_LEVEL_COUNT])
{
    row_job j = { .r = r, .stride = stride, .lock = PTHREAD_MUTEX_INITIALIZER, .all = all };
    for (int level = 0; level < AEVB_LEVEL_COUNT; level++) {
        if (aevb_level_supported((aevb_level)level)) {
            memcpy(&j.f[level], (const char *)aevb_kern_f32_table((aevb_level)level) + r->at, sizeof j.f[level]);
        }
    }
    aevb_team_run(workers, check_share, &j);
    return j.done;
}

int main(int argc, char **argv)
{
    const unsigned long stride = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    if (stride < 1 || stride > BLOCKS) {
        fputs("usage: elementary_f32 [STRIDE]\n", stderr);
        return 2;
    }
    aevb_workers *workers = aevb_workers_create(aevb_threads_available());
    if (workers == NULL) {
        fputs("elementary_f32: out of memory\n", stderr);
        return 1;
    }
    int tests = 0, failed = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const row *r = &rows[i];
        worst w[AEVB_LEVEL_COUNT] = { { 0 } };
        const unsigned long blocks = check_row(workers, r, (uint32_t)stride, w);
        for (int level = 0; level < AEVB_LEVEL_COUNT; level++) {
            if (!aevb_level_supported((aevb_level)level)) {
                continue;
            }
            const worst *at = &w[level];
            const int ok = at->error <= r->bound && blocks == (BLOCKS + stride - 1) / stride;
            printf("%s %d - %s %s f32: %lu inputs, at most %.4f ulp of %g: %s(%a) = %a, exactly %a\n",
                   ok ? "ok" : "not ok", ++tests, r->name, aevb_level_name((aevb_level)level), blocks * BLOCK,
                   at->error, r->bound, r->name, (double)at->x, (double)at->got, r->reference((double)at->x));
            fflush(stdout);
            failed += !ok;
        }
    }
    printf("1..%d\n", tests);
    aevb_workers_free(workers);
    return tests == 0 ? 2 : failed != 0;
}
