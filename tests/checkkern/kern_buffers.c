/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: buffers with guard bands, or at the end of a page. */
#include "config.h"
#include "checkkern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    GUARD = 256, GUARD_BYTE = 0xA5,
    FILL_BYTE = 0xFF /* makes NaNs: an element not written is seen */
};

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

size_t samples(const check *c, size_t pinned)
{
    return c->pinned ? pinned : 1 + c->n % MAX_SAMPLES;
}

/* Memory for buffer k that ends where a page begins that nobody may touch, so that a kernel reading too far is seen as
 * well. It stays for the next case. */
static unsigned char *before_a_page(size_t k, size_t bytes)
{
    static unsigned char *end[MAX_BUFFERS];
    static size_t room[MAX_BUFFERS];
    if (bytes > room[k]) {
        const size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (bytes + page - 1) / page * page;
        if (room[k] > 0) {
            munmap(end[k] - room[k], room[k] + page);
        }
        unsigned char *pages = mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages == MAP_FAILED || mprotect(pages + whole, page, PROT_NONE) != 0) {
            must(NULL);
        }
        end[k] = pages + whole;
        room[k] = whole;
    }
    return end[k] - bytes;
}

static buf *make(check *c, size_t n, number_type type)
{
    static const size_t sizes[] = { [F32] = sizeof(float), [F64] = sizeof(double), [U8] = 1, [U32] = 4 };
    if (c->n_buffers == MAX_BUFFERS) {
        fputs("checkkern: MAX_BUFFERS is too small\n", stderr);
        exit(99);
    }
    const size_t k = c->n_buffers++;
    buf *b = &c->buffers[k];
    *b = (buf){ .n = n, .type = type, .size = sizes[type] };
    b->before = GUARD / b->size + c->offset;
    b->after = c->pinned ? GUARD / b->size : 0;
    const size_t bytes = (b->before + n + b->after) * b->size;
    b->block = c->pinned ? must(aligned_alloc(64, (bytes + 63) / 64 * 64)) : NULL;
    unsigned char *block = c->pinned ? b->block : before_a_page(k, bytes);
    b->p = block + b->before * b->size;
    memset(block, GUARD_BYTE, bytes);
    memset(b->p, FILL_BYTE, n * b->size);
    unsigned char *copy = must(malloc(bytes));
    memcpy(copy, block, bytes);
    b->saved = copy + b->before * b->size;
    b->v = zeros(n);
    return b;
}

static void set(buf *b, size_t i, double value)
{
    char *to = (char *)b->p + i * b->size;
    b->v[i] = value;
    switch (b->type) {
    case F32: memcpy(to, &(float){ (float)value }, sizeof(float)); break;
    case F64: memcpy(to, &value, sizeof value); break;
    case U8: memcpy(to, &(uint8_t){ (uint8_t)value }, sizeof(uint8_t)); break;
    case U32: memcpy(to, &(uint32_t){ (uint32_t)value }, sizeof(uint32_t)); break;
    }
}

static double number(number_type type, const void *p)
{
    union { float f32; double f64; uint8_t u8; uint32_t u32; } x;
    switch (type) {
    case F32: memcpy(&x, p, sizeof x.f32); return (double)x.f32;
    case F64: memcpy(&x, p, sizeof x.f64); return x.f64;
    case U8: memcpy(&x, p, sizeof x.u8); return x.u8;
    case U32: memcpy(&x, p, sizeof x.u32); return x.u32;
    }
    return 0.0;
}

double at(const buf *b, size_t i)
{
    return number(b->type, (const char *)b->p + i * b->size);
}

double *copy_values(const buf *b)
{
    double *copy = zeros(b->n);
    memcpy(copy, b->v, b->n * sizeof *copy);
    return copy;
}

/* What there is now is what the buffer was made with; an input keeps it. */
static buf *made(buf *b, int is_input)
{
    memcpy(b->saved, b->p, b->n * b->size);
    b->is_input = is_input;
    return b;
}

static number_type real_type(const check *c)
{
    return c->bits == 32 ? F32 : F64;
}

/* Values drawn one after the other. */
static buf *drawn(check *c, size_t n, int is_input, double (*value)(check *c))
{
    buf *b = make(c, n, real_type(c));
    for (size_t i = 0; i < n; i++) {
        set(b, i, value(c));
    }
    return made(b, is_input);
}

static buf *drawn_from(check *c, size_t n, int is_input, double lo, double hi)
{
    buf *b = make(c, n, real_type(c));
    for (size_t i = 0; i < n; i++) {
        set(b, i, value_in(c, lo, hi));
    }
    return made(b, is_input);
}

