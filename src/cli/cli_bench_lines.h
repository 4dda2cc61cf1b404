/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lines of `aevb bench` as a table, as CSV and as JSON. */
#ifndef AEVB_CLI_BENCH_LINES_H
#define AEVB_CLI_BENCH_LINES_H

#include <jansson.h>
#include <stdio.h>
#include "aevb/bench.h"

/* What the columns say, for --help. */
#define AEVB_CLI_BENCH_COLUMNS \
    "Columns, by their names in CSV and JSON:\n" \
    "  shape          rows x numbers in each; products: rows x inputs x units\n" \
    "  unit           of median, low and high: ns and ns/element are times, the\n" \
    "                 others rates\n" \
    "  gb_per_s       bytes that a kernel reads and writes, each array once, over\n" \
    "                 the median time\n" \
    "  share_of_peak  of the multiply-adds (fma) at that level and precision with\n" \
    "                 as many threads, measured again before and after each line;\n" \
    "                 of a training step only the products count\n" \
    "  ratio_to_ref   speed over the reference's: float64, one thread\n" \
    "  ratio_to_blas  speed over OpenBLAS's with as many threads\n" \
    "A column is empty where it says nothing: what share of a peak a kernel that\n" \
    "moves numbers has depends on the cache that they are in."

/* On the standard output. */
void aevb_cli_bench_table_head(void);
void aevb_cli_bench_table_line(const aevb_bench_result *r);

/* Figures that do not apply are empty. */
void aevb_cli_bench_csv_head(FILE *to);
void aevb_cli_bench_csv_line(FILE *to, const aevb_bench_result *r);

/* Keys are the columns of the CSV; figures that do not apply are null. */
json_t *aevb_cli_bench_json_line(const aevb_bench_result *r);

#endif
