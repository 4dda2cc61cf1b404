/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files for tests: a directory of their own, removed at exit of the process that made it. */
#ifndef TEMP_FILES_H
#define TEMP_FILES_H

#include <stddef.h>

const char *temp_dir(void);
const char *temp_path(const char *name); /* name in that directory; good until the next eight calls */
void temp_write(const char *path, const void *bytes, size_t n);
unsigned char *temp_read(const char *path, size_t *n); /* whole file, malloc'ed */
void temp_clear(void); /* removes the files in the directory */
size_t temp_count(void); /* entries of the directory, hidden ones too */

#endif
