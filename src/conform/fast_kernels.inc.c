/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels of the fast engine behind the signatures of the reference. Included once per precision, with
 *   real                   float or double
 *   KERN, KERN_TABLE       the type of the kernel tables and the function that finds one
 *   KERNEL_SET             the function defined here
 * Arrays are converted on the way in and out. Gradients are written over what is there, the zeros of a case. Where
 * memory is out the results are NaN, which no vector lets pass. */
#include <math.h>

#include "alloc.h"
#include "conform/fast_kernels.h"

#define LOG_2PI 1.8378770664093454836

static _Thread_local const KERN *kern;
static _Thread_local const aevb_kern_draw *draws;

enum { MOST = 16 };

/* The arrays of one call. */
typedef struct room {
    void *part[MOST];
    size_t n;
    int failed;
} room;

static void *take(room *r, size_t n, size_t size)
{
    void *part = aevb_alloc(n, size);
    r->failed |= part == NULL;
    return r->part[r->n++] = part;
}

static void leave(room *r)
{
    while (r->n > 0)
        aevb_free(r->part[--r->n]);
}

static real *results(room *r, size_t n)
{
    return take(r, n, sizeof(real));
}

static real *in(room *r, size_t n, const double *from)
{
    real *part = results(r, n);
    if (part != NULL)
        kern->from_f64(n, from, part);
    return part;
}

static void out(const room *r, size_t n, const real *from, double *to)
{
    for (size_t i = 0; r->failed && i < n; i++)
        to[i] = NAN;
    if (!r->failed)
        kern->to_f64(n, from, to);
}

static void out_nothing(const room *r, size_t n, double *to)
{
    for (size_t i = 0; r->failed && i < n; i++)
        to[i] = NAN;
}

/* --- products: matrices of R rows and n columns as panels of P columns, [R][P] each */

static size_t panel(void)
{
    return kern->gemm_panel();
}

static real *empty_panels(room *r, size_t R, size_t n)
{
    return results(r, (n + panel() - 1) / panel() * panel() * R);
}

static real *panels(room *r, size_t R, size_t n, const double *from)
{
    const real *rows = in(r, R * n, from);
    real *packed = empty_panels(r, R, n);
    if (!r->failed)
        kern->gemm_pack(R, n, rows, n, NULL, packed, R * panel());
    return packed;
}

static void from_panels(room *r, size_t R, size_t n, const real *packed, double *to)
{
    real *rows = results(r, R * n);
    if (!r->failed)
        kern->gemm_unpack(R, n, packed, R * panel(), rows, n);
    out(r, R * n, rows, to);
}

/* The weights [out][in] as panels of [in][out]. */
static real *weight_panels(room *r, size_t I, size_t O, const double *w)
{
    double *turned = take(r, I * O, sizeof *turned);
    for (size_t i = 0; turned != NULL && i < I * O; i++)
        turned[i % I * O + i / I] = w[i];
    return turned == NULL ? NULL : panels(r, I, O, turned);
}

static size_t width(size_t n, size_t first)
{
    return n - first < panel() ? n - first : panel();
}

static void affine(size_t B, size_t I, size_t O, const double *x, const double *w, const double *bias, double *y)
{
    room r = {.n = 0};
    const size_t P = panel();
    const real *px = panels(&r, B, I, x), *pw = weight_panels(&r, I, O, w), *pbias = panels(&r, 1, O, bias);
    real *py = empty_panels(&r, B, O);
    for (size_t o = 0; !r.failed && o < O; o += P)
        kern->gemm_forward(B, I, width(O, o), px, B * P, pw + o * I, pbias + o, py + o * B);
    from_panels(&r, B, O, py, y);
    leave(&r);
}

