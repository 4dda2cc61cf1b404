/* SPDX-License-Identifier: GPL-3.0-or-later
 * From a model file to a model: the architecture, where each of its tensors comes from, and their values. */
#include "config.h"
#include "aevb/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/import_layers.h"
#include "format/model_source.h"

aevb_import_options aevb_import_default(void)
{
    return (aevb_import_options){.activation = -1, .likelihood = -1};
}

#define BAD(status, format, ...) \
    aevb_fail(err, status, "%.200s: " format, aevb_model_file_path(file), __VA_ARGS__)

/* What Keras calls the activations that we have; "linear" is none. */
static int find_activation(const char *keras)
{
    aevb_activation found;
    if (strcmp(keras, "linear") == 0)
        return AEVB_IDENTITY;
    return aevb_activation_parse(keras, &found) == AEVB_OK ? (int)found : -1;
}

/* The activation of the hidden layers as the file says it, -1 when it does not; all that say one must say the same.
 * *all: whether all do. */
static aevb_status stored_activation(const aevb_model_file *file, const aevb_roles *roles, int *out, bool *all,
                                     aevb_error *err)
{
    *out = -1;
    *all = true;
    for (size_t i = 0; i < roles->n_encoder + roles->n_decoder; i++) {
        const aevb_import_layer *layer = i < roles->n_encoder ? roles->encoder[i]
                                                              : roles->decoder[i - roles->n_encoder];
        if (layer->activation == NULL) {
            *all = false;
            continue;
        }
        int found = find_activation(layer->activation);
        if (found < 0)
            return BAD(AEVB_EUNSUPPORTED, "layer \"%.*s\": activation \"%.50s\"; relu, tanh, sigmoid, softplus and "
                       "linear are read", (int)layer->length, layer->name, layer->activation);
        if (*out >= 0 && found != *out)
            return BAD(AEVB_EUNSUPPORTED, "layer \"%.*s\": activation \"%.50s\" where others have %s; ours is the "
                       "same in all hidden layers", (int)layer->length, layer->name, layer->activation,
                       aevb_activation_name((aevb_activation)*out));
        *out = found;
    }
    const aevb_import_layer *const heads[] = {roles->mu, roles->logvar, roles->out_logvar};
    for (size_t i = 0; i < 3; i++)
        if (heads[i] != NULL && heads[i]->activation != NULL && strcmp(heads[i]->activation, "linear") != 0)
            return BAD(AEVB_EUNSUPPORTED, "layer \"%.*s\": a head with activation \"%.50s\"", (int)heads[i]->length,
                       heads[i]->name, heads[i]->activation);
    const char *last = roles->out == NULL ? NULL : roles->out->activation;
    if (last != NULL && strcmp(last, "linear") != 0 && strcmp(last, "sigmoid") != 0)
        return BAD(AEVB_EUNSUPPORTED, "layer \"%.*s\": an output with activation \"%.50s\"; sigmoid and linear are "
                   "read", (int)roles->out->length, roles->out->name, last);
    return AEVB_OK;
}

/* What the options say where the file does not; AEVB_EFORMAT where it says otherwise. said: its activation, or -1. */
static aevb_status take_options(const aevb_model_file *file, const aevb_import_options *options, int said,
                                aevb_import *found, aevb_error *err)
{
    aevb_arch *arch = &found->arch;
    const int activation = options->activation, likelihood = options->likelihood;
    if (activation >= 0 && said >= 0 && activation != said)
        return BAD(AEVB_EFORMAT, "its activation is %s, not %s (--activation)",
                   aevb_activation_name((aevb_activation)said), aevb_activation_name((aevb_activation)activation));
    if (likelihood >= 0 && likelihood != (int)arch->likelihood && !found->likelihood_assumed)
        return BAD(AEVB_EFORMAT, "its likelihood is %s, not %s (--likelihood)",
                   aevb_likelihood_name(arch->likelihood), aevb_likelihood_name((aevb_likelihood)likelihood));
    if (activation >= 0) {
        arch->activation = (aevb_activation)activation;
        found->activation_assumed = 0;
    }
    if (likelihood >= 0) {
        arch->likelihood = (aevb_likelihood)likelihood;
        found->likelihood_assumed = 0;
    }
    if (options->x_variance > 0 && arch->likelihood != AEVB_GAUSSIAN_FIXED)
        return BAD(AEVB_EFORMAT, "the likelihood is %s, --x-variance belongs to gaussian-fixed",
                   aevb_likelihood_name(arch->likelihood));
    if (options->x_variance > 0 && arch->x_variance > 0 && options->x_variance != arch->x_variance)
        return BAD(AEVB_EFORMAT, "its variance is %.17g, not %.17g (--x-variance)", arch->x_variance,
                   options->x_variance);
    if (arch->likelihood == AEVB_GAUSSIAN_FIXED && !(arch->x_variance > 0))
        arch->x_variance = options->x_variance > 0 ? options->x_variance : 1;
    if (options->image_rows > 0 || options->image_cols > 0) {
        arch->image_rows = options->image_rows;
        arch->image_cols = options->image_cols;
    }
    return AEVB_OK;
}

