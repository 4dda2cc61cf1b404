/* SPDX-License-Identifier: GPL-3.0-or-later
 * metrics.csv: one line per finished epoch. */
#ifndef AEVB_METRICS_H
#define AEVB_METRICS_H

#include "aevb/train.h"

/* Writes the whole file, so that it always agrees with the checkpoint that follows. */
aevb_status aevb_metrics_write(const char *path, const aevb_epoch *history, uint64_t n, aevb_error *err);

#endif
