/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checking somebody's implementation (a port) against the golden vectors, and the vectors themselves.
 * The format of the vectors: vectors/README.md. How a port is asked: docs/spec/protocol.md. */
#ifndef AEVB_CONFORM_H
#define AEVB_CONFORM_H

#include <stddef.h>
#include <stdio.h>
#include "aevb/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct aevb_conform_config {
    const char *vectors;      /* folder of vector files */
    const char *only;         /* a clause ("KL.2"), a group of clauses ("KL"), or NULL for everything */
    aevb_precision precision; /* what the port is asked to compute in, and what the bounds are for */
    const char *expect_fail;  /* file of case ids, one per line, '#' starts a comment; or NULL */
    double timeout;           /* seconds for each answer, > 0 */
    char *const *port;        /* program and arguments, NULL-ended */
} aevb_conform_config;

/* What came out of a run. */
typedef struct aevb_conform aevb_conform;

typedef struct aevb_conform_counts {
    size_t total, passed, failed, skipped; /* failed includes those that were expected to fail */
    size_t expected_failures;              /* failed, and expected to */
    size_t unexpected_passes;              /* passed, and expected to fail */
} aevb_conform_counts;

/* Runs every selected case through the port. A port that misbehaves is a result, not an error. Statuses are about our
 * side: EIO and EFORMAT for the vectors and expect_fail, EINVAL when nothing is selected, ENOMEM. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_conform_run(const aevb_conform_config *config, aevb_conform **out,
                                                      aevb_error *err);
AEVB_API void aevb_conform_free(aevb_conform *conform); /* NULL is fine */
AEVB_API aevb_conform_counts aevb_conform_count(const aevb_conform *conform);
/* 1 when something passed, nothing failed unexpectedly and nothing passed unexpectedly. */
AEVB_API int aevb_conform_ok(const aevb_conform *conform);

typedef enum aevb_conform_form {
    AEVB_CONFORM_TEXT = 0,
    AEVB_CONFORM_JSON = 1,
    AEVB_CONFORM_HTML = 2,
    AEVB_CONFORM_JUNIT = 3
} aevb_conform_form;

/* Writes a report. EIO when the stream fails. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_conform_report(const aevb_conform *conform, aevb_conform_form form,
                                                         FILE *stream, aevb_error *err);
/* The same to a file, whole or not at all. The name ends in .html, .xml (JUnit) or .json, else EINVAL. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_conform_report_file(const aevb_conform *conform, const char *path,
                                                              aevb_error *err);
/* EINVAL unless the name ends in one of those. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_conform_form_of(const char *path, aevb_conform_form *out, aevb_error *err);

/* Is a port: reads requests and writes answers until it is told to stop or in ends. max_batch and max_samples of the
 * engine are ignored. EIO: out failed. EFORMAT: a line is no request. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_port_serve(const aevb_engine_config *engine, FILE *in, FILE *out,
                                                     aevb_error *err);

/* One line per case: id, clauses, flags, comment. only as above. EINVAL when nothing is selected. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_vectors_list(const char *folder, const char *only, FILE *stream,
                                                       aevb_error *err);
/* Everything about one case. EINVAL when there is none with this id. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_vectors_show(const char *folder, const char *id, FILE *stream,
                                                       aevb_error *err);

/* Writes FILE.npz to the folder `out` for every FILE.json: the arrays of each case as ID.inputs.NAME, ID.expected.NAME
 * and so on, in their shapes, and under "manifest" the JSON of the file with lists of names in the place of the arrays.
 * files gets how many. Files that are already there are replaced. EIO, EFORMAT, ENOMEM. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_vectors_npz(const char *folder, const char *out, size_t *files,
                                                      aevb_error *err);

/* Checks every *.json of a folder, in order of name, and prints a line for each problem ("FILE: what") to report:
 * it is read as a vector file; it is valid under the schema that it names, in the folder; its bytes are canonical;
 * its name begins each tcId, and no tcId occurs twice in the folder; every flag has a note in its file, every note a
 * flag, and a note's description, effect and links are not empty; each test has a flag. EFORMAT when there was a
 * problem or no test at all, EIO when the folder cannot be read. */
typedef struct aevb_lint_result { size_t files, tests, problems; } aevb_lint_result;
AEVB_API AEVB_MUST_CHECK aevb_status aevb_vectors_lint(const char *folder, FILE *report, aevb_lint_result *result,
                                                       aevb_error *err);

#ifdef __cplusplus
}
#endif
#endif
