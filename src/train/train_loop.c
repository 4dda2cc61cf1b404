/* SPDX-License-Identifier: GPL-3.0-or-later
 * The loop: epochs of shuffled minibatches. Everything random is numbered by epoch and by row of the training set,
 * so that it can be taken up after any batch. */
#include "config.h"
#include "fp_rules.h"
#include "train/run.h"

#include <math.h>
#include "aevb/rng.h"
#include "clock.h"
#include "error.h"

static int stop_wanted(const aevb_run *run)
{
    return run->hooks->stop != NULL && *run->hooks->stop != 0;
}

/* What is known of the epoch under way. */
static aevb_epoch so_far(const aevb_run *run)
{
    double rows = (double)run->row, nan = (double)NAN;
    return (aevb_epoch){.epoch = run->epoch + 1, .seen = run->row, .total = run->data->train->n,
                        .train_loss = run->sums.loss / rows, .train_recon = run->sums.recon / rows,
                        .train_kl = run->sums.kl / rows, .test_loss = nan, .test_recon = nan, .test_kl = nan,
                        .seconds = run->sums.seconds};
}

static aevb_status explain(const aevb_run *run, aevb_status status, const aevb_error *detail, aevb_error *err)
{
    unsigned long long epoch = (unsigned long long)run->epoch + 1;
    unsigned long long batch = (unsigned long long)(run->row / run->config.batch) + 1;
    if (status != AEVB_ENONFINITE)
        return aevb_fail(err, status, "epoch %llu, batch %llu: %s", epoch, batch, detail->message);
    return aevb_fail(err, status, "epoch %llu, batch %llu: the loss is not finite; try a lower learning rate than "
                     "%g%s; the last checkpoint is good", epoch, batch, run->config.optim.lr,
                     run->config.arch.likelihood == AEVB_GAUSSIAN
                         ? ", or gaussian-fixed: a learned variance can collapse to 0" : "");
}

static aevb_status step(aevb_run *run, size_t M, aevb_step_result *result, aevb_error *detail)
{
    const aevb_train_config *c = &run->config;
    const uint32_t *rows = run->order + run->row;
    const aevb_gather how = {c->binarise, c->seed, aevb_stream(AEVB_STREAM_BINARISE, run->epoch)};
    const aevb_noise noise = {c->seed, aevb_stream(AEVB_STREAM_NOISE, run->epoch), c->samples, 0};
    aevb_status status = aevb_engine_gather(run->engine, run->data->train, &how, M, rows, detail);
    if (status != AEVB_OK)
        return status;
    status = aevb_engine_draw_eps(run->engine, c->samples, &noise, rows);
    if (status == AEVB_OK)
        status = aevb_engine_step(run->engine, &c->objective, c->prior_precision, run->data->train->n, result);
    return status == AEVB_OK ? AEVB_OK : aevb_fail(detail, status, "%s", aevb_status_name(status));
}

/* One minibatch of the epoch under way. */
static aevb_status train_batch(aevb_run *run, aevb_error *err)
{
    double start = aevb_now();
    size_t left = run->data->train->n - run->row, M = left < run->config.batch ? left : run->config.batch;
    aevb_step_result result;
    aevb_error detail = {0};
    aevb_status status = step(run, M, &result, &detail);
    if (status != AEVB_OK)
        return explain(run, status, &detail, err);
    aevb_sums sums = run->sums;
    sums.loss += (double)M * result.loss;
    sums.recon += (double)M * result.parts.recon;
    sums.kl += (double)M * result.parts.kl;
    sums.seconds += aevb_now() - start;
    if (!isfinite(sums.loss) || !isfinite(sums.recon) || !isfinite(sums.kl))
        return explain(run, AEVB_ENONFINITE, &detail, err);
    run->sums = sums;
    run->row += M;
    return AEVB_OK;
}

static aevb_status train_rows(aevb_run *run, aevb_error *err)
{
    aevb_permutation(run->config.seed, aevb_stream(AEVB_STREAM_SHUFFLE, run->epoch), run->data->train->n,
                     run->order);
    while (run->row < run->data->train->n) {
        aevb_status status = train_batch(run, err);
        if (status != AEVB_OK)
            return status;
        if (run->hooks->progress != NULL) {
            aevb_epoch progress = so_far(run);
            run->hooks->progress(run->hooks->user, &progress);
        }
        if (stop_wanted(run))
            return AEVB_EINTERRUPTED;
    }
    return AEVB_OK;
}

/* Evaluates, files the epoch and saves. */
static aevb_status finish_epoch(aevb_run *run, aevb_error *err)
{
    aevb_epoch done = so_far(run);
    aevb_status status = aevb_test_loss(run, &done, err);
    if (status != AEVB_OK)
        return status;
    if (run->data->test != NULL && !(isfinite(done.test_loss) && isfinite(done.test_recon) && isfinite(done.test_kl)))
        return aevb_fail(err, AEVB_ENONFINITE, "epoch %llu: the loss of the test part is not finite; try a lower "
                         "learning rate than %g; the last checkpoint is good", (unsigned long long)done.epoch,
                         run->config.optim.lr);
    if ((status = aevb_run_reserve(run, run->epoch + 1, err)) != AEVB_OK)
        return status;
    run->history[run->epoch++] = done;
    run->row = 0;
    run->sums = (aevb_sums){0};
    if ((status = aevb_run_save(run, 1, err)) != AEVB_OK)
        return status;
    if (run->hooks->epoch != NULL)
        run->hooks->epoch(run->hooks->user, &done);
    return AEVB_OK;
}

static aevb_status interrupted(const aevb_run *run, aevb_error *err)
{
    return aevb_fail(err, AEVB_EINTERRUPTED, "stopped in epoch %llu after %zu of %zu rows; %s can be resumed",
                     (unsigned long long)run->epoch + 1, run->row, run->data->train->n, run->dir);
}

aevb_status aevb_run_continue(aevb_run *run, aevb_error *err)
{
    while (run->epoch < run->config.epochs) {
        aevb_status status = train_rows(run, err);
        if (status == AEVB_EINTERRUPTED) {
            status = aevb_run_save(run, 1, err);
            return status == AEVB_OK ? interrupted(run, err) : status;
        }
        if (status == AEVB_OK)
            status = finish_epoch(run, err);
        if (status != AEVB_OK)
            return status;
        if (stop_wanted(run) && run->epoch < run->config.epochs)
            return interrupted(run, err);
    }
    return AEVB_OK;
}
