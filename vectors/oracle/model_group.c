/* SPDX-License-Identifier: GPL-3.0-or-later
 * Declaring models and finding their tensors. */
#include "model_group.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "oracle.h"

static f_model of_plan(const model_plan *plan)
{
    f_model m = {.X = plan->X, .Z = plan->Z, .H = plan->H, .activation = plan->activation,
        .likelihood = plan->likelihood};
    memcpy(m.hidden, plan->hidden, sizeof m.hidden);
    f_model_layers(&m);
    return m;
}

/* "X", "H1", ..., "Z": the dimensions on either side of a layer. */
static void layer_dims(const f_model *m, size_t l, char in[8], char out[8])
{
    size_t H = m->H;
    strcpy(in, "X");
    strcpy(out, "Z");
    size_t below = 0, above = 0; /* number of the hidden layer, 0 for none */
    if (l < H) {
        below = l;
        above = l + 1;
    } else if (l < H + 2) {
        below = H;
    } else {
        size_t d = l - H - 2 < H ? l - H - 2 : H;
        below = d == 0 ? 0 : H - d + 1;
        above = d == H ? 0 : H - d;
        strcpy(in, "Z");
        strcpy(out, "X");
    }
    if (below > 0)
        snprintf(in, 8, "H%u", (unsigned)below % 100);
    if (above > 0)
        snprintf(out, 8, "H%u", (unsigned)above % 100);
}

static void each_tensor(const f_model *m, void (*declare)(const char *name, const char *shape), const char *prefix)
{
    static char shapes[F_MAX_HIDDEN * 2 + 4][2][20]; /* shapes are kept by address */
    for (size_t l = 0; l < m->n_layers; l++) {
        char in_dim[8], out_dim[8], name[32];
        layer_dims(m, l, in_dim, out_dim);
        snprintf(shapes[l][0], 20, "%s %s", out_dim, in_dim);
        snprintf(shapes[l][1], 20, "%s", out_dim);
        snprintf(name, sizeof name, "%s%s.weight", prefix, m->layers[l].name);
        declare(name, shapes[l][0]);
        snprintf(name, sizeof name, "%s%s.bias", prefix, m->layers[l].name);
        declare(name, shapes[l][1]);
    }
}

void model_declare(const model_plan *plan)
{
    f_model m = of_plan(plan);
    oracle_text("activation", plan->activation);
    oracle_text("likelihood", plan->likelihood);
    oracle_integer("hidden_layers", plan->H);
    if (strcmp(plan->likelihood, "gaussian-fixed") == 0)
        oracle_number("variance", 0.25);
    if (plan->classes > 0)
        oracle_integer("classes", plan->classes);
    oracle_dim("B", plan->B);
    oracle_dim("K", plan->K);
    oracle_dim("X", plan->X);
    oracle_dim("Z", plan->Z);
    for (size_t l = 0; l < plan->H; l++) {
        char name[8];
        snprintf(name, sizeof name, "H%u", (unsigned)(l + 1) % 100);
        oracle_dim(name, plan->hidden[l]);
    }
    each_tensor(&m, oracle_input, "");
}

void model_declare_outputs(const model_plan *plan, const char *prefix)
{
    f_model m = of_plan(plan);
    each_tensor(&m, oracle_output, prefix);
}

static size_t hidden_layers(void)
{
    return (size_t)num_approx(number("hidden_layers"));
}

static f_model described(void)
{
    f_model m = {.X = dim("X"), .Z = dim("Z"), .H = hidden_layers(), .activation = text("activation"),
        .likelihood = text("likelihood")};
    for (size_t l = 0; l < m.H; l++) {
        char name[8];
        snprintf(name, sizeof name, "H%u", (unsigned)(l + 1) % 100);
        m.hidden[l] = dim(name);
    }
    if (strcmp(m.likelihood, "gaussian-fixed") == 0)
        m.variance = number("variance");
    if (strcmp(m.likelihood, "categorical") == 0)
        m.classes = (size_t)num_approx(number("classes"));
    f_model_layers(&m);
    return m;
}

void model_fill_tensors(draw_kind kind)
{
    f_model m = described();
    for (size_t l = 0; l < m.n_layers; l++) {
        char name[32];
        snprintf(name, sizeof name, "%s.weight", m.layers[l].name);
        draw(name, kind, 1 / sqrt((double)m.layers[l].in));
        snprintf(name, sizeof name, "%s.bias", m.layers[l].name);
        draw(name, kind, 0.25);
    }
}

void model_fill_x(const char *input, draw_kind kind)
{
    const char *likelihood = text("likelihood");
    if (strcmp(likelihood, "bernoulli") == 0)
        draw_bits(input);
    else if (strcmp(likelihood, "grey") == 0)
        draw_grey(input);
    else if (strcmp(likelihood, "categorical") == 0)
        draw_one_hot(input, (size_t)num_approx(number("classes")));
    else
        draw(input, kind, 1);
}

static N *output(const char *prefix, const char *tensor, size_t n)
{
    if (prefix == NULL)
        return f_room(n);
    char name[32];
    snprintf(name, sizeof name, "%s%s", prefix, tensor);
    return out(name);
}

f_model model_of_group(const char *prefix)
{
    f_model m = described();
    for (size_t l = 0; l < m.n_layers; l++) {
        f_layer *layer = &m.layers[l];
        char name[32];
        snprintf(name, sizeof name, "%s.weight", layer->name);
        layer->w = in(name);
        layer->dw = output(prefix, name, layer->in * layer->out);
        snprintf(name, sizeof name, "%s.bias", layer->name);
        layer->b = in(name);
        layer->db = output(prefix, name, layer->out);
    }
    return m;
}
