/* SPDX-License-Identifier: GPL-3.0-or-later
 * trajectory.json: 20 steps of training, with the minibatches' indices and noise as inputs. */
#include "cases.h"

#include <stdio.h>
#include <string.h>

#include "model_group.h"
#include "oracle.h"

enum { STEPS = 20 };

/* Parameters and states of a model, tensor by tensor. */
typedef struct moving {
    N *w[F_MAX_TENSORS], *grad[F_MAX_TENSORS], *state1[F_MAX_TENSORS], *state2[F_MAX_TENSORS];
    size_t n[F_MAX_TENSORS], count;
} moving;

static N *output(const char *prefix, const char *layer, const char *what)
{
    char name[32];
    snprintf(name, sizeof name, "%s%s.%s", prefix, layer, what);
    return out(name);
}

/* The tensors become copies in the outputs, which the steps then change. */
static void start(f_model *m, moving *p)
{
    p->count = 0;
    for (size_t l = 0; l < m->n_layers; l++) {
        f_layer *layer = &m->layers[l];
        for (int bias = 0; bias < 2; bias++) {
            size_t i = p->count++, n = bias ? layer->out : layer->in * layer->out;
            const char *what = bias ? "bias" : "weight";
            p->n[i] = n;
            p->w[i] = output("T.", layer->name, what);
            p->state1[i] = output("s1.", layer->name, what);
            p->state2[i] = output("s2.", layer->name, what);
            p->grad[i] = bias ? layer->db : layer->dw;
            memcpy(p->w[i], bias ? layer->b : layer->w, n * sizeof(N));
            for (size_t j = 0; j < n; j++) {
                p->state1[i][j] = num_d(0);
                if (p->state2[i] != NULL)
                    p->state2[i][j] = num_d(0);
            }
        }
        layer->w = p->w[p->count - 2];
        layer->b = p->w[p->count - 1];
    }
}

/* [MAP.1] on one tensor: adds to its gradient, and returns its part of the sum of squares. */
static N prior(N scale, size_t n, const N *w, N *grad)
{
    for (size_t j = 0; j < n; j++)
        grad[j] = num_add(grad[j], num_mul(scale, w[j]));
    return num_dot(NULL, n, w, 1, w, 1);
}

static void step(f_model *m, moving *p, size_t t, const f_optim *o)
{
    size_t B = dim("B"), K = dim("K"), X = m->X;
    N *x = f_room(B * X);
    for (size_t b = 0; b < B; b++)
        memcpy(&x[b * X], in("data") + (size_t)in_exact("index")[t * B + b] * X, X * sizeof *x);
    f_pass pass = {.B = B, .K = K, .x = x, .eps = in("eps") + t * B * K * m->Z};
    f_pass_make(m, &pass);
    f_forward(m, &pass);
    f_terms terms = f_pass_terms(m, &pass);
    f_adjoints d = {f_room(B * K), f_room(B * K), f_room(B * K), f_room(B * m->Z)};
    f_loss_adjoints(text("objective"), number("beta"), terms, d);
    f_backward(m, &pass, d);
    out("recon")[t] = f_recon(terms);
    out("kl_total")[t] = f_kl_total(terms);
    N loss = f_loss(text("objective"), number("beta"), terms);
    N n_data = num_d((double)dim("N")), precision = number("precision");
    if (num_approx(precision) > 0) {
        N squares[F_MAX_TENSORS];
        for (size_t i = 0; i < p->count; i++)
            squares[i] = prior(num_div(precision, n_data), p->n[i], p->w[i], p->grad[i]);
        loss = num_add(loss, num_mul(num_div(precision, num_scale2(n_data, 1)), num_sum(p->count, squares)));
    }
    out("loss")[t] = loss;
    for (size_t i = 0; i < p->count; i++)
        f_step(o, t + 1, p->n[i], p->w[i], p->grad[i], p->state1[i], p->state2[i]);
}

