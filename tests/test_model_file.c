/* SPDX-License-Identifier: GPL-3.0-or-later
 * Models as files: round trips to the bit, PyTorch's names, everything that does not fit refused. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/format.h"
#include "alloc.h"
#include "leaks.h"
#include "temp_files.h"

TestSuite(model_file, .fini = no_leaks);

static const aevb_arch small = {.x_dim = 6, .z_dim = 2, .n_hidden = 1, .hidden = {3}, .activation = AEVB_TANH,
                                .likelihood = AEVB_BERNOULLI, .image_rows = 2, .image_cols = 3};
static const char small_json[] =
    "{\"format\":1,\"x_dim\":6,\"z_dim\":2,\"hidden\":[3],\"activation\":\"tanh\",\"likelihood\":\"bernoulli\","
    "\"image_rows\":2,\"image_cols\":3}";

static aevb_model *make(const aevb_arch *arch, uint64_t seed, int f32)
{
    aevb_model *model = NULL;
    aevb_error err = {0};
    cr_assert_eq(aevb_model_create(arch, &model, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_model_init(model, AEVB_INIT_NORMAL, 1.0, seed), AEVB_OK);
    for (size_t i = 0; f32 && i < model->layout.n_params; i++)
        model->params[i] = (double)(float)model->params[i];
    return model;
}

static aevb_model *load_ok(const char *path)
{
    aevb_model *model = NULL;
    aevb_error err = {0};
    cr_assert_eq(aevb_model_load(path, NULL, NULL, &model, &err), AEVB_OK, "%s", err.message);
    return model;
}

static int same_arch(const aevb_arch *a, const aevb_arch *b)
{
    return a->x_dim == b->x_dim && a->z_dim == b->z_dim && a->n_hidden == b->n_hidden &&
        memcmp(a->hidden, b->hidden, sizeof a->hidden) == 0 && a->activation == b->activation &&
        a->likelihood == b->likelihood && memcmp(&a->x_variance, &b->x_variance, sizeof a->x_variance) == 0 &&
        a->image_rows == b->image_rows && a->image_cols == b->image_cols && a->x_classes == b->x_classes &&
        a->n_alphabet == b->n_alphabet && memcmp(a->alphabet, b->alphabet, sizeof a->alphabet) == 0;
}

static void expect_round_trip(const aevb_arch *arch, aevb_dtype dtype)
{
    aevb_model *model = make(arch, 3, dtype == AEVB_DTYPE_F32);
    aevb_error err = {0};
    cr_assert_eq(aevb_model_save(temp_path("m"), arch, model->params, dtype, &err), AEVB_OK, "%s", err.message);
    aevb_model *back = load_ok(temp_path("m"));
    cr_expect(same_arch(&back->arch, arch));
    cr_assert_eq(back->layout.n_params, model->layout.n_params);
    cr_expect(memcmp(back->params, model->params, model->layout.n_params * sizeof *model->params) == 0);
    aevb_model_free(back);
    aevb_model_free(model);
}

Test(model_file, round_trip_to_the_bit_for_every_kind_of_model)
{
    size_t n = 0;
    for (int activation = 0; aevb_activation_name((aevb_activation)activation) != NULL; activation++)
        for (int likelihood = 0; aevb_likelihood_name((aevb_likelihood)likelihood) != NULL; likelihood++)
            for (size_t hidden = 0; hidden <= AEVB_MAX_HIDDEN; hidden += 4, n++) {
                aevb_arch arch = {.x_dim = 7, .z_dim = 2, .n_hidden = hidden,
                                  .activation = (aevb_activation)activation,
                                  .likelihood = (aevb_likelihood)likelihood};
                for (size_t i = 0; i < hidden; i++)
                    arch.hidden[i] = 3 + i;
                if (likelihood == AEVB_GAUSSIAN_FIXED)
                    arch.x_variance = 0.1;
                if (likelihood == AEVB_CATEGORICAL)
                    arch.x_classes = 7;
                for (size_t i = 0; i < arch.x_classes && hidden > 0; i++) /* [TEXT.1] 0 and 255 among them */
                    arch.alphabet[arch.n_alphabet++] = (uint8_t)(i * 85 / 2);
                expect_round_trip(&arch, AEVB_DTYPE_F64);
                expect_round_trip(&arch, AEVB_DTYPE_F32);
            }
    cr_expect_eq(n, 5 * 5 * 3);
}