/* The sigmoid of a Keras output is in the logits of bernoulli and grey; no other likelihood has one. */
static aevb_status check_output(const aevb_model_file *file, const aevb_roles *roles, aevb_likelihood likelihood,
                                aevb_error *err)
{
    const aevb_import_layer *out = roles->out;
    if (out == NULL || out->activation == NULL || strcmp(out->activation, "sigmoid") != 0 ||
        likelihood == AEVB_BERNOULLI || likelihood == AEVB_GREY)
        return AEVB_OK;
    return BAD(AEVB_EFORMAT, "layer \"%.*s\": activation \"sigmoid\" of the output, which the likelihood %s does not "
               "have", (int)out->length, out->name, aevb_likelihood_name(likelihood));
}

/* Widths by the decoder, or by an encoder alone. */
static aevb_arch arch_of(const aevb_roles *roles)
{
    aevb_arch arch = {.n_hidden = roles->n_decoder,
                      .likelihood = roles->out_logvar != NULL ? AEVB_GAUSSIAN : AEVB_GREY};
    if (roles->out != NULL) {
        arch.x_dim = roles->out->out;
        arch.z_dim = (roles->n_decoder > 0 ? roles->decoder[0] : roles->out)->in;
        for (size_t i = 0; i < roles->n_decoder; i++)
            arch.hidden[roles->n_decoder - 1 - i] = roles->decoder[i]->out;
        return arch;
    }
    arch.n_hidden = roles->n_encoder;
    arch.x_dim = (roles->n_encoder > 0 ? roles->encoder[0] : roles->mu)->in;
    arch.z_dim = roles->mu->weight == roles->logvar->weight ? roles->mu->out / 2 : roles->mu->out;
    for (size_t i = 0; i < roles->n_encoder; i++)
        arch.hidden[i] = roles->encoder[i]->out;
    return arch;
}

/* The architecture that the roles and the options make. */
static aevb_status make_arch(const aevb_model_file *file, const aevb_roles *roles, const aevb_import_options *options,
                             aevb_import *found, aevb_error *err)
{
    aevb_arch *arch = &found->arch;
    int activation;
    bool all;
    aevb_status status = stored_activation(file, roles, &activation, &all, err);
    if (status != AEVB_OK)
        return status;
    *arch = arch_of(roles);
    arch->activation = activation >= 0 ? (aevb_activation)activation : AEVB_RELU;
    found->activation_assumed = !all;
    found->likelihood_assumed = roles->out_logvar == NULL;
    if (arch->x_dim == 784) /* made for MNIST */
        arch->image_rows = arch->image_cols = 28;
    status = take_options(file, options, activation, found, err);
    if (status == AEVB_OK)
        status = check_output(file, roles, arch->likelihood, err);
    if (status != AEVB_OK)
        return status;
    found->parts = AEVB_HAS_DECODER;
    if (roles->mu == NULL)
        return arch->x_dim != arch->z_dim ? AEVB_OK
                                          : BAD(AEVB_EFORMAT, "neither a VAE nor a decoder: it leads from %zu values "
                                                "to as many", arch->x_dim);
    found->parts = roles->out == NULL ? AEVB_HAS_ENCODER : AEVB_HAS_BOTH;
    if (roles->out != NULL && roles->n_encoder != roles->n_decoder)
        return BAD(AEVB_EUNSUPPORTED, "%zu hidden layers in the encoder, %zu in the decoder; ours mirror each other",
                   roles->n_encoder, roles->n_decoder);
    return AEVB_OK;
}

