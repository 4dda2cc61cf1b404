/* SPDX-License-Identifier: GPL-3.0-or-later
 * Pool, error propagation and the four operations on the oracle's numbers. */
#include "num.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

slong num_prec = 512;

static const double unit[NUM_FORMATS] = {DBL_EPSILON / 2, FLT_EPSILON / 2};
static const double smallest[NUM_FORMATS] = {DBL_MIN, FLT_MIN};
static const double largest[NUM_FORMATS] = {DBL_MAX, FLT_MAX};

enum { CHUNK = 4096 };
static num **chunks;
static size_t n_chunks, used;

size_t num_mark(void)
{
    return used;
}

void num_release(size_t mark)
{
    used = mark;
}

void num_free_pool(void)
{
    for (size_t c = 0; c < n_chunks; c++) {
        for (size_t i = 0; i < CHUNK; i++)
            arb_clear(chunks[c][i].v);
        free(chunks[c]);
    }
    free(chunks);
    chunks = NULL;
    n_chunks = used = 0;
    flint_cleanup();
}

num *num_new(void)
{
    if (used == n_chunks * CHUNK) {
        chunks = realloc(chunks, (n_chunks + 1) * sizeof *chunks);
        num *fresh = chunks == NULL ? NULL : malloc(CHUNK * sizeof *fresh);
        if (fresh == NULL) {
            fputs("oracle: out of memory\n", stderr);
            exit(1);
        }
        for (size_t i = 0; i < CHUNK; i++)
            arb_init(fresh[i].v);
        chunks[n_chunks++] = fresh;
    }
    num *r = &chunks[used / CHUNK][used % CHUNK];
    used++;
    r->special = 0;
    r->e = 0;
    r->floor[NUM_F64] = r->floor[NUM_F32] = 0;
    return r;
}

double num_abs(N a)
{
    mag_t m;
    arf_t bound;
    mag_init(m);
    arf_init(bound);
    arb_get_mag(m, a->v);
    arf_set_mag(bound, m);
    double d = arf_get_d(bound, ARF_RND_UP); /* mag_get_d has no numbers below 2^-1000 */
    arf_clear(bound);
    mag_clear(m);
    return d;
}

double num_approx(N a)
{
    return num_is_special(a) ? a->special : arf_get_d(arb_midref(a->v), ARF_RND_NEAR);
}

int num_is_special(N a)
{
    return a->special != 0;
}

N num_special(double value)
{
    num *r = num_new();
    if (isfinite(value)) {
        arb_set_d(r->v, value);
    } else {
        arb_zero(r->v);
        r->special = value;
    }
    return r;
}

N num_d(double d)
{
    return num_special(d);
}

N num_ball(const arb_t v, double e, const double floor[NUM_FORMATS])
{
    num *r = num_new();
    arb_set(r->v, v);
    r->e = e;
    for (int p = 0; floor != NULL && p < NUM_FORMATS; p++)
        r->floor[p] = floor[p];
    return r;
}

/* What a is wrong by reaches r multiplied by the magnitude of the derivative. */
void num_inherit(num *r, N a, double derivative)
{
    if (derivative == 0)
        return;
    if (a->e > 0)
        r->e += derivative * a->e;
    for (int p = 0; p < NUM_FORMATS; p++)
        if (a->floor[p] > 0)
            r->floor[p] += derivative * a->floor[p];
}

N num_finish(num *r, double cost)
{
    double size = num_abs(r);
    if (cost > 0)
        r->e += cost * size;
    for (int p = 0; p < NUM_FORMATS; p++) {
        if (size > largest[p])
            r->floor[p] = INFINITY;
        else if (cost > 0 && size < smallest[p] && !arb_is_zero(r->v))
            r->floor[p] += smallest[p];
    }
    return r;
}

N num_as_computed(N truth, N prescribed)
{
    if (num_is_special(truth) || num_is_special(prescribed))
        return prescribed;
    num *r = num_new();
    arb_set(r->v, truth->v);
    num_inherit(r, prescribed, 1);
    return num_finish(r, 0);
}

