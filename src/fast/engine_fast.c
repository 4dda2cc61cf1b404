/* SPDX-License-Identifier: GPL-3.0-or-later
 * Choosing level, threads and precision of a fast engine. */
#include "config.h"
#include "fast/engine_fast.h"
#include "aevb/level.h"
#include "error.h"

aevb_status aevb_fast_engine_create(const aevb_engine_config *config, const aevb_arch *arch,
                                    const aevb_layout *layout, aevb_engine **out, aevb_error *err)
{
    aevb_level level;
    aevb_status status = aevb_level_choose(config->level, &level, err);
    if (status != AEVB_OK) {
        return status;
    }
    if (config->threads < 0) {
        return aevb_fail(err, AEVB_EINVAL, "%d threads", config->threads);
    }
    aevb_engine_config used = *config;
    if (level == AEVB_LEVEL_REF) { /* AEVB_LEVEL wants the judge in our place */
        used.kind = AEVB_ENGINE_REF;
        used.precision = AEVB_F64;
        return aevb_ref_engine_create(&used, arch, layout, out, err);
    }
    used.level = (int)level;
    used.threads = config->threads == 0 ? aevb_threads_available() : config->threads;
    return used.precision == AEVB_F32 ? aevb_fast_engine_create_f32(&used, arch, layout, out, err)
                                      : aevb_fast_engine_create_f64(&used, arch, layout, out, err);
}
