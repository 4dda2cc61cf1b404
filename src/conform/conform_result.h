/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a run of a port leaves behind, for its report and its diagnosis. */
#ifndef AEVB_CONFORM_RESULT_H
#define AEVB_CONFORM_RESULT_H

#include "aevb/conform.h"
#include "conform/vector_file.h"
#include "conform/vector_set.h"

typedef enum aevb_case_state { AEVB_CASE_PASSED, AEVB_CASE_FAILED, AEVB_CASE_SKIPPED } aevb_case_state;

typedef struct aevb_case_result {
    const aevb_vector_case *of;
    aevb_case_state state;
    int expected_to_fail;
    int asked;
    int judged;         /* share and ulps mean something */
    double share, ulps; /* worst error */
    char why[240];      /* of a failure or a skip */
    int answered;       /* it failed with an answer that can be read: outputs, or a domain error where none was
                           expected, or none where one was */
    int refused;        /* the answer was a domain error */
    size_t left_out;    /* arrays that the port answered with null */
    const char *mistake; /* that explains the failure, or NULL */
    double **outputs;   /* [test->n_expected], of an answer with numbers that failed; else NULL */
} aevb_case_result;

/* All cases that share their clauses. */
typedef struct aevb_clause_row {
    const char *clauses;
    size_t passed, failed, skipped;
    double share, ulps;
    const aevb_case_result *worst; /* by share, NULL when nothing was judged */
} aevb_clause_row;

/* A known mistake that explains failures. */
typedef struct aevb_finding {
    const char *name, *explanation, *references;
    char *others;             /* names of mistakes with the same effect on these cases, or NULL; owned */
    size_t explained;         /* failing cases whose answers it reproduces */
    size_t contradicted;      /* passing cases on which it would have failed */
    const char *first;        /* id of one that it explains */
} aevb_finding;

struct aevb_conform {
    aevb_vector_set *vectors;
    aevb_precision precision;
    char *folder, *only;      /* only may be NULL */
    char port[128];           /* as it calls itself, or its command before it has said so */
    int greeted;              /* it answered hello at least once */
    char verdict[400];        /* about the port as a whole, when something is wrong with it; else empty */
    aevb_conform_counts counts;
    size_t n_results;
    aevb_case_result *results; /* in the order of the vectors */
    size_t n_rows;
    aevb_clause_row *rows;    /* by clauses */
    size_t n_findings, n_diagnosed, n_unexplained; /* failing cases that could be diagnosed, and those left over */
    aevb_finding *findings;   /* best first */
    size_t left_out;          /* arrays that the port answered with null */
    double seconds;
};

/* Fills in findings from results. ENOMEM. */
aevb_status aevb_diagnose(aevb_conform *conform);

#endif
