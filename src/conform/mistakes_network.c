/* SPDX-License-Identifier: GPL-3.0-or-later
 * Known mistakes in layers, activations and the way in which a model is put together. */
#include "config.h"
#include "fp_rules.h"
#include "conform/mistakes.h"

#include <math.h>

static void transposed(size_t B, size_t in, size_t out, const double *x, const double *w, const double *bias,
                       double *y)
{
    for (size_t b = 0; b < B; b++)
        for (size_t o = 0; o < out; o++) {
            double sum = bias[o];
            for (size_t i = 0; i < in; i++)
                sum += w[i * out + o] * x[b * in + i];
            y[b * out + o] = sum;
        }
}

/* The layer's backward pass with dw, and w if so told, in the layout [in][out]. */
static void backward_in_layouts(int w_transposed, size_t B, size_t in, size_t out, const double *x, const double *w,
                                const double *dy, double *dx, double *dw, double *dbias)
{
    for (size_t b = 0; b < B; b++)
        for (size_t o = 0; o < out; o++) {
            dbias[o] += dy[b * out + o];
            for (size_t i = 0; i < in; i++) {
                dw[i * out + o] += dy[b * out + o] * x[b * in + i];
                if (dx != NULL)
                    dx[b * in + i] += dy[b * out + o] * w[w_transposed ? i * out + o : o * in + i];
            }
        }
}

static void transposed_backward(size_t B, size_t in, size_t out, const double *x, const double *w, const double *dy,
                                double *dx, double *dw, double *dbias)
{
    backward_in_layouts(1, B, in, out, x, w, dy, dx, dw, dbias);
}

static void dw_transposed_backward(size_t B, size_t in, size_t out, const double *x, const double *w,
                                   const double *dy, double *dx, double *dw, double *dbias)
{
    backward_in_layouts(0, B, in, out, x, w, dy, dx, dw, dbias);
}

/* dw and dbias divided by the batch. */
static void batch_mean_backward(size_t B, size_t in, size_t out, const double *x, const double *w, const double *dy,
                                double *dx, double *dw, double *dbias)
{
    aevb_ref_affine_backward(B, in, out, x, w, dy, dx, dw, dbias);
    for (size_t i = 0; i < out * in; i++)
        dw[i] /= (double)B;
    for (size_t o = 0; o < out; o++)
        dbias[o] /= (double)B;
}

static void no_dw_backward(size_t B, size_t in, size_t out, const double *x, const double *w, const double *dy,
                           double *dx, double *dw, double *dbias)
{
    (void)x;
    (void)dw;
    for (size_t b = 0; b < B; b++)
        for (size_t o = 0; o < out; o++) {
            dbias[o] += dy[b * out + o];
            for (size_t i = 0; dx != NULL && i < in; i++)
                dx[b * in + i] += dy[b * out + o] * w[o * in + i];
        }
}

static void no_bias(size_t B, size_t in, size_t out, const double *x, const double *w, const double *bias, double *y)
{
    aevb_ref_affine(B, in, out, x, w, bias, y);
    for (size_t i = 0; i < B * out; i++)
        y[i] -= bias[i % out];
}

/* An activation that is wrong for one function only: value and derivative in terms of a and h. */
#define ACTIVATION(name, which, expression) \
    static void name(aevb_activation f, size_t n, const double *a, double *h) \
    { \
        aevb_ref_activation(f, n, a, h); \
        for (size_t i = 0; f == which && i < n; i++) \
            h[i] = expression; \
    }
#define ACTIVATION_BACKWARD(name, which, derivative) \
    static void name(aevb_activation f, size_t n, const double *a, const double *h, const double *dh, double *da) \
    { \
        if (f != which) \
            aevb_ref_activation_backward(f, n, a, h, dh, da); \
        for (size_t i = 0; f == which && i < n; i++) \
            da[i] += dh[i] * (derivative); \
    }

