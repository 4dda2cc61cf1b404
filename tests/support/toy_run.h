/* SPDX-License-Identifier: GPL-3.0-or-later
 * A small data set and small runs on it, for tests of training and evaluation. */
#ifndef TOY_RUN_H
#define TOY_RUN_H

#include "aevb/train.h"

enum { TOY_X = 9, TOY_N = 50, TOY_TEST_N = 21, TOY_PARAMS = 143 };

/* Grey 3 x 3 pictures: a bright row or column, the rest dim. Not to be closed. */
aevb_data toy_data(void);

/* 9-5-2, relu, Bernoulli on dynamically binarised data, Adam, L = 2, batches of 8 (the last of an epoch has 2), on the
 * reference: it starts no threads, so a process that has trained may fork one that trains. */
aevb_train_config toy_config(void);

/* Trains into a directory of that name among the temporary files and returns its path; any error fails the test. */
const char *toy_train(const aevb_train_config *config, const char *name);

/* Demands that two runs are the same to the bit: model, metrics but for the seconds, and checkpoint likewise. */
void toy_demand_same(const char *run, const char *other);

/* run/name; good until the next eight calls. */
const char *toy_file(const char *run, const char *name);

/* The message is one line that starts with the path and says part. */
void toy_expect_line(const aevb_error *err, const char *path, const char *part);

/* Parameters of run/model.safetensors. */
void toy_params(const char *run, double params[TOY_PARAMS]);

/* metrics.csv without the column of seconds, malloc'ed. */
char *toy_metrics(const char *run);

#endif
