/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb bench`: what this machine, the kernels, the products and whole training steps reach. */
#include "config.h"
#include "aevb/bench.h"
#include "cli/cli.h"
#include "cli/cli_bench_blas.h"
#include "cli/cli_json.h"
#include "cli/cli_options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { key_json = AEVB_CLI_OWN_KEYS, key_out, key_parts, key_only, key_samples, key_seconds, key_serve };

typedef struct bench_options {
    aevb_bench_config config;
    int precision; /* -1: both */
    bool json;
    const char *out, *serve;
} bench_options;

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "What is measured", 1},
    {"parts", key_parts, "LIST", 0, "machine, kernels, products, steps, separated by commas (default: all)", 1},
    {"only", key_only, "NAME", 0, "one line of them: a kernel, forward, 'input gradient', 'weight gradient', or the "
     "training configuration a, b, c or d", 1},
    {"precision", AEVB_CLI_PRECISION, "NAME", 0, "f64 or f32 (default: both)", 1},
    {"level", AEVB_CLI_LEVEL, "NAME", 0, "portable, avx2, avx512 or neon (default: kernels at every level, the rest "
     "at the best)", 1},
    {"threads", AEVB_CLI_THREADS, "N", 0, "besides one thread, measure N (default: all)", 1},
    {"samples", key_samples, "N", 0, "measurements of each line (default 7); their median and range are shown", 1},
    {"seconds", key_seconds, "S", 0, "a measurement of a training step; others take a tenth (default 0.5)", 1},
    {NULL, 0, NULL, 0, "Output", 2},
    {"json", key_json, NULL, 0, "the results as JSON", 2},
    {"out", key_out, "NAME", 0, "also write NAME.csv and NAME.json", 2},
    {"serve", key_serve, "CONFIG", 0, "train configuration a, b, c or d in turns: for each number of seconds on the "
     "standard input, one line of JSON; this is how bench/peers/run_peers.py compares programs", 2},
    {NULL, 0, NULL, 0, NULL, 0},
};

static const char *precision_name(int i)
{
    return aevb_precision_name((aevb_precision)i);
}

static unsigned parse_parts(const struct argp_state *state, const char *text)
{
    static const char *const names[] = {"machine", "kernels", "products", "steps"};
    unsigned parts = 0;
    while (*text != '\0') {
        const size_t length = strcspn(text, ",");
        size_t i = 0;
        while (i < 4 && (strlen(names[i]) != length || strncmp(names[i], text, length) != 0))
            i++;
        if (i == 4)
            argp_error(state, "--parts: '%.*s' is not machine, kernels, products or steps", (int)length, text);
        parts |= 1u << i;
        text += length + (text[length] == ',');
    }
    if (parts == 0)
        argp_error(state, "--parts: which parts? machine, kernels, products, steps");
    return parts;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    bench_options *o = state->input;
    aevb_level level;
    switch (key) {
    case key_json:
        o->json = true;
        return 0;
    case key_out:
        o->out = arg;
        return 0;
    case key_serve:
        o->serve = arg;
        return 0;
    case key_parts:
        o->config.parts = parse_parts(state, arg);
        return 0;
    case key_only:
        o->config.only = arg;
        return 0;
    case key_samples:
        o->config.samples = (int)aevb_cli_whole(state, "--samples", arg, 1, 101);
        return 0;
    case key_seconds:
        o->config.seconds = aevb_cli_real(state, "--seconds", arg, 1e-3, 3600);
        return 0;
    case AEVB_CLI_PRECISION:
        o->precision = aevb_cli_choice(state, "--precision", arg, precision_name);
        o->config.precisions = o->precision == AEVB_F32 ? 1 : 2;
        return 0;
    case AEVB_CLI_THREADS:
        o->config.threads = (int)aevb_cli_whole(state, "--threads", arg, 1, 4096);
        return 0;
    case AEVB_CLI_LEVEL:
        if (aevb_level_parse(arg, &level) != AEVB_OK || (int)level < 0)
            argp_error(state, "--level: '%s' is not portable, avx2, avx512 or neon", arg);
        o->config.level = (int)level;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s': no argument is taken", arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Where the lines go. */
typedef struct sink {
    FILE *csv;
    json_t *results;
    bool table;
} sink;

static void print_figure(const char *format, double value)
{
    char text[32];
    snprintf(text, sizeof text, format, value);
    printf(" %9s", isnan(value) ? "-" : text);
}

static void print_line(const aevb_bench_result *r)
{
    printf("%-8s %-20s %-8s %-3s %-28s %2d  %10.4g %10.4g %10.4g %-9s", r->part, r->name, r->level, r->precision,
           r->shape, r->threads, r->median, r->low, r->high, r->unit);
    print_figure("%.1f %%", 100.0 * r->share_of_peak);
    print_figure("%.2f", r->ratio_to_ref);
    print_figure("%.2f", r->ratio_to_blas);
    putchar('\n');
    fflush(stdout);
}

static void csv_figure(FILE *to, double value)
{
    if (isnan(value))
        fputc(',', to);
    else
        fprintf(to, ",%.6g", value);
}

static json_t *line_json(const aevb_bench_result *r)
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
    aevb_cli_json_set(o, "share_of_peak", aevb_cli_json_real(r->share_of_peak));
    aevb_cli_json_set(o, "ratio_to_ref", aevb_cli_json_real(r->ratio_to_ref));
    aevb_cli_json_set(o, "ratio_to_blas", aevb_cli_json_real(r->ratio_to_blas));
    return o;
}

static void take_line(void *user, const aevb_bench_result *r)
{
    sink *s = user;
    if (s->table)
        print_line(r);
    if (s->csv != NULL) {
        fprintf(s->csv, "%s,%s,%s,%s,\"%s\",%d,%s,%.6g,%.6g,%.6g", r->part, r->name, r->level, r->precision, r->shape,
                r->threads, r->unit, r->median, r->low, r->high);
        csv_figure(s->csv, r->share_of_peak);
        csv_figure(s->csv, r->ratio_to_ref);
        csv_figure(s->csv, r->ratio_to_blas);
        fputc('\n', s->csv);
    }
    aevb_cli_json_append(s->results, line_json(r));
}

/* "model name" of /proc/cpuinfo, or nothing. */
static void cpu_name(size_t size, char *name)
{
    FILE *info = fopen("/proc/cpuinfo", "r");
    char line[256];
    snprintf(name, size, "unknown CPU");
    while (info != NULL && fgets(line, sizeof line, info) != NULL)
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':') != NULL) {
            line[strcspn(line, "\n")] = '\0';
            snprintf(name, size, "%s", strchr(line, ':') + 2);
            break;
        }
    if (info != NULL)
        fclose(info);
}

static int open_out(const char *name, const char *ending, FILE **out)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s%s", name, ending) >= (int)sizeof path)
        return aevb_cli_fail("%s: the name is too long", name);
    *out = fopen(path, "w");
    return *out == NULL ? aevb_cli_fail("%s: cannot be written", path) : AEVB_EXIT_OK;
}

static int run_bench(const bench_options *o)
{
    aevb_error err = {.status = AEVB_OK};
    char cpu[200];
    FILE *json_file = NULL;
    sink s = {.table = !o->json};
    aevb_bench_config config = o->config;
    const char *blas = aevb_cli_bench_blas(&config);
    if (o->out != NULL && (open_out(o->out, ".csv", &s.csv) != AEVB_EXIT_OK ||
                           open_out(o->out, ".json", &json_file) != AEVB_EXIT_OK))
        return AEVB_EXIT_FAILED;
    cpu_name(sizeof cpu, cpu);
    s.results = json_array();
    if (s.csv != NULL)
        fputs("part,name,level,precision,shape,threads,unit,median,low,high,share_of_peak,ratio_to_ref,"
              "ratio_to_blas\n", s.csv);
    if (s.table) {
        printf("%s; products compared with: %s\n", cpu, blas);
        printf("%-8s %-20s %-8s %-3s %-28s %2s  %10s %10s %10s %-9s %9s %9s %9s\n", "part", "name", "level", "",
               "shape", "th", "median", "low", "high", "unit", "of peak", "x ref", "x BLAS");
    }
    const aevb_status status = aevb_bench_run(&config, take_line, &s, &err);
    json_t *all = aevb_cli_json_object();
    aevb_cli_json_set(all, "version", json_string(aevb_version()));
    aevb_cli_json_set(all, "cpu", json_string(cpu));
    aevb_cli_json_set(all, "blas", json_string(blas));
    aevb_cli_json_set(all, "samples", aevb_cli_json_whole((uint64_t)config.samples));
    aevb_cli_json_set(all, "seconds", aevb_cli_json_real(config.seconds));
    aevb_cli_json_set(all, "results", s.results);
    int failed = status != AEVB_OK;
    if (json_file != NULL)
        failed |= json_dumpf(all, json_file, JSON_INDENT(1)) != 0 || fclose(json_file) != 0;
    if (s.csv != NULL)
        failed |= fclose(s.csv) != 0;
    if (o->json && status == AEVB_OK)
        aevb_cli_json_print(all, 0);
    else
        json_decref(all);
    if (status != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    return failed ? aevb_cli_fail("%s.csv or %s.json could not be written", o->out, o->out) : AEVB_EXIT_OK;
}

/* A turn for each line of the standard input. */
static int serve(const bench_options *o)
{
    aevb_error err = {.status = AEVB_OK};
    aevb_bench_step *step = NULL;
    const aevb_precision precision = o->precision < 0 ? AEVB_F32 : (aevb_precision)o->precision;
    double rate, loss, seconds = 0.1;
    char line[64];
    aevb_status status = aevb_bench_step_create(o->serve, precision, o->config.level, o->config.threads, &step, &err);
    if (status == AEVB_OK)
        status = aevb_bench_step_train(step, seconds, &rate, &loss, &err);
    if (status == AEVB_OK)
        puts("{\"ready\": true}");
    while (status == AEVB_OK && fflush(stdout) == 0 && fgets(line, sizeof line, stdin) != NULL) {
        if (sscanf(line, "%lf", &seconds) != 1 || !(seconds > 0)) {
            aevb_bench_step_free(step);
            return aevb_cli_fail("a line of the standard input is no number of seconds");
        }
        status = aevb_bench_step_train(step, seconds, &rate, &loss, &err);
        if (status == AEVB_OK)
            printf("{\"samples_per_s\": %.6g, \"loss\": %.10g}\n", rate, loss);
    }
    aevb_bench_step_free(step);
    return status == AEVB_OK ? AEVB_EXIT_OK : aevb_cli_fail_status(status, &err);
}

int aevb_cli_bench(int argc, char **argv)
{
    bench_options o = {.config = aevb_bench_default(), .precision = -1};
    static const struct argp argp = {options, parse, NULL,
                                     "Measures this machine (multiply-adds and memory), then each kernel, the matrix "
                                     "products and whole training steps, each as median and range. Speeds are to be "
                                     "compared within one run only, with nothing else running.", NULL, NULL, NULL};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    return o.serve != NULL ? serve(&o) : run_bench(&o);
}
