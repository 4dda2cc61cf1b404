/* SPDX-License-Identifier: GPL-3.0-or-later
 * libaevb: the reference implementation of Auto-Encoding Variational Bayes. All public headers. */
#ifndef AEVB_AEVB_H
#define AEVB_AEVB_H

#include "aevb/bench.h"
#include "aevb/conform.h"
#include "aevb/data.h"
#include "aevb/engine.h"
#include "aevb/format.h"
#include "aevb/infer.h"
#include "aevb/level.h"
#include "aevb/limits.h"
#include "aevb/model.h"
#include "aevb/objective.h"
#include "aevb/optim.h"
#include "aevb/report.h"
#include "aevb/rng.h"
#include "aevb/status.h"
#include "aevb/train.h"

#endif
