/* SPDX-License-Identifier: GPL-3.0-or-later
 * The objective on the test part of the data. */
#include "config.h"
#include "fp_rules.h"
#include "train/run.h"

#include <math.h>
#include "error.h"
#include "infer/sweep.h"

static aevb_status add_batch(aevb_sweep *sweep, const aevb_objective *objective, aevb_sums *sums, aevb_error *err)
{
    aevb_status status = aevb_sweep_noise(sweep, 1, 1, 0);
    aevb_terms terms;
    double loss = 0.0;
    if (status == AEVB_OK) {
        aevb_engine_forward(sweep->engine, &terms);
        status = aevb_objective_eval(objective, &terms, &loss, NULL);
    }
    if (status != AEVB_OK)
        return aevb_fail(err, status, "test rows from %zu: %s", sweep->first, aevb_status_name(status));
    aevb_parts parts = aevb_objective_parts(&terms);
    sums->loss += (double)terms.B * loss;
    sums->recon += (double)terms.B * parts.recon;
    sums->kl += (double)terms.B * parts.kl;
    return AEVB_OK;
}

aevb_status aevb_test_loss(aevb_run *run, aevb_epoch *epoch, aevb_error *err)
{
    const aevb_dataset *test = run->data->test;
    if (test == NULL) {
        epoch->test_loss = epoch->test_recon = epoch->test_kl = (double)NAN;
        return AEVB_OK;
    }
    aevb_sweep sweep;
    aevb_sums sums = {0};
    const aevb_train_config *c = &run->config;
    aevb_status status = aevb_sweep_start(&sweep, run->engine, test, c->binarise, c->seed, 0, err);
    if (status != AEVB_OK)
        return status;
    while ((status = aevb_sweep_next(&sweep, err)) == AEVB_OK && sweep.B > 0)
        if ((status = add_batch(&sweep, &run->config.objective, &sums, err)) != AEVB_OK)
            break;
    aevb_sweep_end(&sweep);
    if (status != AEVB_OK)
        return status;
    epoch->test_loss = sums.loss / (double)test->n;
    epoch->test_recon = sums.recon / (double)test->n;
    epoch->test_kl = sums.kl / (double)test->n;
    return AEVB_OK;
}
