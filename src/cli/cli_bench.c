/* SPDX-License-Identifier: GPL-3.0-or-later
 * `aevb bench`: what this machine, the kernels, the products and whole training steps reach. */
#include "config.h"
#include "aevb/bench.h"
#include "cli/cli.h"
#include "cli/cli_bench_blas.h"
#include "cli/cli_bench_lines.h"
#include "cli/cli_json.h"
#include "cli/cli_options.h"

#include <stdio.h>
#include <string.h>

/* Those before key_serve mean nothing beside --serve. */
enum { key_json = AEVB_CLI_OWN_KEYS, key_out, key_parts, key_only, key_samples, key_seconds, key_serve };

typedef struct bench_options {
    aevb_bench_config config;
    int precision; /* -1: both */
    bool json;
    const char *out, *serve;
    int unserved; /* key of an option that says what --serve does not do, or 0 */
} bench_options;

static const struct argp_option options[] = {
    {NULL, 0, NULL, 0, "What is measured", 1},
    {"parts", key_parts, "LIST", 0, "machine, kernels, products, steps, separated by commas (default: all)", 1},
    {"only", key_only, "NAME", 0, "besides the machine, one of them: a kernel, forward, 'input gradient', 'weight "
     "gradient', or the training configuration a, b, c or d", 1},
    {"precision", AEVB_CLI_PRECISION, "NAME", 0, "f64 or f32 (default: both)", 1},
    {"level", AEVB_CLI_LEVEL, "NAME", 0, "portable, avx2, avx512 or neon (default: every level of this CPU; steps, "
     "and products with more than one thread, at the best)", 1},
    {"threads", AEVB_CLI_THREADS, "N", 0, "besides one thread, measure N (default: all)", 1},
    {"samples", key_samples, "N", 0, "measurements of each line (default 7); their median and range are shown", 1},
    {"seconds", key_seconds, "S", 0, "a measurement of a training step; others take a tenth (default 0.5)", 1},
    {NULL, 0, NULL, 0, "Output", 2},
    {"json", key_json, NULL, 0, "the results as JSON", 2},
    {"out", key_out, "NAME", 0, "also write NAME.csv and NAME.json, when all is measured", 2},
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
    int more;
    do {
        const size_t length = strcspn(text, ",");
        size_t i = 0;
        while (i < 4 && (strlen(names[i]) != length || strncmp(names[i], text, length) != 0))
            i++;
        if (i == 4)
            argp_error(state, "--parts: '%.*s' is not machine, kernels, products or steps", (int)length, text);
        parts |= 1u << i;
        more = text[length] == ',';
        text += length + 1;
    } while (more);
    return parts;
}

static void check_serve(const struct argp_state *state, const bench_options *o)
{
    const struct argp_option *option = options;
    if (o->serve == NULL || o->unserved == 0)
        return;
    while (option->key != o->unserved)
        option++;
    argp_error(state, "--serve takes --precision, --level and --threads, not --%s", option->name);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    bench_options *o = state->input;
    aevb_level level;
    o->unserved = key >= key_json && key < key_serve ? key : o->unserved;
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
        o->config.threads = (int)aevb_cli_whole(state, "--threads", arg, 1, AEVB_MAX_THREADS);
        return 0;
    case AEVB_CLI_LEVEL:
        if (aevb_level_parse(arg, &level) != AEVB_OK || (int)level < 0)
            argp_error(state, "--level: '%s' is not portable, avx2, avx512 or neon", arg);
        o->config.level = (int)level;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s': no argument is taken", arg);
        return 0;
    case ARGP_KEY_END:
        check_serve(state, o);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Where the lines go. */
typedef struct sink {
    aevb_bench_files *files; /* NULL: none */
    json_t *results;
    bool table;
    char cpu[200];
    const char *blas;
} sink;

static void take_line(void *user, const aevb_bench_result *r)
{
    sink *s = user;
    if (s->table && json_array_size(s->results) == 0) { /* so nothing is printed when nothing can be measured */
        printf("%s; products compared with: %s\n", s->cpu, s->blas);
        aevb_cli_bench_table_head();
    }
    if (s->table)
        aevb_cli_bench_table_line(r);
    if (s->files != NULL)
        aevb_cli_bench_csv_line(aevb_bench_files_csv(s->files), r);
    aevb_cli_json_append(s->results, aevb_cli_bench_json_line(r));
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

/* The machine, how it was measured, and the results. */
static json_t *session_json(const aevb_bench_config *config, const sink *s)
{
    json_t *all = aevb_cli_json_object();
    aevb_cli_json_set(all, "version", json_string(aevb_version()));
    aevb_cli_json_set(all, "cpu", json_string(s->cpu));
    aevb_cli_json_set(all, "blas", json_string(s->blas));
    aevb_cli_json_set(all, "samples", aevb_cli_json_whole((uint64_t)config->samples));
    aevb_cli_json_set(all, "seconds", aevb_cli_json_real(config->seconds));
    aevb_cli_json_set(all, "results", s->results);
    return all;
}

/* What --out and --json want of a run that went well. Takes all, and files, which may be NULL. */
static int keep(const bench_options *o, json_t *all, aevb_bench_files *files)
{
    aevb_error err = {.status = AEVB_OK};
    if (files != NULL && json_dumpf(all, aevb_bench_files_json(files), JSON_INDENT(1)) != 0) {
        aevb_bench_files_discard(files);
        return aevb_cli_fail("%s.json: the results cannot be written", o->out);
    }
    const aevb_status status = files == NULL ? AEVB_OK : aevb_bench_files_commit(files, &err);
    if (status != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    if (o->json)
        aevb_cli_json_print(all, 0);
    else
        json_decref(all);
    return AEVB_EXIT_OK;
}

static int run_bench(const bench_options *o)
{
    aevb_error err = {.status = AEVB_OK};
    aevb_bench_config config = o->config;
    sink s = {.table = !o->json, .blas = aevb_cli_bench_blas(&config)};
    aevb_status status = o->out == NULL ? AEVB_OK : aevb_bench_files_open(o->out, &s.files, &err);
    if (status != AEVB_OK)
        return aevb_cli_fail_status(status, &err);
    cpu_name(sizeof s.cpu, s.cpu);
    s.results = json_array();
    if (s.files != NULL)
        aevb_cli_bench_csv_head(aevb_bench_files_csv(s.files));
    status = aevb_bench_run(&config, take_line, &s, &err);
    json_t *all = session_json(&config, &s);
    if (status == AEVB_OK)
        return keep(o, all, s.files);
    json_decref(all);
    aevb_bench_files_discard(s.files);
    return aevb_cli_fail_status(status, &err);
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
        if (sscanf(line, "%lf", &seconds) != 1 || !(seconds > 0 && seconds <= 3600)) {
            aevb_bench_step_free(step);
            return aevb_cli_fail("a line of the standard input is no number of seconds up to 3600");
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
                                     "compared within one run only, with nothing else running. It all takes about "
                                     "12 minutes.\v" AEVB_CLI_BENCH_COLUMNS, NULL, NULL, NULL};
    argp_parse(&argp, argc, argv, 0, NULL, &o);
    return o.serve != NULL ? serve(&o) : run_bench(&o);
}
