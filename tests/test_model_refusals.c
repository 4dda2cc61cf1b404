/* SPDX-License-Identifier: GPL-3.0-or-later
 * Networks of others, by names, shapes or a map: what is taken for a network, and each reason for which it is
 * refused, with the file and the layer. The files are safetensors; their values are all 1/2. */
#include "config.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/format.h"
#include "format/layer_names.h"
#include "leaks.h"
#include "temp_files.h"

TestSuite(model_refusals, .fini = no_leaks, .init = temp_clear, .timeout = 60);

enum { MOST = 80 };

/* "NAME ROWS COLS; NAME N; ...": matrices and vectors. */
static void write_tensors(const char *list)
{
    static double values[10000];
    static char names[MOST][700];
    static aevb_tensor_out tensors[MOST];
    size_t n = 0;
    aevb_error err = {.message = ""};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        values[i] = 0.5;
    for (const char *at = list, *next; at != NULL && at[strspn(at, " ")] != '\0'; at = next) {
        next = strchr(at, ';');
        next = next == NULL ? NULL : next + 1;
        size_t rows = 0, cols = 0;
        const int got = sscanf(at, " %699[^ ;] %zu %zu", names[n], &rows, &cols);
        tensors[n] = (aevb_tensor_out){.name = names[n], .dtype = AEVB_DTYPE_F64, .ndim = (size_t)got - 1,
                                       .shape = {rows, cols}, .data = values};
        n++;
    }
    cr_assert_eq(aevb_safetensors_write(temp_path("m"), tensors, n, NULL, 0, &err), AEVB_OK, "%s", err.message);
}

/* Reads the network; NULL says: it is one. */
static void expect(const char *list, const aevb_import_options *options, const char *says)
{
    aevb_error err = {.message = ""};
    aevb_model *model = NULL;
    write_tensors(list);
    const aevb_status status = aevb_model_load(temp_path("m"), NULL, options, &model, &err);
    cr_expect_eq(status == AEVB_OK, says == NULL, "%s: %s", list, err.message);
    cr_expect(says == NULL || ((status == AEVB_EFORMAT || status == AEVB_EUNSUPPORTED) && status == err.status &&
                               strstr(err.message, says) != NULL && strncmp(err.message, temp_path("m"), 20) == 0),
              "%s: expected %s: %d %s", list, says, (int)status, err.message);
    aevb_model_free(model);
}

#define ENCODER "fc1.weight 5 9; fc1.bias 5; fc21.weight 2 5; fc21.bias 2; fc22.weight 2 5; fc22.bias 2; "
#define DECODER "fc3.weight 5 2; fc3.bias 5; fc4.weight 9 5; fc4.bias 9"
#define GAUSSIAN "fc3.weight 5 2; fc3.bias 5; fc41.weight 9 5; fc41.bias 9; fc42.weight 9 5; fc42.bias 9"

