/* SPDX-License-Identifier: GPL-3.0-or-later
 * Little-endian bytes to numbers and back by shifts, so that the machine's own byte order does not matter. */
#include "config.h"
#include "format/le_bytes.h"

#include <math.h>
#include <string.h>

uint16_t aevb_get_u16(const unsigned char bytes[2])
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint32_t aevb_get_u32(const unsigned char bytes[4])
{
    return aevb_get_u16(bytes) | (uint32_t)aevb_get_u16(bytes + 2) << 16;
}

uint64_t aevb_get_u64(const unsigned char bytes[8])
{
    return aevb_get_u32(bytes) | (uint64_t)aevb_get_u32(bytes + 4) << 32;
}

void aevb_put_u16(unsigned char bytes[2], uint16_t value)
{
    bytes[0] = (unsigned char)(value & 0xff);
    bytes[1] = (unsigned char)(value >> 8);
}

void aevb_put_u32(unsigned char bytes[4], uint32_t value)
{
    aevb_put_u16(bytes, (uint16_t)(value & 0xffff));
    aevb_put_u16(bytes + 2, (uint16_t)(value >> 16));
}

void aevb_put_u64(unsigned char bytes[8], uint64_t value)
{
    aevb_put_u32(bytes, (uint32_t)(value & 0xffffffff));
    aevb_put_u32(bytes + 4, (uint32_t)(value >> 32));
}

double aevb_get_f16(const unsigned char bytes[2])
{
    uint16_t bits = aevb_get_u16(bytes);
    int exponent = bits >> 10 & 0x1f, mantissa = bits & 0x3ff;
    double value;
    if (exponent == 0x1f)
        value = mantissa == 0 ? (double)INFINITY : (double)NAN;
    else if (exponent == 0)
        value = ldexp(mantissa, -24);
    else
        value = ldexp(mantissa + 0x400, exponent - 25);
    return bits & 0x8000 ? -value : value;
}

double aevb_get_bf16(const unsigned char bytes[2])
{
    const unsigned char widened[4] = {0, 0, bytes[0], bytes[1]}; /* the upper half of a float32 */
    return aevb_get_f32(widened);
}

double aevb_get_f32(const unsigned char bytes[4])
{
    uint32_t bits = aevb_get_u32(bytes);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

double aevb_get_f64(const unsigned char bytes[8])
{
    uint64_t bits = aevb_get_u64(bytes);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

void aevb_put_f32(unsigned char bytes[4], float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    aevb_put_u32(bytes, bits);
}

void aevb_put_f64(unsigned char bytes[8], double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    aevb_put_u64(bytes, bits);
}
