/* SPDX-License-Identifier: GPL-3.0-or-later
 * Vector files in memory. The reader is strict, and safe on hostile files: every member that the format knows must be
 * there, nothing else may be, and every array has the length that the dimensions of its group say. */
#ifndef AEVB_VECTOR_FILE_H
#define AEVB_VECTOR_FILE_H

#include <jansson.h>
#include <stddef.h>
#include "aevb/engine.h"
#include "format/file_in.h"

#define AEVB_VECTOR_RANK 4

typedef struct aevb_vector_array {
    const char *name;
    size_t rank, shape[AEVB_VECTOR_RANK]; /* rank 0 is a scalar */
    size_t n;
    double *data; /* row-major */
} aevb_vector_array;

typedef struct aevb_vector_expected {
    aevb_vector_array array; /* correctly rounded */
    double *tail;            /* true value - array.data; NULL for integers, which are exact */
    double *cond;            /* error sum of the evaluation in units of u; NULL for integers */
    double *floor[2];        /* of AEVB_F64 and AEVB_F32: absolute allowance for underflow, or NULL for 0 */
} aevb_vector_expected;

typedef struct aevb_vector_test {
    const char *id, *comment;
    const json_t *flags; /* array of strings, each with a note */
    int domain_error;    /* the port must refuse; nothing is expected */
    size_t n_inputs, n_expected;
    aevb_vector_array *inputs;
    aevb_vector_expected *expected;
} aevb_vector_test;

typedef struct aevb_vector_group {
    const char *type, *clauses;   /* function, and the marks of its clauses, "KL.2" or "BERN.1 BERN.3" */
    const json_t *dims, *config;  /* name -> integer; name -> string, number or integer */
    size_t n_tests;
    aevb_vector_test *tests;
} aevb_vector_group;

typedef struct aevb_vector_file {
    json_t *root; /* owns every string above */
    const char *algorithm;
    const json_t *notes;
    size_t n_groups, n_tests;
    aevb_vector_group *groups;
} aevb_vector_file;

/* Any JSON file of at most 64 MB, strictly. */
AEVB_MUST_CHECK aevb_status aevb_vector_load(const char *path, json_t **root, aevb_error *err);

/* EIO, ENOMEM; EFORMAT names the place. */
AEVB_MUST_CHECK aevb_status aevb_vector_open(const char *path, aevb_vector_file **out, aevb_error *err);
/* The same of an open file or of bytes in memory, which stay the caller's. */
AEVB_MUST_CHECK aevb_status aevb_vector_parse(const aevb_file_in *in, aevb_vector_file **out, aevb_error *err);
void aevb_vector_close(aevb_vector_file *file); /* NULL is fine */

/* A case that is asked, as a file of one test: id, type, clauses, dims, config, arrays and inputs are members of the
 * request; expected are the arrays that are no inputs, zero and without tail, cond and floor.
 * docs/spec/protocol.md */
AEVB_MUST_CHECK aevb_status aevb_vector_question(json_t *request, aevb_vector_file **out, aevb_error *err);

/* 1 and the value of a number, or of "nan", "inf" or "-inf"; 0 for anything else. */
int aevb_vector_number_of(const json_t *value, double *out);

/* NULL, 0 and fallback when there is none of that name. */
const aevb_vector_array *aevb_vector_input(const aevb_vector_test *test, const char *name);
const aevb_vector_expected *aevb_vector_wanted(const aevb_vector_test *test, const char *name);
size_t aevb_vector_dim(const aevb_vector_group *group, const char *name);
const char *aevb_vector_text(const aevb_vector_group *group, const char *name);
double aevb_vector_setting(const aevb_vector_group *group, const char *name, double fallback);

/* A port's answer for element i against the truth, as a share of the bound: 0 is exact, up to 1 is within. INFINITY
 * when NaN or infinity is answered or expected and the other is not the same. -1 when the case has no bound in this
 * precision, because an intermediate result leaves its range: nothing can be said.
 *   bound = slack (u cond + floor), u = 2^-53 or 2^-24. */
double aevb_vector_share(const aevb_vector_expected *expected, size_t i, double answer, aevb_precision precision,
                         double slack);
/* The slack for ports: it covers second-order terms and orders of evaluation that are equal in exact arithmetic. */
#define AEVB_VECTOR_SLACK 2.0

/* Whether every input is a float32 number, so that the case can be asked in float32. */
int aevb_vector_fits_f32(const aevb_vector_test *test);

#endif
