/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: what a check of one kernel works with. A check makes its inputs and outputs (buffers with guard bands,
 * misaligned on request), runs the kernel by KERN and src/ref by REF, and compares every number of every output by
 * one of the expect functions. Shapes come from c->n, values from c->kind. The same code serves both precisions:
 * buffers hold float or double, and v[] has their values as double. */
#ifndef AEVB_CHECKKERN_H
#define AEVB_CHECKKERN_H

#include <stddef.h>
#include <stdint.h>
#include "fast/kern.h"
#include "ulps.h"

typedef enum value_kind {
    UNIFORM, /* in [-4, 4) or the range asked for */
    INTEGER, /* small integers: where c->integers_exact is set, equality is demanded */
    WIDE,    /* exponents far apart */
    SPECIAL, /* zeros of both signs, denormals, infinities, NaN, smallest normal numbers */
    RARE,    /* UNIFORM with one of those here and there, so that long sums are not all NaN */
    KINDS
} value_kind;

typedef enum number_type { F32, F64, U8, U32 } number_type;

typedef struct buf {
    void *p;              /* n numbers, between the guards */
    double *v;            /* their values when the buffer was made */
    size_t n;
    number_type type;
    size_t size;          /* bytes of a number */
    int is_input;         /* it must not change */
    void *saved;          /* the numbers when the buffer was made, between guards as well */
    size_t before, after; /* numbers that the guards take up */
    void *block;          /* to be freed: guard, numbers, guard; NULL in extra cases */
} buf;

enum { MAX_BUFFERS = 24, MAX_SAMPLES = 4 };

typedef struct check {
    /* What is checked. */
    const char *kernel, *level, *precision;
    int bits; /* 32 or 64 */
    const aevb_kern_f32 *f32;   /* one of the three */
    const aevb_kern_f64 *f64;
    const aevb_kern_draw *draw;
    double bound;               /* of the kernel list */
    /* The case. */
    size_t n, offset;
    value_kind kind;
    int pinned; /* results count for the hash; else an extra case, in other shapes and at the end of a page */
    uint64_t seed, random;
    int integers_exact;
    /* Buffers of the case, freed by its end. */
    buf buffers[MAX_BUFFERS];
    size_t n_buffers;
    /* Results. */
    uint64_t compared, failed, hash;
    double worst; /* error in parts of its bound */
    int verbose;
    /* Timing: seconds of the kernel's and the reference's best call; items = elements per call. */
    int bench;
    double kern_seconds, ref_seconds, items;
} check;

double now(void);

/* The kernel by name in the table of the check's precision; buffers go in as void pointers. */
#define KERN(c, name, args) \
    TIMED(c, kern_seconds, if ((c)->f32 != NULL) { (c)->f32->name args; } else { (c)->f64->name args; })
#define DRAW(c, name, args) TIMED(c, kern_seconds, (c)->draw->name args)
#define REF(c, call) TIMED(c, ref_seconds, call)
#define TIMED(c, seconds, ...) \
    do { \
        double left_ = (c)->bench ? 0.05 : 0.0; \
        do { \
            const double start_ = now(); \
            __VA_ARGS__; \
            const double took_ = now() - start_; \
            (c)->seconds = took_ < (c)->seconds ? took_ : (c)->seconds; \
            left_ -= took_; \
        } while (left_ > 0.0); \
    } while (0)

/* kern_values.c: numbers of the check's precision. */
uint64_t random_bits(check *c);
double random_unit(check *c);               /* [0, 1) */
size_t random_below(check *c, size_t n);
double round_to(int bits, double x);        /* to float or double */
double value_any(check *c);                 /* by c->kind */
double value_in(check *c, double lo, double hi); /* in [lo, hi] whatever the kind; integers in INTEGER */
double value_extreme(check *c);             /* the same, and the largest numbers in SPECIAL */
double value_exponent(check *c);            /* an argument of exp: moderate, 0 in INTEGER, any in SPECIAL */
double value_unit(check *c);                /* data in [0, 1]; 0 or 1 in INTEGER and SPECIAL */
double value_double(check *c);              /* a double as a file may hold it, also beyond the range of float */

/* kern_buffers.c */
buf *in_any(check *c, size_t n);
buf *in_extreme(check *c, size_t n);
buf *in_range(check *c, size_t n, double lo, double hi);
buf *in_exponent(check *c, size_t n);
buf *in_unit(check *c, size_t n);
buf *in_doubles(check *c, size_t n, double lo, double hi); /* doubles in every precision */
buf *in_bytes(check *c, size_t n);          /* uint8_t */
buf *in_index(check *c, size_t n, size_t below); /* uint32_t */
buf *in_values(check *c, size_t n, const double *values);
buf *inout_values(check *c, size_t n, const double *values);
buf *inout_any(check *c, size_t n);
buf *inout_range(check *c, size_t n, double lo, double hi);
void change(buf *b, size_t i, double value); /* another value for a number of an input */
buf *out(check *c, size_t n);
buf *out_doubles(check *c, size_t n);
buf *out_floats(check *c, size_t n);
double at(const buf *b, size_t i);          /* the number that is there now */
double *copy_values(const buf *b);          /* malloc'ed copy of v[] */
double *zeros(size_t n);
void *must(void *block);                    /* ends the program when out of memory */
size_t samples(const check *c, size_t pinned); /* samples per datum: so many in a pinned case */
int is_kept(const buf *b, size_t i);        /* the bits of the number are those that it was made with */
void expect_kept(check *c, const char *what, const buf *b, size_t i);
void end_case(check *c);                    /* guards, unchanged inputs; frees */
void drop_buffers(check *c);                /* frees alone */

/* kern_compare.c: one number of an output against its reference; what names the output. */
void expect_exact(check *c, const char *what, size_t i, double got, double want);
void expect_ulp(check *c, const char *what, size_t i, double got, long double want, double bound);
/* Not the sign of a zero: src/ref adds a gradient to 0, a kernel may store it. The hashes pin it.
 * condition: sum of the absolute values of the terms; n: terms added one after the other in the kernel's precision;
 * n_double: those that kernel or reference add in float64. */
void expect_gamma(check *c, const char *what, size_t i, double got, double want, double condition, double n,
                  double n_double);
/* Bit for bit what another buffer has: a kernel called once more, in place. */
void expect_same(check *c, const char *what, const buf *got, const buf *want);
/* A failure: prints the case and a text. */
void complain(check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Finite in float64, not 0, and not a normal number of the kernel's precision: an intermediate result with no bound. */
int out_of_range(const check *c, double x);
double smallest_normal(const check *c);
double gamma_of(double u, double n);

/* One check per row of the list: check_exp, check_adam, ... */
#define AEVB_CHECK_DECLARE(ret, name, args, ...) void check_##name(check *c);
AEVB_KERN_LIST(AEVB_CHECK_DECLARE)
AEVB_GEMM_LIST(AEVB_CHECK_DECLARE)
AEVB_DRAW_LIST(AEVB_CHECK_DECLARE)

#endif