static void train(void)
{
    f_model m = model_of_group(NULL);
    f_optim o = f_optim_of_group();
    moving p;
    start(&m, &p);
    for (size_t t = 0; t < dim("T"); t++)
        step(&m, &p, t, &o);
}

void trajectory_begin(const run_plan *r)
{
    oracle_group("trajectory", "TERMS.2 SGVB.4 MAP.1", train, NULL);
    oracle_text("objective", r->objective);
    oracle_number("beta", r->beta);
    oracle_number("precision", r->precision);
    optim_declare(r->optimiser, r->lr, 0.9, 0.9, 0.999, r->eps, 0.01);
    model_declare(&r->model);
    oracle_dim("N", r->N);
    oracle_dim("T", r->T);
    oracle_input("data", "N X");
    oracle_integers("index", "T B");
    oracle_input("eps", "T B K Z");
    oracle_output("loss", "T");
    oracle_output("recon", "T");
    oracle_output("kl_total", "T");
    model_declare_outputs(&r->model, "T.");
    model_declare_outputs(&r->model, "s1.");
    if (f_two_states(r->optimiser))
        model_declare_outputs(&r->model, "s2.");
}

void trajectory_fill(const run_plan *r)
{
    model_fill_tensors(DRAW_FINE);
    model_fill_x("data", DRAW_COARSE);
    draw_indices("index", (unsigned)r->N);
    draw("eps", DRAW_COARSE, 1);
}

void cases_trajectory(const char *folder)
{
    static const model_plan small = {.B = 3, .K = 1, .X = 4, .Z = 2, .H = 1, .hidden = {3}};
    static const struct { const char *activation, *likelihood, *objective, *optimiser; double beta, lr, eps, prior; }
    runs[] = {
        {"tanh", "bernoulli", "elbo", "sgd", 1, 0.01, 0, 0},
        {"tanh", "bernoulli", "elbo", "adagrad", 1, 0.02, 1e-10, 1},
        {"relu", "grey", "elbo", "adam", 1, 1e-3, 1e-8, 0},
        {"softplus", "gaussian-fixed", "elbo-mc", "adam-hat", 1, 1e-3, 1e-4, 0},
        {"sigmoid", "gaussian", "elbo", "adamw", 0.5, 1e-3, 1e-8, 0},
        {"tanh", "gaussian", "elbo-mc", "adam", 1, 1e-3, 1e-8, 1},
        {"identity", "bernoulli", "elbo", "adam", 4, 1e-2, 1e-8, 0},
        {"relu", "bernoulli", "elbo", "sgd", 1, 0.05, 0, 1},
        {"tanh", "categorical", "elbo", "adam", 1, 1e-3, 1e-8, 0},
    };
    draw_from("trajectory");
    oracle_begin(folder, "trajectory", "training",
                 "20 steps on minibatches of data[index[t]] with noise eps[t]; losses before each step, and tensors "
                 "(T.NAME) and optimiser states (s1.NAME, s2.NAME) after the last. precision is that of MAP.1");
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        run_plan r = {small, runs[i].objective, runs[i].optimiser, runs[i].beta, runs[i].lr, runs[i].eps,
            runs[i].prior, 10, STEPS};
        r.model.activation = runs[i].activation;
        r.model.likelihood = runs[i].likelihood;
        r.model.K = i % 2 ? 2 : 1;
        r.model.classes = strcmp(r.model.likelihood, "categorical") == 0 ? 2 : 0;
        trajectory_begin(&r);
        for (int repeat = 0; repeat < 2; repeat++) {
            oracle_test(r.precision > 0 ? "Drift PriorNotScaled" : "Drift", "%s, %s, %s, %s", r.model.activation,
                        r.model.likelihood, r.objective, r.optimiser);
            trajectory_fill(&r);
            oracle_valid();
        }
    }
    oracle_end();
}
