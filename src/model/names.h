/* SPDX-License-Identifier: GPL-3.0-or-later
 * Spelling of enumerators: looks a name up in a table whose index is the enumerator. */
#ifndef AEVB_NAMES_H
#define AEVB_NAMES_H

#include <stddef.h>
#include <string.h>

/* The index of name in table[n], or -1. */
static inline int aevb_name_find(const char *const *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (name != NULL && strcmp(table[i], name) == 0)
            return (int)i;
    return -1;
}

/* The name of index i, or NULL. */
static inline const char *aevb_name_at(const char *const *table, size_t n, int i)
{
    return i >= 0 && (size_t)i < n ? table[i] : NULL;
}

#define AEVB_COUNT(array) (sizeof(array) / sizeof(array)[0])

#endif
