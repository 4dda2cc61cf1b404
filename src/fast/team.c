/* SPDX-License-Identifier: GPL-3.0-or-later
 * Teams of threads, by OpenMP where the build has it. */
#include "config.h"
#include "fast/engine_fast.h"

#ifdef _OPENMP
# include <omp.h>
#endif

void aevb_team_barrier(const aevb_team *team)
{
#ifdef _OPENMP
    if (team->n > 1) {
# pragma omp barrier
    }
#else
    (void)team;
#endif
}

void aevb_team_run(int n, void (*body)(void *context, const aevb_team *team), void *context)
{
#ifdef _OPENMP
    if (n > 1) {
# pragma omp parallel num_threads(n)
        {
            const aevb_team team = { (size_t)omp_get_thread_num(), (size_t)omp_get_num_threads() };
            body(context, &team);
        }
        return;
    }
#endif
    const aevb_team alone = { 0, 1 };
    body(context, &alone);
}
