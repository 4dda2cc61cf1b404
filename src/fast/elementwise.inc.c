/* SPDX-License-Identifier: GPL-3.0-or-later
 * Elementary functions over arrays. */

static void k_exp(size_t n, const real *x, real *y)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        v_store(y + i, v_exp(v_load(x + i)));
    }
    if (i < n) {
        v_store_part(y + i, v_exp(v_load_part(x + i, n - i)), n - i);
    }
}

static void k_expm1(size_t n, const real *x, real *y)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        v_store(y + i, v_expm1(v_load(x + i)));
    }
    if (i < n) {
        v_store_part(y + i, v_expm1(v_load_part(x + i, n - i)), n - i);
    }
}

static void k_log(size_t n, const real *x, real *y)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        v_store(y + i, v_log(v_load(x + i)));
    }
    if (i < n) {
        v_store_part(y + i, v_log(v_load_part(x + i, n - i)), n - i);
    }
}

static void k_log1p(size_t n, const real *x, real *y)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        v_store(y + i, v_log1p(v_load(x + i)));
    }
    if (i < n) {
        v_store_part(y + i, v_log1p(v_load_part(x + i, n - i)), n - i);
    }
}

static void k_tanh(size_t n, const real *x, real *y)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        v_store(y + i, v_tanh(v_load(x + i)));
    }
    if (i < n) {
        v_store_part(y + i, v_tanh(v_load_part(x + i, n - i)), n - i);
    }
}

static void k_sigmoid(size_t n, const real *x, real *y)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        v_store(y + i, v_sigmoid(v_load(x + i)));
    }
    if (i < n) {
        v_store_part(y + i, v_sigmoid(v_load_part(x + i, n - i)), n - i);
    }
}

static void k_softplus(size_t n, const real *x, real *y)
{
    size_t i = 0;
    for (; i + VL <= n; i += VL) {
        v_store(y + i, v_softplus(v_load(x + i)));
    }
    if (i < n) {
        v_store_part(y + i, v_softplus(v_load_part(x + i, n - i)), n - i);
    }
}
