/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writing a whole file so that a crash at any time leaves the old file or the new one, never a part. */
#ifndef AEVB_ATOMIC_FILE_H
#define AEVB_ATOMIC_FILE_H

#include <stddef.h>
#include <stdio.h>
#include "aevb/status.h"

typedef struct aevb_atomic aevb_atomic;

/* Starts a file in the same directory: without a name until it is complete, where the system has such files, else as
 * ".aevb-*.tmp", which a process that is killed leaves behind. Permissions follow the umask. Of a symbolic link it is
 * the target that is replaced, or made. An existing path that is not a regular file is refused. Every status but
 * AEVB_OK leaves the old file alone. */
aevb_status aevb_atomic_open(const char *path, aevb_atomic **out, aevb_error *err);

/* Appends bytes. After a failure only aevb_atomic_discard may follow. */
aevb_status aevb_atomic_write(aevb_atomic *file, const void *data, size_t n, aevb_error *err);

/* The same file as a stream for fprintf, libpng and the like; its errors are reported by aevb_atomic_commit. */
FILE *aevb_atomic_file(aevb_atomic *file);

/* Syncs, renames onto the path, syncs the directory; between aevb_files_hold and aevb_files_release the latter has all
 * but the first to do. Frees file in any case; on failure the temporary is removed. */
aevb_status aevb_atomic_commit(aevb_atomic *file, aevb_error *err);

/* Gives up: removes the temporary and frees file. NULL is fine. */
void aevb_atomic_discard(aevb_atomic *file);

#endif
