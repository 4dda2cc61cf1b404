/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a level to its tables; the only place that knows which levels were built. */
#include "config.h"
#include "fast/kern.h"

static const struct {
    const aevb_kern_f32 *f32;
    const aevb_kern_f64 *f64;
    const aevb_kern_draw *draw;
} tables[AEVB_LEVEL_COUNT] = {
    [AEVB_LEVEL_PORTABLE] = { &aevb_kern_portable_f32, &aevb_kern_portable_f64, &aevb_draw_portable },
#ifdef AEVB_HAVE_AVX2
    [AEVB_LEVEL_AVX2] = { &aevb_kern_avx2_f32, &aevb_kern_avx2_f64, &aevb_draw_avx2 },
#endif
#ifdef AEVB_HAVE_AVX512
    [AEVB_LEVEL_AVX512] = { &aevb_kern_avx512_f32, &aevb_kern_avx512_f64, &aevb_draw_avx512 },
#endif
#ifdef AEVB_HAVE_NEON
    [AEVB_LEVEL_NEON] = { &aevb_kern_neon_f32, &aevb_kern_neon_f64, &aevb_draw_neon },
#endif
};

static int known(aevb_level level)
{
    return (int)level >= 0 && (int)level < AEVB_LEVEL_COUNT;
}

const aevb_kern_f32 *aevb_kern_f32_table(aevb_level level)
{
    return known(level) ? tables[level].f32 : NULL;
}

const aevb_kern_f64 *aevb_kern_f64_table(aevb_level level)
{
    return known(level) ? tables[level].f64 : NULL;
}

const aevb_kern_draw *aevb_kern_draw_table(aevb_level level)
{
    return known(level) ? tables[level].draw : NULL;
}