Test(model_file, the_fixed_variance_and_pictures_come_back_exactly)
{
    static const double variances[] = {1.0, 1.0 / 3.0, 0x1.fffffffffffffp-3, 0x1p-1074, 1.7976931348623157e308};
    for (size_t i = 0; i < sizeof variances / sizeof variances[0]; i++)
        expect_round_trip(&(aevb_arch){.x_dim = 6, .z_dim = 1, .likelihood = AEVB_GAUSSIAN_FIXED, .image_rows = 3,
                                       .image_cols = 2, .x_variance = variances[i]}, AEVB_DTYPE_F64);
}

Test(model_file, the_architecture_is_the_documented_json)
{
    char *json = NULL;
    aevb_error err = {0};
    aevb_arch arch, fixed = small;
    cr_assert_eq(aevb_arch_to_json(&small, &json, &err), AEVB_OK, "%s", err.message);
    cr_expect_str_eq(json, small_json);
    free(json);
    static const char reordered[] = " { \"hidden\" : [ 3 ], \"x_dim\":6, \"z_dim\":2, \"image_cols\":3, \"format\":1,"
                                    "\"likelihood\":\"bernoulli\",\"activation\":\"tanh\",\"image_rows\":2}\n";
    cr_assert_eq(aevb_arch_from_json(reordered, &arch, &err), AEVB_OK, "%s", err.message);
    cr_expect(same_arch(&arch, &small));
    fixed.likelihood = AEVB_GAUSSIAN_FIXED;
    fixed.x_variance = 0.25;
    cr_assert_eq(aevb_arch_to_json(&fixed, &json, &err), AEVB_OK, "%s", err.message);
    cr_expect(strstr(json, ",\"x_variance\":0.25}") != NULL, "%s", json);
    free(json);
    fixed.x_variance = 0.0;
    cr_expect_eq(aevb_arch_to_json(&fixed, &json, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_arch_to_json(NULL, &json, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_arch_to_json(&small, NULL, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_arch_from_json(NULL, &arch, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_arch_from_json("{}", NULL, &err), AEVB_EINVAL);
}

#define ARCH(format, x, z, hidden, activation, likelihood, rows, cols, more) \
    "{\"format\":" format ",\"x_dim\":" x ",\"z_dim\":" z ",\"hidden\":" hidden ",\"activation\":" activation \
    ",\"likelihood\":" likelihood ",\"image_rows\":" rows ",\"image_cols\":" cols more "}"
#define GREY(format, x, z, hidden, more) ARCH(format, x, z, hidden, "\"relu\"", "\"grey\"", "0", "0", more)
#define TEXT(x, more) ARCH("1", x, "2", "[3]", "\"relu\"", "\"categorical\"", "0", "0", more)

static const struct bad_arch {
    const char *json;
    const char *where;
} bad_archs[] = {
    {"", "architecture byte 0: '[' or '{' expected"},
    {"{", "architecture byte 1: string or '}' expected"},
    {"{} x", "architecture byte 4: end of file expected"},
    {"[1]", "architecture: is not an object"},
    {"{}", "architecture: format is missing"},
    {"{\"format\":1}", "architecture: likelihood \"\" is unknown"},
    {"{\"format\":1,\"format\":1}", "duplicate object key"},
    {GREY("\"1\"", "4", "2", "[3]", ""), "format is missing or not an integer"},
    {GREY("1.0", "4", "2", "[3]", ""), "format is missing or not an integer"},
    {GREY("1", "4", "2", "[3]", ",\"extra\":1"), "unknown key \"extra\""},
    {GREY("1", "4", "2", "[3]", ",\"x_variance\":1"), "x_variance is for gaussian-fixed only"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "\"gaussian-fixed\"", "0", "0", ""), "x_variance is missing"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "\"gaussian-fixed\"", "0", "0", ",\"x_variance\":\"1\""),
     "x_variance is not a number"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "\"gaussian-fixed\"", "0", "0", ",\"x_variance\":0"), "x_variance is 0"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "\"gaussian-fixed\"", "0", "0", ",\"x_variance\":-1.5"),
     "x_variance is -1.5"},
    {ARCH("1", "4", "2", "[3]", "\"Relu\"", "\"grey\"", "0", "0", ""), "activation \"Relu\" is unknown"},
    {ARCH("1", "4", "2", "[3]", "1", "\"grey\"", "0", "0", ""), "activation \"\" is unknown"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "\"gray\"", "0", "0", ""), "likelihood \"gray\" is unknown"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "[]", "0", "0", ""), "likelihood \"\" is unknown"},
    {GREY("1", "4.0", "2", "[3]", ""), "x_dim is not an integer"},
    {GREY("1", "-4", "2", "[3]", ""), "x_dim is not an integer"},
    {GREY("1", "0", "2", "[3]", ""), "x_dim is 0"},
    {GREY("1", "4", "null", "[3]", ""), "z_dim is not an integer"},
    {GREY("1", "4", "0", "[3]", ""), "z_dim is 0"},
    {GREY("1", "4", "9007199254740993", "[3]", ""), "z_dim is not an integer"},
    {GREY("1", "4", "9007199254740992", "[3]", ""), "z_dim is 9007199254740992"},
    {GREY("1", "4", "2", "3", ""), "hidden is not an array"},
    {GREY("1", "4", "2", "{}", ""), "hidden is not an array"},
    {GREY("1", "4", "2", "[1,1,1,1,1,1,1,1,1]", ""), "hidden is not an array of up to 8"},
    {GREY("1", "4", "2", "[\"3\"]", ""), "a width of hidden is not an integer"},
    {GREY("1", "4", "2", "[3,0]", ""), "hidden[1] is 0"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "\"grey\"", "2", "3", ""), "pictures of 2 x 3"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "\"grey\"", "4", "0", ""), "pictures of 4 x 0"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "\"grey\"", "0.5", "0", ""), "image_rows is not an integer"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "\"grey\"", "0", "[]", ""), "image_cols is not an integer"},
    {TEXT("4", ""), "x_classes is missing"},
    {TEXT("4", ",\"x_classes\":3"), "x_classes is 3, it must be 2 or more and divide x_dim = 4"},
    {TEXT("4", ",\"x_classes\":1"), "x_classes is 1"},
    {TEXT("4", ",\"x_classes\":\"2\""), "x_classes is not an integer"},
    {GREY("1", "4", "2", "[3]", ",\"x_classes\":2"), "x_classes is for categorical only"},
    {GREY("1", "4", "2", "[3]", ",\"alphabet\":\"\""), "alphabet is for categorical only"},
    {TEXT("4", ",\"x_classes\":2,\"alphabet\":\"616\""), "alphabet is not a string of two hexadecimal digits"},
    {TEXT("4", ",\"x_classes\":2,\"alphabet\":\"616g\""), "byte 1 of the alphabet is not two hexadecimal digits"},
    {TEXT("4", ",\"x_classes\":2,\"alphabet\":\"g161\""), "byte 0 of the alphabet is not two hexadecimal digits"},
    {TEXT("4", ",\"x_classes\":2,\"alphabet\":\"61A2\""), "byte 1 of the alphabet is not two hexadecimal digits"},
    {ARCH("1", "4", "2", "[3]", "\"relu\"", "\"gaussian-fixed\"", "0", "0", ",\"x_variance\":null"),
     "x_variance is not a number"},
    {GREY("1", "4", "2", "[\"3\",3]", ""), "a width of hidden is not an integer"},
    {TEXT("4", ",\"x_classes\":2,\"alphabet\":7"), "alphabet is not a string of two hexadecimal digits"},
    {TEXT("4", ",\"x_classes\":2,\"alphabet\":\"616G\""), "byte 1 of the alphabet is not two hexadecimal digits"},
    {TEXT("4", ",\"x_classes\":2,\"alphabet\":\"616263\""), "an alphabet of 3 for 2 classes"},
    {TEXT("4", ",\"x_classes\":2,\"alphabet\":\"6161\""), "byte 97 of the alphabet follows byte 97"},
    {"{\"format\":1,\"z_dim\":2,\"hidden\":[3],\"activation\":\"relu\",\"likelihood\":\"grey\",\"image_rows\":0,"
     "\"image_cols\":0}", "x_dim is missing"},
};

