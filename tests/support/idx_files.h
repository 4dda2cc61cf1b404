/* SPDX-License-Identifier: GPL-3.0-or-later
 * IDX files written into the temporary directory for the tests of the loaders. */
#ifndef AEVB_IDX_FILES_H
#define AEVB_IDX_FILES_H

#include <stddef.h>
#include <stdint.h>

/* The gzip stream of some bytes at a zlib level; the caller frees it with free(). */
unsigned char *gzip_make(const void *bytes, size_t n, int level, size_t *out_n);

/* An IDX file of unsigned bytes with sizes dim[0..ndim-1], plain or gzip. bytes NULL: element i is (i * 37 + 11) mod
 * 251. */
void idx_write(const char *name, size_t ndim, const uint32_t *dim, const uint8_t *bytes, int gzip);

#endif
