/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: buffers with guard bands. */
#include "checkkern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD = 64, GUARD_BYTE = 0xA5, FILL_BYTE = 0xFF }; /* FILL_BYTE makes NaNs: an element not written is seen */

void *must(void *block)
{
    if (block == NULL) {
        fputs("checkkern: out of memory\n", stderr);
        exit(99);
    }
    return block;
}

double *zeros(size_t n)
{
    return must(calloc(n + 1, sizeof(double)));
}

static buf *make(check *c, size_t n, size_t size)
{
    if (c->n_buffers == MAX_BUFFERS) {
        fputs("checkkern: MAX_BUFFERS is too small\n", stderr);
        exit(99);
    }
    buf *b = &c->buffers[c->n_buffers++];
    b->n = n;
    b->size = size;
    b->saved = NULL;
    b->at = GUARD + c->offset * size;
    b->block_bytes = b->at + n * size + GUARD;
    b->block = must(aligned_alloc(64, (b->block_bytes + 63) / 64 * 64));
    memset(b->block, GUARD_BYTE, b->block_bytes);
    memset(b->block + b->at, FILL_BYTE, n * size);
    b->p = b->block + b->at;
    b->v = zeros(n);
    return b;
}

static void set(buf *b, size_t i, double value)
{
    b->v[i] = value;
    if (b->size == sizeof(float)) {
        const float x = (float)value;
        memcpy((char *)b->p + i * b->size, &x, sizeof x);
    } else {
        memcpy((char *)b->p + i * b->size, &value, sizeof value);
    }
}

double at(const buf *b, size_t i)
{
    if (b->size == sizeof(float)) {
        float x;
        memcpy(&x, (const char *)b->p + i * b->size, sizeof x);
        return (double)x;
    }
    double x;
    memcpy(&x, (const char *)b->p + i * b->size, sizeof x);
    return x;
}

double *copy_values(const buf *b)
{
    double *copy = zeros(b->n);
    memcpy(copy, b->v, b->n * sizeof *copy);
    return copy;
}

static size_t real_size(const check *c)
{
    return c->bits == 32 ? sizeof(float) : sizeof(double);
}

buf *inout_any(check *c, size_t n)
{
    buf *b = make(c, n, real_size(c));
    for (size_t i = 0; i < n; i++) {
        set(b, i, value_any(c));
    }
    return b;
}

buf *inout_range(check *c, size_t n, double lo, double hi)
{
    buf *b = make(c, n, real_size(c));
    for (size_t i = 0; i < n; i++) {
        set(b, i, value_in(c, lo, hi));
    }
    return b;
}

/* From here on it must not change. */
static buf *as_input(buf *b)
{
    b->saved = must(malloc(b->n * b->size + 1));
    memcpy(b->saved, b->p, b->n * b->size);
    return b;
}

buf *inout_values(check *c, size_t n, const double *values)
{
    buf *b = make(c, n, real_size(c));
    for (size_t i = 0; i < n; i++) {
        set(b, i, values[i]);
    }
    return b;
}

buf *in_values(check *c, size_t n, const double *values)
{
    return as_input(inout_values(c, n, values));
}

buf *in_any(check *c, size_t n)
{
    return as_input(inout_any(c, n));
}

buf *in_range(check *c, size_t n, double lo, double hi)
{
    return as_input(inout_range(c, n, lo, hi));
}

buf *in_extreme(check *c, size_t n)
{
    buf *b = make(c, n, real_size(c));
    for (size_t i = 0; i < n; i++) {
        set(b, i, value_extreme(c));
    }
    return as_input(b);
}

buf *in_exponent(check *c, size_t n)
{
    buf *b = make(c, n, real_size(c));
    for (size_t i = 0; i < n; i++) {
        set(b, i, value_exponent(c));
    }
    return as_input(b);
}

buf *in_unit(check *c, size_t n)
{
    buf *b = make(c, n, real_size(c));
    for (size_t i = 0; i < n; i++) {
        const double x = c->kind == SPECIAL ? (double)random_below(c, 2) : value_in(c, 0.0, 1.0);
        set(b, i, x);
    }
    return as_input(b);
}

buf *in_doubles(check *c, size_t n, double lo, double hi)
{
    buf *b = make(c, n, sizeof(double));
    for (size_t i = 0; i < n; i++) {
        set(b, i, c->kind == INTEGER ? value_in(c, lo, hi) : lo + (hi - lo) * random_unit(c));
    }
    return as_input(b);
}

buf *in_bytes(check *c, size_t n)
{
    buf *b = make(c, n, 1);
    for (size_t i = 0; i < n; i++) {
        const unsigned char byte = (unsigned char)random_bits(c);
        ((unsigned char *)b->p)[i] = byte;
        b->v[i] = (double)byte;
    }
    return as_input(b);
}

buf *in_index(check *c, size_t n, size_t below)
{
    buf *b = make(c, n, sizeof(uint32_t));
    for (size_t i = 0; i < n; i++) {
        const uint32_t index = (uint32_t)random_below(c, below);
        memcpy((char *)b->p + i * sizeof index, &index, sizeof index);
        b->v[i] = (double)index;
    }
    return as_input(b);
}

buf *out(check *c, size_t n)
{
    return make(c, n, real_size(c));
}

buf *out_doubles(check *c, size_t n)
{
    return make(c, n, sizeof(double));
}

buf *out_floats(check *c, size_t n)
{
    return make(c, n, sizeof(float));
}

void end_case(check *c)
{
    for (size_t k = 0; k < c->n_buffers; k++) {
        buf *b = &c->buffers[k];
        const size_t end = b->at + b->n * b->size;
        for (size_t i = 0; i < b->block_bytes; i++) {
            if ((i < b->at || i >= end) && b->block[i] != GUARD_BYTE) {
                complain(c, i < b->at ? "guard before buffer" : "guard after buffer", k, b->block[i], GUARD_BYTE,
                         0.0, 0.0, "bytes");
                break;
            }
        }
        if (b->saved != NULL && memcmp(b->saved, b->p, b->n * b->size) != 0) {
            complain(c, "input that changed: buffer", k, 1.0, 0.0, 0.0, 0.0, "");
        }
        free(b->block);
        free(b->saved);
        free(b->v);
    }
    c->n_buffers = 0;
}
