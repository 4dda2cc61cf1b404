/* SPDX-License-Identifier: GPL-3.0-or-later
 * Layers under our own names: as they are in a file, or as a map on the command line gives them. */
#include "config.h"
#include "format/import_layers.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

static const aevb_import_layer *ours(const aevb_import_layers *list, size_t number, const char *head)
{
    char name[16];
    size_t n = (size_t)snprintf(name, sizeof name, "fc%zu%s", number, head);
    for (size_t i = 0; i < list->n; i++) {
        const aevb_import_layer *layer = &list->layers[i];
        const char *end = layer->name + layer->length;
        if (layer->length >= n && memcmp(end - n, name, n) == 0 &&
            (layer->length == n || (layer->side < 0 && *(end - n - 1) == '.')))
            return layer;
    }
    return NULL;
}

/* The encoder of a network with h hidden layers. */
static bool take_encoder(const aevb_import_layers *list, size_t h, aevb_roles *r)
{
    r->n_encoder = h;
    r->mu = ours(list, h + 1, "1");
    r->logvar = ours(list, h + 1, "2");
    bool all = r->mu != NULL && r->logvar != NULL;
    for (size_t i = 0; i < h && all; i++)
        all = (r->encoder[i] = ours(list, i + 1, "")) != NULL;
    return all;
}

/* Its decoder, with a log-variance of the data when it is gaussian. */
static bool take_decoder(const aevb_import_layers *list, size_t h, bool gaussian, aevb_roles *r)
{
    r->n_decoder = h;
    r->out = ours(list, 2 * h + 2, gaussian ? "1" : "");
    r->out_logvar = gaussian ? ours(list, 2 * h + 2, "2") : NULL;
    bool all = r->out != NULL && (!gaussian || r->out_logvar != NULL);
    for (size_t i = 0; i < h && all; i++)
        all = (r->decoder[i] = ours(list, h + 2 + i, "")) != NULL;
    return all;
}

int aevb_roles_ours(const aevb_import_layers *list, aevb_roles *out)
{
    static const struct { bool encoder, decoder, gaussian; } kinds[] = {
        {true, true, false}, {true, true, true}, {false, true, false}, {false, true, true}, {true, false, false}};
    for (size_t h = 0; h <= AEVB_MAX_HIDDEN; h++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            const bool encoder = kinds[k].encoder, decoder = kinds[k].decoder, gaussian = kinds[k].gaussian;
            aevb_roles r = {.n_encoder = 0};
            if (list->n == (encoder ? h + 2 : 0) + (decoder ? h + 1 + gaussian : 0) &&
                (!encoder || take_encoder(list, h, &r)) && (!decoder || take_decoder(list, h, gaussian, &r))) {
                *out = r;
                return 1;
            }
        }
    return 0;
}

static void map_entry(const aevb_import_layer *layer, size_t number, const char *head, char *text)
{
    char entry[AEVB_SHOWN_MAP];
    if (layer == NULL)
        return;
    const int n = snprintf(entry, sizeof entry, "fc%zu%s=%.*s", number, head, (int)layer->length, layer->name);
    aevb_list_name(text, AEVB_SHOWN_MAP, entry, (size_t)n);
}

void aevb_roles_map(const aevb_roles *roles, char text[AEVB_SHOWN_MAP])
{
    const size_t h = roles->mu != NULL ? roles->n_encoder : roles->n_decoder;
    *text = '\0';
    for (size_t i = 0; i < roles->n_encoder; i++)
        map_entry(roles->encoder[i], i + 1, "", text);
    map_entry(roles->mu, h + 1, "1", text);
    map_entry(roles->logvar, h + 1, "2", text);
    for (size_t i = 0; i < roles->n_decoder; i++)
        map_entry(roles->decoder[i], h + 2 + i, "", text);
    map_entry(roles->out, 2 * h + 2, roles->out_logvar != NULL ? "1" : "", text);
    map_entry(roles->out_logvar, 2 * h + 2, "2", text);
}

/* One pair of a map, taken apart. */
typedef struct pair {
    char *ours, *theirs;
    bool transposed, doubled;
} pair;

/* The layer of the list under a name of ours, made when it is new; NULL when there is no room. */
static aevb_import_layer *layer_for(aevb_import_layers *list, const char *name, size_t length)
{
    for (size_t i = 0; i < list->n; i++)
        if (list->layers[i].length == length && memcmp(list->layers[i].name, name, length) == 0)
            return &list->layers[i];
    if (list->n == AEVB_IMPORT_LAYERS)
        return NULL;
    list->layers[list->n] = (aevb_import_layer){.name = name, .length = length, .side = -1};
    return &list->layers[list->n++];
}

static void set_tensor(aevb_import_layer *layer, const aevb_model_tensor *tensor, bool bias, const pair *p,
                       aevb_tensor_kind kind)
{
    const int transposed = p->transposed || kind == AEVB_TENSOR_KERNEL;
    const aevb_stored_tensor *stored = tensor->stored;
    if (tensor->activation != NULL)
        layer->activation = tensor->activation;
    if (bias) {
        layer->bias = stored;
        layer->bias_doubled = p->doubled;
        return;
    }
    layer->weight = stored;
    layer->doubled = p->doubled;
    layer->transposed = transposed;
    layer->out = (size_t)stored->shape[transposed];
    layer->in = (size_t)stored->shape[!transposed];
}

