/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checking an architecture and laying out its parameters. */
#include "config.h"
#include "aevb/model.h"
#include "error.h"
#include "model/network.h"

#include <math.h>
#include <stdio.h>

static aevb_status check_width(const char *what, size_t width, aevb_error *err)
{
    if (width < 1 || width > AEVB_MAX_WIDTH)
        return aevb_fail(err, AEVB_EINVAL, "architecture: %s is %zu, allowed are 1 to %zu", what, width,
                         AEVB_MAX_WIDTH);
    return AEVB_OK;
}

/* [CAT.1] [TEXT.1] */
static aevb_status check_classes(const aevb_arch *arch, aevb_error *err)
{
    const size_t C = arch->x_classes;
    if (arch->likelihood != AEVB_CATEGORICAL && (C != 0 || arch->n_alphabet != 0))
        return aevb_fail(err, AEVB_EINVAL, "architecture: %zu classes and an alphabet of %zu with the %s likelihood; "
                         "both belong to categorical", C, arch->n_alphabet, aevb_likelihood_name(arch->likelihood));
    if (arch->likelihood == AEVB_CATEGORICAL && (C < 2 || arch->x_dim % C != 0))
        return aevb_fail(err, AEVB_EINVAL, "architecture: x_classes is %zu, it must be 2 or more and divide "
                         "x_dim = %zu", C, arch->x_dim);
    if (arch->n_alphabet != 0 && (arch->n_alphabet != C || C > AEVB_MAX_ALPHABET))
        return aevb_fail(err, AEVB_EINVAL, "architecture: an alphabet of %zu for %zu classes, at most %d have one",
                         arch->n_alphabet, C, AEVB_MAX_ALPHABET);
    for (size_t i = 1; i < arch->n_alphabet; i++)
        if (arch->alphabet[i] <= arch->alphabet[i - 1])
            return aevb_fail(err, AEVB_EINVAL, "architecture: byte %d of the alphabet follows byte %d: they must "
                             "ascend", arch->alphabet[i], arch->alphabet[i - 1]);
    return AEVB_OK;
}

aevb_status aevb_arch_check(const aevb_arch *arch, aevb_error *err)
{
    aevb_status status = check_width("x_dim", arch->x_dim, err);
    if (status == AEVB_OK)
        status = check_width("z_dim", arch->z_dim, err);
    if (status == AEVB_OK && arch->n_hidden > AEVB_MAX_HIDDEN)
        status = aevb_fail(err, AEVB_EINVAL, "architecture: %zu hidden layers, at most %d are allowed",
                           arch->n_hidden, AEVB_MAX_HIDDEN);
    for (size_t i = 0; status == AEVB_OK && i < arch->n_hidden; i++) {
        char what[32];
        snprintf(what, sizeof what, "hidden[%zu]", i);
        status = check_width(what, arch->hidden[i], err);
    }
    if (status != AEVB_OK)
        return status;
    if (aevb_activation_name(arch->activation) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "architecture: activation %d does not exist", (int)arch->activation);
    if (aevb_likelihood_name(arch->likelihood) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "architecture: likelihood %d does not exist", (int)arch->likelihood);
    if (arch->likelihood == AEVB_GAUSSIAN_FIXED && !(arch->x_variance > 0.0 && isfinite(arch->x_variance)))
        return aevb_fail(err, AEVB_EINVAL, "architecture: x_variance is %g, it must be positive and finite",
                         arch->x_variance);
    /* Both factors are at most x_dim here or the product is refused, so it cannot overflow. */
    if ((arch->image_rows != 0 || arch->image_cols != 0) &&
        (arch->image_rows > arch->x_dim || arch->image_cols > arch->x_dim ||
         arch->image_rows * arch->image_cols != arch->x_dim))
        return aevb_fail(err, AEVB_EINVAL, "architecture: pictures of %zu x %zu do not have x_dim = %zu pixels",
                         arch->image_rows, arch->image_cols, arch->x_dim);
    return check_classes(arch, err);
}