Test(model_file, every_bad_architecture_is_refused_with_the_key)
{
    for (size_t i = 0; i < sizeof bad_archs / sizeof bad_archs[0]; i++) {
        aevb_error err = {0};
        aevb_arch arch = {.x_dim = 99};
        cr_expect_eq(aevb_arch_from_json(bad_archs[i].json, &arch, &err), AEVB_EFORMAT, "%s", bad_archs[i].json);
        cr_expect_eq(err.status, AEVB_EFORMAT);
        cr_expect(strstr(err.message, bad_archs[i].where) != NULL, "%s: %s", bad_archs[i].json, err.message);
        cr_expect_eq(arch.x_dim, 99);
    }
    aevb_error err = {0};
    aevb_arch arch;
    cr_expect_eq(aevb_arch_from_json(GREY("2", "4", "2", "[3]", ""), &arch, &err), AEVB_EUNSUPPORTED);
    cr_expect(strstr(err.message, "format 2 is not 1") != NULL, "%s", err.message);
    cr_expect_eq(aevb_arch_from_json("{}", &arch, NULL), AEVB_EFORMAT);
    cr_expect_eq(aevb_arch_from_json(GREY("1", "0", "2", "[3]", ""), &arch, NULL), AEVB_EFORMAT);
}

/* The tensors of a layout with `change` applied to the list, under the metadata given. */
typedef void change_fn(aevb_tensor_out *tensors, size_t *n);

