/* SPDX-License-Identifier: GPL-3.0-or-later
 * Follows the data of a Keras model through its configuration, for layers that its tensors do not show. */
#include "config.h"
#include "format/keras_graph.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/keras_config.h"

enum { MOST_LAYERS = 256, MOST_LINKS = 32, MOST_OUTPUTS = 32 };

/* A tensor that a layer takes when it is called for the call-th time: the output of another, of its call number
 * `use`. */
typedef struct link {
    size_t call, layer, use, output;
} link;

typedef enum kind {
    DENSE,
    INPUT,
    MODEL,     /* nested, or a layer with weights of its own, whose inside is not in the configuration */
    PASSES,    /* what it takes, the same when the model is evaluated */
    ACTIVATES,
    OTHER
} kind;

/* The layers of one model. */
typedef struct graph {
    aevb_model_file *file;
    json_t *layers;
    size_t n;
    kind kinds[MOST_LAYERS];
    link links[MOST_LAYERS + 1][MOST_LINKS]; /* [n]: what the model gives */
    size_t n_links[MOST_LAYERS + 1];
    bool settled[MOST_LAYERS];
    size_t activation[MOST_LAYERS]; /* of a dense layer that is settled: the layer that is it, or n */
} graph;

static void refuse(const graph *g, size_t i, const char *why)
{
    const json_t *layer = json_array_get(g->layers, i);
    if (*g->file->odd_config == '\0')
        snprintf(g->file->odd_config, sizeof g->file->odd_config, "layer \"%.80s\" (%.60s) %s", aevb_keras_name(layer),
                 aevb_keras_text(layer, "class_name"), why);
}

/* 1 when there is a matrix under the name of the layer, or under its class as Keras 3 counts it ("encoder_1"). */
static bool has_weights(const aevb_model_file *file, const json_t *layer)
{
    const char *name = aevb_keras_name(layer);
    char class_name[128];
    aevb_keras_snake(aevb_keras_text(layer, "class_name"), class_name, sizeof class_name);
    const size_t n = strlen(class_name);
    for (size_t i = 0; i < file->n; i++) {
        const aevb_model_tensor *tensor = &file->tensors[i];
        aevb_keras_path path;
        if (tensor->stored->ndim != 2)
            continue;
        aevb_keras_split(tensor->hint != NULL ? tensor->hint : tensor->stored->name, &path);
        for (size_t k = 0; k < path.n; k++) {
            const char *part = path.part[k];
            if (strcmp(part, name) == 0 ||
                (n > 0 && strncmp(part, class_name, n) == 0 &&
                 (part[n] == '\0' || (part[n] == '_' && isdigit((unsigned char)part[n + 1])))))
                return true;
        }
    }
    return false;
}

static kind kind_of(const aevb_model_file *file, const json_t *layer)
{
    static const char *const passing[] = {"Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise",
                                          "ActivityRegularization", "Flatten", "Reshape", "Identity"};
    const char *class_name = aevb_keras_text(layer, "class_name"), *activation = aevb_keras_spelling(layer);
    if (aevb_keras_layers(layer) != NULL)
        return MODEL;
    if (activation != NULL)
        return strcmp(activation, "linear") == 0 ? PASSES : ACTIVATES;
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
        if (strcmp(class_name, passing[i]) == 0)
            return PASSES;
    return strcmp(class_name, "Dense") == 0        ? DENSE
           : strcmp(class_name, "InputLayer") == 0 ? INPUT
           : has_weights(file, layer)              ? MODEL
                                                   : OTHER;
}

static void add_link(graph *g, size_t taker, link one)
{
    if (g->n_links[taker] < MOST_LINKS)
        g->links[taker][g->n_links[taker]++] = one;
    else
        refuse(g, one.layer, "is one of too many that one layer takes from");
}