static void affine_backward(size_t B, size_t I, size_t O, const double *x, const double *w, const double *dy,
                            double *dx, double *dw, double *dbias)
{
    room r = {.n = 0};
    const size_t P = panel();
    const real *px = panels(&r, B, I, x), *pw = weight_panels(&r, I, O, w), *pdy = panels(&r, B, O, dy);
    real *pdx = empty_panels(&r, B, I), *pdw = empty_panels(&r, I, O), *pdbias = empty_panels(&r, 1, O);
    double *turned = take(&r, I * O, sizeof *turned);
    for (size_t i = 0; !r.failed && i < I; i += P) {
        kern->gemm_backward(B, O, width(I, i), 0, pdy, B * P, pw + i * P, I * P, NULL, pdx + i * B);
        for (size_t o = 0; o < O; o += P)
            kern->gemm_weights(B, width(I, i), width(O, o), 0, px + i * B, pdy + o * B, pdw + o * I + i * P);
    }
    for (size_t o = 0; !r.failed && o < O; o += P)
        kern->gemm_bias(B, 0, pdy + o * B, pdbias + o);
    from_panels(&r, B, I, pdx, dx);
    from_panels(&r, 1, O, pdbias, dbias);
    if (turned != NULL)
        from_panels(&r, I, O, pdw, turned);
    for (size_t i = 0; i < I * O; i++)
        dw[i] = turned == NULL ? NAN : turned[i % I * O + i / I];
    leave(&r);
}

/* --- element by element, and rows */

static void activation(aevb_activation f, size_t n, const double *a, double *h)
{
    room r = {.n = 0};
    const real *ra = in(&r, n, a);
    real *rh = results(&r, n);
    if (!r.failed)
        kern->activation((int)f, n, ra, rh);
    out(&r, n, rh, h);
    leave(&r);
}

static void activation_backward(aevb_activation f, size_t n, const double *a, const double *h, const double *dh,
                                double *da)
{
    room r = {.n = 0};
    const real *rh = in(&r, n, h), *rdh = in(&r, n, dh);
    real *rda = results(&r, n);
    (void)a;
    if (!r.failed)
        kern->activation_backward((int)f, n, rh, rdh, rda);
    out(&r, n, rda, da);
    leave(&r);
}

static void reparam(size_t B, size_t K, size_t Z, const double *mu, const double *logvar, const double *eps,
                    double *z)
{
    room r = {.n = 0};
    const real *rmu = in(&r, B * Z, mu), *rlogvar = in(&r, B * Z, logvar), *reps = in(&r, B * K * Z, eps);
    real *rz = results(&r, B * K * Z);
    if (!r.failed)
        kern->reparam(B, K, Z, rmu, rlogvar, reps, rz);
    out(&r, B * K * Z, rz, z);
    leave(&r);
}

static void reparam_backward(size_t B, size_t K, size_t Z, const double *logvar, const double *eps, const double *dz,
                             double *dmu, double *dlogvar)
{
    room r = {.n = 0};
    const real *rlogvar = in(&r, B * Z, logvar), *reps = in(&r, B * K * Z, eps), *rdz = in(&r, B * K * Z, dz);
    real *rdmu = results(&r, B * Z), *rdlogvar = results(&r, B * Z);
    if (!r.failed)
        kern->reparam_backward(B, K, Z, rlogvar, reps, rdz, rdmu, rdlogvar);
    out(&r, B * Z, rdmu, dmu);
    out(&r, B * Z, rdlogvar, dlogvar);
    leave(&r);
}

static void kl(size_t B, size_t Z, const double *mu, const double *logvar, double *to)
{
    room r = {.n = 0};
    const real *rmu = in(&r, B * Z, mu), *rlogvar = in(&r, B * Z, logvar);
    if (!r.failed)
        kern->kl(B * Z, rmu, rlogvar, to);
    out_nothing(&r, B * Z, to);
    leave(&r);
}

static void kl_backward(size_t B, size_t Z, const double *mu, const double *logvar, const double *dkl, double *dmu,
                        double *dlogvar)
{
    room r = {.n = 0};
    const real *rmu = in(&r, B * Z, mu), *rlogvar = in(&r, B * Z, logvar);
    real *rdmu = results(&r, B * Z), *rdlogvar = results(&r, B * Z);
    if (!r.failed)
        kern->kl_backward(B * Z, rmu, rlogvar, dkl, rdmu, rdlogvar);
    out(&r, B * Z, rdmu, dmu);
    out(&r, B * Z, rdlogvar, dlogvar);
    leave(&r);
}

