/* SPDX-License-Identifier: GPL-3.0-or-later
 * A benchmark run: the machine first, then what is asked for. */
#include "config.h"
#include "bench/bench_parts.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "bench/bench_peak.h"
#include "error.h"

enum { MEMORY_BYTES = 512 << 20 };

aevb_bench_config aevb_bench_default(void)
{
    return (aevb_bench_config){.parts = AEVB_BENCH_ALL, .samples = 7, .seconds = 0.5, .level = AEVB_LEVEL_BEST,
                               .precisions = 3};
}

aevb_bench_result aevb_bench_line(const char *part, const char *name, aevb_level level, aevb_precision precision,
                                  int threads, const char *unit)
{
    const double nan = (double)NAN;
    return (aevb_bench_result){.part = part, .name = name, .level = aevb_level_name(level),
                               .precision = aevb_precision_name(precision), .threads = threads, .unit = unit,
                               .median = nan, .low = nan, .high = nan, .gb_per_s = nan, .share_of_peak = nan,
                               .ratio_to_ref = nan, .ratio_to_blas = nan};
}

void aevb_bench_report(aevb_bench_session *session, const aevb_bench_result *result)
{
    session->report(session->user, result);
}

int aevb_bench_wants(const aevb_bench_session *session, const char *name)
{
    return session->config.only == NULL || strcmp(session->config.only, name) == 0;
}

double aevb_bench_peak(aevb_level level, aevb_precision precision, aevb_workers *workers)
{
    aevb_bench_fma job = {.level = level, .precision = precision, .workers = workers};
    double best = 0.0;
    for (int i = 0; i < 3; i++) {
        const double seconds = aevb_bench_time(0.01, aevb_bench_fma_work, &job);
        best = job.flops / seconds > best ? job.flops / seconds : best;
    }
    return best;
}

void aevb_bench_share(const aevb_bench_session *session, double amount, aevb_level level, aevb_precision precision,
                      aevb_workers *workers, aevb_bench_work work, void *context, aevb_bench_result *result)
{
    const double before = aevb_bench_peak(level, precision, workers);
    aevb_bench_rate(&session->config, amount, work, context, result);
    const double after = aevb_bench_peak(level, precision, workers);
    result->share_of_peak = 1e9 * result->median / (before > after ? before : after);
}

static void machine_fma(aevb_bench_session *s, aevb_level level, aevb_precision precision, int t)
{
    aevb_bench_fma job = {.level = level, .precision = precision, .workers = s->workers[t]};
    aevb_bench_result line = aevb_bench_line("machine", "fma", level, precision, aevb_workers_count(s->workers[t]),
                                            "GFLOP/s");
    aevb_bench_fma_work(&job);
    aevb_bench_rate(&s->config, 1e-9 * job.flops, aevb_bench_fma_work, &job, &line);
    aevb_bench_report(s, &line);
}

/* What shares of the peak are of: every level with one thread, the best with all as well. */
static void machine_peaks(aevb_bench_session *s, aevb_precision precision)
{
    for (int t = 0; t < s->n_thread_counts; t++)
        for (int l = 0; l < (t == 0 ? s->n_levels : 1); l++)
            machine_fma(s, s->levels[l], precision, t);
}

/* Of the machine alone, whatever the level. */
static aevb_bench_result plain_line(const char *name, int threads, const char *unit)
{
    aevb_bench_result line = aevb_bench_line("machine", name, AEVB_LEVEL_PORTABLE, AEVB_F64, threads, unit);
    line.level = line.precision = "";
    return line;
}

/* How long threads take to meet: it tells threads that share a cache from those that don't, and a core that others
 * use. */
static void machine_meeting(aevb_bench_session *s, int t)
{
    aevb_bench_result line = plain_line("barrier", aevb_workers_count(s->workers[t]), "ns");
    aevb_bench_rate(&s->config, 1e-9 * AEVB_BENCH_MEETINGS, aevb_bench_meet_work, s->workers[t], &line);
    aevb_bench_invert(&line);
    aevb_bench_report(s, &line);
}

static aevb_status machine_memory(aevb_bench_session *s, aevb_error *err)
{
    static const char *const names[] = {"memory read", "memory copy"};
    aevb_bench_memory job = {.bytes = aevb_alloc(MEMORY_BYTES, 1), .n = MEMORY_BYTES};
    if (job.bytes == NULL)
        return aevb_fail_memory(err);
    memset(job.bytes, 1, job.n); /* pages that were never written are all the same page */
    for (job.copy = 0; job.copy < 2; job.copy++)
        for (int i = 0; i < s->n_thread_counts; i++) {
            job.workers = s->workers[i];
            aevb_bench_result line = plain_line(names[job.copy], aevb_workers_count(s->workers[i]), "GB/s");
            aevb_bench_rate(&s->config, 1e-9 * MEMORY_BYTES, aevb_bench_memory_work, &job, &line);
            aevb_bench_report(s, &line);
        }
    aevb_free(job.bytes);
    return AEVB_OK;
}

