/* SPDX-License-Identifier: GPL-3.0-or-later
 * What `aevb train` shows while it works: a bar on a terminal, one line per epoch anywhere. */
#ifndef AEVB_CLI_PROGRESS_H
#define AEVB_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include "aevb/train.h"

typedef struct aevb_cli_progress {
    bool json;       /* lines of JSON instead of the table */
    bool bar;        /* stderr is a terminal */
    bool headed;     /* the heading of the table is printed */
    uint64_t epochs; /* of the run, for the time that is left */
    double drawn;    /* when the bar was last drawn, seconds */
} aevb_cli_progress;

aevb_cli_progress aevb_cli_progress_start(uint64_t epochs, bool json);
/* Hooks of aevb_train; user is an aevb_cli_progress. */
void aevb_cli_progress_batch(void *user, const aevb_epoch *so_far);
void aevb_cli_progress_epoch(void *user, const aevb_epoch *done);
/* Removes the bar, before anything else is printed. */
void aevb_cli_progress_clear(const aevb_cli_progress *progress);

#endif
