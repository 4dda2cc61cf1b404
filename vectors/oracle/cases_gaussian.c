/* SPDX-License-Identifier: GPL-3.0-or-later
 * gaussian.json, gaussian-fixed.json and their gradients. */
#include "cases.h"

#include <math.h>
#include <string.h>

#include "draw.h"
#include "formulas.h"
#include "oracle.h"

static const struct { size_t B, K, X; } shapes[] = {
    {1, 1, 1}, {1, 1, 5}, {3, 1, 2}, {2, 3, 4}, {1, 2, 33}, {4, 2, 3},
};
static const double variances[] = {1, 0.5, 0.25, 4, 0.00390625, 0x1p-40};

static void learned(void)
{
    f_gaussian(dim("B"), dim("K"), dim("X"), in("x"), in("mean"), in("logvar"), out("logpx"));
}

static void learned_backward(void)
{
    f_gaussian_backward(dim("B"), dim("K"), dim("X"), in("x"), in("mean"), in("logvar"), in("dlogpx"), out("dmean"),
                        out("dlogvar"));
}

static N learned_weighted(void)
{
    N *value = f_room(dim("B") * dim("K"));
    f_gaussian(dim("B"), dim("K"), dim("X"), in("x"), in("mean"), in("logvar"), value);
    return f_weighted(dim("B") * dim("K"), in("dlogpx"), value);
}

static void fixed(void)
{
    f_gaussian_fixed(dim("B"), dim("K"), dim("X"), in("x"), in("mean"), number("variance"), out("logpx"));
}

static void fixed_backward(void)
{
    f_gaussian_fixed_backward(dim("B"), dim("K"), dim("X"), in("x"), in("mean"), number("variance"), in("dlogpx"),
                              out("dmean"));
}

static N fixed_weighted(void)
{
    N *value = f_room(dim("B") * dim("K"));
    f_gaussian_fixed(dim("B"), dim("K"), dim("X"), in("x"), in("mean"), number("variance"), value);
    return f_weighted(dim("B") * dim("K"), in("dlogpx"), value);
}

typedef struct plan {
    const char *name, *title, *purpose, *clauses;
    oracle_formula *formula;
    oracle_scalar *scalar;
    int has_fixed, back;
} plan;

static void group(const plan *p, size_t s, double variance)
{
    oracle_group(p->name, p->clauses, p->formula, p->scalar);
    oracle_dim("B", shapes[s].B);
    oracle_dim("K", shapes[s].K);
    oracle_dim("X", shapes[s].X);
    if (p->has_fixed)
        oracle_number("variance", variance);
    oracle_input("x", "B X");
    oracle_input("mean", "B K X");
    if (!p->has_fixed)
        oracle_input("logvar", "B K X");
    if (!p->back) {
        oracle_output("logpx", "B K");
        return;
    }
    oracle_input("dlogpx", "B K");
    oracle_output("dmean", "B K X");
    if (!p->has_fixed)
        oracle_output("dlogvar", "B K X");
}

static void fill(const plan *p, draw_kind kind)
{
    draw("x", kind, 1);
    draw("mean", kind, 1);
    if (!p->has_fixed)
        draw("logvar", kind == DRAW_WIDE ? DRAW_FINE : kind, 1);
    if (p->back)
        draw("dlogpx", DRAW_COARSE, 1);
}

static void ordinary(const plan *p, size_t s)
{
    const char *flags = p->back ? "MissingHalf LogvarAsSigma" : "MissingConstant MissingHalf ReconMeanOverPixels";
    const char *rows = p->back ? "SampleMajor LogvarAsSigma" : "SampleMajor MissingConstant ReconMeanOverPixels";
    if (p->has_fixed && p->back)
        flags = rows = "VarianceAsSigma";
    for (int kind = DRAW_COARSE; kind <= DRAW_WIDE; kind++)
        for (int repeat = 0; repeat < 2; repeat++) {
            oracle_test(shapes[s].B > 1 && shapes[s].K > 1 ? rows : flags, "%s", draw_name[kind]);
            fill(p, (draw_kind)kind);
            oracle_valid();
        }
}

/* x = mean is left out where exp(-logvar) overflows: 0 times infinity is NaN in any port, and 0 in truth. */
static void edges(const plan *p)
{
    static const double logvars[] = {30, -30, 88, -88, 745, -745, 1e-8f, 0, -1000};
    for (size_t i = 0; !p->has_fixed && i < sizeof logvars / sizeof logvars[0]; i++) {
        oracle_test("LogvarRange", "logvar = %g", logvars[i]);
        fill(p, DRAW_COARSE);
        draw_all("logvar", logvars[i]);
        oracle_valid();
        if (logvars[i] <= -745)
            continue;
        oracle_test("LogvarRange", "logvar = %g and x = mean", logvars[i]);
        fill(p, DRAW_COARSE);
        draw_all("logvar", logvars[i]);
        draw_all("x", 0.25);
        draw_all("mean", 0.25);
        oracle_valid();
    }
    oracle_test("Cancellation", "x close to the mean");
    fill(p, DRAW_COARSE);
    draw_all("x", 1000);
    draw_all("mean", 1000 + 0x1p-12);
    oracle_valid();
    oracle_test("NonFinite", "one NaN in the mean");
    fill(p, DRAW_COARSE);
    oracle_fill("mean")[1] = NAN;
    oracle_valid();
    static const double wrong[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        oracle_test("DomainNotChecked", "x = %g is outside the domain", wrong[i]);
        fill(p, DRAW_COARSE);
        oracle_fill("x")[0] = wrong[i];
        oracle_domain_error();
    }
}

static void write(const char *folder, const plan *p)
{
    draw_from(p->name);
    oracle_begin(folder, p->name, p->title, p->purpose);
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        group(p, s, variances[s]);
        ordinary(p, s);
        if (s == 1)
            edges(p);
    }
    oracle_end();
}

void cases_gaussian(const char *folder)
{
    static const plan plans[] = {
        {"gaussian", "Gaussian likelihood, learned variance",
         "logpx[r] = sum_i -(log 2 pi + logvar + (x - mean)^2 exp(-logvar)) / 2, r = b K + k", "GAUSS.1 GAUSS.3",
         learned, NULL, 0, 0},
        {"gaussian-backward", "Gaussian likelihood, learned variance, gradient",
         "dmean = dlogpx (x - mean) exp(-logvar), dlogvar = dlogpx ((x - mean)^2 exp(-logvar) - 1) / 2",
         "GAUSS.2 GAUSS.3", learned_backward, learned_weighted, 0, 1},
        {"gaussian-fixed", "Gaussian likelihood, one fixed variance",
         "logpx[r] = sum_i -(log 2 pi + log variance + (x - mean)^2 / variance) / 2, r = b K + k", "GFIX.1 GAUSS.3",
         fixed, NULL, 1, 0},
        {"gaussian-fixed-backward", "Gaussian likelihood, one fixed variance, gradient",
         "dmean = dlogpx (x - mean) / variance", "GFIX.2 GAUSS.3", fixed_backward, fixed_weighted, 1, 1},
    };
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
        write(folder, &plans[i]);
}