/* Every [layer, use, output] in value: Keras 2 lists so what a layer takes, and Keras 3 the history of arguments. */
static void collect(graph *g, size_t taker, size_t call, json_t *value)
{
    const char *name = json_string_value(json_array_get(value, 0)), *key;
    const json_t *use = json_array_get(value, 1), *output = json_array_get(value, 2);
    json_t *part;
    size_t i;
    for (size_t k = 0; k < g->n && name != NULL && json_is_integer(use) && json_is_integer(output); k++)
        if (strcmp(aevb_keras_name(json_array_get(g->layers, k)), name) == 0) {
            add_link(g, taker, (link){call, k, (size_t)json_integer_value(use), (size_t)json_integer_value(output)});
            break;
        }
    json_array_foreach(value, i, part)
        collect(g, taker, call, part);
    json_object_foreach(value, key, part)
        collect(g, taker, call, part);
}

static void read_links(graph *g, const json_t *model)
{
    json_t *config = json_object_get(model, "config"), *node;
    size_t call;
    if (json_is_array(config) || strcmp(aevb_keras_text(model, "class_name"), "Sequential") == 0) {
        for (size_t i = 1; i <= g->n; i++)
            add_link(g, i, (link){.layer = i - 1});
        return;
    }
    for (size_t i = 0; i < g->n; i++)
        json_array_foreach(json_object_get(json_array_get(g->layers, i), "inbound_nodes"), call, node)
            collect(g, i, call, node);
    collect(g, g->n, 0, json_object_get(config, "output_layers"));
}

/* All who take from a dense layer must take it with the same activation, or all without one. */
static void settle(graph *g, size_t dense, size_t activation)
{
    const size_t before = g->settled[dense] ? g->activation[dense] : activation;
    const char *a = aevb_keras_spelling(json_array_get(g->layers, before));
    const char *b = aevb_keras_spelling(json_array_get(g->layers, activation));
    g->settled[dense] = true;
    g->activation[dense] = before;
    if (a != b && (a == NULL || b == NULL || strcmp(a, b) != 0))
        refuse(g, b == NULL ? before : activation, "is not on every way from the dense layer before it");
}

/* What lies behind a layer. */
typedef struct sources {
    unsigned long outputs[MOST_LAYERS]; /* seen */
    size_t heads;
    bool input, activated;
} sources;

static void find_sources(graph *g, size_t at, sources *found)
{
    for (size_t i = 0; i < g->n_links[at]; i++) {
        const link *from = &g->links[at][i];
        const unsigned long output = 1ul << from->output % MOST_OUTPUTS;
        const kind k = g->kinds[from->layer];
        if (found->outputs[from->layer] & output)
            continue;
        const bool first = found->outputs[from->layer] == 0;
        found->outputs[from->layer] |= output;
        found->heads += k == DENSE || k == MODEL;
        found->input = found->input || k == INPUT;
        if (k == DENSE) {
            const char *own = aevb_keras_activation(json_array_get(g->layers, from->layer));
            found->activated = found->activated || (own != NULL && strcmp(own, "linear") != 0);
            settle(g, from->layer, g->n);
        }
        found->activated = found->activated || k == ACTIVATES;
        if (first && (k == PASSES || k == OTHER))
            find_sources(g, from->layer, found);
    }
}

static bool named_sampling(const json_t *layer)
{
    const char *const names[] = {aevb_keras_text(layer, "class_name"), aevb_keras_name(layer)};
    for (int i = 0; i < 2; i++) {
        char lower[128];
        aevb_keras_snake(names[i], lower, sizeof lower);
        if (strstr(lower, "sampl") != NULL || strstr(lower, "reparam") != NULL)
            return true;
    }
    return false;
}

/* Whether z is drawn here: from mu and logvar, or from one head of both and noise that is no input. */
static bool draws(graph *g, size_t at)
{
    sources found = {.heads = 0};
    if (g->n_links[at] < 2 && !named_sampling(json_array_get(g->layers, at)))
        return false;
    find_sources(g, at, &found);
    return !found.activated && (found.heads > 1 || (found.heads == 1 && !found.input));
}

