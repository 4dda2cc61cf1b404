/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkpoint.safetensors: everything from which a run continues as if it had never stopped. */
#ifndef AEVB_CHECKPOINT_H
#define AEVB_CHECKPOINT_H

#include "train/run.h"

/* run->params holds the parameters and states of the engine, t its steps. */
aevb_status aevb_checkpoint_write(const aevb_run *run, uint64_t t, aevb_error *err);

/* Reads it into a run that aevb_run_start has made, engine included. EFORMAT for anything but a checkpoint of such a
 * run; EINVAL when the data are others or config->epochs are done already. */
aevb_status aevb_checkpoint_read(aevb_run *run, aevb_error *err);

#endif
