/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes metrics.csv with numbers that read back to the same bits. */
#include "config.h"
#include "train/metrics.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include "error.h"
#include "format/atomic_file.h"

/* %.17g with a point whatever the locale of the program says, and one spelling of NaN. */
static void put_number(FILE *file, double value)
{
    char text[64];
    if (isnan(value)) {
        fputs(",nan", file);
        return;
    }
    snprintf(text, sizeof text, "%.17g", value);
    fputc(',', file);
    int in_point = 0;
    for (const char *c = text; *c != '\0'; c++) {
        int plain = (*c >= '0' && *c <= '9') || *c == '-' || *c == '+' || isalpha((unsigned char)*c);
        if (plain)
            fputc(*c, file);
        else if (!in_point)
            fputc('.', file);
        in_point = !plain;
    }
}

static void put_epoch(FILE *file, const aevb_epoch *e)
{
    fprintf(file, "%llu", (unsigned long long)e->epoch);
    const double values[] = {e->train_loss, e->train_recon, e->train_kl, -(e->train_recon + e->train_kl),
                             e->test_loss, e->test_recon, e->test_kl, -(e->test_recon + e->test_kl), e->seconds};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        put_number(file, values[i]);
    fputc('\n', file);
}

aevb_status aevb_metrics_write(const char *path, const aevb_epoch *history, uint64_t n, aevb_error *err)
{
    aevb_atomic *file;
    aevb_status status = aevb_atomic_open(path, &file, err);
    if (status != AEVB_OK)
        return status;
    FILE *stream = aevb_atomic_file(file);
    fputs("epoch,train_loss,train_recon,train_kl,train_bound,test_loss,test_recon,test_kl,test_bound,seconds\n",
          stream);
    for (uint64_t i = 0; i < n; i++)
        put_epoch(stream, &history[i]);
    return aevb_atomic_commit(file, err); /* reports any error of the stream */
}
