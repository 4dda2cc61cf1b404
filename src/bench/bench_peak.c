/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the machine can do: chains of multiply-adds that never leave the registers, enough of them to hide the
 * latency, and passes over memory that no cache holds. */
#include "config.h"
#include "bench/bench_peak.h"

#include <stdint.h>
#include <string.h>

#include "fast/engine_fast.h"
#if defined __x86_64__
# include <immintrin.h>
#elif defined __aarch64__
# include <arm_neon.h>
#endif

enum { ROUNDS = 20000 };

#if defined __x86_64__
# define REGISTER "x"
#elif defined __aarch64__
# define REGISTER "w"
#else
# define REGISTER "m"
#endif

/* x <- x / 2 + 1 tends to 2, so no value is denormal or infinite. The operations of a call are its result. */
#define BURST(name, attribute, type, real, chains, fma) \
    attribute static double name(void) \
    { \
        enum { LANES = sizeof(type) / sizeof(real) }; \
        const type half = (real)0.5 - (type){0}, one = (real)1.0 - (type){0}; \
        type x[chains]; \
        for (int i = 0; i < chains; i++) \
            x[i] = (real)i - (type){0}; \
        for (int r = 0; r < ROUNDS; r++) { \
            _Pragma("GCC unroll 32") for (int i = 0; i < chains; i++) \
                x[i] = fma(x[i], half, one); \
        } \
        for (int i = 0; i < chains; i++) \
            __asm__ __volatile__("" : : REGISTER(x[i])); \
        return 2.0 * ROUNDS * chains * LANES; \
    }

typedef float plain_f32 __attribute__((vector_size(16)));
typedef double plain_f64 __attribute__((vector_size(16)));
#define PRODUCT_AND_SUM(a, b, c) ((a) * (b) + (c))
#define NO_ATTRIBUTE __attribute__((noinline))
BURST(burst_portable_f32, NO_ATTRIBUTE, plain_f32, float, 12, PRODUCT_AND_SUM)
BURST(burst_portable_f64, NO_ATTRIBUTE, plain_f64, double, 12, PRODUCT_AND_SUM)
#if defined AEVB_HAVE_AVX2
# define FOR_AVX2 __attribute__((noinline, target("avx2,fma")))
BURST(burst_avx2_f32, FOR_AVX2, __m256, float, 12, _mm256_fmadd_ps)
BURST(burst_avx2_f64, FOR_AVX2, __m256d, double, 12, _mm256_fmadd_pd)
#endif
#if defined AEVB_HAVE_AVX512
# define FOR_AVX512 __attribute__((noinline, target("avx512f")))
BURST(burst_avx512_f32, FOR_AVX512, __m512, float, 24, _mm512_fmadd_ps)
BURST(burst_avx512_f64, FOR_AVX512, __m512d, double, 24, _mm512_fmadd_pd)
#endif
#if defined AEVB_HAVE_NEON
# define NEON_FMA_F32(a, b, c) vfmaq_f32(c, a, b)
# define NEON_FMA_F64(a, b, c) vfmaq_f64(c, a, b)
BURST(burst_neon_f32, NO_ATTRIBUTE, float32x4_t, float, 24, NEON_FMA_F32)
BURST(burst_neon_f64, NO_ATTRIBUTE, float64x2_t, double, 24, NEON_FMA_F64)
#endif

static double (*const bursts[AEVB_LEVEL_COUNT][2])(void) = {
    [AEVB_LEVEL_PORTABLE] = {burst_portable_f64, burst_portable_f32},
#if defined AEVB_HAVE_AVX2
    [AEVB_LEVEL_AVX2] = {burst_avx2_f64, burst_avx2_f32},
#endif
#if defined AEVB_HAVE_AVX512
    [AEVB_LEVEL_AVX512] = {burst_avx512_f64, burst_avx512_f32},
#endif
#if defined AEVB_HAVE_NEON
    [AEVB_LEVEL_NEON] = {burst_neon_f64, burst_neon_f32},
#endif
};

static void fma_body(void *context, const aevb_team *team)
{
    aevb_bench_fma *job = context;
    const double flops = bursts[job->level][job->precision == AEVB_F32]();
    if (team->id == 0)
        job->flops = flops * (double)team->n;
}

void aevb_bench_fma_work(void *context)
{
    aevb_bench_fma *job = context;
    aevb_team_run(job->workers, fma_body, job);
}

static void meet_body(void *context, const aevb_team *team)
{
    (void)context;
    for (int i = 0; i < AEVB_BENCH_MEETINGS; i++)
        aevb_team_barrier(team);
}

void aevb_bench_meet_work(void *workers)
{
    aevb_team_run(workers, meet_body, NULL);
}

/* Several sums, so that the loads and not the additions are what is waited for. */
static void read_all(const unsigned char *bytes, size_t n)
{
    typedef uint64_t wide __attribute__((vector_size(16)));
    wide sum[8] = {{0}};
    for (size_t i = 0; i + sizeof sum <= n; i += sizeof sum) {
        _Pragma("GCC unroll 8") for (size_t j = 0; j < 8; j++) {
            wide part;
            memcpy(&part, bytes + i + j * sizeof part, sizeof part);
            sum[j] ^= part;
        }
    }
    __asm__ __volatile__("" : : "m"(sum));
}

static void memory_body(void *context, const aevb_team *team)
{
    const aevb_bench_memory *job = context;
    const size_t half = job->n / 2;
    const aevb_share all = aevb_team_share(team, job->copy ? half : job->n);
    if (job->copy)
        memcpy(job->bytes + half + all.first, job->bytes + all.first, all.end - all.first);
    else
        read_all(job->bytes + all.first, all.end - all.first);
}

void aevb_bench_memory_work(void *context)
{
    aevb_bench_memory *job = context;
    aevb_team_run(job->workers, memory_body, job);
}