static buf *given(check *c, size_t n, int is_input, const double *values)
{
    buf *b = make(c, n, real_type(c));
    for (size_t i = 0; i < n; i++) {
        set(b, i, values[i]);
    }
    return made(b, is_input);
}

buf *in_any(check *c, size_t n)
{
    return drawn(c, n, 1, value_any);
}

buf *in_extreme(check *c, size_t n)
{
    return drawn(c, n, 1, value_extreme);
}

buf *in_exponent(check *c, size_t n)
{
    return drawn(c, n, 1, value_exponent);
}

buf *in_unit(check *c, size_t n)
{
    return drawn(c, n, 1, value_unit);
}

buf *in_range(check *c, size_t n, double lo, double hi)
{
    return drawn_from(c, n, 1, lo, hi);
}

buf *in_values(check *c, size_t n, const double *values)
{
    return given(c, n, 1, values);
}

buf *inout_any(check *c, size_t n)
{
    return drawn(c, n, 0, value_any);
}

buf *inout_range(check *c, size_t n, double lo, double hi)
{
    return drawn_from(c, n, 0, lo, hi);
}

buf *inout_values(check *c, size_t n, const double *values)
{
    return given(c, n, 0, values);
}

buf *in_doubles(check *c, size_t n, double lo, double hi)
{
    buf *b = make(c, n, F64);
    for (size_t i = 0; i < n; i++) {
        set(b, i, c->kind == INTEGER ? value_in(c, lo, hi) : lo + (hi - lo) * random_unit(c));
    }
    return made(b, 1);
}

buf *in_bytes(check *c, size_t n)
{
    buf *b = make(c, n, U8);
    for (size_t i = 0; i < n; i++) {
        set(b, i, (double)(random_bits(c) & 0xff));
    }
    return made(b, 1);
}

buf *in_index(check *c, size_t n, size_t below)
{
    buf *b = make(c, n, U32);
    for (size_t i = 0; i < n; i++) {
        set(b, i, (double)random_below(c, below));
    }
    return made(b, 1);
}

void change(buf *b, size_t i, double value)
{
    set(b, i, value);
    memcpy((char *)b->saved + i * b->size, (char *)b->p + i * b->size, b->size);
}

buf *out(check *c, size_t n)
{
    return make(c, n, real_type(c));
}

buf *out_doubles(check *c, size_t n)
{
    return make(c, n, F64);
}

buf *out_floats(check *c, size_t n)
{
    return make(c, n, F32);
}

int is_kept(const buf *b, size_t i)
{
    return memcmp((char *)b->p + i * b->size, (char *)b->saved + i * b->size, b->size) == 0;
}

/* Numbers first..last - 1 of a buffer, counted from its beginning into both guards, are what they were. */
static void check_kept(check *c, const char *what, const buf *b, ptrdiff_t first, ptrdiff_t last)
{
    const ptrdiff_t size = (ptrdiff_t)b->size;
    const char *now_ = b->p, *was = b->saved;
    if (memcmp(now_ + first * size, was + first * size, (size_t)((last - first) * size)) == 0) {
        return;
    }
    while (memcmp(now_ + first * size, was + first * size, b->size) == 0) {
        first++;
    }
    complain(c, "%s: number %td of buffer %td, which has %zu, was %a and is %a", what, first, b - c->buffers, b->n,
             number(b->type, was + first * size), number(b->type, now_ + first * size));
}

void expect_kept(check *c, const char *what, const buf *b, size_t i)
{
    check_kept(c, what, b, (ptrdiff_t)i, (ptrdiff_t)i + 1);
}

void end_case(check *c)
{
    for (size_t k = 0; k < c->n_buffers; k++) {
        const buf *b = &c->buffers[k];
        const ptrdiff_t n = (ptrdiff_t)b->n;
        check_kept(c, "before the first", b, -(ptrdiff_t)b->before, 0);
        check_kept(c, "after the last", b, n, n + (ptrdiff_t)b->after);
        if (b->is_input) {
            check_kept(c, "input", b, 0, n);
        }
    }
    drop_buffers(c);
}

void drop_buffers(check *c)
{
    for (size_t k = 0; k < c->n_buffers; k++) {
        buf *b = &c->buffers[k];
        free(b->block);
        free((char *)b->saved - b->before * b->size);
        free(b->v);
    }
    c->n_buffers = 0;
}
