/* SPDX-License-Identifier: GPL-3.0-or-later
 * The only CPU detection of the library. The compiler's runtime also asks the system whether it saves the
 * registers of a level (XCR0), which is why it is used instead of CPUID by hand. */
#include "aevb/level.h"

#include <stdlib.h>
#include <string.h>
#include "error.h"
#include "fast/kern.h"

static const struct { aevb_level level; const char *name; const char *needs; } levels[] = {
    { AEVB_LEVEL_REF, "ref", "" },
    { AEVB_LEVEL_PORTABLE, "portable", "" },
    { AEVB_LEVEL_AVX2, "avx2", "AVX2 and FMA" },
    { AEVB_LEVEL_AVX512, "avx512", "AVX-512 F, DQ, BW and VL" },
    { AEVB_LEVEL_NEON, "neon", "Advanced SIMD of aarch64" },
};
enum { N_LEVELS = sizeof levels / sizeof *levels };

static int find(int level)
{
    for (int i = 0; i < N_LEVELS; i++) {
        if ((int)levels[i].level == level) {
            return i;
        }
    }
    return -1;
}

static int cpu_has(aevb_level level)
{
    switch (level) {
    case AEVB_LEVEL_REF:
    case AEVB_LEVEL_PORTABLE:
        return 1;
#if defined(__x86_64__) || defined(__i386__)
    case AEVB_LEVEL_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case AEVB_LEVEL_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
            && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")
            && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case AEVB_LEVEL_NEON:
        return 0;
#elif defined(__aarch64__)
    case AEVB_LEVEL_NEON:
        return 1; /* part of the base architecture */
    case AEVB_LEVEL_AVX2:
    case AEVB_LEVEL_AVX512:
        return 0;
#else
    case AEVB_LEVEL_AVX2:
    case AEVB_LEVEL_AVX512:
    case AEVB_LEVEL_NEON:
        return 0;
#endif
    }
    return 0;
}

static int is_built(aevb_level level)
{
    return level == AEVB_LEVEL_REF || aevb_kern_f64_table(level) != NULL;
}

const char *aevb_level_name(aevb_level level)
{
    int i = find((int)level);
    return i < 0 ? "unknown level" : levels[i].name;
}

aevb_status aevb_level_parse(const char *name, aevb_level *out)
{
    for (int i = 0; name != NULL && i < N_LEVELS; i++) {
        if (strcmp(name, levels[i].name) == 0) {
            *out = levels[i].level;
            return AEVB_OK;
        }
    }
    return AEVB_EINVAL;
}

int aevb_level_supported(aevb_level level)
{
    return is_built(level) && cpu_has(level);
}

aevb_level aevb_level_best(void)
{
    int level = AEVB_LEVEL_COUNT - 1;
    while (level > 0 && !aevb_level_supported((aevb_level)level)) {
        level--;
    }
    return (aevb_level)level;
}

/* origin is put before the message: "" or "AEVB_LEVEL: ". */
static aevb_status check_supported(aevb_level level, const char *origin, aevb_error *err)
{
    if (!cpu_has(level)) {
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%slevel %s: this CPU lacks %s", origin, aevb_level_name(level),
                         levels[find((int)level)].needs);
    }
    if (!is_built(level)) {
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%slevel %s: left out of this build (see configure --with-levels)",
                         origin, aevb_level_name(level));
    }
    return AEVB_OK;
}

aevb_status aevb_level_choose(int wanted, aevb_level *out, aevb_error *err)
{
    aevb_level cap = aevb_level_best();
    const char *env = getenv("AEVB_LEVEL");
    if (env != NULL && *env != '\0') {
        if (aevb_level_parse(env, &cap) != AEVB_OK) {
            return aevb_fail(err, AEVB_EINVAL, "AEVB_LEVEL: '%s' is none of ref, portable, avx2, avx512, neon", env);
        }
        aevb_status status = check_supported(cap, "AEVB_LEVEL: ", err);
        if (status != AEVB_OK) {
            return status;
        }
    }
    if (wanted != AEVB_LEVEL_BEST) {
        if (find(wanted) < 0) {
            return aevb_fail(err, AEVB_EINVAL, "%d is not a level", wanted);
        }
        aevb_status status = check_supported((aevb_level)wanted, "", err);
        if (status != AEVB_OK) {
            return status;
        }
    }
    *out = wanted == AEVB_LEVEL_BEST || wanted > (int)cap ? cap : (aevb_level)wanted;
    return AEVB_OK;
}
