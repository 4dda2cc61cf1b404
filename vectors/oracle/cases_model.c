/* SPDX-License-Identifier: GPL-3.0-or-later
 * model.json: whole small models, every term and every gradient. */
#include "cases.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model_group.h"
#include "oracle.h"

static const char *const activations[] = {"identity", "relu", "tanh", "sigmoid", "softplus"};
static const char *const likelihoods[] = {"bernoulli", "grey", "gaussian", "gaussian-fixed"};
static const struct { const char *name; double beta; } objectives[] = {{"elbo", 1}, {"elbo-mc", 1}, {"elbo", 0.25}};

/* Everything, into the outputs of the group that are of the same name. */
static void whole(void)
{
    f_model m = model_of_group("d.");
    int gaussian = strncmp(m.likelihood, "gaussian", 8) == 0;
    f_pass p = {.B = dim("B"), .K = dim("K"), .x = in("x"), .eps = in("eps"), .mu = out("mu"),
        .logvar = out("logvar"), .z = out("z"), .out = out(gaussian ? "mean" : "a"), .out_logvar = out("x_logvar"),
        .logpx = out("logpx"), .logpz = out("logpz"), .logq = out("logq"), .kl = out("kl"), .dmu = out("dmu"),
        .dlogvar = out("dlogvar"), .dz = out("dz"), .dout = out(gaussian ? "dmean" : "da"),
        .dout_logvar = out("dx_logvar")};
    f_pass_make(&m, &p);
    f_forward(&m, &p);
    f_terms t = f_pass_terms(&m, &p);
    f_adjoints d = {f_room(t.B * t.K), f_room(t.B * t.K), f_room(t.B * t.K), f_room(t.B * t.Z)};
    *out("loss") = f_loss(text("objective"), number("beta"), t);
    *out("recon") = f_recon(t);
    *out("kl_total") = f_kl_total(t);
    f_iwae(t, out("bound"), NULL);
    f_loss_adjoints(text("objective"), number("beta"), t, d);
    f_backward(&m, &p, d);
}

static N loss_alone(void)
{
    f_model m = model_of_group(NULL);
    f_pass p = {.B = dim("B"), .K = dim("K"), .x = in("x"), .eps = in("eps")};
    f_pass_make(&m, &p);
    f_forward(&m, &p);
    return f_loss(text("objective"), number("beta"), f_pass_terms(&m, &p));
}