static aevb_status load_changed(const aevb_arch *arch, const char *json, change_fn *change, aevb_model **out,
                                aevb_error *err)
{
    static double zeros[4096];
    aevb_layout layout;
    aevb_tensor_out tensors[AEVB_MAX_TENSORS + 1];
    cr_assert_eq(aevb_layout_make(arch, &layout, err), AEVB_OK);
    size_t n = layout.n_tensors;
    for (size_t i = 0; i < n; i++)
        tensors[i] = (aevb_tensor_out){layout.tensors[i].name, AEVB_DTYPE_F32, layout.tensors[i].ndim,
                                       {layout.tensors[i].shape[0], layout.tensors[i].shape[1]}, zeros};
    if (change != NULL)
        change(tensors, &n);
    const aevb_metadata_out metadata = {"aevb.arch", json};
    cr_assert_eq(aevb_safetensors_write(temp_path("m"), tensors, n, &metadata, json != NULL, err), AEVB_OK, "%s",
                 err->message);
    return aevb_model_load(temp_path("m"), NULL, NULL, out, err);
}

static void without_fc3_bias(aevb_tensor_out *t, size_t *n)
{
    for (size_t i = 0; i + 1 < *n; i++)
        if (i >= 7)
            t[i] = t[i + 1];
    --*n;
}
static void with_one_more(aevb_tensor_out *t, size_t *n) { t[*n] = t[0]; t[(*n)++].name = "fc9.weight"; }
static void with_another_name(aevb_tensor_out *t, size_t *n) { (void)n; t[0].name = "fc01.weight"; }
static void with_transposed(aevb_tensor_out *t, size_t *n) { (void)n; t[0].shape[0] = 6; t[0].shape[1] = 3; }
static void with_flat(aevb_tensor_out *t, size_t *n) { (void)n; t[0].ndim = 1; t[0].shape[0] = 18; }
static void with_wide(aevb_tensor_out *t, size_t *n) { (void)n; t[9].shape[0] = 7; }
static void with_wide_latent(aevb_tensor_out *t, size_t *n) { (void)n; t[2].shape[0] = 5; }
static void with_vector_fc1(aevb_tensor_out *t, size_t *n) { (void)n; t[0].ndim = 1; }
static void with_empty_fc1(aevb_tensor_out *t, size_t *n) { (void)n; t[0].shape[1] = 0; }

