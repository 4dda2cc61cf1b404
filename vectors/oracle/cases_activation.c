/* SPDX-License-Identifier: GPL-3.0-or-later
 * activation.json, activation-backward.json. */
#include "cases.h"

#include <math.h>
#include <string.h>

#include "draw.h"
#include "formulas.h"
#include "oracle.h"

enum { WIDTH = 8 };
static const char *const names[] = {"identity", "relu", "tanh", "sigmoid", "softplus"};
static const char *const clauses[] = {"ACT.1", "ACT.2", "ACT.3", "ACT.4", "ACT.5"};

static void forward(void)
{
    f_activation(text("activation"), dim("n"), in("a"), out("h"));
}

static void backward(void)
{
    N *h = f_room(dim("n"));
    f_activation(text("activation"), dim("n"), in("a"), h);
    f_activation_backward(text("activation"), dim("n"), in("a"), h, in("dh"), out("da"));
}

static N weighted(void)
{
    N *h = f_room(dim("n"));
    f_activation(text("activation"), dim("n"), in("a"), h);
    return f_weighted(dim("n"), in("dh"), h);
}

static void fill(const double *a, int back)
{
    memcpy(oracle_fill("a"), a, WIDTH * sizeof *a);
    if (back)
        draw("dh", DRAW_COARSE, 1);
}

static void edges(int f, int back)
{
    static const struct { const char *flags, *comment; double a[WIDTH]; } list[] = {
        {"Kink", "about zero", {0, -0.0, 0x1p-60, -0x1p-60, 0x1p-100, -0x1p-100, 0x1p-20, -0x1p-20}},
        {"Saturation", "where it saturates", {8, -8, 12, -12, 16, -16, 20, -20}},
        {"Saturation SoftplusOverflow", "beyond the precision of 1 + exp(a)", {30, -30, 37, -37, 40, -40, 60, -60}},
        {"SoftplusOverflow", "about the range of exp in float32", {87, -87, 88, -88, 89, -89, 103, -103}},
        {"SoftplusOverflow", "about the range of exp in float64", {709, -709, 710, -710, 744, -744, 745, -745}},
        {"SoftplusOverflow", "far beyond the range of exp", {1000, -1000, 4096, -4096, 1e6, -1e6, 1e30, -1e30}},
        {"Cancellation", "small operands", {1e-3f, -1e-3f, 1e-6f, -1e-6f, 1e-9f, -1e-9f, 1e-20f, -1e-20f}},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        oracle_test(list[i].flags, "%s, %s", names[f], list[i].comment);
        fill(list[i].a, back);
        oracle_valid();
    }
    static const double wild[WIDTH] = {NAN, 1, INFINITY, -1, -INFINITY, 0.5, 0, 2};
    if (!back) {
        oracle_test("NonFinite", "%s, NaN stays NaN and infinities saturate", names[f]);
        fill(wild, back);
        oracle_valid();
    }
}

static void write(const char *folder, const char *name, int back)
{
    draw_from(name);
    oracle_begin(folder, name, back ? "activations, gradient" : "activations",
                 back ? "da = dh f'(a)" : "h = f(a) for identity, relu, tanh, sigmoid, softplus");
    for (int f = 0; f < 5; f++) {
        oracle_group(name, clauses[f], back ? backward : forward, back ? weighted : NULL);
        oracle_text("activation", names[f]);
        oracle_dim("n", WIDTH);
        oracle_input("a", "n");
        if (back)
            oracle_input("dh", "n");
        oracle_output(back ? "da" : "h", "n");
        for (int kind = DRAW_COARSE; kind <= DRAW_WIDE; kind++)
            for (int repeat = 0; repeat < 3; repeat++) {
                oracle_test("Formula", "%s, %s", names[f], draw_name[kind]);
                draw("a", (draw_kind)kind, 2);
                if (back)
                    draw("dh", (draw_kind)kind, 1);
                oracle_valid();
            }
        edges(f, back);
    }
    oracle_end();
}

void cases_activation(const char *folder)
{
    write(folder, "activation", 0);
    write(folder, "activation-backward", 1);
}
