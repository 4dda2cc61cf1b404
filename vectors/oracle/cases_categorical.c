/* SPDX-License-Identifier: GPL-3.0-or-later
 * categorical.json and its gradient. */
#include "cases.h"

#include <math.h>
#include <string.h>

#include "draw.h"
#include "formulas.h"
#include "oracle.h"

static const struct { size_t B, K, P, C; } shapes[] = {
    {1, 1, 1, 2}, {1, 1, 2, 3}, {3, 1, 2, 2}, {2, 3, 2, 4}, {1, 2, 3, 11}, {4, 2, 1, 5},
};

static size_t width(void)
{
    return dim("P") * dim("C");
}

static void forward(void)
{
    f_categorical(dim("B"), dim("K"), width(), dim("C"), in("x"), in("a"), out("logpx"));
}

static void backward(void)
{
    f_categorical_backward(dim("B"), dim("K"), width(), dim("C"), in("x"), in("a"), in("dlogpx"), out("da"));
}

static N weighted(void)
{
    N *value = f_room(dim("B") * dim("K"));
    f_categorical(dim("B"), dim("K"), width(), dim("C"), in("x"), in("a"), value);
    return f_weighted(dim("B") * dim("K"), in("dlogpx"), value);
}

static void group(int back, size_t s)
{
    oracle_group(back ? "categorical-backward" : "categorical", back ? "CAT.2 CAT.3" : "CAT.1 CAT.3",
                 back ? backward : forward, back ? weighted : NULL);
    oracle_dim("B", shapes[s].B);
    oracle_dim("K", shapes[s].K);
    oracle_dim("P", shapes[s].P);
    oracle_dim("C", shapes[s].C);
    oracle_input("x", "B P C");
    oracle_input("a", "B K P C");
    if (back)
        oracle_input("dlogpx", "B K");
    oracle_output(back ? "da" : "logpx", back ? "B K P C" : "B K");
}

static void fill(int back, draw_kind kind, double scale)
{
    draw_one_hot("x", dim("C"));
    draw("a", kind, scale);
    if (back)
        draw("dlogpx", DRAW_COARSE, 1);
}

/* Of one datum of two positions and three classes: logits that are far apart, or all far off, for each class of x. */
static void edges(int back)
{
    static const double logits[][3] = {
        {1000, 0, -1000}, {1000, 999, 998}, {-1000, -1000, -1000}, {100, 0, 0}, {-100, 0, 0}, {88, -88, 0},
        {745, 0, -745}, {40, 0, 0}, {17, 0, -17}, {0, 0, 0}, {1e-6f, 0, -1e-6f},
    };
    for (size_t i = 0; i < sizeof logits / sizeof logits[0]; i++)
        for (size_t class = 0; class < 3; class++) {
            const double *a = logits[i];
            oracle_test(fabs(a[0]) > 80 ? "ClampedLog SoftmaxOverflow" : fabs(a[0]) > 10 ? "ClampedLog Saturation"
                        : "Formula", "logits %g, %g, %g of a position, class %zu", a[0], a[1], a[2], class);
            fill(back, DRAW_COARSE, 1);
            for (size_t c = 0; c < 3; c++) {
                oracle_fill("a")[c] = a[c];
                oracle_fill("x")[c] = c == class;
            }
            oracle_valid();
        }
    oracle_test("NonFinite", "one NaN logit");
    fill(back, DRAW_COARSE, 1);
    oracle_fill("a")[1] = NAN;
    oracle_valid();
}

static void refusals(int back)
{
    static const double wrong[][3] = {{0, 0, 0}, {1, 1, 0}, {1, 0, 1}, {0.5, 0.5, 0}, {0, 1, 0x1p-20}, {0, 2, 0},
                                      {-1, 1, 1}, {NAN, 1, 0}, {INFINITY, 0, 0}, {1, 1, 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        oracle_test("DomainNotChecked", "%g, %g, %g is not one-hot", wrong[i][0], wrong[i][1], wrong[i][2]);
        fill(back, DRAW_COARSE, 1);
        memcpy(oracle_fill("x") + 3, wrong[i], sizeof wrong[i]);
        oracle_domain_error();
    }
}

static void write(const char *folder, int back)
{
    const char *name = back ? "categorical-backward" : "categorical";
    draw_from(name);
    oracle_begin(folder, name, back ? "categorical likelihood, gradient" : "categorical likelihood",
                 back ? "da[r][p][c] = dlogpx[r] (x[b][p][c] - softmax(a[r][p])[c]), r = b K + k"
                      : "logpx[r] = sum_p a[r][p][class of x[b][p]] - log sum_c exp(a[r][p][c]), r = b K + k");
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        group(back, s);
        const char *flags = shapes[s].P == 1 ? "Formula" : shapes[s].B > 1 && shapes[s].K > 1
            ? "SampleMajor SoftmaxAxis ReconMeanOverPixels" : "SoftmaxAxis ReconMeanOverPixels";
        for (int kind = DRAW_COARSE; kind <= DRAW_WIDE; kind++)
            for (int repeat = 0; repeat < 2; repeat++) {
                oracle_test(back && shapes[s].P > 1 ? "SoftmaxAxis" : back ? "Formula" : flags, "%s",
                            draw_name[kind]);
                fill(back, (draw_kind)kind, kind == DRAW_WIDE ? 1 : 3);
                oracle_valid();
            }
        if (s == 1) {
            edges(back);
            refusals(back);
        }
    }
    oracle_end();
}

void cases_categorical(const char *folder)
{
    write(folder, 0);
    write(folder, 1);
}
