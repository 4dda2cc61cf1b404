/* SPDX-License-Identifier: GPL-3.0-or-later
 * Numbers as the little-endian bytes of a file, on any machine. */
#ifndef AEVB_LE_BYTES_H
#define AEVB_LE_BYTES_H

#include <stdint.h>

uint16_t aevb_get_u16(const unsigned char bytes[2]);
uint32_t aevb_get_u32(const unsigned char bytes[4]);
uint64_t aevb_get_u64(const unsigned char bytes[8]);
void aevb_put_u16(unsigned char bytes[2], uint16_t value);
void aevb_put_u32(unsigned char bytes[4], uint32_t value);
void aevb_put_u64(unsigned char bytes[8], uint64_t value);

/* Every one of these is exact. */
double aevb_get_f16(const unsigned char bytes[2]);
double aevb_get_bf16(const unsigned char bytes[2]);
double aevb_get_f32(const unsigned char bytes[4]);
double aevb_get_f64(const unsigned char bytes[8]);
void aevb_put_f32(unsigned char bytes[4], float value);
void aevb_put_f64(unsigned char bytes[8], double value);

#endif
