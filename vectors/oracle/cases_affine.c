/* SPDX-License-Identifier: GPL-3.0-or-later
 * affine.json, affine-backward.json. */
#include "cases.h"

#include <math.h>

#include "draw.h"
#include "formulas.h"
#include "oracle.h"

static const struct { size_t B, I, O; } shapes[] = {
    {1, 1, 1}, {1, 3, 1}, {1, 1, 3}, {2, 3, 3}, {3, 4, 2}, {2, 5, 7}, {4, 8, 8}, {3, 17, 5}, {2, 33, 4}, {9, 2, 3},
    {1, 65, 2}, {5, 6, 1},
};

static void forward(void)
{
    f_affine(dim("B"), dim("I"), dim("O"), in("x"), in("w"), in("bias"), out("y"));
}

static void backward(void)
{
    f_affine_backward(dim("B"), dim("I"), dim("O"), in("x"), in("w"), in("dy"), out("dx"), out("dw"), out("dbias"));
}

static N weighted(void)
{
    N *y = f_room(dim("B") * dim("O"));
    f_affine(dim("B"), dim("I"), dim("O"), in("x"), in("w"), in("bias"), y);
    return f_weighted(dim("B") * dim("O"), in("dy"), y);
}

static void group(const char *type, size_t s, int back)
{
    oracle_group(type, back ? "AFFINE.2" : "AFFINE.1", back ? backward : forward, back ? weighted : NULL);
    oracle_dim("B", shapes[s].B);
    oracle_dim("I", shapes[s].I);
    oracle_dim("O", shapes[s].O);
    oracle_input("x", "B I");
    oracle_input("w", "O I");
    oracle_input("bias", "O");
    if (back) {
        oracle_input("dy", "B O");
        oracle_output("dx", "B I");
        oracle_output("dw", "O I");
        oracle_output("dbias", "O");
    } else {
        oracle_output("y", "B O");
    }
}

static void fill(draw_kind kind, int back)
{
    draw("x", kind, 1);
    draw("w", kind, 0.5);
    draw("bias", kind, 1);
    if (back)
        draw("dy", kind, 1);
}

static void special(int back)
{
    oracle_test("NonFinite", "one NaN reaches exactly the results that depend on it");
    fill(DRAW_COARSE, back);
    oracle_fill("x")[0] = NAN;
    oracle_valid();
    oracle_test("NonFinite", "an infinite weight");
    fill(DRAW_COARSE, back);
    oracle_fill("w")[1] = INFINITY;
    oracle_valid();
}

static void write(const char *folder, const char *name, int back)
{
    draw_from(name);
    oracle_begin(folder, name, back ? "affine layer, gradient" : "affine layer",
                 back ? "dw[o][i] = sum_b dy[b][o] x[b][i], dbias[o] = sum_b dy[b][o], "
                        "dx[b][i] = sum_o dy[b][o] w[o][i]"
                      : "y[b][o] = bias[o] + sum_i w[o][i] x[b][i]; weights are [out][in]");
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        group(name, s, back);
        int square = shapes[s].I == shapes[s].O && shapes[s].I > 1;
        for (int kind = DRAW_COARSE; kind <= DRAW_WIDE; kind++)
            for (int repeat = 0; repeat < 2; repeat++) {
                oracle_test(square ? "WeightsTransposed" : shapes[s].B > 1 ? "BatchMixed" : "Formula", "%s",
                            draw_name[kind]);
                fill((draw_kind)kind, back);
                oracle_valid();
            }
        oracle_test("Formula", "all zero");
        oracle_valid();
        if (s == 3)
            special(back);
        if (shapes[s].I > 1) {
            oracle_test("Cancellation", "terms that cancel to a small rest");
            fill(DRAW_COARSE, back);
            oracle_fill("x")[0] = 4096;
            oracle_fill("x")[1] = -4096;
            oracle_fill("w")[0] = 1;
            oracle_fill("w")[1] = 1;
            oracle_valid();
        }
    }
    oracle_end();
}

void cases_affine(const char *folder)
{
    write(folder, "affine", 0);
    write(folder, "affine-backward", 1);
}
