/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: every kernel of every level and precision against src/ref in float64, after dav1d's checkasm. Prints TAP,
 * one line per kernel. Exit 0: all passed; 1: something failed; 2: nothing was checked. */
#include "config.h"
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "checkkern.h"

typedef enum model { EXACT, ULP, GAMMA } model;
static const char *const model_names[] = { "exact", "ulp", "gamma" };

typedef struct kernel {
    const char *name;
    model errors;
    double bound32, bound64;
    void (*check)(check *c);
    int is_draw;
} kernel;

#define REAL_ROW(ret, name, args, model, bound32, bound64) { #name, model, bound32, bound64, check_##name, 0 },
#define DRAW_ROW(ret, name, args, model, bound32, bound64) { #name, model, bound32, bound64, check_##name, 1 },
static const kernel kernels[] = {
    AEVB_KERN_LIST(REAL_ROW)
    AEVB_GEMM_LIST(REAL_ROW)
    AEVB_DRAW_LIST(DRAW_ROW)
};
enum { N_KERNELS = sizeof kernels / sizeof *kernels, DEFAULT_SEED = 1, BENCH_SIZE = 4096 };

/* Hashes of all outputs at the default seed. "fma" is one number for avx2, avx512 and neon; random numbers have one for
 * all levels. Written by checkkern --print-hashes. */
typedef struct pin { const char *group, *precision, *kernel; uint64_t hash; } pin;
static const pin pins[] = {
#include "kern_hashes.h"
    { "", "", "", 0 },
};

typedef struct options {
    int level; /* or -1 for all */
    const char *precision, *filter;
    uint64_t seed;
    int help, list, bench, verbose, print_hashes;
} options;

/* 0..2 virtual vectors and more, both sides of every boundary (virtual vector 8 and 16, segment 64, chunk 256), primes. */
static const size_t sizes[] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    32, 33, 34, 35, 37, 41, 47, 48, 49, 53, 61, 63, 64, 65, 79, 80, 81, 101, 127, 128, 129, 191, 192, 193, 255, 256, 257,
    311, 512, 513, 784, 1009,
};

/* Those of the extra cases: every tail of a vector, and both sides of the lengths at which products are cut (BLOCK and
 * TURNED of gemm.inc.c, at any level and precision). */
static const size_t extra_sizes[] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130, 193, 257,
    240, 241, 252, 253, 384, 385, 480, 481, 504, 505, 768, 769, 1152, 1153, 2305,
};

static sigjmp_buf case_start;

static void on_fault(int signal_)
{
    (void)signal_;
    siglongjmp(case_start, 1);
}

static void catch_faults(void)
{
    struct sigaction action = { .sa_handler = on_fault };
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

static void run_case(const kernel *k, check *c, size_t n, size_t offset, value_kind kind)
{
    c->n = n;
    c->offset = offset;
    c->kind = kind;
    c->items = (double)n;
    c->integers_exact = 0;
    c->random = c->seed ^ (n << 8 | offset << 4 | (uint64_t)kind) * UINT64_C(0xd1342543de82ef95);
    const int bits = c->bits;
    if (sigsetjmp(case_start, 1) == 0) {
        k->check(c);
        end_case(c);
    } else {
        complain(c, "reads or writes where there is no memory, such as beyond the end of a buffer");
        drop_buffers(c);
    }
    c->bits = bits;
}

/* What is not part of the hashes, in which all that makes a case different can grow without pinning them again. Long
 * ones with integers alone, of which equality is demanded. */
static void check_extra(const kernel *k, check *c)
{
    c->pinned = 0;
    for (int kind = UNIFORM; kind < KINDS; kind++) {
        for (size_t s = 0; s < sizeof extra_sizes / sizeof *extra_sizes; s++) {
            if (extra_sizes[s] < 300 || kind == INTEGER) {
                run_case(k, c, extra_sizes[s], 1, (value_kind)kind);
            }
        }
    }
    c->pinned = 1;
}

static void check_kernel(const kernel *k, check *c)
{
    for (int kind = UNIFORM; kind <= SPECIAL; kind++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            for (size_t offset = 0; offset < 4; offset += 3) {
                run_case(k, c, sizes[s], offset, (value_kind)kind);
            }
        }
    }
}

static const char *pin_group(const kernel *k, aevb_level level)
{
    return k->is_draw ? "any" : level == AEVB_LEVEL_PORTABLE ? "portable" : "fma";
}

