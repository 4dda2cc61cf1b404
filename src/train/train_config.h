/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checking the settings of a run. */
#ifndef AEVB_TRAIN_CONFIG_H
#define AEVB_TRAIN_CONFIG_H

#include "aevb/train.h"

/* EINVAL (or what aevb_arch_check says) names the first setting that is out of range. */
aevb_status aevb_train_config_check(const aevb_train_config *config, aevb_error *err);

/* Names "ref", "fast"; "f64", "f32"; "glorot", "normal"; NULL for a number that is none. */
const char *aevb_engine_kind_name(aevb_engine_kind kind);
const char *aevb_precision_name(aevb_precision precision);
const char *aevb_init_name(aevb_init init);

#endif
