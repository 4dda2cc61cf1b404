/* SPDX-License-Identifier: GPL-3.0-or-later
 * elbo.json, iwae.json, weight-prior.json. */
#include "cases.h"

#include <math.h>
#include <string.h>

#include "draw.h"
#include "formulas.h"
#include "oracle.h"

static const struct { size_t B, K, Z; } shapes[] = {
    {1, 1, 1}, {1, 1, 4}, {3, 1, 2}, {1, 5, 1}, {2, 3, 2}, {4, 2, 3}, {7, 6, 5},
};

static f_terms terms(void)
{
    return (f_terms){dim("B"), dim("K"), dim("Z"), in("logpx"), in("logpz"), in("logq"), in("kl")};
}

static void loss(void)
{
    f_terms t = terms();
    *out("loss") = f_loss(text("objective"), number("beta"), t);
    *out("recon") = f_recon(t);
    *out("kl_total") = f_kl_total(t);
    f_loss_adjoints(text("objective"), number("beta"), t,
                    (f_adjoints){out("dlogpx"), out("dlogpz"), out("dlogq"), out("dkl")});
}

static N loss_alone(void)
{
    return f_loss(text("objective"), number("beta"), terms());
}

static void loss_group(size_t s, const char *objective, double beta)
{
    int sampled = strcmp(objective, "elbo-mc") == 0;
    oracle_group("elbo", sampled ? "SGVB.1 SGVB.3 TERMS.1 TERMS.2" : "SGVB.2 SGVB.3 TERMS.1 TERMS.2", loss,
                 loss_alone);
    oracle_text("objective", objective);
    oracle_number("beta", beta);
    oracle_dim("B", shapes[s].B);
    oracle_dim("K", shapes[s].K);
    oracle_dim("Z", shapes[s].Z);
    oracle_input("logpx", "B K");
    oracle_input("logpz", "B K");
    oracle_input("logq", "B K");
    oracle_input("kl", "B Z");
    oracle_output("loss", "");
    oracle_output("recon", "");
    oracle_output("kl_total", "");
    oracle_output("dlogpx", "B K");
    oracle_output("dlogpz", "B K");
    oracle_output("dlogq", "B K");
    oracle_output("dkl", "B Z");
}

/* Log densities of the usual size: about -100 for x, -3 for z. */
static void fill(draw_kind kind, int with_kl)
{
    draw("logpx", kind, 20);
    draw("logpz", kind, 2);
    draw("logq", kind, 2);
    for (size_t i = 0; i < oracle_size("logpx"); i++) {
        oracle_fill("logpx")[i] = (float)(oracle_fill("logpx")[i] - 100);
        oracle_fill("logpz")[i] = (float)(oracle_fill("logpz")[i] - 3);
        oracle_fill("logq")[i] = (float)(oracle_fill("logq")[i] - 1);
    }
    if (!with_kl)
        return;
    draw("kl", kind, 2);
    for (size_t i = 0; i < oracle_size("kl"); i++)
        oracle_fill("kl")[i] = fabs(oracle_fill("kl")[i]);
}

static void write_elbo(const char *folder)
{
    static const double betas[] = {1, 0, 0.25, 4};
    draw_from("elbo");
    oracle_begin(folder, "elbo", "objectives from terms, with adjoints",
                 "elbo: -(1/B) sum_b ((1/K) sum_k logpx - beta sum_j kl); elbo-mc: -(1/(B K)) sum_bk (logpx + "
                 "beta (logpz - logq)); dT is the derivative of the loss with respect to T");
    for (int sampled = 0; sampled < 2; sampled++)
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++)
            for (size_t b = 0; b < sizeof betas / sizeof betas[0]; b++) {
                loss_group(s, sampled ? "elbo-mc" : "elbo", betas[b]);
                char flags[128];
                snprintf(flags, sizeof flags, "%s%s%s", betas[b] == 1 ? "KlSign" : "BetaIgnored",
                         shapes[s].Z > 1 && !sampled ? " KlMeanOverDims" : "",
                         shapes[s].B > 1 ? " BatchSumNotMean" : shapes[s].K > 1 ? " SampleMean" : "");
                for (int kind = DRAW_COARSE; kind <= DRAW_FINE; kind++) {
                    oracle_test(flags, "%s", draw_name[kind]);
                    fill((draw_kind)kind, 1);
                    oracle_valid();
                }
                if (b > 0)
                    continue;
                oracle_test(flags, "%s", draw_name[DRAW_WIDE]);
                fill(DRAW_WIDE, 1);
                oracle_valid();
                if (sampled || s != 4)
                    continue;
                oracle_test("NonFinite", "a term of -infinity makes the loss infinite");
                fill(DRAW_COARSE, 1);
                oracle_fill("logpx")[2] = -INFINITY;
                oracle_valid();
                oracle_test("NonFinite", "a NaN term makes the loss NaN");
                fill(DRAW_COARSE, 1);
                oracle_fill("kl")[0] = NAN;
                oracle_valid();
            }
    oracle_end();
}

static void iwae(void)
{
    f_iwae((f_terms){dim("B"), dim("K"), 0, in("logpx"), in("logpz"), in("logq"), NULL}, out("bound"),
           out("weights"));
}

