/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes every vector file: oracle FOLDER. */
#include <stdio.h>

#include "cases.h"
#include "oracle.h"

enum { LEAST_TESTS = 1500 };

int main(int argc, char **argv)
{
    static void (*const files[])(const char *folder) = {
        cases_affine, cases_activation, cases_posterior, cases_density, cases_bernoulli, cases_gaussian,
        cases_categorical, cases_objective, cases_rng, cases_optim, cases_model, cases_trajectory, cases_large,
    };
    if (argc != 2) {
        fputs("usage: oracle FOLDER\n", stderr);
        return 2;
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        files[i](argv[1]);
    size_t tests = oracle_finish();
    printf("%zu tests\n", tests);
    num_free_pool();
    return tests < LEAST_TESTS;
}
