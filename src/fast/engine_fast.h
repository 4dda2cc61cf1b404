/* SPDX-License-Identifier: GPL-3.0-or-later
 * What both precisions of the fast engine share: their constructors, and teams of threads. */
#ifndef AEVB_ENGINE_FAST_H
#define AEVB_ENGINE_FAST_H

#include "engine.h"

/* As aevb_fast_engine_create, with level and threads of config resolved. */
aevb_status aevb_fast_engine_create_f32(const aevb_engine_config *config, const aevb_arch *arch,
                                        const aevb_layout *layout, aevb_engine **out, aevb_error *err);
aevb_status aevb_fast_engine_create_f64(const aevb_engine_config *config, const aevb_arch *arch,
                                        const aevb_layout *layout, aevb_engine **out, aevb_error *err);

/* A thread and how many there are; every thread of a team runs the same function with its own id. */
typedef struct aevb_team {
    size_t id, n;
} aevb_team;

/* Ends a stage: no thread goes on before all have come. Also where no team was made (n = 1). */
void aevb_team_barrier(const aevb_team *team);

/* Calls body(context, team) in n threads, or fewer if the system gives fewer. */
void aevb_team_run(int n, void (*body)(void *context, const aevb_team *team), void *context);

/* A thread's part of [0, n): first, and one past the last. */
typedef struct aevb_share {
    size_t first, end;
} aevb_share;
static inline aevb_share aevb_team_share(const aevb_team *team, size_t n)
{
    return (aevb_share){ n * team->id / team->n, n * (team->id + 1) / team->n };
}

#endif