/* The layer behind the k-th layer of the layout, of a part that is there; NULL when the file does not have it. */
static const aevb_import_layer *role_at(const aevb_roles *roles, const aevb_import *found, size_t k)
{
    const size_t h = found->arch.n_hidden;
    if (k < h)
        return roles->encoder[k];
    if (k < h + 2)
        return k == h ? roles->mu : roles->logvar;
    k -= h + 2;
    return k < h ? roles->decoder[k] : k == h ? roles->out : roles->out_logvar;
}

/* Points each tensor of the layout to the layer in its role and checks that the shapes are those of the layout. */
static aevb_status connect(const aevb_model_file *file, const aevb_roles *roles, aevb_import *found, aevb_error *err)
{
    const int joint = roles->mu != NULL && roles->mu->weight == roles->logvar->weight;
    for (size_t i = 0; i < found->layout.n_tensors; i += 2) {
        const aevb_tensor *weight = &found->layout.tensors[i];
        if (!(found->parts & 1u << weight->part))
            continue;
        const aevb_import_layer *layer = role_at(roles, found, i / 2);
        if (layer == NULL)
            return BAD(AEVB_EFORMAT, "no layer for %s, which the likelihood %s needs", weight->name,
                       aevb_likelihood_name(found->arch.likelihood));
        const int head = joint && (layer == roles->mu || layer == roles->logvar);
        const size_t out = head ? 2 * weight->shape[0] : weight->shape[0];
        if (layer->out != out || layer->in != weight->shape[1])
            return BAD(AEVB_EFORMAT, "layer \"%.*s\" leads from %zu to %zu values; as %.*s of %zu-...-%zu it would "
                       "lead from %zu to %zu", (int)(layer->length < 100 ? layer->length : 100), layer->name,
                       layer->in, layer->out, (int)strcspn(weight->name, "."), weight->name, found->arch.x_dim,
                       found->arch.z_dim, weight->shape[1], out);
        uint64_t first = head && i / 2 == found->arch.n_hidden + 1 ? weight->shape[0] : 0;
        found->tensors[i] = (aevb_import_tensor){layer->weight, layer->transposed, first, layer->doubled};
        found->tensors[i + 1] = (aevb_import_tensor){layer->bias, 0, first, layer->bias_doubled};
    }
    return AEVB_OK;
}

static aevb_status find_theirs(const aevb_model_file *file, const aevb_import_options *options, aevb_import *found,
                               aevb_error *err)
{
    aevb_import_layers layers;
    aevb_roles roles;
    char *names = NULL;
    aevb_status status;
    if (options->map == NULL && *file->odd_config != '\0')
        return BAD(AEVB_EUNSUPPORTED, "configuration: %s (--map leaves out what it does not name)", file->odd_config);
    if (options->map == NULL) {
        status = aevb_layers_collect(file, &layers, err);
        if (status == AEVB_OK)
            status = aevb_roles_find(aevb_model_file_path(file), &layers, &roles, err);
    } else {
        status = aevb_layers_from_map(file, options->map, &layers, &names, err);
        if (status == AEVB_OK && !aevb_roles_ours(&layers, &roles))
            status = BAD(AEVB_EFORMAT, "map: its %zu layers are not those of a network of ours (fc1, fc21, fc22, "
                         "fc3, fc4 with one hidden layer), of its encoder (fc1, fc21, fc22) or of its decoder (fc3, "
                         "fc4)", layers.n);
    }
    if (status == AEVB_OK)
        status = make_arch(file, &roles, options, found, err);
    if (status == AEVB_OK) {
        aevb_error detail;
        found->n_ignored = layers.n_ignored;
        found->heads_by_order = roles.by_order;
        status = aevb_layout_make(&found->arch, &found->layout, &detail);
        if (status != AEVB_OK)
            status = BAD(status == AEVB_EINVAL ? AEVB_EFORMAT : status, "%s", detail.message);
    }
    if (status == AEVB_OK)
        status = connect(file, &roles, found, err);
    aevb_free(names);
    return status;
}