_Static_assert(sizeof(size_t) >= 8, "sizes are checked for 64 bits");

/* Widths are at most 2^20 and layers at most 18, so no sum of products can overflow 64 bits. */
static void add_layer(aevb_layout *layout, aevb_part part, const char *name, size_t in, size_t out)
{
    aevb_tensor *weight = &layout->tensors[layout->n_tensors++];
    aevb_tensor *bias = &layout->tensors[layout->n_tensors++];
    *weight = (aevb_tensor){.part = part, .ndim = 2, .shape = {out, in}, .count = out * in};
    *bias = (aevb_tensor){.part = part, .ndim = 1, .shape = {out, 0}, .count = out};
    snprintf(weight->name, sizeof weight->name, "%s.weight", name);
    snprintf(bias->name, sizeof bias->name, "%s.bias", name);
    weight->offset = layout->n_params;
    bias->offset = weight->offset + weight->count;
    layout->n_params = bias->offset + bias->count;
}

static void add_numbered(aevb_layout *layout, aevb_part part, size_t number, const char *head, size_t in, size_t out)
{
    char name[16];
    snprintf(name, sizeof name, "fc%u%s", (unsigned)number, head);
    add_layer(layout, part, name, in, out);
}

aevb_status aevb_layout_make(const aevb_arch *arch, aevb_layout *layout, aevb_error *err)
{
    aevb_status status = aevb_arch_check(arch, err);
    if (status != AEVB_OK)
        return status;
    const size_t H = arch->n_hidden;
    aevb_layout made = {0};
    size_t in = arch->x_dim;
    for (size_t i = 0; i < H; in = arch->hidden[i++])
        add_numbered(&made, AEVB_ENCODER, i + 1, "", in, arch->hidden[i]);
    add_numbered(&made, AEVB_ENCODER, H + 1, "1", in, arch->z_dim);
    add_numbered(&made, AEVB_ENCODER, H + 1, "2", in, arch->z_dim);
    in = arch->z_dim;
    for (size_t i = 0; i < H; in = arch->hidden[H - 1 - i++])
        add_numbered(&made, AEVB_DECODER, H + 2 + i, "", in, arch->hidden[H - 1 - i]);
    if (arch->likelihood == AEVB_GAUSSIAN) {
        add_numbered(&made, AEVB_DECODER, 2 * H + 2, "1", in, arch->x_dim);
        add_numbered(&made, AEVB_DECODER, 2 * H + 2, "2", in, arch->x_dim);
    } else {
        add_numbered(&made, AEVB_DECODER, 2 * H + 2, "", in, arch->x_dim);
    }
    if (made.n_params > (size_t)-1 / 64)
        return aevb_fail_memory(err);
    *layout = made;
    return AEVB_OK;
}

static aevb_linear linear_at(const aevb_layout *layout, size_t layer)
{
    const aevb_tensor *weight = &layout->tensors[2 * layer];
    return (aevb_linear){.in = weight->shape[1], .out = weight->shape[0], .weight = weight->offset,
                         .bias = layout->tensors[2 * layer + 1].offset};
}

void aevb_network_make(const aevb_arch *arch, const aevb_layout *layout, aevb_network *network)
{
    const size_t H = arch->n_hidden;
    *network = (aevb_network){.n_hidden = H, .learned_variance = arch->likelihood == AEVB_GAUSSIAN};
    for (size_t i = 0; i < H; i++) {
        network->encoder[i] = linear_at(layout, i);
        network->decoder[i] = linear_at(layout, H + 2 + i);
    }
    network->mu = linear_at(layout, H);
    network->logvar = linear_at(layout, H + 1);
    network->out = linear_at(layout, 2 * H + 2);
    if (network->learned_variance)
        network->out_logvar = linear_at(layout, 2 * H + 3);
}