void model_begin(const model_plan *plan, const char *objective, double beta)
{
    oracle_group("model", "MLP.1 MLP.2 POST.1 TERMS.1 TERMS.2", whole, loss_alone);
    oracle_text("objective", objective);
    oracle_number("beta", beta);
    model_declare(plan);
    oracle_input("x", "B X");
    oracle_input("eps", "B K Z");
    int gaussian = strncmp(plan->likelihood, "gaussian", 8) == 0, two = strcmp(plan->likelihood, "gaussian") == 0;
    const struct { const char *name, *shape; int wanted; } list[] = {
        {"mu", "B Z", 1}, {"logvar", "B Z", 1}, {"z", "B K Z", 1}, {gaussian ? "mean" : "a", "B K X", 1},
        {"x_logvar", "B K X", two}, {"logpx", "B K", 1}, {"logpz", "B K", 1}, {"logq", "B K", 1}, {"kl", "B Z", 1},
        {"loss", "", 1}, {"recon", "", 1}, {"kl_total", "", 1}, {"bound", "B", 1}, {"dmu", "B Z", 1},
        {"dlogvar", "B Z", 1}, {"dz", "B K Z", 1}, {gaussian ? "dmean" : "da", "B K X", 1},
        {"dx_logvar", "B K X", two},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (list[i].wanted)
            oracle_output(list[i].name, list[i].shape);
    model_declare_outputs(plan, "d.");
}

void model_fill(draw_kind kind)
{
    model_fill_tensors(kind);
    model_fill_x("x", kind);
    draw("eps", kind, 1);
}

/* What a case of this shape and objective can tell apart. */
static const char *flags_of(const model_plan *plan, size_t objective)
{
    static char flags[256];
    snprintf(flags, sizeof flags, "ExpLogvarAsSigma HeadGradientLost%s%s%s%s%s",
             objective == 1 ? " DetachedPath" : objective == 2 ? " BetaIgnored" : " KlSign MeanInsteadOfSample",
             objective != 1 && plan->Z > 1 ? " KlMeanOverDims" : "", plan->X > 1 ? " ReconMeanOverPixels" : "",
             plan->B > 1 ? " BatchSumNotMean EpsSharedAcrossBatch" : "",
             plan->B > 1 && plan->K > 1 ? " SampleMajor" : "");
    return flags;
}

static void every_combination(void)
{
    static const model_plan shapes[] = {
        {.B = 2, .K = 2, .X = 4, .Z = 2, .H = 1, .hidden = {3}},
        {.B = 3, .K = 1, .X = 3, .Z = 2, .H = 2, .hidden = {4, 3}},
        {.B = 1, .K = 3, .X = 5, .Z = 1, .H = 1, .hidden = {3}},
        {.B = 2, .K = 1, .X = 3, .Z = 3, .H = 0},
    };
    size_t turn = 0;
    for (size_t a = 0; a < 5; a++)
        for (size_t l = 0; l < 4; l++)
            for (size_t o = 0; o < 3; o++) {
                model_plan plan = shapes[turn++ % 4];
                plan.activation = activations[a];
                plan.likelihood = likelihoods[l];
                model_begin(&plan, objectives[o].name, objectives[o].beta);
                for (int kind = DRAW_COARSE; kind <= DRAW_FULL; kind += 2) {
                    oracle_test(flags_of(&plan, o), "%s, %s, %s, beta %g, %s", plan.activation, plan.likelihood,
                                objectives[o].name, objectives[o].beta, draw_name[kind]);
                    model_fill((draw_kind)kind);
                    oracle_valid();
                }
            }
}

/* Behind the others, which keep their numbers. */
static void categorical(void)
{
    static const model_plan shapes[] = {
        {.B = 2, .K = 2, .X = 6, .Z = 2, .H = 1, .hidden = {3}, .classes = 3},
        {.B = 3, .K = 1, .X = 4, .Z = 2, .H = 2, .hidden = {4, 3}, .classes = 2},
        {.B = 1, .K = 3, .X = 5, .Z = 1, .H = 0, .classes = 5},
    };
    for (size_t a = 0; a < 5; a++)
        for (size_t o = 0; o < 3; o++) {
            model_plan plan = shapes[(a + o) % 3];
            plan.activation = activations[a];
            plan.likelihood = "categorical";
            model_begin(&plan, objectives[o].name, objectives[o].beta);
            for (int kind = DRAW_COARSE; kind <= DRAW_FULL; kind += 2) {
                oracle_test(flags_of(&plan, o), "%s, categorical, %s, beta %g, %s", plan.activation,
                            objectives[o].name, objectives[o].beta, draw_name[kind]);
                model_fill((draw_kind)kind);
                oracle_valid();
            }
        }
    oracle_test("DomainNotChecked", "a position with two classes");
    model_fill(DRAW_COARSE);
    oracle_fill("x")[0] = oracle_fill("x")[1] = 1;
    oracle_domain_error();
}

static void square(void)
{
    model_plan plan = {.B = 2, .K = 2, .X = 3, .Z = 3, .H = 1, .hidden = {3}, .activation = "tanh",
        .likelihood = "bernoulli"};
    model_begin(&plan, "elbo", 1);
    oracle_test("WeightsTransposed HeadsSwapped", "every layer is square: a transposed weight fits everywhere");
    model_fill(DRAW_COARSE);
    oracle_valid();
    oracle_test("ZeroNoise", "eps = 0");
    model_fill(DRAW_COARSE);
    draw_all("eps", 0);
    oracle_valid();
    oracle_test("ClampedLog SoftplusOverflow", "logits of about +-1000");
    model_fill(DRAW_COARSE);
    for (size_t i = 0; i < oracle_size("fc4.bias"); i++)
        oracle_fill("fc4.bias")[i] = i % 2 ? 1000 : -1000;
    oracle_valid();
    static const double logvars[] = {30, -30, 88, -88};
    for (size_t i = 0; i < 4; i++) {
        oracle_test("LogvarRange", "logvar about %g", logvars[i]);
        model_fill(DRAW_COARSE);
        draw_all("fc22.weight", 0);
        draw_all("fc22.bias", logvars[i]);
        oracle_valid();
    }
    oracle_test("DomainNotChecked", "grey data under Bernoulli");
    model_fill(DRAW_COARSE);
    oracle_fill("x")[4] = 0.5;
    oracle_domain_error();
    oracle_test("NonFinite", "a NaN in the noise of one datum: the other's terms stay finite, the loss is NaN");
    model_fill(DRAW_COARSE);
    oracle_fill("eps")[0] = NAN;
    oracle_valid();
    plan = (model_plan){.B = 1, .K = 1, .X = 1, .Z = 1, .H = 1, .hidden = {1}, .activation = "softplus",
        .likelihood = "gaussian"};
    model_begin(&plan, "elbo", 1);
    oracle_test("Formula", "one of everything: B = K = X = Z = 1");
    model_fill(DRAW_COARSE);
    oracle_valid();
}

void cases_model(const char *folder)
{
    draw_from("model");
    oracle_begin(folder, "model", "whole models: terms, loss, gradients",
                 "Encoder, sample, decoder, likelihood, loss, and the derivative of the loss with respect to every "
                 "tensor (d.NAME), to mu, logvar, z and the decoder's output; bound is that of IWAE.1");
    every_combination();
    square();
    categorical();
    oracle_end();
}
