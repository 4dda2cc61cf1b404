/* SPDX-License-Identifier: GPL-3.0-or-later
 * The only malloc: overflow-checked, zeroed, aligned for any vector type, with a failure hook for tests. */
#include "config.h"
#include "alloc.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };
#define HAS_FAILED SIZE_MAX

/* 0: off. n > 0: n - 1 more allocations succeed. HAS_FAILED sticks, so every later one fails too. */
static atomic_size_t fail_countdown;
static atomic_size_t live;

size_t aevb_alloc_live(void)
{
    return atomic_load(&live);
}

int aevb_alloc_fail_after(size_t n)
{
    return atomic_exchange(&fail_countdown, n) == HAS_FAILED;
}

static int should_fail(void)
{
    size_t left = atomic_load(&fail_countdown);
    if (left > 0 && left != HAS_FAILED)
        atomic_store(&fail_countdown, left > 1 ? left - 1 : HAS_FAILED);
    return left == 1 || left == HAS_FAILED;
}

static size_t rounded_size(size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX - ALIGNMENT) / size)
        return 0;
    size_t bytes = count * size;
    return bytes == 0 ? ALIGNMENT : (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void *aevb_alloc(size_t count, size_t size)
{
    size_t bytes = rounded_size(count, size);
    if (bytes == 0 || should_fail())
        return NULL;
    void *block = NULL;
    if (posix_memalign(&block, bytes < HUGE_PAGE ? ALIGNMENT : HUGE_PAGE, bytes) != 0)
        return NULL;
#ifdef MADV_HUGEPAGE
    if (bytes >= HUGE_PAGE)
        madvise(block, bytes, MADV_HUGEPAGE); /* only a wish: fewer misses of the address translation */
#endif
    memset(block, 0, bytes);
    atomic_fetch_add(&live, 1);
    return block;
}

void *aevb_grow(void *block, size_t old_count, size_t new_count, size_t size)
{
    void *larger = aevb_alloc(new_count, size);
    if (larger == NULL)
        return NULL;
    if (block != NULL)
        memcpy(larger, block, (old_count < new_count ? old_count : new_count) * size);
    aevb_free(block);
    return larger;
}

char *aevb_copy_text(const char *text)
{
    char *copy = aevb_alloc(strlen(text) + 1, 1);
    return copy == NULL ? NULL : strcpy(copy, text);
}

void aevb_free(void *block)
{
    if (block != NULL)
        atomic_fetch_sub(&live, 1);
    free(block);
}