ACTIVATION(softplus_overflow, AEVB_SOFTPLUS, log1p(exp(a[i])))
ACTIVATION(softplus_threshold, AEVB_SOFTPLUS, a[i] > 20 ? a[i] : log1p(exp(a[i])))
ACTIVATION(softplus_naive, AEVB_SOFTPLUS, log(1 + exp(a[i])))
ACTIVATION(relu_max, AEVB_RELU, fmax(a[i], 0))
ACTIVATION_BACKWARD(relu_kink, AEVB_RELU, a[i] >= 0 ? 1 : 0)
ACTIVATION_BACKWARD(tanh_of_a, AEVB_TANH, 1 - a[i] * a[i])
ACTIVATION_BACKWARD(sigmoid_of_a, AEVB_SIGMOID, a[i] * (1 - a[i]))
ACTIVATION_BACKWARD(softplus_one, AEVB_SOFTPLUS, h[i] * (1 - h[i]))

static void not_differentiated(aevb_activation f, size_t n, const double *a, const double *h, const double *dh,
                               double *da)
{
    (void)f;
    (void)a;
    (void)h;
    for (size_t i = 0; i < n; i++)
        da[i] += dh[i];
}

static void activation_missing(aevb_activation f, size_t n, const double *a, double *h)
{
    aevb_ref_activation(AEVB_IDENTITY, n, a, h);
    (void)f;
}

#define LAYOUT_ISSUES "voxelmorph/voxelmorph#425, qubvel/segmentation_models#489, tensorflow/tensorflow#7624"

const aevb_mistake aevb_mistakes_network[] = {
    {"weights-transposed", "weights are read as [in][out] instead of [out][in]", LAYOUT_ISSUES,
     {.affine = transposed, .affine_backward = transposed_backward}, 0},
    {"weight-gradient-transposed", "the gradient of the weights comes as [in][out] instead of [out][in]",
     LAYOUT_ISSUES, {.affine_backward = dw_transposed_backward}, 0},
    {"weight-gradient-batch-mean", "the gradient of a layer is averaged over the batch once more", "arXiv:1312.6114",
     {.affine_backward = batch_mean_backward}, 0},
    {"weight-gradient-lost", "the gradient of the weights is 0", "study, section 3.1",
     {.affine_backward = no_dw_backward}, 0},
    {"bias-left-out", "the bias is left out", "arXiv:1312.6114", {.affine = no_bias}, 0},
    {"softplus-overflow", "softplus is computed as log1p(exp(a)), which overflows",
     "hwalsuklee/tensorflow-mnist-VAE#4", {.activation = softplus_overflow}, 0},
    {"softplus-threshold", "softplus is a itself from 20 on", "study, section 3.2",
     {.activation = softplus_threshold}, 0},
    {"softplus-naive", "softplus is computed as log(1 + exp(a)), which loses digits and overflows",
     "hwalsuklee/tensorflow-mnist-VAE#4", {.activation = softplus_naive}, 0},
    {"relu-swallows-nan", "the rectifier turns NaN into 0", "tkipf/gae#22", {.activation = relu_max}, 0},
    {"relu-kink", "the derivative of the rectifier at 0 is 1 instead of 0", "arXiv:1312.6114",
     {.activation_backward = relu_kink}, 0},
    {"tanh-gradient-of-input", "the derivative of tanh is formed from a instead of tanh(a)", "arXiv:1312.6114",
     {.activation_backward = tanh_of_a}, 0},
    {"sigmoid-gradient-of-input", "the derivative of the sigmoid is formed from a instead of sigmoid(a)",
     "arXiv:1312.6114", {.activation_backward = sigmoid_of_a}, 0},
    {"softplus-gradient", "the derivative of softplus is that of the sigmoid's form h (1 - h)", "arXiv:1312.6114",
     {.activation_backward = softplus_one}, 0},
    {"activation-not-differentiated", "the activation's derivative is left out", "arXiv:1312.6114",
     {.activation_backward = not_differentiated}, 0},
    {"activation-missing", "the activation is left out", "arXiv:1312.6114", {.activation = activation_missing}, 0},
    {"heads-swapped", "the heads for mu and logvar are exchanged", "keras-team/keras#5381", {.heads_swapped = 1}, 0},
    {"logvar-head-gradient-lost", "nothing is propagated back through the logvar head", "study, section 3.1",
     {.logvar_head_lost = 1}, 0},
    {.name = NULL},
};
