/* SPDX-License-Identifier: GPL-3.0-or-later
 * optimiser.json: every optimiser after 1, 2, 10 and 100 steps, with its full state. */
#include "cases.h"

#include <math.h>
#include <string.h>

#include "draw.h"
#include "formulas.h"
#include "oracle.h"

static const size_t steps[] = {1, 2, 10, 100};

typedef struct setting {
    const char *kind, *clause, *flags;
    double lr, momentum, beta1, beta2, eps, decay;
} setting;

static const setting settings[] = {
    {"sgd", "SGD.1", "MomentumForm", 0.01, 0.9, 0, 0, 0, 0},
    {"sgd", "SGD.1", "Formula", 0.5, 0, 0, 0, 0, 0},
    {"adagrad", "ADAGRAD.1", "EpsInsideRoot", 0.01, 0, 0, 0, 1e-10, 0},
    {"adagrad", "ADAGRAD.1", "EpsInsideRoot", 0.1, 0, 0, 0, 0.125, 0},
    {"adam", "ADAM.1", "NoBiasCorrection EpsilonHat", 1e-3, 0, 0.9, 0.999, 1e-8, 0},
    {"adam", "ADAM.1", "NoBiasCorrection EpsilonHat EpsInsideRoot", 0.125, 0, 0.5, 0.75, 0.0625, 0},
    {"adam-hat", "ADAM.2", "NoBiasCorrection EpsilonHat", 1e-3, 0, 0.9, 0.999, 1e-8, 0},
    {"adam-hat", "ADAM.2", "NoBiasCorrection EpsilonHat EpsInsideRoot", 0.125, 0, 0.5, 0.75, 0.0625, 0},
    {"adamw", "ADAMW.1", "NoBiasCorrection DecayAsL2", 1e-3, 0, 0.9, 0.999, 1e-8, 1e-2},
    {"adamw", "ADAMW.1", "DecayAsL2 EpsilonHat", 0.125, 0, 0.5, 0.75, 0.0625, 0.25},
};

static void run(void)
{
    size_t n = dim("n"), T = dim("T");
    f_optim o = f_optim_of_group();
    N *theta = out("theta_T"), *state1 = out("state1_T"), *state2 = out("state2_T");
    memcpy(theta, in("theta"), n * sizeof *theta);
    memcpy(state1, in("state1"), n * sizeof *theta);
    if (state2 != NULL)
        memcpy(state2, in("state2"), n * sizeof *theta);
    for (size_t t = 0; t < T; t++)
        f_step(&o, (unsigned long)*in_exact("t") + t + 1, n, theta, in("grad") + t * n, state1, state2);
}

static void declare(const setting *s, size_t n, size_t T)
{
    oracle_group("optimiser", s->clause, run, NULL);
    optim_declare(s->kind, s->lr, s->momentum, s->beta1, s->beta2, s->eps, s->decay);
    oracle_dim("n", n);
    oracle_dim("T", T);
    oracle_input("theta", "n");
    oracle_input("grad", "T n");
    oracle_integers("t", "");
    oracle_input("state1", "n");
    if (f_two_states(s->kind))
        oracle_input("state2", "n");
    oracle_output("theta_T", "n");
    oracle_output("state1_T", "n");
    if (f_two_states(s->kind))
        oracle_output("state2_T", "n");
}

void optim_declare(const char *kind, double lr, double momentum, double beta1, double beta2, double eps,
                   double decay)
{
    oracle_text("optimiser", kind);
    oracle_number("lr", lr);
    if (strcmp(kind, "sgd") == 0)
        oracle_number("momentum", momentum);
    else
        oracle_number("eps", eps);
    if (f_two_states(kind)) {
        oracle_number("beta1", beta1);
        oracle_number("beta2", beta2);
    }
    if (strcmp(kind, "adamw") == 0)
        oracle_number("weight_decay", decay);
}

/* A state in the middle of a run: second moments are positive. */
static void started(const setting *s)
{
    draw("state1", DRAW_COARSE, 0.5);
    const char *squares = f_two_states(s->kind) ? "state2" : "state1";
    for (size_t i = 0; strcmp(s->kind, "sgd") != 0 && i < oracle_size(squares); i++)
        oracle_fill(squares)[i] = 0.25 + draw_unit();
}

static void ordinary(const setting *s, size_t T)
{
    declare(s, 4, T);
    for (int kind = DRAW_COARSE; kind <= DRAW_FULL; kind++) {
        oracle_test(s->flags, "%s, from nothing, %zu steps, %s", s->kind, T, draw_name[kind]);
        draw("theta", (draw_kind)kind, 1);
        draw("grad", (draw_kind)kind, 1);
        oracle_valid();
    }
    oracle_test(s->flags, "%s, small gradients of one sign, %zu steps", s->kind, T);
    draw("theta", DRAW_COARSE, 1);
    for (size_t i = 0; i < oracle_size("grad"); i++)
        oracle_fill("grad")[i] = (1 + draw_unit()) * 0x1p-12;
    oracle_valid();
    static const unsigned long done[] = {1, 9, 999, 100000};
    for (size_t i = 0; i < 4; i++) {
        oracle_test(f_two_states(s->kind) ? "BiasByEpoch" : "Formula", "%s, going on after step %lu, %zu steps",
                    s->kind, done[i], T);
        draw("theta", DRAW_FINE, 1);
        draw("grad", DRAW_FINE, 1);
        *oracle_fill("t") = (double)done[i];
        started(s);
        oracle_valid();
    }
}

static void edges(const setting *s)
{
    declare(s, 3, 1);
    oracle_test("Formula", "%s, gradient 0: only what was started goes on", s->kind);
    draw("theta", DRAW_COARSE, 1);
    started(s);
    oracle_valid();
    oracle_test("Formula", "%s, gradient 0 from nothing", s->kind);
    draw("theta", DRAW_COARSE, 1);
    oracle_valid();
    oracle_test("Cancellation", "%s, tiny and huge gradients", s->kind);
    draw("theta", DRAW_COARSE, 1);
    static const double sizes[] = {0x1p-60, -0x1p40, 0x1p-20};
    memcpy(oracle_fill("grad"), sizes, sizeof sizes);
    oracle_valid();
    oracle_test("NonFinite", "%s, NaN in one gradient stays there", s->kind);
    draw("theta", DRAW_COARSE, 1);
    draw("grad", DRAW_COARSE, 1);
    oracle_fill("grad")[1] = NAN;
    oracle_valid();
}

void cases_optim(const char *folder)
{
    draw_from("optimiser");
    oracle_begin(folder, "optimiser", "optimisers",
                 "T steps from (theta, state1, state2, t) with gradients grad[T][n]; t counts the steps done before. "
                 "sgd: state1 = velocity; adagrad: sum of squares; adam family: first and second moment");
    for (size_t s = 0; s < sizeof settings / sizeof settings[0]; s++) {
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
            ordinary(&settings[s], steps[i]);
        edges(&settings[s]);
    }
    oracle_end();
}
