/* SPDX-License-Identifier: GPL-3.0-or-later
 * Lines of `aevb bench` as a table, as CSV and as JSON. */
#include "config.h"
#include "cli/cli_bench_lines.h"

#include <math.h>

#include "cli/cli_json.h"

void aevb_cli_bench_table_head(void)
{
    printf("%-7s %-19s %-8s %-4s %-29s %7s %9s %9s %9s %-10s %6s %7s %7s %7s\n", "part", "name", "level", "prec",
           "shape", "threads", "median", "low", "high", "unit", "GB/s", "of peak", "x ref", "x BLAS");
}

/* Four digits, or all that are before the point; never an exponent, which would hide what is larger. */
static void table_figure(int width, double value)
{
    const int decimals = value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : value >= 1 ? 3 : 4;
    printf(" %*.*f", width, decimals, value);
}

/* A hyphen for what does not apply. */
static void table_extra(int width, int decimals, double value)
{
    if (isnan(value))
        printf(" %*s", width, "-");
    else
        printf(" %*.*f", width, decimals, value);
}

void aevb_cli_bench_table_line(const aevb_bench_result *r)
{
    printf("%-7s %-19s %-8s %-4s %-29s %7d", r->part, r->name, r->level, r->precision, r->shape, r->threads);
    table_figure(9, r->median);
    table_figure(9, r->low);
    table_figure(9, r->high);
    printf(" %-10s", r->unit);
    table_extra(6, 1, r->gb_per_s);
    if (isnan(r->share_of_peak))
        printf(" %7s", "-");
    else
        printf(" %5.1f %%", 100.0 * r->share_of_peak);
    table_extra(7, 2, r->ratio_to_ref);
    table_extra(7, 2, r->ratio_to_blas);
    putchar('\n');
    fflush(stdout);
}

void aevb_cli_bench_csv_head(FILE *to)
{
    fputs("part,name,level,precision,shape,threads,unit,median,low,high,gb_per_s,share_of_peak,ratio_to_ref,"
          "ratio_to_blas\n", to);
}

static void csv_figure(FILE *to, double value)
{
    if (isnan(value))
        fputc(',', to);
    else
        fprintf(to, ",%.6g", value);
}

void aevb_cli_bench_csv_line(FILE *to, const aevb_bench_result *r)
{
    const double figures[] = {r->median, r->low, r->high, r->gb_per_s, r->share_of_peak, r->ratio_to_ref,
                              r->ratio_to_blas};
    fprintf(to, "%s,%s,%s,%s,\"%s\",%d,%s", r->part, r->name, r->level, r->precision, r->shape, r->threads, r->unit);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        csv_figure(to, figures[i]);
    fputc('\n', to);
}

json_t *aevb_cli_bench_json_line(const aevb_bench_result *r)
{
    json_t *o = aevb_cli_json_object();
    aevb_cli_json_set(o, "part", json_string(r->part));
    aevb_cli_json_set(o, "name", json_string(r->name));
    aevb_cli_json_set(o, "level", json_string(r->level));
    aevb_cli_json_set(o, "precision", json_string(r->precision));
    aevb_cli_json_set(o, "shape", json_string(r->shape));
    aevb_cli_json_set(o, "threads", aevb_cli_json_whole((uint64_t)r->threads));
    aevb_cli_json_set(o, "unit", json_string(r->unit));
    aevb_cli_json_set(o, "median", aevb_cli_json_real(r->median));
    aevb_cli_json_set(o, "low", aevb_cli_json_real(r->low));
    aevb_cli_json_set(o, "high", aevb_cli_json_real(r->high));
    aevb_cli_json_set(o, "gb_per_s", aevb_cli_json_real(r->gb_per_s));
    aevb_cli_json_set(o, "share_of_peak", aevb_cli_json_real(r->share_of_peak));
    aevb_cli_json_set(o, "ratio_to_ref", aevb_cli_json_real(r->ratio_to_ref));
    aevb_cli_json_set(o, "ratio_to_blas", aevb_cli_json_real(r->ratio_to_blas));
    return o;
}
