/* SPDX-License-Identifier: GPL-3.0-or-later
 * Affine layers and activations: [AFFINE.1] [AFFINE.2] [ACT.1] to [ACT.5]; and room for intermediate arrays. */
#include "formulas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct room {
    struct room *next;
    N values[];
} room;
static room *rooms;

N *f_room(size_t n)
{
    room *fresh = calloc(1, sizeof *fresh + n * sizeof fresh->values[0]);
    if (fresh == NULL) {
        fputs("oracle: out of memory\n", stderr);
        exit(1);
    }
    fresh->next = rooms;
    rooms = fresh;
    return fresh->values;
}

void f_room_release(void)
{
    while (rooms != NULL) {
        room *next = rooms->next;
        free(rooms);
        rooms = next;
    }
}

N f_weighted(size_t n, const N *weight, const N *value)
{
    return num_dot(NULL, n, weight, 1, value, 1);
}

void f_accumulate(size_t n, N *sum, const N *more)
{
    for (size_t i = 0; i < n; i++)
        sum[i] = num_add(sum[i], more[i]);
}

void f_affine(size_t B, size_t I, size_t O, const N *x, const N *w, const N *bias, N *y)
{
    for (size_t b = 0; b < B; b++)
        for (size_t o = 0; o < O; o++)
            y[b * O + o] = num_dot(bias[o], I, &w[o * I], 1, &x[b * I], 1);
}

void f_affine_backward(size_t B, size_t I, size_t O, const N *x, const N *w, const N *dy, N *dx, N *dw, N *dbias)
{
    N *column = f_room(B);
    for (size_t o = 0; o < O; o++) {
        for (size_t i = 0; i < I; i++)
            dw[o * I + i] = num_dot(NULL, B, &dy[o], O, &x[i], I);
        for (size_t b = 0; b < B; b++)
            column[b] = dy[b * O + o];
        dbias[o] = num_sum(B, column);
    }
    for (size_t b = 0; dx != NULL && b < B; b++)
        for (size_t i = 0; i < I; i++)
            dx[b * I + i] = num_dot(NULL, O, &dy[b * O], 1, &w[i], I);
}

void f_activation(const char *name, size_t n, const N *a, N *h)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(name, "identity") == 0)
            h[i] = a[i];
        else if (strcmp(name, "relu") == 0)
            h[i] = num_relu(a[i]);
        else if (strcmp(name, "tanh") == 0)
            h[i] = num_tanh(a[i]);
        else if (strcmp(name, "sigmoid") == 0)
            h[i] = num_sigmoid(a[i]);
        else
            h[i] = num_softplus(a[i]);
}

static N slope(const char *name, N a, N h)
{
    N one = num_d(1);
    if (strcmp(name, "relu") == 0)
        return num_relu_step(a);
    /* From h, as the clauses say; the value itself from a, as 1 - h has no digits left where h is near 1. */
    if (strcmp(name, "tanh") == 0) {
        N twice = num_scale2(a, 1);
        return num_as_computed(num_scale2(num_mul(num_sigmoid(twice), num_sigmoid(num_neg(twice))), 2),
                               num_mul(num_sub(one, h), num_add(one, h)));
    }
    if (strcmp(name, "sigmoid") == 0)
        return num_as_computed(num_mul(num_sigmoid(a), num_sigmoid(num_neg(a))), num_mul(h, num_sub(one, h)));
    return num_sigmoid(a);
}

void f_activation_backward(const char *name, size_t n, const N *a, const N *h, const N *dh, N *da)
{
    for (size_t i = 0; i < n; i++)
        da[i] = strcmp(name, "identity") == 0 ? dh[i] : num_mul(dh[i], slope(name, a[i], h[i]));
}