N num_add(N a, N b)
{
    if (num_is_special(a) || num_is_special(b))
        return num_special(num_approx(a) + num_approx(b));
    num *r = num_new();
    arb_add(r->v, a->v, b->v, num_prec);
    num_inherit(r, a, 1);
    num_inherit(r, b, 1);
    return num_finish(r, 1);
}

N num_neg(N a)
{
    if (num_is_special(a))
        return num_special(-a->special);
    num *r = num_new();
    arb_neg(r->v, a->v);
    num_inherit(r, a, 1);
    return r;
}

N num_sub(N a, N b)
{
    return num_add(a, num_neg(b));
}

N num_mul(N a, N b)
{
    if (num_is_special(a) || num_is_special(b))
        return num_special(num_approx(a) * num_approx(b));
    num *r = num_new();
    arb_mul(r->v, a->v, b->v, num_prec);
    num_inherit(r, a, num_abs(b));
    num_inherit(r, b, num_abs(a));
    return num_finish(r, 1);
}

N num_div(N a, N b)
{
    if (num_is_special(a) || num_is_special(b))
        return num_special(num_approx(a) / num_approx(b));
    num *r = num_new();
    arb_div(r->v, a->v, b->v, num_prec);
    double size = num_abs(b);
    num_inherit(r, a, 1 / size);
    num_inherit(r, b, num_abs(r) / size);
    for (int p = 0; p < NUM_FORMATS; p++)
        if (b->e * unit[p] + b->floor[p] > size / 16)
            r->floor[p] = INFINITY;
    return num_finish(r, 1);
}

N num_scale2(N a, long exponent)
{
    if (num_is_special(a))
        return a;
    num *r = num_new();
    arb_mul_2exp_si(r->v, a->v, exponent);
    num_inherit(r, a, ldexp(1, (int)exponent));
    return num_finish(r, 0);
}

N num_half(N a)
{
    return num_scale2(a, -1);
}

N num_sqr(N a)
{
    return num_mul(a, a);
}

N num_dot(N start, size_t n, const N *a, size_t as, const N *b, size_t bs)
{
    size_t count = n + (start != NULL);
    double magnitudes = start == NULL ? 0 : num_abs(start), special = start == NULL ? 0 : start->special;
    num *r = num_new();
    arb_zero(r->v);
    if (start != NULL && special == 0) {
        arb_set(r->v, start->v);
        num_inherit(r, start, 1);
    }
    for (size_t i = 0; i < n; i++) {
        N x = a[i * as], y = b[i * bs];
        if (num_is_special(x) || num_is_special(y)) {
            special += num_approx(x) * num_approx(y);
            continue;
        }
        arb_addmul(r->v, x->v, y->v, num_prec);
        double sx = num_abs(x), sy = num_abs(y), product = sx * sy;
        num_inherit(r, x, sy);
        num_inherit(r, y, sx);
        r->e += product;
        magnitudes += product;
        for (int p = 0; p < NUM_FORMATS; p++)
            if (product > 0 && product < smallest[p])
                r->floor[p] += smallest[p];
    }
    if (special != 0)
        return num_special(special);
    r->e += (double)(count > 0 ? count - 1 : 0) * magnitudes;
    for (int p = 0; p < NUM_FORMATS; p++)
        if (magnitudes > largest[p])
            r->floor[p] = INFINITY;
    return num_finish(r, 0);
}

N num_sum(size_t n, const N *terms)
{
    double magnitudes = 0, special = 0;
    num *r = num_new();
    arb_zero(r->v);
    for (size_t i = 0; i < n; i++) {
        if (num_is_special(terms[i])) {
            special += terms[i]->special;
            continue;
        }
        arb_add(r->v, r->v, terms[i]->v, num_prec);
        num_inherit(r, terms[i], 1);
        magnitudes += num_abs(terms[i]);
    }
    if (special != 0)
        return num_special(special);
    r->e += (double)(n > 0 ? n - 1 : 0) * magnitudes;
    for (int p = 0; p < NUM_FORMATS; p++)
        if (magnitudes > largest[p])
            r->floor[p] = INFINITY;
    return num_finish(r, 0);
}
