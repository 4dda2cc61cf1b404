/* SPDX-License-Identifier: GPL-3.0-or-later
 * bernoulli.json, grey.json and their gradients: one formula on two domains. */
#include "cases.h"

#include <math.h>
#include <string.h>

#include "draw.h"
#include "formulas.h"
#include "oracle.h"

static const struct { size_t B, K, X; } shapes[] = {
    {1, 1, 1}, {1, 1, 6}, {3, 1, 2}, {2, 3, 4}, {1, 2, 33}, {4, 2, 5},
};

static void forward(void)
{
    f_bernoulli(dim("B"), dim("K"), dim("X"), in("x"), in("a"), out("logpx"));
}

static void backward(void)
{
    f_bernoulli_backward(dim("B"), dim("K"), dim("X"), in("x"), in("a"), in("dlogpx"), out("da"));
}

static N weighted(void)
{
    N *value = f_room(dim("B") * dim("K"));
    f_bernoulli(dim("B"), dim("K"), dim("X"), in("x"), in("a"), value);
    return f_weighted(dim("B") * dim("K"), in("dlogpx"), value);
}

static void group(const char *name, const char *clause, int back, size_t s)
{
    oracle_group(name, clause, back ? backward : forward, back ? weighted : NULL);
    oracle_dim("B", shapes[s].B);
    oracle_dim("K", shapes[s].K);
    oracle_dim("X", shapes[s].X);
    oracle_input("x", "B X");
    oracle_input("a", "B K X");
    if (back)
        oracle_input("dlogpx", "B K");
    oracle_output(back ? "da" : "logpx", back ? "B K X" : "B K");
}

static void fill(int grey, int back, draw_kind kind, double scale)
{
    if (grey)
        draw_grey("x");
    else
        draw_bits("x");
    draw("a", kind, scale);
    if (back)
        draw("dlogpx", DRAW_COARSE, 1);
}

static void edges(int grey, int back)
{
    static const double logits[] = {1000, -1000, 100, -100, 88, -88, 745, -745, 40, -40, 17, -17, 1e-6f, -1e-6f, 0};
    static const double grey_levels[] = {0, 1, 0.5, 0x1p-20, 1 - 0x1p-20};
    size_t levels = grey ? 5 : 2;
    for (size_t i = 0; i < sizeof logits / sizeof logits[0]; i++)
        for (size_t l = 0; l < levels; l++) {
            double a = logits[i];
            oracle_test(fabs(a) > 50 ? "ClampedLog SoftplusOverflow" : fabs(a) > 10 ? "ClampedLog Saturation"
                        : "Formula", "logits %g, x = %g", a, grey_levels[l]);
            fill(grey, back, DRAW_COARSE, 1);
            draw_all("a", a);
            draw_all("x", grey_levels[l]);
            oracle_valid();
        }
    oracle_test("NonFinite", "one NaN logit");
    fill(grey, back, DRAW_COARSE, 1);
    oracle_fill("a")[1] = NAN;
    oracle_valid();
}

static void refusals(int grey, int back)
{
    static const double wrong[] = {0.5, -1, 2, 255, NAN, INFINITY, 0.99609375, 0x1p-149};
    static const double wrong_grey[] = {-0x1p-20, 1 + 0x1p-20, 255, NAN, INFINITY, -1, 2, -INFINITY};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        double x = grey ? wrong_grey[i] : wrong[i];
        oracle_test("DomainNotChecked", "x = %g is outside the domain", x);
        fill(grey, back, DRAW_COARSE, 1);
        oracle_fill("x")[oracle_size("x") - 1] = x;
        oracle_domain_error();
    }
}

static void write(const char *folder, const char *name, const char *clauses, int grey, int back)
{
    draw_from(name);
    char title[96];
    snprintf(title, sizeof title, "%s%s", grey ? "grey cross-entropy, a pseudo-likelihood" : "Bernoulli likelihood",
             back ? ", gradient" : "");
    oracle_begin(folder, name, title,
                 back ? "da[r][i] = dlogpx[r] (x[b][i] - sigmoid(a[r][i])), r = b K + k"
                      : "logpx[r] = sum_i x[b][i] a[r][i] - softplus(a[r][i]), r = b K + k");
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        group(name, clauses, back, s);
        const char *flags = shapes[s].B > 1 && shapes[s].K > 1 ? "SampleMajor ReconMeanOverPixels"
            : shapes[s].X > 1 ? "ReconMeanOverPixels" : "Formula";
        for (int kind = DRAW_COARSE; kind <= DRAW_WIDE; kind++)
            for (int repeat = 0; repeat < 2; repeat++) {
                oracle_test(back ? "Formula" : flags, "%s", draw_name[kind]);
                fill(grey, back, (draw_kind)kind, kind == DRAW_WIDE ? 1 : 3);
                oracle_valid();
            }
        if (s == 1) {
            edges(grey, back);
            refusals(grey, back);
        }
    }
    oracle_end();
}

void cases_bernoulli(const char *folder)
{
    write(folder, "bernoulli", "BERN.1 BERN.3", 0, 0);
    write(folder, "bernoulli-backward", "BERN.2 BERN.3", 0, 1);
    write(folder, "grey", "GREY.1 GREY.3", 1, 0);
    write(folder, "grey-backward", "GREY.2 GREY.3", 1, 1);
}
