/* SPDX-License-Identifier: GPL-3.0-or-later
 * large.json: models of a size at which blocking, threads and reduction trees come into play; arrays in safetensors
 * files beside it. */
#include "cases.h"

#include "model_group.h"
#include "oracle.h"

void cases_large(const char *folder)
{
    static const model_plan wide = {.B = 8, .K = 2, .X = 64, .Z = 8, .H = 1, .hidden = {25}, .activation = "tanh",
        .likelihood = "bernoulli"};
    static const model_plan deep = {.B = 5, .K = 3, .X = 31, .Z = 5, .H = 2, .hidden = {24, 13},
        .activation = "softplus", .likelihood = "gaussian"};
    static const run_plan run = {{.B = 6, .K = 1, .X = 36, .Z = 4, .H = 1, .hidden = {17}, .activation = "tanh",
        .likelihood = "grey"}, "elbo", "adam", 1, 1e-4, 1e-3, 0, 24, 20};
    draw_from("large");
    oracle_begin(folder, "large", "whole models, larger", "As model and trajectory, with the arrays in safetensors "
                                                         "files: tensors inputs.NAME, expected.NAME, tail.NAME, ...");
    model_begin(&wide, "elbo", 1);
    oracle_test("KlMeanOverDims ReconMeanOverPixels BatchSumNotMean SampleMajor", "64-25-8, 8 data, 2 samples");
    model_fill(DRAW_FINE);
    oracle_valid_in_file();
    model_begin(&deep, "elbo-mc", 1);
    oracle_test("DetachedPath MissingConstant SampleMajor", "31-24-13-5, 5 data, 3 samples");
    model_fill(DRAW_FINE);
    oracle_valid_in_file();
    trajectory_begin(&run);
    oracle_test("Drift NoBiasCorrection", "36-17-4, 20 steps of Adam");
    trajectory_fill(&run);
    oracle_valid_in_file();
    oracle_end();
}