aevb_status aevb_import_find(const aevb_model_file *file, const aevb_import_options *options, aevb_import *out,
                             aevb_error *err)
{
    if (file == NULL || out == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_import_find: NULL argument");
    const aevb_import_options given = options == NULL ? aevb_import_default() : *options;
    aevb_import found = {.ours = given.map == NULL && aevb_model_file_metadata(file, AEVB_ARCH_KEY) != NULL};
    aevb_status status = AEVB_OK;
    if (found.ours) {
        status = aevb_own_arch(file, &found.arch, &found.parts, err);
        if (status == AEVB_OK)
            status = take_options(file, &given, found.arch.n_hidden > 0 ? (int)found.arch.activation : -1, &found,
                                  err);
        if (status == AEVB_OK)
            status = aevb_own_tensors(file, &found, err);
    } else {
        status = find_theirs(file, &given, &found, err);
    }
    if (status == AEVB_OK)
        *out = found;
    return status;
}

/* Values [out][in], or [out], of one tensor of ours from theirs; scratch holds theirs. */
static void place(const aevb_tensor *ours, const aevb_import_tensor *from, const double *scratch, double *to)
{
    const size_t outs = ours->shape[0], ins = ours->ndim == 2 ? ours->shape[1] : 1, first = (size_t)from->first;
    const size_t all = from->theirs->ndim == 2 && from->transposed ? (size_t)from->theirs->shape[1] : 0;
    for (size_t o = 0; o < outs; o++)
        for (size_t i = 0; i < ins; i++)
            to[o * ins + i] = from->transposed ? scratch[i * all + first + o] : scratch[(first + o) * ins + i];
}

static aevb_status read_tensor(aevb_model_file *file, const aevb_tensor *ours, const aevb_import_tensor *from,
                               double *to, aevb_error *err)
{
    if (from->theirs == NULL) /* no bias: zeros, as the model was created */
        return AEVB_OK;
    double *scratch = aevb_alloc((size_t)from->theirs->count, sizeof *scratch);
    if (scratch == NULL)
        return aevb_fail_memory(err);
    aevb_status status = aevb_model_file_read_into(file, from->theirs, scratch, err);
    if (status == AEVB_OK)
        place(ours, from, scratch, to);
    for (size_t i = 0; i < ours->count && from->doubled && status == AEVB_OK; i++) {
        to[i] *= 2;
        if (!isfinite(to[i]))
            status = BAD(AEVB_EFORMAT, "tensor \"%.100s\": twice an element is infinite", from->theirs->name);
    }
    aevb_free(scratch);
    return status;
}

aevb_status aevb_import_read(aevb_model_file *file, const aevb_import *found, aevb_model **out, aevb_error *err)
{
    if (file == NULL || found == NULL || out == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_import_read: NULL argument");
    aevb_model *model = NULL;
    aevb_status status = aevb_model_create(&found->arch, &model, err);
    for (size_t i = 0; i < found->layout.n_tensors && status == AEVB_OK; i++)
        if (found->parts & 1u << found->layout.tensors[i].part)
            status = read_tensor(file, &found->layout.tensors[i], &found->tensors[i],
                                 model->params + found->layout.tensors[i].offset, err);
    if (status != AEVB_OK) {
        aevb_model_free(model);
        return status;
    }
    model->parts = found->parts;
    *out = model;
    return AEVB_OK;
}

aevb_status aevb_model_load(const char *path, const aevb_limits *limits, const aevb_import_options *options,
                            aevb_model **out, aevb_error *err)
{
    if (path == NULL || out == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_model_load: NULL argument");
    aevb_model_file *file = NULL;
    aevb_import found;
    aevb_status status = aevb_model_file_open(path, limits, &file, err);
    if (status == AEVB_OK)
        status = aevb_import_find(file, options, &found, err);
    if (status == AEVB_OK)
        status = aevb_import_read(file, &found, out, err);
    aevb_model_file_close(file);
    return status;
}