/* 1 when the tensor is part of the layer `name`: by its own name or by that of the Keras configuration. */
static bool belongs(const aevb_model_tensor *tensor, const char *name, aevb_tensor_kind *kind)
{
    const char *const known[] = {tensor->stored->name, tensor->hint};
    for (int i = 0; i < 2; i++) {
        size_t length = 0;
        *kind = known[i] == NULL ? AEVB_TENSOR_OTHER : aevb_tensor_kind_of(known[i], &length);
        if (*kind != AEVB_TENSOR_OTHER && length == strlen(name) && memcmp(known[i], name, length) == 0)
            return true;
    }
    return false;
}

#define BAD(format, ...) aevb_fail(err, AEVB_EFORMAT, "%.200s: map: " format, aevb_model_file_path(file), __VA_ARGS__)

static bool usable(const aevb_stored_tensor *tensor, bool bias)
{
    return tensor->ndim == (bias ? 1u : 2u) && tensor->dtype != AEVB_DTYPE_OTHER;
}

/* ours is a layer: weight and, if there is one, bias of their layer. */
static aevb_status map_layer(const aevb_model_file *file, const pair *p, aevb_import_layer *layer, aevb_error *err)
{
    for (size_t i = 0; i < file->n; i++) {
        aevb_tensor_kind kind;
        if (!belongs(&file->tensors[i], p->theirs, &kind))
            continue;
        bool bias = kind == AEVB_TENSOR_BIAS;
        if (!usable(file->tensors[i].stored, bias))
            return BAD("%.100s is no affine layer", p->theirs);
        set_tensor(layer, &file->tensors[i], bias, p, kind);
    }
    return layer->weight == NULL ? BAD("no layer \"%.100s\" in the file", p->theirs) : AEVB_OK;
}

static aevb_status map_tensor(const aevb_model_file *file, const pair *p, bool bias, aevb_import_layer *layer,
                              aevb_error *err)
{
    for (size_t i = 0; i < file->n; i++) {
        const aevb_stored_tensor *stored = file->tensors[i].stored;
        size_t length = 0;
        if (strcmp(stored->name, p->theirs) != 0)
            continue;
        if (!usable(stored, bias))
            return BAD("\"%.100s\" is not %s", p->theirs, bias ? "a vector" : "a matrix");
        set_tensor(layer, &file->tensors[i], bias, p, aevb_tensor_kind_of(stored->name, &length));
        return AEVB_OK;
    }
    return BAD("no tensor \"%.100s\" in the file", p->theirs);
}

static aevb_status take_pair(const aevb_model_file *file, const pair *p, aevb_import_layers *list, aevb_error *err)
{
    size_t length = strlen(p->ours);
    aevb_tensor_kind kind = aevb_tensor_kind_of(p->ours, &length);
    aevb_import_layer *layer = layer_for(list, p->ours, length);
    if (layer == NULL)
        return BAD("more than %d layers", AEVB_IMPORT_LAYERS);
    const bool matrix = kind != AEVB_TENSOR_BIAS, vector = kind == AEVB_TENSOR_BIAS || kind == AEVB_TENSOR_OTHER;
    if ((matrix && layer->weight != NULL) || (vector && layer->bias != NULL))
        return BAD("\"%.100s\" twice", p->ours);
    if (kind == AEVB_TENSOR_OTHER)
        return map_layer(file, p, layer, err);
    return map_tensor(file, p, kind == AEVB_TENSOR_BIAS, layer, err);
}

static char *trim(char *text)
{
    while (*text == ' ' || *text == '\t' || *text == '\r')
        text++;
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r'))
        text[--n] = '\0';
    return text;
}

/* 1 when the text ends so, which is cut off then. */
static bool cut(char *text, const char *ending)
{
    const size_t n = strlen(text), m = strlen(ending);
    const bool ends = n > m && strcmp(text + n - m, ending) == 0;
    if (ends)
        text[n - m] = '\0';
    return ends;
}

/* "ours=theirs", behind which "^T" and then "*2" may stand; *p->ours is empty for an empty entry. */
static bool split_pair(char *entry, pair *p)
{
    char *equals = strchr(entry, '=');
    *p = (pair){.ours = trim(entry)};
    if (*p->ours == '\0')
        return true;
    if (equals == NULL)
        return false;
    *equals = '\0';
    p->ours = trim(entry);
    p->theirs = trim(equals + 1);
    p->doubled = cut(p->theirs, "*2");
    p->transposed = cut(p->theirs, "^T");
    return *p->ours != '\0' && *p->theirs != '\0';
}

static void drop_comments(char *text)
{
    bool comment = false;
    for (; *text != '\0'; text++) {
        comment = *text != '\n' && (comment || *text == '#');
        if (comment)
            *text = ' ';
    }
}

aevb_status aevb_layers_from_map(const aevb_model_file *file, const char *text, aevb_import_layers *out, char **names,
                                 aevb_error *err)
{
    char *copy = aevb_copy_text(text);
    if (copy == NULL)
        return aevb_fail_memory(err);
    drop_comments(copy);
    *names = copy;
    *out = (aevb_import_layers){.n = 0};
    aevb_status status = AEVB_OK;
    for (char *entry = copy, *next; entry != NULL && status == AEVB_OK; entry = next) {
        pair p;
        next = entry + strcspn(entry, ",\n");
        if (*next == '\0')
            next = NULL;
        else
            *next++ = '\0';
        if (!split_pair(entry, &p))
            status = BAD("\"%.100s\" is not OURS=THEIRS", entry);
        else if (*p.ours != '\0')
            status = take_pair(file, &p, out, err);
    }
    for (size_t i = 0; i < out->n && status == AEVB_OK; i++)
        if (out->layers[i].weight == NULL ||
            (out->layers[i].bias != NULL && out->layers[i].bias->shape[0] != out->layers[i].out))
            status = BAD("weight and bias of %.*s do not belong together", (int)out->layers[i].length,
                         out->layers[i].name);
    return status;
}
