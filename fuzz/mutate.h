/* SPDX-License-Identifier: GPL-3.0-or-later
 * What structure-aware mutators share. */
#ifndef AEVB_FUZZ_MUTATE_H
#define AEVB_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* The fuzzer's own mutation; absent from engines other than libFuzzer, which then get their input unchanged. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t room);
/* The hook that the engine calls instead of its own. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t room, unsigned seed);

static inline size_t mutate_plainly(uint8_t *data, size_t n, size_t room)
{
    return LLVMFuzzerMutate == NULL ? n : LLVMFuzzerMutate(data, n, room);
}

/* The next of a sequence of numbers. */
static inline unsigned mutate_next(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Numbers of n little-endian bytes, n <= 8. */
static inline uint64_t mutate_get(const uint8_t *at, size_t n)
{
    uint64_t value = 0;
    for (size_t i = n; i-- > 0;)
        value = value << 8 | at[i];
    return value;
}

static inline void mutate_put(uint8_t *at, size_t n, uint64_t value)
{
    for (size_t i = 0; i < n; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

#endif