static void logq(size_t B, size_t K, size_t Z, const double *logvar, const double *eps, double *to)
{
    room r = {.n = 0};
    const real *rlogvar = in(&r, B * Z, logvar), *reps = in(&r, B * K * Z, eps);
    if (!r.failed)
        kern->logq(B, K, Z, rlogvar, reps, to);
    out_nothing(&r, B * K, to);
    leave(&r);
}

static void logq_backward(size_t B, size_t K, size_t Z, const double *eps, const double *dlogq, double *dlogvar)
{
    room r = {.n = 0};
    real *rdlogvar = results(&r, B * Z);
    (void)eps;
    if (!r.failed)
        kern->logq_backward(B, K, Z, dlogq, rdlogvar);
    out(&r, B * Z, rdlogvar, dlogvar);
    leave(&r);
}

static void logpz(size_t R, size_t Z, const double *z, double *to)
{
    room r = {.n = 0};
    const real *rz = in(&r, R * Z, z);
    if (!r.failed)
        kern->logpz(R, Z, rz, to);
    out_nothing(&r, R, to);
    leave(&r);
}

static void logpz_backward(size_t R, size_t Z, const double *z, const double *dlogpz, double *dz)
{
    room r = {.n = 0};
    const real *rz = in(&r, R * Z, z);
    real *rdz = results(&r, R * Z);
    if (!r.failed)
        kern->logpz_backward(R, Z, rz, dlogpz, rdz);
    out(&r, R * Z, rdz, dz);
    leave(&r);
}

#include "conform/fast_likelihoods.inc.c"

/* --- steps and random numbers */

static void optim_step(const aevb_optim *o, uint64_t t, size_t n, double *theta, const double *g, double *state1,
                       double *state2)
{
    room r = {.n = 0};
    const aevb_step_scalars s = aevb_step_scalars_make(o, t, 0);
    const int two = aevb_optim_n_state(o->kind) == 2;
    real *rtheta = in(&r, n, theta), *rg = in(&r, n, g), *r1 = in(&r, n, state1);
    real *r2 = two ? in(&r, n, state2) : NULL;
    if (!r.failed && o->kind == AEVB_SGD)
        kern->sgd(&s, n, rtheta, rg, r1);
    else if (!r.failed && o->kind == AEVB_ADAGRAD)
        kern->adagrad(&s, n, rtheta, rg, r1);
    else if (!r.failed)
        kern->adam(&s, n, rtheta, rg, r1, r2);
    out(&r, n, rtheta, theta);
    out(&r, n, r1, state1);
    if (two)
        out(&r, n, r2, state2);
    leave(&r);
}

static void uniform(uint64_t seed, uint64_t stream, uint64_t index, double *u)
{
    draws->uniform(seed, stream, index, 1, u);
}

static void normal(uint64_t seed, uint64_t stream, uint64_t index, double *x)
{
    draws->normal_f64(seed, stream, index, 1, x);
}

static void quantile(size_t n, const double *u, double *x)
{
    draws->quantile(n, u, x);
}

void KERNEL_SET(aevb_level level, aevb_kernel_set *set)
{
    kern = KERN_TABLE(level);
    draws = aevb_kern_draw_table(level);
    const aevb_kernel_set fast = {
        .affine = affine, .affine_backward = affine_backward, .activation = activation,
        .activation_backward = activation_backward, .reparam = reparam, .reparam_backward = reparam_backward,
        .kl = kl, .kl_backward = kl_backward, .logq = logq, .logq_backward = logq_backward, .logpz = logpz,
        .logpz_backward = logpz_backward, .bernoulli = bernoulli, .bernoulli_backward = bernoulli_backward,
        .gaussian = gaussian, .gaussian_backward = gaussian_backward, .gaussian_fixed = gaussian_fixed,
        .gaussian_fixed_backward = gaussian_fixed_backward, .categorical = categorical,
        .categorical_backward = categorical_backward, .optim_step = optim_step, .uniform = uniform,
        .normal = normal, .quantile = quantile,
    };
    *set = aevb_kernel_set_with(&fast);
}
