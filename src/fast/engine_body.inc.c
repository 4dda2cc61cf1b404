/* SPDX-License-Identifier: GPL-3.0-or-later
 * One precision of the fast engine: all its parts, its table and its constructor. */
#include "aevb/data.h"
#include "error.h"
#include "fast/engine_real.h"
#include "fp_rules.h"
#include "ref/ref.h"

#include <math.h>
#include <string.h>

#include "fast/engine_arena.inc.c"
#include "fast/engine_layout.inc.c"
#include "fast/engine_layers.inc.c"
#include "fast/engine_stacks.inc.c"
#include "fast/engine_batch.inc.c"
#include "fast/engine_model.inc.c"
#include "fast/engine_calls.inc.c"

static void fast_free(aevb_engine *engine)
{
    fast_engine *e = (fast_engine *)engine;
    aevb_free(e->state[0]);
    aevb_free(e->state[1]);
    aevb_free(e->block);
    aevb_workers_free(e->workers);
    aevb_free(e);
}

static const aevb_engine_ops fast_ops = {
    .free = fast_free, .set_params = fast_set_params, .get_params = fast_get_params, .set_x = fast_set_x,
    .gather = fast_gather, .domain = fast_domain, .set_eps = fast_set_eps, .draw_eps = fast_draw_eps,
    .forward = fast_forward, .gradient = fast_gradient, .set_optim = fast_set_optim, .step = fast_step,
    .get_state = fast_get_state, .set_state = fast_set_state, .encode = fast_encode, .decode = fast_decode,
};

aevb_status BITS(aevb_fast_engine_create)(const aevb_engine_config *config, const aevb_arch *arch,
                                          const aevb_layout *layout, aevb_engine **out, aevb_error *err)
{
    const aevb_level level = (aevb_level)config->level;
    fast_engine *e = aevb_alloc(1, sizeof *e);
    if (e == NULL) {
        return aevb_fail_memory(err);
    }
    e->base = (aevb_engine){ .ops = &fast_ops, .used = *config, .arch = *arch, .layout = *layout };
    e->kern = KERNELS(level);
    e->draw = aevb_kern_draw_table(level);
    e->P = e->kern->gemm_panel();
    make_stacks(e);
    e->rows = decoder_rows(e);
    arena counting = { 0 };
    lay_out(e, &counting);
    e->block = aevb_alloc(counting.used, sizeof *e->block);
    e->workers = aevb_workers_create(config->threads);
    if (e->block == NULL || e->workers == NULL) {
        fast_free(&e->base);
        return aevb_fail_memory(err);
    }
    e->base.used.threads = aevb_workers_count(e->workers);
    lay_out(e, &(arena){ .block = e->block });
    for (size_t r = 0; r < e->rows; r++) {
        e->ones[r] = 1.0;
    }
    *out = &e->base;
    return AEVB_OK;
}
