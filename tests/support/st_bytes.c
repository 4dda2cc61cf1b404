/* SPDX-License-Identifier: GPL-3.0-or-later
 * Puts a safetensors file together from its three parts. */
#include "config.h"
#include "st_bytes.h"

#include <stdlib.h>
#include <string.h>

#include "temp_files.h"

void st_write(const char *path, const unsigned long long *length, const char *header, size_t header_bytes,
              const void *data, size_t data_bytes)
{
    unsigned long long n = length != NULL ? *length : header_bytes;
    unsigned char *bytes = calloc(1, 8 + header_bytes + data_bytes);
    if (bytes == NULL)
        abort();
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(n >> 8 * i & 0xff);
    if (header_bytes > 0)
        memcpy(bytes + 8, header, header_bytes);
    if (data != NULL)
        memcpy(bytes + 8 + header_bytes, data, data_bytes);
    temp_write(path, bytes, 8 + header_bytes + data_bytes);
    free(bytes);
}
