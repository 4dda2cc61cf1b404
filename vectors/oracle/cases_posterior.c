/* SPDX-License-Identifier: GPL-3.0-or-later
 * reparam.json, kl.json and their gradients. */
#include "cases.h"

#include <math.h>

#include "draw.h"
#include "formulas.h"
#include "oracle.h"

static const struct { size_t B, K, Z; } shapes[] = {
    {1, 1, 1}, {1, 1, 3}, {3, 1, 1}, {2, 3, 2}, {1, 7, 2}, {4, 1, 5}, {5, 2, 3}, {2, 2, 9},
};
/* Log-variances at which exp, expm1 or exp(logvar / 2) lose digits or leave the range. */
static const double logvars[] = {30, -30, 88, -88, 745, -745, 1e-8f, -1e-8f, 1e-3f, -1e-3f, 87, -103, -1000, 0};

static void reparam(void)
{
    f_reparam(dim("B"), dim("K"), dim("Z"), in("mu"), in("logvar"), in("eps"), out("z"));
}

static void reparam_backward(void)
{
    f_reparam_backward(dim("B"), dim("K"), dim("Z"), in("logvar"), in("eps"), in("dz"), out("dmu"), out("dlogvar"));
}

static N reparam_weighted(void)
{
    N *z = f_room(dim("B") * dim("K") * dim("Z"));
    f_reparam(dim("B"), dim("K"), dim("Z"), in("mu"), in("logvar"), in("eps"), z);
    return f_weighted(dim("B") * dim("K") * dim("Z"), in("dz"), z);
}

static void kl(void)
{
    f_kl(dim("B") * dim("Z"), in("mu"), in("logvar"), out("kl"));
}

static void kl_backward(void)
{
    f_kl_backward(dim("B") * dim("Z"), in("mu"), in("logvar"), in("dkl"), out("dmu"), out("dlogvar"));
}

static N kl_weighted(void)
{
    N *value = f_room(dim("B") * dim("Z"));
    f_kl(dim("B") * dim("Z"), in("mu"), in("logvar"), value);
    return f_weighted(dim("B") * dim("Z"), in("dkl"), value);
}

typedef struct plan {
    const char *name, *algorithm, *purpose, *clause;
    oracle_formula *formula;
    oracle_scalar *scalar;
    int noise;           /* has eps and K */
    const char *adjoint; /* of a backward clause */
} plan;

static void fill(const plan *p, draw_kind kind)
{
    draw("mu", kind, 1);
    draw("logvar", kind == DRAW_WIDE ? DRAW_FINE : kind, 1);
    if (p->noise)
        draw("eps", kind, 1);
    if (p->adjoint != NULL)
        draw(p->adjoint, kind, 1);
}

static void group(const plan *p, size_t s)
{
    oracle_group(p->name, p->clause, p->formula, p->scalar);
    oracle_dim("B", shapes[s].B);
    if (p->noise)
        oracle_dim("K", shapes[s].K);
    oracle_dim("Z", shapes[s].Z);
    oracle_input("mu", "B Z");
    oracle_input("logvar", "B Z");
    if (p->noise)
        oracle_input("eps", "B K Z");
    if (p->adjoint == NULL) {
        oracle_output(p->noise ? "z" : "kl", p->noise ? "B K Z" : "B Z");
        return;
    }
    oracle_input(p->adjoint, p->noise ? "B K Z" : "B Z");
    oracle_output("dmu", "B Z");
    oracle_output("dlogvar", "B Z");
}

static void ordinary(const plan *p, size_t s)
{
    const char *flags = !p->noise ? "LogvarAsSigma MissingHalf KlSign" :
        p->adjoint == NULL ? "LogvarAsSigma ExpLogvarAsSigma" : "ExpLogvarAsSigma MissingHalf";
    const char *shared = p->adjoint == NULL ? "ExpLogvarAsSigma EpsSharedAcrossBatch" : "MissingHalf SampleMean";
    int many = p->noise && (p->adjoint == NULL ? shapes[s].B : shapes[s].K) > 1;
    for (int kind = DRAW_COARSE; kind <= DRAW_WIDE; kind++)
        for (int repeat = 0; repeat < 2; repeat++) {
            oracle_test(many ? shared : flags, "%s", draw_name[kind]);
            fill(p, (draw_kind)kind);
            oracle_valid();
        }
    if (p->noise) {
        oracle_test("ZeroNoise", "eps = 0: z is the mean");
        fill(p, DRAW_COARSE);
        draw_all("eps", 0);
        oracle_valid();
    }
    oracle_test("Formula", "logvar = 0: the standard deviation is 1");
    fill(p, DRAW_COARSE);
    draw_all("logvar", 0);
    oracle_valid();
    oracle_test("Formula", "mu = logvar = 0: the prior itself");
    fill(p, DRAW_COARSE);
    draw_all("mu", 0);
    draw_all("logvar", 0);
    oracle_valid();
}

static void edges(const plan *p)
{
    for (size_t i = 0; i < sizeof logvars / sizeof logvars[0]; i++) {
        double lv = logvars[i];
        oracle_test(lv > -1 && lv < 1 ? "Cancellation" : "LogvarRange", "logvar = %g", lv);
        fill(p, DRAW_COARSE);
        draw_all("logvar", lv);
        oracle_valid();
        oracle_test(lv > -1 && lv < 1 ? "Cancellation" : "LogvarRange", "logvar = %g, mu = 0", lv);
        fill(p, DRAW_COARSE);
        draw_all("logvar", lv);
        draw_all("mu", 0);
        oracle_valid();
    }
    static const char *const names[] = {"mu", "logvar"};
    for (int i = 0; i < 2; i++) {
        oracle_test("NonFinite", "one NaN in %s reaches what depends on it and nothing else", names[i]);
        fill(p, DRAW_COARSE);
        oracle_fill(names[i])[1] = NAN;
        oracle_valid();
    }
    oracle_test("NonFinite", "logvar = -infinity: sigma = 0");
    fill(p, DRAW_COARSE);
    draw_all("logvar", -INFINITY);
    oracle_valid();
}

static void write(const char *folder, const plan *p)
{
    draw_from(p->name);
    oracle_begin(folder, p->name, p->algorithm, p->purpose);
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        group(p, s);
        ordinary(p, s);
        if (s == 3)
            edges(p);
    }
    oracle_end();
}

void cases_posterior(const char *folder)
{
    static const plan plans[] = {
        {"reparam", "reparameterisation", "z = mu + exp(logvar / 2) eps; logvar is the logarithm of the variance",
         "REP.1", reparam, NULL, 1, NULL},
        {"reparam-backward", "reparameterisation, gradient",
         "dmu = sum_k dz, dlogvar = sum_k dz eps exp(logvar / 2) / 2", "REP.2", reparam_backward, reparam_weighted, 1,
         "dz"},
        {"kl", "KL divergence from N(0, 1)", "kl[b][j] = (mu^2 + expm1(logvar) - logvar) / 2, nats, per dimension",
         "KL.1", kl, NULL, 0, NULL},
        {"kl-backward", "KL divergence from N(0, 1), gradient", "dmu = dkl mu, dlogvar = dkl expm1(logvar) / 2",
         "KL.2", kl_backward, kl_weighted, 0, "dkl"},
    };
    for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
        write(folder, &plans[i]);
}
