/* SPDX-License-Identifier: GPL-3.0-or-later
 * Activations on registers (for epilogues) and over arrays. f is an aevb_activation; it is a constant in every loop,
 * so the switch is decided by the compiler. */
#include "aevb/model.h"

/* h = f(a). [ACT.1]..[ACT.5] */
VINLINE vec v_activation(int f, vec a)
{
    switch (f) {
    case AEVB_RELU: return v_select(v_le(a, v_set1(R(0.0))), v_set1(R(0.0)), a); /* NaN stays */
    case AEVB_TANH: return v_tanh(a);
    case AEVB_SIGMOID: return v_sigmoid(a);
    case AEVB_SOFTPLUS: return v_softplus(a);
    default: return a;
    }
}

/* f'(a) from h = f(a) alone. For softplus it is sigmoid(a) = 1 - exp(-h). */
VINLINE vec v_activation_slope(int f, vec h)
{
    const vec zero = v_set1(R(0.0)), one = v_set1(R(1.0));
    switch (f) {
    case AEVB_RELU: return v_select(v_lt(zero, h), one, zero);
    case AEVB_TANH: return v_fma(-h, h, one);
    case AEVB_SIGMOID: return h * (one - h);
    case AEVB_SOFTPLUS: return -v_expm1(-h);
    default: return one;
    }
}

VINLINE void activation_loop(int f, size_t n, const real *a, real *h)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        v_store(h + i, v_activation(f, v_load(a + i)));
    }
    if (i < n) {
        v_store_part(h + i, v_activation(f, v_load_part(a + i, n - i)), n - i);
    }
}

static void k_activation(int f, size_t n, const real *a, real *h)
{
    switch (f) {
    case AEVB_RELU: activation_loop(AEVB_RELU, n, a, h); break;
    case AEVB_TANH: activation_loop(AEVB_TANH, n, a, h); break;
    case AEVB_SIGMOID: activation_loop(AEVB_SIGMOID, n, a, h); break;
    case AEVB_SOFTPLUS: activation_loop(AEVB_SOFTPLUS, n, a, h); break;
    default: activation_loop(AEVB_IDENTITY, n, a, h); break;
    }
}

VINLINE void backward_loop(int f, size_t n, const real *h, const real *dh, real *da)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        v_store(da + i, v_load(dh + i) * v_activation_slope(f, v_load(h + i)));
    }
    if (i < n) {
        const size_t m = n - i;
        v_store_part(da + i, v_load_part(dh + i, m) * v_activation_slope(f, v_load_part(h + i, m)), m);
    }
}

static void k_activation_backward(int f, size_t n, const real *h, const real *dh, real *da)
{
    switch (f) {
    case AEVB_RELU: backward_loop(AEVB_RELU, n, h, dh, da); break;
    case AEVB_TANH: backward_loop(AEVB_TANH, n, h, dh, da); break;
    case AEVB_SIGMOID: backward_loop(AEVB_SIGMOID, n, h, dh, da); break;
    case AEVB_SOFTPLUS: backward_loop(AEVB_SOFTPLUS, n, h, dh, da); break;
    default: backward_loop(AEVB_IDENTITY, n, h, dh, da); break;
    }
}
