/* SPDX-License-Identifier: GPL-3.0-or-later
 * logq.json, logpz.json and their gradients. */
#include "cases.h"

#include <math.h>

#include "draw.h"
#include "formulas.h"
#include "oracle.h"

static const struct { size_t B, K, Z; } shapes[] = {
    {1, 1, 1}, {1, 1, 4}, {3, 1, 1}, {2, 3, 2}, {4, 2, 6}, {1, 5, 17},
};

static void logq(void)
{
    f_logq(dim("B"), dim("K"), dim("Z"), in("logvar"), in("eps"), out("logq"));
}

static void logq_backward(void)
{
    f_logq_backward(dim("B"), dim("K"), dim("Z"), in("dlogq"), out("dlogvar"));
}

/* Along the path: eps stays, z moves. */
static N logq_weighted(void)
{
    N *value = f_room(dim("B") * dim("K"));
    f_logq(dim("B"), dim("K"), dim("Z"), in("logvar"), in("eps"), value);
    return f_weighted(dim("B") * dim("K"), in("dlogq"), value);
}

static void logpz(void)
{
    f_logpz(dim("R"), dim("Z"), in("z"), out("logpz"));
}

static void logpz_backward(void)
{
    f_logpz_backward(dim("R"), dim("Z"), in("z"), in("dlogpz"), out("dz"));
}

static N logpz_weighted(void)
{
    N *value = f_room(dim("R"));
    f_logpz(dim("R"), dim("Z"), in("z"), value);
    return f_weighted(dim("R"), in("dlogpz"), value);
}

static void logq_group(int back, size_t s)
{
    oracle_group(back ? "logq-backward" : "logq", back ? "LOGQ.2" : "LOGQ.1", back ? logq_backward : logq,
                 back ? logq_weighted : NULL);
    oracle_dim("B", shapes[s].B);
    oracle_dim("K", shapes[s].K);
    oracle_dim("Z", shapes[s].Z);
    oracle_input("logvar", "B Z");
    oracle_input("eps", "B K Z");
    if (back)
        oracle_input("dlogq", "B K");
    oracle_output(back ? "dlogvar" : "logq", back ? "B Z" : "B K");
}

static void logpz_group(int back, size_t s)
{
    oracle_group(back ? "logpz-backward" : "logpz", back ? "PRIOR.2" : "PRIOR.1", back ? logpz_backward : logpz,
                 back ? logpz_weighted : NULL);
    oracle_dim("R", shapes[s].B * shapes[s].K);
    oracle_dim("Z", shapes[s].Z);
    oracle_input("z", "R Z");
    if (back)
        oracle_input("dlogpz", "R");
    oracle_output(back ? "dz" : "logpz", back ? "R Z" : "R");
}

static void fill_logq(int back, draw_kind kind)
{
    draw("logvar", kind, 1);
    draw("eps", kind, 1);
    if (back)
        draw("dlogq", kind, 1);
}

static void write_logq(const char *folder, const char *name, int back)
{
    static const double edges[] = {30, -30, 88, -88, 745, -745};
    draw_from(name);
    oracle_begin(folder, name, back ? "log density of the posterior, gradient along the path"
                                    : "log density of the posterior",
                 back ? "dlogvar[b][j] = -sum_k dlogq[b][k] / 2 with z moving along the path; nothing for mu"
                      : "logq[b][k] = sum_j -(log 2 pi + logvar[b][j] + eps[b][k][j]^2) / 2 at z = mu + sigma eps");
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        logq_group(back, s);
        for (int kind = DRAW_COARSE; kind <= DRAW_WIDE; kind++)
            for (int repeat = 0; repeat < 2; repeat++) {
                oracle_test(back ? "DetachedPath" : "MissingConstant MissingHalf", "%s", draw_name[kind]);
                fill_logq(back, (draw_kind)kind);
                oracle_valid();
            }
        oracle_test(back ? "DetachedPath" : "ZeroNoise MissingConstant", "eps = 0");
        fill_logq(back, DRAW_COARSE);
        draw_all("eps", 0);
        oracle_valid();
        for (size_t i = 0; s == 3 && i < sizeof edges / sizeof edges[0]; i++) {
            oracle_test("LogvarRange", "logvar = %g", edges[i]);
            fill_logq(back, DRAW_COARSE);
            draw_all("logvar", edges[i]);
            oracle_valid();
        }
    }
    oracle_end();
}

static void fill_logpz(int back, draw_kind kind)
{
    draw("z", kind, 1);
    if (back)
        draw("dlogpz", kind, 1);
}

static void write_logpz(const char *folder, const char *name, int back)
{
    draw_from(name);
    oracle_begin(folder, name, back ? "log density of the prior, gradient" : "log density of the prior",
                 back ? "dz[r][j] = -dlogpz[r] z[r][j]" : "logpz[r] = sum_j -(log 2 pi + z[r][j]^2) / 2");
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        logpz_group(back, s);
        for (int kind = DRAW_COARSE; kind <= DRAW_WIDE; kind++)
            for (int repeat = 0; repeat < 2; repeat++) {
                oracle_test(back ? "KlSign" : "MissingConstant MissingHalf", "%s", draw_name[kind]);
                fill_logpz(back, (draw_kind)kind);
                oracle_valid();
            }
        oracle_test(back ? "Formula" : "MissingConstant", "z = 0");
        fill_logpz(back, DRAW_COARSE);
        draw_all("z", 0);
        oracle_valid();
    }
    oracle_test("NonFinite", "one NaN stays in its row");
    fill_logpz(back, DRAW_COARSE);
    oracle_fill("z")[0] = NAN;
    oracle_valid();
    oracle_end();
}

void cases_density(const char *folder)
{
    write_logq(folder, "logq", 0);
    write_logq(folder, "logq-backward", 1);
    write_logpz(folder, "logpz", 0);
    write_logpz(folder, "logpz-backward", 1);
}
