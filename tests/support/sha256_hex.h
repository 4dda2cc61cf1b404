/* SPDX-License-Identifier: GPL-3.0-or-later
 * SHA-256 of some bytes as text. */
#ifndef AEVB_SHA256_HEX_H
#define AEVB_SHA256_HEX_H

#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

static inline void sha256_hex(const uint8_t *bytes, size_t n, char text[65])
{
    struct sha256_ctx sha;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&sha);
    sha256_update(&sha, n, bytes);
    sha256_digest(&sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

#endif