static const pin *find_pin(const char *group, const check *c)
{
    for (size_t i = 0; i + 1 < sizeof pins / sizeof *pins; i++) {
        if (strcmp(pins[i].group, group) == 0 && strcmp(pins[i].precision, c->precision) == 0
            && strcmp(pins[i].kernel, c->kernel) == 0) {
            return &pins[i];
        }
    }
    return NULL;
}

/* The hash belongs to the default seed alone. */
static void check_hash(const options *o, const kernel *k, aevb_level level, check *c)
{
    const char *group = pin_group(k, level);
    if (o->print_hashes) {
        if (k->is_draw && level != AEVB_LEVEL_PORTABLE) {
            return; /* one for all levels */
        }
        printf("{ \"%s\", \"%s\", \"%s\", UINT64_C(0x%016llx) },\n", group, c->precision, c->kernel,
               (unsigned long long)c->hash);
        return;
    }
    if (o->seed != DEFAULT_SEED) {
        return;
    }
    const pin *p = find_pin(group, c);
    if (p == NULL) {
        printf("# %s %s %s: no hash is pinned for %s (see --print-hashes)\n", c->kernel, c->level, c->precision, group);
        c->failed++;
    } else if (p->hash != c->hash) {
        printf("# %s %s %s: hash of all results is 0x%016llx, pinned for %s is 0x%016llx\n", c->kernel, c->level,
               c->precision, (unsigned long long)c->hash, group, (unsigned long long)p->hash);
        c->failed++;
    }
}

static check start(const options *o, const kernel *k, aevb_level level, int bits)
{
    check c = { 0 };
    c.kernel = k->name;
    c.level = aevb_level_name(level);
    c.precision = k->is_draw ? "draw" : bits == 32 ? "f32" : "f64";
    c.bits = bits;
    c.draw = k->is_draw ? aevb_kern_draw_table(level) : NULL;
    c.f32 = !k->is_draw && bits == 32 ? aevb_kern_f32_table(level) : NULL;
    c.f64 = !k->is_draw && bits == 64 ? aevb_kern_f64_table(level) : NULL;
    c.bound = bits == 32 ? k->bound32 : k->bound64;
    c.seed = o->seed;
    c.pinned = 1;
    c.hash = UINT64_C(0xcbf29ce484222325);
    c.verbose = o->verbose;
    c.kern_seconds = c.ref_seconds = INFINITY;
    return c;
}

static int selected(const options *o, const kernel *k, int bits)
{
    const char *precision = k->is_draw ? "draw" : bits == 32 ? "f32" : "f64";
    return fnmatch(o->filter, k->name, 0) == 0 && (o->precision == NULL || strcmp(o->precision, precision) == 0)
        && !(k->is_draw && bits == 32);
}

typedef struct totals { uint64_t tests, compared, failed; } totals;

static void check_level(const options *o, aevb_level level, totals *t)
{
    for (int i = 0; i < N_KERNELS; i++) {
        for (int bits = 32; bits <= 64; bits += 32) {
            const kernel *k = &kernels[i];
            if (!selected(o, k, bits)) {
                continue;
            }
            check c = start(o, k, level, bits);
            check_kernel(k, &c);
            check_extra(k, &c);
            check_hash(o, k, level, &c);
            t->tests++;
            t->compared += c.compared;
            t->failed += c.failed != 0 || c.compared == 0;
            if (!o->print_hashes) {
                printf("%s %llu - %s %s %s: %llu numbers, worst at %.2f of its bound\n",
                       c.failed == 0 && c.compared > 0 ? "ok" : "not ok", (unsigned long long)t->tests, c.kernel,
                       c.level, c.precision, (unsigned long long)c.compared, c.worst);
            }
        }
    }
}

static void bench_level(const options *o, aevb_level level)
{
    for (int i = 0; i < N_KERNELS; i++) {
        for (int bits = 32; bits <= 64; bits += 32) {
            const kernel *k = &kernels[i];
            if (!selected(o, k, bits)) {
                continue;
            }
            check c = start(o, k, level, bits);
            c.bench = 1;
            run_case(k, &c, BENCH_SIZE, 0, UNIFORM);
            const double ns = 1e9 * c.kern_seconds / c.items, ref = 1e9 * c.ref_seconds / c.items;
            printf("%s,%s,%s,%d,%.4f,%.4f,%.2f\n", c.kernel, c.level, c.precision, BENCH_SIZE, ns,
                   isfinite(ref) ? ref : 0.0, isfinite(ref) ? ref / ns : 0.0);
        }
    }
}