static void expect_status(aevb_status status, const char *json, change_fn *change, const char *where)
{
    aevb_error err = {0};
    aevb_model *model = NULL;
    cr_expect_eq(load_changed(&small, json, change, &model, &err), status, "%s", where);
    cr_expect_null(model);
    cr_expect(strstr(err.message, "m: ") != NULL && strstr(err.message, where) != NULL, "%s, not %s", err.message,
              where);
}

static void expect_refused(const char *json, change_fn *change, const char *where)
{
    expect_status(AEVB_EFORMAT, json, change, where);
}

Test(model_file, the_tensors_must_be_exactly_those_of_the_architecture)
{
    expect_refused(small_json, without_fc3_bias, "tensor \"fc3.bias\": is missing");
    expect_refused(small_json, with_one_more, "tensor \"fc9.weight\": is not part of the architecture");
    expect_refused(small_json, with_another_name, "tensor \"fc1.weight\": is missing");
    expect_refused(small_json, with_transposed, "tensor \"fc1.weight\": shape[0] is 6, the architecture has 3");
    expect_refused(small_json, with_flat, "tensor \"fc1.weight\": 1 dimensions, the architecture has 2");
    expect_refused(small_json, with_wide, "tensor \"fc4.bias\": shape[0] is 7, the architecture has 6");
    expect_refused("{}", NULL, "m: architecture: format is missing");
    expect_refused("", NULL, "m: architecture byte 0");
    /* A huge architecture over a small file must fail at the first tensor, not in the allocation. */
    expect_refused(GREY("1", "1048576", "1048576", "[1048576]", ""), NULL,
                   "tensor \"fc1.weight\": shape[0] is 3, the architecture has 1048576");
}

Test(model_file, a_tensor_that_is_no_real_number_or_not_finite_is_refused)
{
    aevb_error err = {0};
    aevb_model *model = make(&small, 1, 0), *back = NULL;
    cr_assert_eq(aevb_model_save(temp_path("m"), &small, model->params, AEVB_DTYPE_F64, &err), AEVB_OK);
    size_t n;
    unsigned char *bytes = temp_read(temp_path("m"), &n);
    memset(bytes + n - 8, 0xff, 8);
    temp_write(temp_path("m"), bytes, n);
    cr_expect_eq(aevb_model_load(temp_path("m"), NULL, NULL, &back, &err), AEVB_EFORMAT);
    cr_expect(strstr(err.message, "m: tensor \"fc4.bias\": element 5 is NaN") != NULL, "%s", err.message);
    char *dtype = strstr((char *)bytes + 8, "\"F64\"");
    cr_assert_not_null(dtype);
    memcpy(dtype, "\"I64\"", 5);
    temp_write(temp_path("m"), bytes, n);
    cr_expect_eq(aevb_model_load(temp_path("m"), NULL, NULL, &back, &err), AEVB_EUNSUPPORTED);
    cr_expect(strstr(err.message, "m: tensor \"fc1.weight\": dtype I64") != NULL, "%s", err.message);
    free(bytes);
    cr_expect_null(back);
    model->params[4] = (double)NAN;
    cr_expect_eq(aevb_model_save(temp_path("m"), &small, model->params, AEVB_DTYPE_F64, &err), AEVB_EDOMAIN);
    cr_expect(strstr(err.message, "m: tensor \"fc1.weight\": element 4 is not finite") != NULL, "%s", err.message);
    aevb_model_free(model);
}

#define OF_NO_LAYER "tensors of no affine layer (--map says what is what): "