/* What is measured after the machine, in this order: of which part, for which precisions, what its lines are named. */
static const struct {
    unsigned part;
    int precision;
    const char *(*name)(size_t i);
    aevb_status (*measure)(aevb_bench_session *session, aevb_error *err);
} kinds[] = {
    {AEVB_BENCH_KERNELS, 1, aevb_bench_kernel_name_f32, aevb_bench_kernels_f32},
    {AEVB_BENCH_KERNELS, 1, aevb_bench_panel_kernel_name_f32, aevb_bench_panel_kernels_f32},
    {AEVB_BENCH_KERNELS, 2, aevb_bench_kernel_name_f64, aevb_bench_kernels_f64},
    {AEVB_BENCH_KERNELS, 2, aevb_bench_panel_kernel_name_f64, aevb_bench_panel_kernels_f64},
    {AEVB_BENCH_PRODUCTS, 1, aevb_bench_product_name_f32, aevb_bench_products_f32},
    {AEVB_BENCH_PRODUCTS, 2, aevb_bench_product_name_f64, aevb_bench_products_f64},
    {AEVB_BENCH_STEPS, 1, aevb_bench_step_name, aevb_bench_steps_f32},
    {AEVB_BENCH_STEPS, 2, aevb_bench_step_name, aevb_bench_steps_f64},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static int wants_kind(const aevb_bench_session *s, size_t kind)
{
    const aevb_bench_config *c = &s->config;
    size_t i = 0;
    while (kinds[kind].name(i) != NULL && !aevb_bench_wants(s, kinds[kind].name(i)))
        i++;
    return (c->parts & kinds[kind].part) != 0 && (c->precisions & kinds[kind].precision) != 0 &&
           kinds[kind].name(i) != NULL;
}

/* Before anything is measured: is there a line of the name that is asked for? */
static aevb_status check_name(const aevb_bench_session *s, aevb_error *err)
{
    size_t kind = 0;
    while (kind < N_KINDS && !wants_kind(s, kind))
        kind++;
    return kind < N_KINDS || s->config.only == NULL ? AEVB_OK :
        aevb_fail(err, AEVB_EINVAL, "nothing is named \"%s\" in the parts and precisions that were asked for",
                  s->config.only);
}

static aevb_status check(const aevb_bench_config *c, aevb_error *err)
{
    if (c->samples < 1 || c->samples > AEVB_BENCH_MAX_SAMPLES)
        return aevb_fail(err, AEVB_EINVAL, "%d samples; 1 to %d are possible", c->samples, AEVB_BENCH_MAX_SAMPLES);
    if (!(c->seconds > 0 && c->seconds <= 3600))
        return aevb_fail(err, AEVB_EINVAL, "%g seconds a measurement", c->seconds);
    if (c->threads < 0 || c->threads > AEVB_MAX_THREADS)
        return aevb_fail(err, AEVB_EINVAL, "%d threads, must be 0 (all) to %d", c->threads, AEVB_MAX_THREADS);
    if (c->precisions < 1 || c->precisions > 3)
        return aevb_fail(err, AEVB_EINVAL, "precisions %d; 1, 2 and 3 are possible", c->precisions);
    return AEVB_OK;
}

static aevb_status measure_all(aevb_bench_session *s, aevb_error *err)
{
    if ((s->config.precisions & 1) != 0)
        machine_peaks(s, AEVB_F32);
    if ((s->config.precisions & 2) != 0)
        machine_peaks(s, AEVB_F64);
    if (s->n_thread_counts > 1)
        machine_meeting(s, 1);
    aevb_status status = machine_memory(s, err);
    for (size_t kind = 0; status == AEVB_OK && kind < N_KINDS; kind++)
        if (wants_kind(s, kind))
            status = kinds[kind].measure(s, err);
    return status;
}

static aevb_status choose_levels(aevb_bench_session *s, aevb_error *err)
{
    aevb_level best;
    const aevb_status status = aevb_level_choose(s->config.level, &best, err);
    if (status != AEVB_OK)
        return status;
    if (best == AEVB_LEVEL_REF)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "AEVB_LEVEL=ref: the reference is what the fast engine is compared "
                         "with, there is nothing else to measure");
    for (int level = (int)best; level >= 0; level--)
        if (level == (int)best || (s->config.level == AEVB_LEVEL_BEST && aevb_level_supported((aevb_level)level)))
            s->levels[s->n_levels++] = (aevb_level)level;
    return AEVB_OK;
}

aevb_status aevb_bench_run(const aevb_bench_config *config,
                           void (*report)(void *user, const aevb_bench_result *result), void *user, aevb_error *err)
{
    aevb_bench_session s = {.config = *config, .report = report, .user = user};
    aevb_status status = check(config, err);
    if (status == AEVB_OK)
        status = choose_levels(&s, err);
    if (status == AEVB_OK)
        status = check_name(&s, err);
    if (s.config.threads == 0)
        s.config.threads = aevb_threads_available();
    for (int t = 0; t < 2 && status == AEVB_OK; t++) {
        s.workers[t] = aevb_workers_create(t == 0 ? 1 : s.config.threads);
        if (s.workers[t] == NULL)
            status = aevb_fail_memory(err);
    }
    if (status == AEVB_OK) {
        s.n_thread_counts = aevb_workers_count(s.workers[1]) > 1 ? 2 : 1;
        status = measure_all(&s, err);
    }
    for (int t = 0; t < 2; t++)
        aevb_workers_free(s.workers[t]);
    return status;
}
