/* SPDX-License-Identifier: GPL-3.0-or-later
 * Affine layers, activations, stacks, architectures, parameter layout and initialisation. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "aevb/rng.h"
#include "ref/ref.h"
#include "small_vae.h"

/* [AFFINE.1] Weights are [out][in]; integers, so equality. */
Test(network, affine)
{
    const double x[4] = {1, 2, 3, 4}, w[6] = {1, 10, 2, 20, 3, 30}, bias[3] = {100, 200, 300};
    double y[6];
    aevb_ref_affine(2, 2, 3, x, w, bias, y);
    const double expected[6] = {121, 242, 363, 143, 286, 429};
    cr_expect_arr_eq(y, expected, sizeof y);
}

/* [AFFINE.2] Likewise: dw = dy' x, dbias = column sums, dx = dy w. */
Test(network, affine_backward)
{
    const double x[4] = {1, 2, 3, 4}, w[6] = {1, 10, 2, 20, 3, 30}, dy[6] = {1, 0, 2, 0, 1, 3};
    double dx[4] = {0}, dw[6] = {0}, db[3] = {0};
    aevb_ref_affine_backward(2, 2, 3, x, w, dy, dx, dw, db);
    const double ex[4] = {7, 70, 11, 110}, ew[6] = {1, 2, 3, 4, 11, 16}, eb[3] = {1, 1, 5};
    cr_expect_arr_eq(dx, ex, sizeof dx);
    cr_expect_arr_eq(dw, ew, sizeof dw);
    cr_expect_arr_eq(db, eb, sizeof db);
}

/* [AFFINE.1] The sum runs from the bias upwards in i, without contraction: bits of the straight loop. */
Test(network, affine_sums_in_order)
{
    enum { IN = 257 };
    double x[IN], w[IN], y;
    const double bias = 0.1;
    aevb_normal_fill(1, 0, 0, IN, x);
    aevb_normal_fill(1, 1, 0, IN, w);
    aevb_ref_affine(1, IN, 1, x, w, &bias, &y);
    volatile double sum = bias;
    for (size_t i = 0; i < IN; i++) {
        volatile double product = w[i] * x[i];
        sum = sum + product;
    }
    cr_expect_eq(y, sum);
}

/* [ACT.1] [ACT.2] [ACT.3] [ACT.4] [ACT.5] Against long double, within 3 ulp of the result (each evaluates two or
 * three functions that the C library keeps below 1 ulp). */
Test(network, activations_are_accurate)
{
    for (int i = -4000; i <= 4000; i++) {
        const double a = i * 0.01;
        const long double la = (long double)a, expected[5] = {la, la > 0 ? la : 0, tanhl(la), 1 / (1 + expl(-la)),
                                                              la > 0 ? la + log1pl(expl(-la)) : log1pl(expl(la))};
        for (int f = AEVB_IDENTITY; f <= AEVB_SOFTPLUS; f++) {
            double h;
            aevb_ref_activation((aevb_activation)f, 1, &a, &h);
            cr_expect(fabsl((long double)h - expected[f]) <= 3.0L * DBL_EPSILON * fabsl(expected[f]),
                      "%s(%g) = %.17g", aevb_activation_name((aevb_activation)f), a, h);
        }
    }
}

/* [ACT.2] [ACT.4] [ACT.5] Edges: no overflow, no NaN of our own, NaN in gives NaN out. */
Test(network, activations_at_the_edges)
{
    cr_expect_eq(aevb_ref_softplus(1000.0), 1000.0);
    cr_expect_eq(aevb_ref_softplus(-1000.0), 0.0);
    cr_expect_gt(aevb_ref_softplus(-740.0), 0.0);
    cr_expect_eq(aevb_ref_softplus(INFINITY), INFINITY);
    cr_expect_eq(aevb_ref_sigmoid(-1000.0), 0.0);
    cr_expect_gt(aevb_ref_sigmoid(-740.0), 0.0);
    cr_expect_eq(aevb_ref_sigmoid(1000.0), 1.0);
    cr_expect_eq(aevb_ref_sigmoid(0.0), 0.5);
    const double nan = NAN, zero = 0.0, one = 1.0;
    for (int f = AEVB_IDENTITY; f <= AEVB_SOFTPLUS; f++) {
        double h;
        aevb_ref_activation((aevb_activation)f, 1, &nan, &h);
        cr_expect(isnan(h), "%s hides NaN", aevb_activation_name((aevb_activation)f));
    }
    double da = 0.0;
    aevb_ref_activation_backward(AEVB_RELU, 1, &zero, &zero, &one, &da);
    cr_expect_eq(da, 0.0);
}