Test(model_file, the_pytorch_example_is_read_without_an_architecture)
{
    aevb_error err = {0};
    aevb_model *model = NULL;
    aevb_arch arch = {.x_dim = 784, .z_dim = 2, .n_hidden = 1, .hidden = {3}};
    cr_assert_eq(load_changed(&arch, NULL, NULL, &model, &err), AEVB_OK, "%s", err.message);
    arch.activation = AEVB_RELU;
    arch.likelihood = AEVB_GREY;
    arch.image_rows = arch.image_cols = 28;
    cr_expect(same_arch(&model->arch, &arch));
    aevb_model_free(model);
    cr_assert_eq(load_changed(&small, NULL, NULL, &model, &err), AEVB_OK, "%s", err.message);
    cr_expect(model->arch.x_dim == 6 && model->arch.image_rows == 0 && model->arch.likelihood == AEVB_GREY);
    aevb_model_free(model);
    expect_status(AEVB_EUNSUPPORTED, NULL, with_another_name, OF_NO_LAYER "fc1.bias");
    expect_status(AEVB_EUNSUPPORTED, NULL, with_vector_fc1, OF_NO_LAYER "fc1.weight");
    expect_refused(NULL, with_one_more, "no heads that are known as mu and logvar");
    expect_status(AEVB_EUNSUPPORTED, NULL, with_wide_latent, OF_NO_LAYER "fc21.bias");
    expect_status(AEVB_EUNSUPPORTED, NULL, with_empty_fc1, OF_NO_LAYER "fc1.weight");
    cr_assert_eq(load_changed(&small, NULL, without_fc3_bias, &model, &err), AEVB_OK, "%s", err.message);
    cr_expect_str_eq(model->layout.tensors[7].name, "fc3.bias");
    for (size_t i = 0; i < model->layout.tensors[7].count; i++)
        cr_expect_eq(model->params[model->layout.tensors[7].offset + i], 0.0);
    aevb_model_free(model);
}

Test(model_file, bad_arguments_and_places_are_refused)
{
    aevb_error err = {0};
    aevb_model *model = make(&small, 1, 0), *back = NULL;
    const char *path = temp_path("m");
    cr_expect_eq(aevb_model_save(NULL, &small, model->params, AEVB_DTYPE_F64, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_save(path, NULL, model->params, AEVB_DTYPE_F64, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_save(path, &small, NULL, AEVB_DTYPE_F64, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_save(path, &small, model->params, AEVB_DTYPE_BF16, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_save(path, &(aevb_arch){0}, model->params, AEVB_DTYPE_F64, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_save(path, &small, model->params, AEVB_DTYPE_F32, &err), AEVB_EDOMAIN);
    cr_expect_eq(aevb_model_save(temp_path("no/m"), &small, model->params, AEVB_DTYPE_F64, &err), AEVB_EIO);
    cr_expect_eq(aevb_model_load(NULL, NULL, NULL, &back, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_load(path, NULL, NULL, NULL, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_load(path, NULL, NULL, &back, &err), AEVB_EIO);
    cr_expect_eq(aevb_model_load(temp_dir(), NULL, NULL, &back, &err), AEVB_EIO);
    cr_expect_eq(temp_count(), 0);
    aevb_model_free(model);
}

Test(model_file, every_failed_allocation_is_enomem)
{
    aevb_error err = {0};
    aevb_model *model = make(&small, 1, 0), *back = NULL;
    size_t n = 0;
    aevb_status status = AEVB_ENOMEM;
    while (status == AEVB_ENOMEM) {
        aevb_alloc_fail_after(++n);
        status = aevb_model_save(temp_path("m"), &small, model->params, AEVB_DTYPE_F64, &err);
        aevb_alloc_fail_after(0);
    }
    cr_expect(status == AEVB_OK && n == 3, "%zu: %s", n, err.message); /* header, file */
    for (n = 0, status = AEVB_ENOMEM; status == AEVB_ENOMEM;) {
        aevb_alloc_fail_after(++n);
        status = aevb_model_load(temp_path("m"), NULL, NULL, &back, &err);
        aevb_alloc_fail_after(0);
        cr_assert_eq(status == AEVB_OK, back != NULL);
    }
    cr_expect(status == AEVB_OK && n > 6, "%zu: %s", n, err.message);
    aevb_model_free(back);
    aevb_model_free(model);
}
