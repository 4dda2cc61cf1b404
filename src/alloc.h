/* SPDX-License-Identifier: GPL-3.0-or-later
 * The only way this library allocates. */
#ifndef AEVB_ALLOC_H
#define AEVB_ALLOC_H

#include <stddef.h>

/* count * size bytes set to zero, aligned to 64; NULL when the product overflows or memory is out. Zero elements
 * give a pointer that can be freed. */
void *aevb_alloc(size_t count, size_t size);
/* As realloc, from aevb_alloc'ed memory of old_count elements; new elements are zero. The old block stays on failure. */
void *aevb_grow(void *block, size_t old_count, size_t new_count, size_t size);
/* The same text in memory of its own, or NULL. */
char *aevb_copy_text(const char *text);
void aevb_free(void *block);

/* Tests and fuzzing: the n-th allocation from now (1 = the next) and all after it fail; 0 switches it off. Whether one
 * has failed since it was switched on. */
int aevb_alloc_fail_after(size_t n);
/* Tests and fuzzing: blocks that are allocated and not freed. */
size_t aevb_alloc_live(void);

#endif
