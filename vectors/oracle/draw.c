/* SPDX-License-Identifier: GPL-3.0-or-later
 * Deterministic inputs, from the counter-based splitmix64. */
#include "draw.h"

#include <math.h>
#include <stdint.h>

#include "oracle.h"

static uint64_t state;
const char *const draw_name[4] = {"coarse numbers", "24-bit numbers", "53-bit numbers, float64 only",
    "numbers of very different size"};

static uint64_t bits(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

void draw_from(const char *name)
{
    state = 14695981039346656037u;
    for (; *name != '\0'; name++)
        state = (state ^ (unsigned char)*name) * 1099511628211u;
}

unsigned draw_below(unsigned n)
{
    return (unsigned)((bits() >> 32) * n >> 32);
}

double draw_unit(void)
{
    return (double)draw_below(4096) / 4096;
}

/* Sum of four uniforms on a grid of 2^-10, of variance 1: exact in every arithmetic. */
static double bell(void)
{
    int sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (int)draw_below(1774) - 887;
    return sum / 1024.0;
}

double draw_one(draw_kind kind, double scale)
{
    switch (kind) {
    case DRAW_COARSE:
        return nearbyint(bell() * scale * 1024) / 1024;
    case DRAW_FINE:
        return (float)((bell() + (double)(bits() >> 40) * 0x1p-34) * scale);
    case DRAW_FULL:
        return (bell() + (double)(bits() >> 11) * 0x1p-63) * scale;
    case DRAW_WIDE:
        return (float)(ldexp(bell(), (int)draw_below(25) - 12) * scale);
    }
    return 0;
}

void draw(const char *input, draw_kind kind, double scale)
{
    double *data = oracle_fill(input);
    for (size_t i = 0; i < oracle_size(input); i++)
        data[i] = draw_one(kind, scale);
}

void draw_bits(const char *input)
{
    double *data = oracle_fill(input);
    for (size_t i = 0; i < oracle_size(input); i++)
        data[i] = draw_below(2);
}

void draw_one_hot(const char *input, size_t C)
{
    double *data = oracle_fill(input);
    for (size_t p = 0; p < oracle_size(input); p += C) {
        size_t chosen = draw_below((unsigned)C);
        for (size_t c = 0; c < C; c++)
            data[p + c] = c == chosen;
    }
}

void draw_grey(const char *input)
{
    double *data = oracle_fill(input);
    for (size_t i = 0; i < oracle_size(input); i++)
        data[i] = draw_below(257) / 256.0;
}

void draw_indices(const char *input, unsigned n)
{
    double *data = oracle_fill(input);
    for (size_t i = 0; i < oracle_size(input); i++)
        data[i] = draw_below(n);
}

void draw_all(const char *input, double value)
{
    double *data = oracle_fill(input);
    for (size_t i = 0; i < oracle_size(input); i++)
        data[i] = value;
}
