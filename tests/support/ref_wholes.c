/* SPDX-License-Identifier: GPL-3.0-or-later
 * Objectives, random numbers, models and optimisers of the reference. */
#include "ref_port.h"

const ref_function ref_wholes[] = {{0}};
