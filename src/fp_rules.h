/* SPDX-License-Identifier: GPL-3.0-or-later
 * Refuses compiler modes that break IEEE arithmetic. What sets no macro is caught by tests/test_fp_canary.c. */
#ifndef AEVB_FP_RULES_H
#define AEVB_FP_RULES_H

#ifdef __FAST_MATH__
# error "libaevb must not be built with -ffast-math (or -Ofast): results would be wrong"
#endif

#endif