Test(model_refusals, by_names_and_shapes)
{
    static const struct { const char *list, *says; } cases[] = {
        {ENCODER DECODER, NULL},
        {ENCODER GAUSSIAN, NULL},
        {DECODER, NULL},
        {GAUSSIAN, NULL},
        {ENCODER, NULL}, /* an encoder alone */
        {"fc11.weight 2 9; fc11.bias 2; fc12.weight 2 9; fc12.bias 2; fc2.weight 9 2; fc2.bias 9", NULL},
        {"", "no tensors of a network"},
        {ENCODER DECODER "; more 4", "tensors of no affine layer (--map says what is what): more"},
        {ENCODER DECODER "; fc1.gamma 4", "fc1.gamma"},
        {ENCODER DECODER "; counter", NULL}, /* a scalar is no tensor of a network */
        {ENCODER "fc3.weight 5 2; fc3.bias 5 1; fc4.weight 9 5; fc4.bias 9", "fc3.bias"},
        {ENCODER "fc3.weight 5; fc3.bias 5; fc4.weight 9 5; fc4.bias 9", "fc3.weight"},
        {ENCODER "fc3.bias 5; fc4.weight 9 5; fc4.bias 9", "fc3.bias"},
        {ENCODER "fc3.weight 5 2; fc3.bias 4; fc4.weight 9 5; fc4.bias 9", "fc3.bias"},
        {ENCODER "fc3.weight 0 2; fc3.bias 0; fc4.weight 9 0; fc4.bias 9", "fc3.weight"},
        {ENCODER "fc3.weight 5 0; fc3.bias 5; fc4.weight 9 5; fc4.bias 9", "fc3.weight"},
        {ENCODER "fc3.weight 5 2; fc4.weight 9 5; fc4.bias 9", NULL}, /* zeros for the bias that is not there */
        {ENCODER "fc3.weight 5 2; fc3.bias 5; fc3.kernel 2 5; fc4.weight 9 5; fc4.bias 9", "fc3."},
        {"mu.weight 2 9; mu.bias 2; log_sigma.weight 2 9; log_sigma.bias 2; d.weight 9 2; d.bias 9",
         "a head is named as a standard deviation"},
        {"mu.weight 2 9; mu.bias 2; d.weight 9 2; d.bias 9", "no heads that are known as mu and logvar"},
        {"mu.weight 2 9; mu.bias 2; logvar.weight 3 9; logvar.bias 3; d.weight 9 2; d.bias 9",
         "its layers do not connect to a VAE"},
        {"mu.weight 2 9; mu.bias 2; logvar.weight 2 8; logvar.bias 2; d.weight 9 2; d.bias 9",
         "its layers do not connect to a VAE"},
        {"mu.weight 2 9; mu.bias 2; logvar.weight 2 9; logvar.bias 2; d.weight 8 2; d.bias 8",
         "its layers do not connect to a VAE"},
        {"mu.weight 2 9; mu.bias 2; logvar.weight 2 9; logvar.bias 2", NULL}, /* a linear encoder alone */
        {"h.weight 4 9; h.bias 4; mu.weight 2 4; mu.bias 2; logvar.weight 2 4; logvar.bias 2", NULL},
        {"h.weight 4 9; h.bias 4; mu.weight 2 3; mu.bias 2; logvar.weight 2 3; logvar.bias 2",
         "its layers do not connect to a VAE, an encoder or a decoder"},
        {"encoder.0.weight 4 9; encoder.0.bias 4; encoder.2.weight 6 4; encoder.2.bias 6", NULL}, /* two halves */
        {"encoder.0.weight 4 9; encoder.0.bias 4; encoder.1.weight 3 4; encoder.1.bias 3; encoder.2.weight 3 4; "
         "encoder.2.bias 3", NULL}, /* heads by order */
        {"a.weight 4 9; a.bias 4; b.weight 3 4; b.bias 3; c.weight 3 4; c.bias 3", /* nothing says encoder */
         "no heads that are known as mu and logvar"},
        {"encoder.0.weight 4 9; encoder.0.bias 4; mu.weight 2 4; mu.bias 2; logvar.weight 2 4; logvar.bias 2; "
         "decoder.0.weight 9 3; decoder.0.bias 9", "its layers do not connect to a VAE"},
        {"mu.weight 2 9; mu.bias 2; logvar.weight 2 9; logvar.bias 2; d.weight 9 2; d.bias 9", NULL},
        {"mu.weight 2 9; mu.bias 2; log_var.weight 2 9; log_var.bias 2; d.weight 9 2; d.bias 9", NULL},
        {"a.weight 4 9; a.bias 4; d.weight 9 2; d.bias 9", NULL}, /* one head of both halves */
        {"a.weight 3 9; a.bias 3; d.weight 9 2; d.bias 9", NULL}, /* a decoder of 2-9-3 */
        {"a.weight 3 9; a.bias 3; d.weight 8 2; d.bias 8", "no heads that are known as mu and logvar"},
        {"a.weight 9 9; a.bias 9", "neither a VAE nor a decoder: it leads from 9 values to as many"},
        {"a.weight 3 2; a.bias 3; b.weight 9 3; b.bias 9", NULL}, /* a decoder alone */
        {"e.weight 3 9; e.bias 3; mu.weight 2 3; mu.bias 2; logvar.weight 2 3; logvar.bias 2; d.weight 9 2; d.bias 9",
         "more than one way to connect its layers"}, /* e may come after d */
        {"encoder.e.weight 3 9; encoder.e.bias 3; mu.weight 2 3; mu.bias 2; logvar.weight 2 3; logvar.bias 2; "
         "decoder.d.weight 9 2; decoder.d.bias 9",
         "1 hidden layers in the encoder, 0 in the decoder"},
        {"encoder.e.weight 3 9; encoder.e.bias 3; mu.weight 2 3; mu.bias 2; logvar.weight 2 3; logvar.bias 2; "
         "decoder.d.weight 4 2; decoder.d.bias 4; decoder.o.weight 9 4; decoder.o.bias 9", "leads from"},
        {"encoder.a.weight 3 9; encoder.a.bias 3; mu.weight 2 3; mu.bias 2; logvar.weight 2 3; logvar.bias 2; "
         "decoder.a.weight 3 2; decoder.a.bias 3; decoder.mu.weight 9 3; decoder.mu.bias 9; "
         "decoder.logvar.weight 9 3; decoder.logvar.bias 9", NULL},
        {"encoder.a.weight 3 9; encoder.a.bias 3; mu.weight 2 3; mu.bias 2; logvar.weight 2 3; logvar.bias 2; "
         "decoder.a.weight 3 2; decoder.a.bias 3; decoder.mu.weight 9 3; decoder.mu.bias 9; "
         "decoder.logvar.weight 8 3; decoder.logvar.bias 8", "leads from 3 to 8 values"},
        {"encoder.a.weight 3 9; encoder.a.bias 3; mu.weight 2 3; mu.bias 2; logvar.weight 2 3; logvar.bias 2; "
         "decoder.mu.weight 9 3; decoder.mu.bias 9; decoder.logvar.weight 9 3; decoder.logvar.bias 9",
         "its layers do not connect to a VAE"}, /* no encoder alone: the decoder has heads */
        {"a.weight 4 4; a.bias 4; b.weight 4 4; b.bias 4; c.weight 4 4; c.bias 4; d.weight 4 4; d.bias 4",
         "more than one way to connect its layers"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect(cases[i].list, NULL, cases[i].says);
}

Test(model_refusals, by_a_map)
{
    static const struct { const char *map, *says; } cases[] = {
        {"fc1=fc1,fc21=fc21,fc22=fc22,fc3=fc3,fc4=fc4", NULL},
        {" # all of them\n\tfc1 = fc1 # one\n\r fc21=fc21\t\r,\n,fc22=fc22, fc3=fc3\nfc4=fc4 ,", NULL},
        {"fc1=fc1,fc21=fc21,fc22=fc21,fc3=fc3,fc4=fc4", "leads from 5 to 2 values"}, /* both halves of a head of 2 */
        {"fc3=fc3,fc4=fc4", NULL},
        {"fc1=fc1,fc21=fc21,fc22=fc22", NULL}, /* the encoder alone */
        {"fc1=fc1,fc21=fc21", "map: its 2 layers are not those of a network of ours"},
        {"fc3.weight=fc3.weight,fc3.bias=fc3.bias,fc4=fc4", NULL},
        {"fc3.weight=fc3.weight,fc4.weight=fc4.weight", NULL}, /* without biases: zeros */
        {"fc3.bias=fc3.bias,fc3.kernel=fc3.weight,fc4=fc4", NULL},
        {"fc3.weight=fc3.weight,fc3.weight=fc3.weight,fc4=fc4", "map: \"fc3.weight\" twice"},
        {"fc3.bias=fc3.bias,fc3.bias=fc3.bias,fc4=fc4", "map: \"fc3.bias\" twice"},
        {"fc3=fc3,fc3.bias=fc3.bias,fc4=fc4", "map: \"fc3.bias\" twice"},
        {"fc3.bias=fc3.bias,fc3=fc3,fc4=fc4", "map: \"fc3\" twice"},
        {"fc3=fc3,fc3=fc3,fc4=fc4", "map: \"fc3\" twice"},
        {"fc3.weight=fc3.bias,fc4=fc4", "map: \"fc3.bias\" is not a matrix"},
        {"fc3.bias=fc3.weight,fc4=fc4", "map: \"fc3.weight\" is not a vector"},
        {"fc3.weight=nothing,fc4=fc4", "map: no tensor \"nothing\" in the file"},
        {"fc3=nothing,fc4=fc4", "map: no layer \"nothing\" in the file"},
        {"fc3.weight=fc3.weight^T,fc4=fc4", "it would lead from 2 to 9"},
        {"fc3=^T,fc4=fc4", "map: no layer \"^T\" in the file"},
        {"fc3.bias=fc3.bias,fc4=fc4", "map: weight and bias of fc3 do not belong together"},
        {"fc3.weight=fc3.weight,fc3.bias=fc4.bias,fc4=fc4", "map: weight and bias of fc3 do not belong together"},
        {"fc3,fc4=fc4", "map: \"fc3\" is not OURS=THEIRS"},
        {"fc3=,fc4=fc4", "is not OURS=THEIRS"},
        {"=fc3,fc4=fc4", "is not OURS=THEIRS"},
        {"fc1=fc1", "map: its 1 layers are not those of a network of ours"},
        {"fc1=fc1,fc21=fc21,fc3=fc3,fc4=fc4", "map: its 4 layers are not those"},
        {"fc1=fc1,fc21=fc21,fc23=fc22,fc3=fc3,fc4=fc4", "map: its 5 layers are not those"},
        {"fc2=fc1,fc21=fc21,fc22=fc22,fc3=fc3,fc4=fc4", "map: its 5 layers are not those"},
        {"fc1=fc1,fc21=fc21,fc22=fc22,fc5=fc3,fc4=fc4", "map: its 5 layers are not those"},
        {"", "map: its 0 layers are not those"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        aevb_import_options options = aevb_import_default();
        options.map = cases[i].map;
        expect(ENCODER DECODER, &options, cases[i].says);
    }
    /* the n-th allocation fails */
    aevb_import_options options = aevb_import_default();
    aevb_error err = {.message = ""};
    aevb_model *model = NULL;
    aevb_status status = AEVB_ENOMEM;
    options.map = cases[0].map;
    for (size_t n = 1; status == AEVB_ENOMEM; n++) {
        aevb_alloc_fail_after(n);
        status = aevb_model_load(temp_path("m"), NULL, &options, &model, &err);
        aevb_alloc_fail_after(0);
    }
    cr_expect_eq(status, AEVB_OK, "%s", err.message);
    aevb_model_free(model);
    char map[4000] = "", entry[40];
    for (int i = 0; i < 100; i++) {
        snprintf(entry, sizeof entry, "a%d=fc1,", i);
        strcat(map, entry);
    }
    options.map = map;
    expect(ENCODER DECODER, &options, "layers");
}

Test(model_refusals, options_against_what_the_file_holds)
{
    aevb_import_options options = aevb_import_default();
    options.likelihood = AEVB_GAUSSIAN;
    expect(ENCODER DECODER, &options, "no layer for fc42.weight, which the likelihood gaussian needs");
    options.likelihood = AEVB_BERNOULLI;
    expect(ENCODER GAUSSIAN, &options, "its likelihood is gaussian, not bernoulli (--likelihood)");
    options.likelihood = AEVB_GAUSSIAN_FIXED;
    expect(ENCODER DECODER, &options, NULL);
    options.x_variance = 0.5;
    expect(ENCODER DECODER, &options, NULL);
    options = aevb_import_default();
    options.image_rows = options.image_cols = 3;
    expect(ENCODER DECODER, &options, NULL);
    options.image_cols = 4;
    expect(ENCODER DECODER, &options, "pictures of 3 x 4 do not have x_dim = 9 pixels");
    options.image_rows = 0;
    expect(ENCODER DECODER, &options, "pictures of 0 x 4 do not have x_dim = 9 pixels");
}

/* A network of as many layers as are read, and of one more; names that are too many for one line. */
Test(model_refusals, too_many_layers)
{
    static char list[MOST * 800];
    for (int n = 1; n <= 30; n++) {
        char entry[120];
        snprintf(entry, sizeof entry,
                 "a_rather_long_name_of_a_layer_%d.weight 2 2; a_rather_long_name_of_a_layer_%d.bias "
                 "2; ", n, n);
        strcat(list, entry);
        if (n == 3 || n == 21 || n == 22 || n == 30)
            expect(list, NULL, n == 3    ? "more than one way"
                               : n == 21 ? "..."
                                         : "more than 21 affine layers, the most that a network of ours has");
    }
    list[0] = '\0';
    for (int n = 1; n <= 75; n++)
        sprintf(list + strlen(list), "l%d.weight 2 2; ", n);
    expect(list, NULL, "more than 21 affine layers");
    /* names beyond 511 characters are told apart by what comes before */
    list[0] = '\0';
    char longer[600];
    memset(longer, 'n', sizeof longer);
    longer[599] = '\0';
    sprintf(list, "%s.weight 9 2; %s.bias 9; b.weight 2 4; b.bias 2", longer, longer);
    expect(list, NULL, NULL);
}

/* What a file of ours says of itself, in both containers. */
Test(model_refusals, parts_of_ours)
{
    const double values[20] = {0};
    static const char arch[] = "{\"format\":1,\"x_dim\":3,\"z_dim\":2,\"hidden\":[],\"activation\":\"relu\","
        "\"likelihood\":\"grey\",\"image_rows\":0,\"image_cols\":0}";
    const aevb_tensor_out tensors[] = {{"fc2.weight", AEVB_DTYPE_F64, 2, {3, 2}, values},
                                       {"fc2.bias", AEVB_DTYPE_F64, 1, {3}, values}};
    static const char *const parts[] = {"decoder", "encoder", "both"};
    static const char *const says[] = {"", "tensor \"fc11.weight\": is missing",
                                       "aevb.parts is \"both\", neither \"encoder\" nor \"decoder\""};
    aevb_error err = {.message = ""};
    aevb_model *model = NULL;
    for (int i = 0; i < 3; i++) {
        const aevb_metadata_out metadata[] = {{"aevb.arch", arch}, {"aevb.parts", parts[i]}};
        cr_assert_eq(aevb_safetensors_write(temp_path("m"), tensors, 2, metadata, 2, &err), AEVB_OK);
        cr_expect_eq(aevb_model_load(temp_path("m"), NULL, NULL, &model, &err), i == 0 ? AEVB_OK : AEVB_EFORMAT, "%s",
                     err.message);
        cr_expect(strstr(err.message, says[i]) != NULL, "%s", err.message);
        if (i > 0)
            continue;
        aevb_import_options options = aevb_import_default();
        aevb_model *other = NULL;
        options.image_rows = options.image_cols = 2;
        cr_expect_eq(aevb_model_load(temp_path("m"), NULL, &options, &other, &err), AEVB_EFORMAT);
        cr_expect_not_null(strstr(err.message, "/m: "), "%s", err.message);
        cr_expect_not_null(strstr(err.message, "pictures of 2 x 2 do not have x_dim = 3 pixels"), "%s", err.message);
        cr_expect_eq(aevb_model_write(temp_path("m"), NULL, AEVB_DTYPE_F64, &err), AEVB_EINVAL);
        cr_expect_eq(aevb_model_write_npz(NULL, model, AEVB_DTYPE_F64, &err), AEVB_EINVAL);
        aevb_model_file *file = NULL;
        cr_assert_eq(aevb_model_write_npz(temp_path("m.npz"), model, AEVB_DTYPE_F64, &err), AEVB_OK, "%s",
                     err.message);
        cr_assert_eq(aevb_model_file_open(temp_path("m.npz"), NULL, &file, &err), AEVB_OK);
        cr_expect_eq(aevb_model_file_n_metadata(file), 2);
        cr_expect_str_eq(aevb_model_file_metadata_key(file, 0), "aevb.arch");
        cr_expect_str_eq(aevb_model_file_metadata_key(file, 1), "aevb.parts");
        cr_expect_null(aevb_model_file_metadata_key(file, 2));
        cr_expect_str_eq(aevb_model_file_metadata(file, "aevb.parts"), "decoder");
        cr_expect_null(aevb_model_file_metadata(file, "other"));
        aevb_model_file_close(file);
        aevb_status status = AEVB_ENOMEM;
        size_t n = 0;
        while (status == AEVB_ENOMEM) { /* the n-th allocation fails */
            aevb_alloc_fail_after(++n);
            status = aevb_model_write_npz(temp_path("n.npz"), model, AEVB_DTYPE_F64, &err);
            aevb_alloc_fail_after(0);
        }
        cr_expect_eq(status, AEVB_OK, "%s", err.message);
        cr_expect_gt(n, 2);
        aevb_model_free(model);
        model = NULL;
    }
}

Test(model_refusals, names_in_their_natural_order)
{
    static const char *const sorted[] = {"", "a", "a1", "a2", "a010", "a10b", "a011", "a100", "aa", "b"};
    for (size_t i = 0; i < 10; i++)
        for (size_t k = 0; k < 10; k++) {
            const int order = aevb_natural_compare(sorted[i], sorted[k]);
            cr_expect_eq((order > 0) - (order < 0), (i > k) - (i < k), "%s, %s: %d", sorted[i], sorted[k], order);
        }
    cr_expect_eq(aevb_natural_compare("a007", "a07"), 0);
}

Test(model_refusals, heads_by_their_names)
{
    static const struct { const char *name; aevb_layer_head head; } list[] = {
        {"mu", AEVB_MU_HEAD}, {"fcMean", AEVB_MU_HEAD}, {"z_log_var", AEVB_LOGVAR_HEAD}, {"logvar", AEVB_LOGVAR_HEAD},
        {"log_sigma", AEVB_STDDEV_HEAD}, {"log_sigma2", AEVB_LOGVAR_HEAD}, {"log_sigma_2", AEVB_STDDEV_HEAD},
        {"sigma1", AEVB_STDDEV_HEAD}, {"mu.fc", AEVB_MU_HEAD}, {"mu/fc", AEVB_MU_HEAD}, {"fc", AEVB_NO_HEAD},
        {"enc.std_net.0", AEVB_STDDEV_HEAD}, {"vae.z_log_var.layer", AEVB_LOGVAR_HEAD},
        {"mu.log_var", AEVB_LOGVAR_HEAD},
        {"log_sigma2.0", AEVB_LOGVAR_HEAD}, {"encmu", AEVB_NO_HEAD}, {"", AEVB_NO_HEAD}, {".", AEVB_NO_HEAD},
        {"averyveryveryverylongnameofalayerofmu", AEVB_NO_HEAD}, {"fc_logv", AEVB_LOGVAR_HEAD},
        {"linear_lv", AEVB_LOGVAR_HEAD}, {"z_log_sigma_sq", AEVB_LOGVAR_HEAD}, {"logSigmaSquared", AEVB_LOGVAR_HEAD},
        {"sq_sigma", AEVB_STDDEV_HEAD}, {"square", AEVB_NO_HEAD}, {"sigma_layer", AEVB_STDDEV_HEAD}};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        cr_expect_eq(aevb_layer_head_of(list[i].name, strlen(list[i].name)), list[i].head, "%s", list[i].name);
}

/* A linear VAE of 9-2 with heads of these names: fc11 is the first, whatever their order; or it is refused, says. */
static void expect_heads(const char *mu, const char *logvar, const char *says)
{
    char list[400], name[100];
    aevb_error err = {.message = ""};
    aevb_model_file *file = NULL;
    aevb_import found;
    snprintf(list, sizeof list, "%s.weight 2 9; %s.bias 2; %s.weight 2 9; %s.bias 2; d.weight 9 2; d.bias 9", mu, mu,
             logvar, logvar);
    expect(list, NULL, says);
    if (says != NULL)
        return;
    cr_assert_eq(aevb_model_file_open(temp_path("m"), NULL, &file, &err), AEVB_OK);
    cr_assert_eq(aevb_import_find(file, NULL, &found, &err), AEVB_OK, "%s", err.message);
    snprintf(name, sizeof name, "%s.weight", mu);
    cr_expect_str_eq(found.tensors[0].theirs->name, name);
    cr_expect(!found.heads_by_order, "%s", mu);
    aevb_model_file_close(file);
}

Test(model_refusals, heads_are_never_told_apart_by_order_where_a_name_says_more)
{
    static const char *const pairs[][2] = {
        {"mu.0", "logvar.0"}, {"fc_mu.linear", "fc_logvar.linear"}, {"encoder.mean.fc", "encoder.log_var.fc"},
        {"vae.z_mean.layer", "vae.z_log_var.layer"}, {"encoder.head_mu.0", "encoder.head_lv.0"},
        {"mu_net.fc", "a_var.fc"}, {"z.mu.a.b.0", "z.logvar.a.b.0"}};
    static const char *const deviations[][2] = {{"encoder.mu.0", "encoder.sigma.0"}, {"enc.loc.net", "enc.scale.net"},
                                                {"encoder.mean_net.0", "encoder.std_net.0"}};
    static const char *const glued[][2] = {{"encmu", "enclogvar"}, {"mulayer", "logvarlayer"}, {"fcmean", "fcvariance"},
                                           {"meanlayer", "logvarlayer"}, {"a_m", "a_s"}, {"x1", "x2sigmas"}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        expect_heads(pairs[i][0], pairs[i][1], NULL);
    for (size_t i = 0; i < sizeof deviations / sizeof deviations[0]; i++)
        expect_heads(deviations[i][0], deviations[i][1], "a head is named as a standard deviation");
    for (size_t i = 0; i < sizeof glued / sizeof glued[0]; i++)
        expect_heads(glued[i][0], glued[i][1], "say it by --map \"fc11=MU, fc12=LOGVAR, fc2=d\"");
    expect("encmu.weight 4 9; encmu.bias 4; d.weight 9 2; d.bias 9", NULL, "--map \"fc11=encmu, fc12=encmu, fc2=d\"");
    /* what the names share hints at nothing */
    expect("variational.a.weight 2 9; variational.b.weight 2 9; variational.d.weight 9 2", NULL, NULL);
    expect("variational.a.weight 4 9; variational.d.weight 9 2", NULL, NULL);
    char list[700], name[301];
    memset(name, 'n', sizeof name);
    name[300] = '\0';
    snprintf(list, sizeof list, "encmu.weight 2 9; enclogvar.weight 2 9; %s.weight 9 2", name);
    expect(list, NULL, "say it by --map \"fc11=MU, fc12=LOGVAR, ...\"");
}

#define CHAIN(name, in, out) name ".weight " #out " " #in "; " name ".bias " #out "; "

Test(model_refusals, heads_of_the_data)
{
    static const struct { const char *list, *says; size_t x_dim; unsigned parts; } cases[] = {
        {CHAIN("dense_1", 3, 8) CHAIN("x_mean", 8, 12) CHAIN("x_log_var", 8, 12), NULL, 12, AEVB_HAS_DECODER},
        {CHAIN("a", 3, 8) CHAIN("recon_mu", 8, 12) CHAIN("recon_logvar", 8, 12), NULL, 12, AEVB_HAS_DECODER},
        {CHAIN("a", 3, 8) CHAIN("mu_out", 8, 12) CHAIN("logvar_out", 8, 12), NULL, 12, AEVB_HAS_DECODER},
        {CHAIN("decoder.fc", 3, 8) CHAIN("decoder.mu", 8, 12) CHAIN("decoder.logvar", 8, 12), NULL, 12,
         AEVB_HAS_DECODER},
        {CHAIN("decoder.fc", 3, 8) CHAIN("mu", 8, 12) CHAIN("logvar", 8, 12), NULL, 12, AEVB_HAS_DECODER},
        {CHAIN("decoder.mu", 3, 12) CHAIN("decoder.logvar", 3, 12), NULL, 12, AEVB_HAS_DECODER},
        {CHAIN("dense_1", 3, 8) CHAIN("x_mean", 8, 12), NULL, 12, AEVB_HAS_DECODER}, /* a mean alone */
        {CHAIN("a", 12, 8) CHAIN("z_mean", 8, 3) CHAIN("z_log_var", 8, 3) CHAIN("b", 3, 8) CHAIN("x_mean", 8, 12)
         CHAIN("x_log_var", 8, 12), NULL, 12, AEVB_HAS_BOTH},
        {CHAIN("a", 12, 8) CHAIN("z_mean", 8, 3) CHAIN("z_log_var", 8, 3) CHAIN("b", 3, 8) CHAIN("x_mean", 8, 12), NULL,
         12, AEVB_HAS_BOTH},
        {CHAIN("e", 12, 8) CHAIN("mu_out", 8, 3) CHAIN("logvar_out", 8, 3) CHAIN("f", 3, 8) CHAIN("g", 8, 12), NULL, 12,
         AEVB_HAS_BOTH}, /* of the encoder, as only there they connect */
        {CHAIN("a", 12, 8) CHAIN("mu", 8, 3) CHAIN("logvar", 8, 3), NULL, 12, AEVB_HAS_ENCODER}, /* to fewer values */
        {CHAIN("a", 3, 8) CHAIN("z_mean", 8, 12) CHAIN("z_logvar", 8, 12), NULL, 3, AEVB_HAS_ENCODER},
        {CHAIN("a", 3, 8) CHAIN("mu", 8, 12) CHAIN("logvar", 8, 12), "an encoder alone or a decoder alone? --map "
         "\"fc1=a, fc21=mu, fc22=logvar\" or --map \"fc3=a, fc41=mu, fc42=logvar\"", 0, 0},
        {CHAIN("a", 3, 8) CHAIN("x_mean", 8, 12) CHAIN("x_log_var", 8, 11), "its layers do not connect", 0, 0},
        {CHAIN("a", 3, 8) CHAIN("x_mean", 8, 12) CHAIN("x_std", 8, 12), "a standard deviation", 0, 0},
        {CHAIN("a", 12, 8) CHAIN("z_mean", 8, 3) CHAIN("z_log_var", 8, 3) CHAIN("b", 3, 8) CHAIN("x_mean", 8, 12)
         CHAIN("x_log_var", 7, 12), "leads from 7 to 12 values", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        aevb_error err = {.message = ""};
        aevb_model *model = NULL;
        expect(cases[i].list, NULL, cases[i].says);
        if (cases[i].says != NULL)
            continue;
        cr_assert_eq(aevb_model_load(temp_path("m"), NULL, NULL, &model, &err), AEVB_OK, "%s", err.message);
        cr_expect(model->parts == cases[i].parts && model->arch.x_dim == cases[i].x_dim, "%s: parts %u, x_dim %zu",
                  cases[i].list, model->parts, model->arch.x_dim);
        aevb_model_free(model);
    }
}

Test(model_refusals, arguments)
{
    aevb_error err = {.message = ""};
    aevb_model_file *file = NULL;
    aevb_model *model = NULL;
    aevb_import found;
    double value;
    write_tensors(ENCODER DECODER);
    cr_assert_eq(aevb_model_file_open(temp_path("m"), NULL, &file, &err), AEVB_OK);
    cr_expect_eq(aevb_import_find(NULL, NULL, &found, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_import_find(file, NULL, NULL, &err), AEVB_EINVAL);
    cr_assert_eq(aevb_import_find(file, NULL, &found, &err), AEVB_OK);
    cr_expect_eq(aevb_import_read(NULL, &found, &model, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_import_read(file, NULL, &model, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_import_read(file, &found, NULL, &err), AEVB_EINVAL);
    cr_expect_str_eq(err.message, "aevb_import_read: NULL argument");
    const aevb_stored_tensor *tensor = aevb_model_file_tensor(file, 0);
    cr_expect_null(aevb_model_file_tensor(file, aevb_model_file_count(file)));
    cr_expect_eq(aevb_model_file_read(NULL, tensor, &value, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_file_read(file, NULL, &value, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_file_read(file, tensor, NULL, &err), AEVB_EINVAL);
    cr_expect_str_eq(err.message, "aevb_model_file_read: NULL argument");
    aevb_model_file_close(file);
    cr_expect_eq(aevb_model_load(NULL, NULL, NULL, &model, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_load("x", NULL, NULL, NULL, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_file_memory(NULL, "", 0, NULL, &file, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_model_file_memory("x", "", 0, NULL, NULL, &err), AEVB_EINVAL);
}
