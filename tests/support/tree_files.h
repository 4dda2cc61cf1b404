/* SPDX-License-Identifier: GPL-3.0-or-later
 * Trees of files as a directory or an archive of the temporary directory; data rows in the order of the source. */
#ifndef TREE_FILES_H
#define TREE_FILES_H

#include <stddef.h>
#include "aevb/data.h"

typedef enum tree_kind { TREE_DIRECTORY, TREE_TAR, TREE_TGZ, TREE_ZIP, TREE_KINDS } tree_kind;

typedef struct tree_file {
    const char *name; /* with '/' */
    const void *bytes;
    size_t n;
} tree_file;

/* Writes the files, in their order, below temp_path(name); returns that path, good until the next call. */
const char *tree_write(tree_kind kind, const char *name, const tree_file *files, size_t n);

/* Row k of the source that was split by `seed` [DATA.4]: its part and the row there. */
const aevb_dataset *source_row(const aevb_data *data, uint64_t seed, size_t k, size_t *row);

#endif
