/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checking the settings of a run. */
#ifndef AEVB_TRAIN_CONFIG_H
#define AEVB_TRAIN_CONFIG_H

#include "aevb/train.h"

/* EINVAL (or what aevb_arch_check says) names the first setting that is out of range. */
aevb_status aevb_train_config_check(const aevb_train_config *config, aevb_error *err);

#endif