/* [MLP.1] A stack is its layers one after the other; with none it is the input itself. */
Test(network, stack)
{
    static small_vae v;
    const aevb_arch arch = {.x_dim = 4, .z_dim = 2, .n_hidden = 2, .hidden = {3, 5}, .activation = AEVB_TANH,
                            .likelihood = AEVB_GREY};
    small_vae_make(&v, &arch, 2, 1, 1.0, 3);
    const double *h = aevb_ref_mlp(2, v.net.encoder, AEVB_TANH, v.params, 2, v.work.x, v.work.encoder);
    double a1[6], h1[6], a2[10], h2[10];
    const double *p = v.params;
    aevb_ref_affine(2, 4, 3, v.work.x, p, p + 12, a1);
    aevb_ref_activation(AEVB_TANH, 6, a1, h1);
    aevb_ref_affine(2, 3, 5, h1, p + 15, p + 30, a2);
    aevb_ref_activation(AEVB_TANH, 10, a2, h2);
    cr_expect_arr_eq(h, h2, sizeof h2);
    cr_expect_eq(aevb_ref_mlp(0, NULL, AEVB_TANH, NULL, 2, v.work.x, NULL), (const double *)v.work.x);
}

static void expect_tensor(const aevb_tensor *t, const char *name, aevb_part part, size_t out, size_t in)
{
    cr_expect_str_eq(t->name, name);
    cr_expect_eq(t->part, part);
    cr_expect_eq(t->shape[0], out);
    cr_expect_eq(t->ndim, in == 0 ? 1 : 2);
    cr_expect_eq(t->count, in == 0 ? out : out * in);
    if (in != 0)
        cr_expect_eq(t->shape[1], in);
}

/* The names and shapes of the PyTorch VAE example. */
Test(network, layout_is_that_of_the_pytorch_example)
{
    const aevb_arch arch = {.x_dim = 784, .z_dim = 20, .n_hidden = 1, .hidden = {400}, .activation = AEVB_RELU,
                            .likelihood = AEVB_GREY, .image_rows = 28, .image_cols = 28};
    aevb_layout layout;
    cr_assert_eq(aevb_layout_make(&arch, &layout, NULL), AEVB_OK);
    cr_assert_eq(layout.n_tensors, 10);
    expect_tensor(&layout.tensors[0], "fc1.weight", AEVB_ENCODER, 400, 784);
    expect_tensor(&layout.tensors[1], "fc1.bias", AEVB_ENCODER, 400, 0);
    expect_tensor(&layout.tensors[2], "fc21.weight", AEVB_ENCODER, 20, 400);
    expect_tensor(&layout.tensors[4], "fc22.weight", AEVB_ENCODER, 20, 400);
    expect_tensor(&layout.tensors[6], "fc3.weight", AEVB_DECODER, 400, 20);
    expect_tensor(&layout.tensors[8], "fc4.weight", AEVB_DECODER, 784, 400);
    expect_tensor(&layout.tensors[9], "fc4.bias", AEVB_DECODER, 784, 0);
    size_t at = 0;
    for (size_t i = 0; i < layout.n_tensors; at += layout.tensors[i++].count)
        cr_expect_eq(layout.tensors[i].offset, at);
    cr_expect_eq(layout.n_params, at);
    cr_expect_eq(at, 652824);
}

/* Deeper, without hidden layers, and with two output heads: names are unique and widths run as the header says. */
Test(network, layouts_of_any_depth)
{
    for (size_t H = 0; H <= AEVB_MAX_HIDDEN; H++)
        for (int lik = AEVB_BERNOULLI; lik <= AEVB_GAUSSIAN_FIXED; lik++) {
            aevb_arch arch = {.x_dim = 11, .z_dim = 2, .n_hidden = H, .likelihood = (aevb_likelihood)lik,
                              .x_variance = 1.0};
            for (size_t i = 0; i < H; i++)
                arch.hidden[i] = 3 + i;
            aevb_layout layout;
            cr_assert_eq(aevb_layout_make(&arch, &layout, NULL), AEVB_OK);
            cr_expect_eq(layout.n_tensors, 4 * H + (lik == AEVB_GAUSSIAN ? 8 : 6));
            for (size_t i = 0; i < layout.n_tensors; i++)
                for (size_t j = 0; j < i; j++)
                    cr_expect_str_neq(layout.tensors[i].name, layout.tensors[j].name);
            if (H == 2) {
                expect_tensor(&layout.tensors[2], "fc2.weight", AEVB_ENCODER, 4, 3);
                expect_tensor(&layout.tensors[4], "fc31.weight", AEVB_ENCODER, 2, 4);
                expect_tensor(&layout.tensors[8], "fc4.weight", AEVB_DECODER, 4, 2);
                expect_tensor(&layout.tensors[10], "fc5.weight", AEVB_DECODER, 3, 4);
                expect_tensor(&layout.tensors[12], lik == AEVB_GAUSSIAN ? "fc61.weight" : "fc6.weight",
                              AEVB_DECODER, 11, 3);
            }
        }
}