static void list(void)
{
    for (int i = 0; i < N_KERNELS; i++) {
        const kernel *k = &kernels[i];
        printf("%-20s %s %-5s %g %g\n", k->name, k->is_draw ? "draw" : "real", model_names[k->errors], k->bound32,
               k->bound64);
    }
}

static void usage(FILE *to)
{
    fputs("usage: checkkern [--level=LEVEL] [--precision=f32|f64|draw] [--filter=GLOB] [--seed=N] [--list] [--bench]\n"
          "                 [--print-hashes] [--help] [-v]\n", to);
}

static int parse_seed(const char *text, uint64_t *seed)
{
    char *end;
    errno = 0;
    *seed = strtoull(text, &end, 0);
    return *text >= '0' && *text <= '9' && *end == '\0' && errno == 0;
}

static int parse(int argc, char **argv, options *o)
{
    static const struct option longs[] = {
        { "level", required_argument, NULL, 'l' },    { "precision", required_argument, NULL, 'p' },
        { "filter", required_argument, NULL, 'f' },   { "seed", required_argument, NULL, 's' },
        { "list", no_argument, NULL, 'L' },           { "bench", no_argument, NULL, 'b' },
        { "print-hashes", no_argument, NULL, 'H' },   { "verbose", no_argument, NULL, 'v' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    int option;
    while ((option = getopt_long(argc, argv, "v", longs, NULL)) != -1) {
        aevb_level level;
        switch (option) {
        case 'l':
            if (aevb_level_parse(optarg, &level) != AEVB_OK || level == AEVB_LEVEL_REF) {
                fprintf(stderr, "checkkern: '%s' is no level\n", optarg);
                return 0;
            }
            o->level = (int)level;
            break;
        case 'p':
            if (strcmp(optarg, "f32") != 0 && strcmp(optarg, "f64") != 0 && strcmp(optarg, "draw") != 0) {
                fprintf(stderr, "checkkern: '%s' is no precision\n", optarg);
                return 0;
            }
            o->precision = optarg;
            break;
        case 'f': o->filter = optarg; break;
        case 's':
            if (!parse_seed(optarg, &o->seed)) {
                fprintf(stderr, "checkkern: '%s' is no seed\n", optarg);
                return 0;
            }
            break;
        case 'L': o->list = 1; break;
        case 'b': o->bench = 1; break;
        case 'H': o->print_hashes = 1; break;
        case 'h': o->help = 1; break;
        case 'v': o->verbose = 1; break;
        default: usage(stderr); return 0;
        }
    }
    if (optind != argc) {
        usage(stderr);
        return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    options o = { .level = -1, .filter = "*", .seed = DEFAULT_SEED };
    if (!parse(argc, argv, &o)) {
        return 2;
    }
    if (o.help) {
        usage(stdout);
        return 0;
    }
    if (o.list) {
        list();
        return 0;
    }
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    catch_faults();
    totals t = { 0 };
    if (o.print_hashes) {
        puts("/* SPDX-License-Identifier: GPL-3.0-or-later\n"
             " * Hashes of all results at the default seed, written by: checkkern --print-hashes > kern_hashes.h */");
    }
    for (int level = 0; level < AEVB_LEVEL_COUNT; level++) {
        if (o.level >= 0 && o.level != level) {
            continue;
        }
        if (aevb_level_supported((aevb_level)level)) {
            check_level(&o, (aevb_level)level, &t);
        } else if (!o.print_hashes) {
            aevb_level used;
            aevb_error err = { 0 };
            const aevb_status status = aevb_level_choose(level, &used, &err);
            printf("ok %llu - %s # SKIP %s\n", (unsigned long long)++t.tests, aevb_level_name((aevb_level)level),
                   status == AEVB_OK ? "" : err.message);
        }
    }
    if (o.print_hashes) {
        return t.failed != 0;
    }
    printf("1..%llu\n# %llu numbers compared, %llu kernels failed, seed %llu\n", (unsigned long long)t.tests,
           (unsigned long long)t.compared, (unsigned long long)t.failed, (unsigned long long)o.seed);
    if (t.compared == 0) {
        puts("# nothing was checked");
        return 2;
    }
    if (t.failed != 0) {
        return 1;
    }
    for (int level = 0; o.bench && level < AEVB_LEVEL_COUNT; level++) {
        if (level == 0) {
            puts("kernel,level,precision,n,ns_per_item,ref_ns_per_item,ratio_to_ref");
        }
        if (aevb_level_supported((aevb_level)level) && (o.level < 0 || o.level == level)) {
            bench_level(&o, (aevb_level)level);
        }
    }
    return 0;
}
