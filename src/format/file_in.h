/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a stranger's bytes: of a regular file, bounded and told when it changes underneath, or in memory. */
#ifndef AEVB_FILE_IN_H
#define AEVB_FILE_IN_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/status.h"

typedef struct aevb_file_in aevb_file_in;

/* Opens a regular file. Directories, FIFOs, sockets and devices are refused (AEVB_EIO), and never waited for. */
aevb_status aevb_file_in_open(const char *path, aevb_file_in **out, aevb_error *err);
/* The same over n bytes in memory, which stay the caller's and outlive it; name stands for the path in messages. */
aevb_status aevb_file_in_memory(const char *name, const void *bytes, size_t n, aevb_file_in **out, aevb_error *err);
void aevb_file_in_close(aevb_file_in *file); /* NULL is fine */

const char *aevb_file_in_path(const aevb_file_in *file);
uint64_t aevb_file_in_size(const aevb_file_in *file); /* when it was opened */

/* Exactly n bytes from offset, or AEVB_EIO (also when the file has become too short) with out in an unknown state. */
aevb_status aevb_file_in_read(const aevb_file_in *file, uint64_t offset, size_t n, void *out, aevb_error *err);

/* AEVB_EIO when size or time of change differ from those at opening. */
aevb_status aevb_file_in_unchanged(const aevb_file_in *file, aevb_error *err);

/* All of the file as it was when it was opened, to be freed with aevb_free. The caller has checked its size. */
aevb_status aevb_file_in_all(const aevb_file_in *file, void **bytes, aevb_error *err);

#endif
