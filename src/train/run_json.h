/* SPDX-License-Identifier: GPL-3.0-or-later
 * run.json: every setting of a run, what built it, and which data it was given. */
#ifndef AEVB_RUN_JSON_H
#define AEVB_RUN_JSON_H

#include "format/file_in.h"
#include "train/run.h"

typedef struct aevb_run_record {
    aevb_train_config config;
    char library[32], compiler[128];
    int level_used, threads_used;  /* what -1 and 0 in the settings became */
    char data_name[64];            /* what the source was recognised as */
    size_t train_rows, test_rows;
    char train_sha256[65], test_sha256[65]; /* empty without a test part */
} aevb_run_record;

/* The record of a run that starts now. */
aevb_run_record aevb_run_record_make(const aevb_run *run);

aevb_status aevb_run_json_write(const char *path, const aevb_run_record *record, aevb_error *err);

/* EFORMAT names what is missing, unknown, twice there or out of range. */
aevb_status aevb_run_json_read(const char *path, aevb_run_record *record, aevb_error *err);
/* The same of an open file or of bytes in memory, which stay the caller's. */
aevb_status aevb_run_json_parse(const aevb_file_in *file, aevb_run_record *record, aevb_error *err);

/* The key of the first setting, other than epochs and threads, that differs; NULL when none does. */
const char *aevb_settings_difference(const aevb_train_config *a, const aevb_train_config *b);

#endif