/* From a tensor that is taken back to the layer that it is of, through those that change nothing. */
static void follow(graph *g, link from)
{
    size_t activation = g->n;
    for (size_t steps = 0; steps <= g->n; steps++) {
        const size_t at = from.layer;
        const kind k = g->kinds[at];
        if (k == DENSE) {
            settle(g, at, activation);
            return;
        }
        if (k != PASSES && activation < g->n)
            refuse(g, activation, "follows no dense layer");
        if (k == OTHER && !draws(g, at))
            refuse(g, at, "is none that a network of ours has there");
        if (k != PASSES && k != ACTIVATES)
            return;
        if (k == ACTIVATES)
            activation = at;
        const size_t call = from.use;
        size_t n = 0;
        for (size_t i = 0; i < g->n_links[at]; i++)
            if ((g->n_links[at] == 1 || g->links[at][i].call == call) && n++ == 0)
                from = g->links[at][i];
        if (n != 1) {
            refuse(g, at, "does not say which one layer it follows");
            return;
        }
    }
    refuse(g, from.layer, "takes what it gives");
}

/* What has no links - in files that Keras did not write - is known by its class alone. */
static void check_unlinked(const graph *g, size_t i)
{
    const json_t *layer = json_array_get(g->layers, i);
    if (g->n_links[i] == 0 && (g->kinds[i] == ACTIVATES ||
                               (g->kinds[i] == OTHER && !named_sampling(layer) &&
                                strcmp(aevb_keras_text(layer, "class_name"), "Lambda") != 0)))
        refuse(g, i, "does not say which one layer it follows");
}

/* Writes the activation that was found behind a dense layer into its configuration. */
static aevb_status apply(graph *g, size_t dense, aevb_error *err)
{
    const json_t *layer = json_array_get(g->layers, dense);
    const char *own = aevb_keras_activation(layer);
    if (!g->settled[dense] || g->activation[dense] == g->n)
        return AEVB_OK;
    if (own != NULL && strcmp(own, "linear") != 0) {
        refuse(g, g->activation[dense], "follows a dense layer that has an activation itself");
        return AEVB_OK;
    }
    json_t *text = json_string(aevb_keras_spelling(json_array_get(g->layers, g->activation[dense])));
    return json_object_set_new(json_object_get(layer, "config"), "activation", text) == 0 ? AEVB_OK
                                                                                          : aevb_fail_memory(err);
}

static aevb_status follow_layers(graph *g, const json_t *model, aevb_error *err)
{
    aevb_status status = AEVB_OK;
    g->n = json_array_size(g->layers);
    if (g->n > MOST_LAYERS) {
        refuse(g, MOST_LAYERS, "is one of more than 256 of a model");
        return AEVB_OK;
    }
    for (size_t i = 0; i < g->n; i++)
        g->kinds[i] = kind_of(g->file, json_array_get(g->layers, i));
    read_links(g, model);
    for (size_t i = 0; i <= g->n; i++)
        for (size_t k = 0; k < g->n_links[i] && (i == g->n || g->kinds[i] == DENSE || g->kinds[i] == MODEL); k++)
            follow(g, g->links[i][k]);
    for (size_t i = 0; i < g->n && status == AEVB_OK; i++) {
        check_unlinked(g, i);
        if (g->kinds[i] == DENSE)
            status = apply(g, i, err);
    }
    return status;
}

static aevb_status follow_model(aevb_model_file *file, const json_t *model, unsigned depth, aevb_error *err)
{
    aevb_status status = AEVB_OK;
    json_t *layers = aevb_keras_layers(model), *part;
    const char *key;
    size_t i;
    if (*file->odd_config != '\0')
        return AEVB_OK;
    if (depth > AEVB_KERAS_DEEPEST) {
        snprintf(file->odd_config, sizeof file->odd_config, "more than %d levels", AEVB_KERAS_DEEPEST);
        return AEVB_OK;
    }
    if (layers == NULL) { /* of a class of the user's own: its parts are attributes */
        json_object_foreach(json_object_get(model, "config"), key, part)
            if (status == AEVB_OK)
                status = follow_model(file, part, depth + 1, err);
        return status;
    }
    graph *g = aevb_alloc(1, sizeof *g);
    if (g == NULL)
        return aevb_fail_memory(err);
    g->file = file;
    g->layers = layers;
    status = follow_layers(g, model, err);
    aevb_free(g);
    json_array_foreach(layers, i, part)
        if (status == AEVB_OK)
            status = follow_model(file, part, depth + 1, err);
    return status;
}

aevb_status aevb_keras_follow(aevb_model_file *file, aevb_error *err)
{
    return follow_model(file, file->config, 0, err);
}