static void iwae_group(size_t B, size_t K, int weights)
{
    oracle_group("iwae", "IWAE.1", iwae, NULL);
    oracle_dim("B", B);
    oracle_dim("K", K);
    oracle_input("logpx", "B K");
    oracle_input("logpz", "B K");
    oracle_input("logq", "B K");
    oracle_output("bound", "B");
    if (weights)
        oracle_output("weights", "B K");
}

static void iwae_edges(size_t K)
{
    static const double levels[] = {0, -100, -1000, -100000, 1000, 100000};
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        oracle_test("IwaeUnderflow", "all weights equal, at exp(%g)", levels[i]);
        draw_all("logpx", levels[i]);
        oracle_valid();
        oracle_test("IwaeUnderflow IwaeMeanOfLogs", "weights about exp(%g)", levels[i]);
        fill(DRAW_COARSE, 0);
        for (size_t j = 0; j < oracle_size("logpx"); j++)
            oracle_fill("logpx")[j] += levels[i];
        oracle_valid();
    }
    if (K == 1)
        return;
    oracle_test("IwaeMeanOfLogs", "one weight above all others by exp(80)");
    fill(DRAW_COARSE, 0);
    oracle_fill("logpx")[1] = -20;
    oracle_valid();
    oracle_test("IwaeInfinite", "one weight is 0: log weight -infinity");
    fill(DRAW_COARSE, 0);
    oracle_fill("logpx")[0] = -INFINITY;
    oracle_valid();
}

static void iwae_infinite(void)
{
    iwae_group(2, 3, 0);
    oracle_test("IwaeInfinite", "every weight of a datum is 0: the bound is -infinity, not NaN");
    fill(DRAW_COARSE, 0);
    for (size_t k = 0; k < 3; k++)
        oracle_fill("logpx")[k] = -INFINITY;
    oracle_valid();
    oracle_test("NonFinite", "one NaN makes its datum's bound NaN");
    fill(DRAW_COARSE, 0);
    oracle_fill("logq")[4] = NAN;
    oracle_valid();
}

static void write_iwae(const char *folder)
{
    static const struct { size_t B, K; } sizes[] = {{1, 1}, {3, 1}, {1, 2}, {2, 5}, {1, 50}, {4, 8}};
    draw_from("iwae");
    oracle_begin(folder, "iwae", "importance-weighted bound",
                 "bound[b] = log((1/K) sum_k exp(logpx + logpz - logq)); weights[b][k], their shares in the sum, are "
                 "the derivatives of the bound with respect to logpx and logpz, and the negatives of those to logq");
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        iwae_group(sizes[s].B, sizes[s].K, 1);
        const char *flags = sizes[s].K == 1 ? "Formula" : "IwaeMeanOfLogs IwaeMissingLogK";
        for (int kind = DRAW_COARSE; kind <= DRAW_WIDE; kind++)
            for (int repeat = 0; repeat < 2; repeat++) {
                oracle_test(flags, "%s", draw_name[kind]);
                fill((draw_kind)kind, 0);
                oracle_valid();
            }
        if (s == 0 || s == 3)
            iwae_edges(sizes[s].K);
    }
    iwae_infinite();
    oracle_end();
}

static void prior(void)
{
    *out("loss") = f_weight_prior(number("precision"), number("n_data"), dim("n"), in("theta"));
    f_weight_prior_gradient(number("precision"), number("n_data"), dim("n"), in("theta"), out("dtheta"));
}

static N prior_alone(void)
{
    return f_weight_prior(number("precision"), number("n_data"), dim("n"), in("theta"));
}

static void write_prior(const char *folder)
{
    static const size_t sizes[] = {1, 5, 40};
    static const struct { double precision; unsigned long n_data; } settings[] = {
        {1, 1}, {1, 100}, {0.5, 60000}, {0, 10}, {100, 3},
    };
    draw_from("weight-prior");
    oracle_begin(folder, "weight-prior", "Gaussian prior on the weights",
                 "loss = (precision / (2 N)) sum theta^2, dtheta = (precision / N) theta, N = n_data");
    for (size_t s = 0; s < 3; s++)
        for (size_t p = 0; p < sizeof settings / sizeof settings[0]; p++) {
            oracle_group("weight-prior", "MAP.1 SGVB.4", prior, prior_alone);
            oracle_number("precision", settings[p].precision);
            oracle_integer("n_data", settings[p].n_data);
            oracle_dim("n", sizes[s]);
            oracle_input("theta", "n");
            oracle_output("loss", "");
            oracle_output("dtheta", "n");
            for (int kind = DRAW_COARSE; kind <= DRAW_WIDE; kind++) {
                oracle_test(settings[p].n_data > 1 ? "PriorNotScaled MissingHalf" : "MissingHalf", "%s",
                            draw_name[kind]);
                draw("theta", (draw_kind)kind, 1);
                oracle_valid();
            }
        }
    oracle_end();
}

void cases_objective(const char *folder)
{
    write_elbo(folder);
    write_iwae(folder);
    write_prior(folder);
}
