/* SPDX-License-Identifier: GPL-3.0-or-later
 * Safetensors files put together by hand, independent of our writer. */
#ifndef ST_BYTES_H
#define ST_BYTES_H

#include <stddef.h>

/* Writes length (or the header's own when length is NULL), header and data bytes; data NULL: zeros. */
void st_write(const char *path, const unsigned long long *length, const char *header, size_t header_bytes,
              const void *data, size_t data_bytes);

#endif