static void expect_refused(aevb_arch arch, const char *place)
{
    aevb_error err = {0};
    aevb_layout layout = {.n_params = 77};
    cr_expect_eq(aevb_layout_make(&arch, &layout, &err), AEVB_EINVAL);
    cr_expect(strstr(err.message, place) != NULL, "%s should name %s", err.message, place);
    cr_expect_eq(layout.n_params, 77, "the output was touched");
}

Test(network, wrong_architectures_are_refused_by_field)
{
    const aevb_arch good = {.x_dim = 6, .z_dim = 2, .n_hidden = 1, .hidden = {3}, .image_rows = 2, .image_cols = 3};
    aevb_arch bad;
    cr_expect_eq(aevb_arch_check(&good, NULL), AEVB_OK);
    bad = good, bad.x_dim = 0, expect_refused(bad, "x_dim");
    bad = good, bad.z_dim = AEVB_MAX_WIDTH + 1, expect_refused(bad, "z_dim");
    bad = good, bad.n_hidden = AEVB_MAX_HIDDEN + 1, expect_refused(bad, "hidden layers");
    bad = good, bad.hidden[0] = 0, expect_refused(bad, "hidden[0]");
    bad = good, bad.activation = (aevb_activation)9, expect_refused(bad, "activation");
    bad = good, bad.likelihood = (aevb_likelihood)-1, expect_refused(bad, "likelihood");
    bad = good, bad.likelihood = AEVB_GAUSSIAN_FIXED, expect_refused(bad, "x_variance");
    bad.x_variance = NAN, expect_refused(bad, "x_variance");
    bad = good, bad.image_rows = 3, expect_refused(bad, "pictures");
    bad = good, bad.image_rows = 0, expect_refused(bad, "pictures");
    bad = good, bad.image_rows = ((size_t)1 << 63) + 1, bad.image_cols = 6, expect_refused(bad, "pictures");
}

/* [INIT.1] [INIT.2] By the clause, element by element; and the range and spread they promise. */
Test(network, initialisation)
{
    const aevb_arch arch = {.x_dim = 50, .z_dim = 4, .n_hidden = 1, .hidden = {30}};
    aevb_model *model;
    cr_assert_eq(aevb_model_create(&arch, &model, NULL), AEVB_OK);
    cr_assert_eq(aevb_model_init(model, AEVB_INIT_GLOROT, 0.0, 42), AEVB_OK);
    const uint64_t stream = aevb_stream(AEVB_STREAM_INIT, 0);
    for (size_t t = 0; t < model->layout.n_tensors; t++) {
        const aevb_tensor *tensor = &model->layout.tensors[t];
        const double r = tensor->ndim == 2 ? sqrt(6.0 / (double)(tensor->shape[0] + tensor->shape[1])) : 0.0;
        double largest = 0.0;
        for (size_t i = tensor->offset; i < tensor->offset + tensor->count; i++) {
            cr_expect_eq(model->params[i], (2.0 * aevb_uniform(42, stream, i) - 1.0) * r, "%s", tensor->name);
            largest = fmax(largest, fabs(model->params[i]));
        }
        cr_expect(largest <= r && largest >= 0.97 * r, "%s", tensor->name); /* 0.97^120 = 0.03 without a fixed seed */
    }
    cr_assert_eq(aevb_model_init(model, AEVB_INIT_NORMAL, 0.01, 42), AEVB_OK);
    for (size_t i = 0; i < model->layout.n_params; i++)
        cr_expect_eq(model->params[i], 0.01 * aevb_normal(42, stream, i));
    cr_expect_eq(aevb_model_init(model, AEVB_INIT_NORMAL, -1.0, 42), AEVB_EINVAL);
    cr_expect_eq(aevb_model_init(model, (aevb_init)2, 1.0, 42), AEVB_EINVAL);
    aevb_model_free(model);
    aevb_model_free(NULL);
}

Test(network, names_round_trip)
{
    for (int i = 0; i < 5; i++) {
        aevb_activation f;
        cr_expect_eq(aevb_activation_parse(aevb_activation_name((aevb_activation)i), &f), AEVB_OK);
        cr_expect_eq((int)f, i);
    }
    for (int i = 0; i < 4; i++) {
        aevb_likelihood l;
        cr_expect_eq(aevb_likelihood_parse(aevb_likelihood_name((aevb_likelihood)i), &l), AEVB_OK);
        cr_expect_eq((int)l, i);
    }
    aevb_activation f = AEVB_TANH;
    cr_expect_eq(aevb_activation_parse("Relu", &f), AEVB_EINVAL);
    cr_expect_eq(aevb_activation_parse(NULL, &f), AEVB_EINVAL);
    cr_expect_eq(f, AEVB_TANH);
    cr_expect_null(aevb_activation_name((aevb_activation)5));
    cr_expect_null(aevb_likelihood_name((aevb_likelihood)-1));
}
