/* SPDX-License-Identifier: GPL-3.0-or-later
 * Runs every selected case through a port and counts. */
#include "config.h"
#include "aevb/conform.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "clock.h"
#include "conform/case_verdict.h"
#include "conform/conform_result.h"
#include "conform/conform_session.h"
#include "conform/expect_fail.h"
#include "error.h"

/* A port that misbehaves three times in a row is not asked about more cases of the type; after three such types in a
 * row it is not asked anything more. So a port that hangs is left alone after nine time limits. */
enum { PATIENCE = 3 };

typedef struct run {
    const aevb_conform_config *config;
    aevb_conform *conform;
    aevb_session session;
    const char *type;  /* of the cases now */
    int misbehaved;    /* times in a row within the type */
    int hopeless;      /* types in a row */
    int over;          /* nothing more is asked; the verdict says why */
} run;

static void set_state(aevb_case_result *result, aevb_case_state state, const char *why)
{
    result->state = state;
    snprintf(result->why, sizeof result->why, "%s", why);
}

static void free_outputs(double **outputs, size_t n)
{
    for (size_t i = 0; outputs != NULL && i < n; i++)
        aevb_free(outputs[i]);
    aevb_free(outputs);
}

static double **alloc_outputs(const aevb_vector_test *test)
{
    double **outputs = aevb_alloc(test->n_expected, sizeof *outputs);
    for (size_t i = 0; outputs != NULL && i < test->n_expected; i++)
        if ((outputs[i] = aevb_alloc(test->expected[i].array.n, sizeof **outputs)) == NULL) {
            free_outputs(outputs, test->n_expected);
            return NULL;
        }
    return outputs;
}

/* Why a case cannot be asked, or NULL. */
static const char *reason_to_skip(const run *r, const aevb_vector_case *of)
{
    if (!aevb_session_offers(&r->session, of->group->type))
        return "the port does not offer this type";
    if (r->config->precision == AEVB_F32 && !aevb_vector_fits_f32(of->test))
        return "an input is no float32 number";
    return NULL;
}

/* A readable answer with numbers. Keeps outputs of a failure for the diagnosis, and says so. */
static int judge_outputs(const run *r, aevb_case_result *result, double **outputs)
{
    result->answered = 1;
    if (result->of->test->domain_error) {
        set_state(result, AEVB_CASE_FAILED, "it answers numbers where the data are outside the domain");
        return 0;
    }
    for (size_t i = 0; i < result->of->test->n_expected; i++)
        result->left_out += outputs[i] == NULL;
    const aevb_verdict v = aevb_verdict_of(result->of->test, outputs, r->config->precision);
    if (v.n_judged == 0) {
        set_state(result, AEVB_CASE_SKIPPED, "an intermediate result leaves the range of the precision");
        return 0;
    }
    result->judged = 1;
    result->share = v.share;
    result->ulps = v.ulps;
    set_state(result, v.within ? AEVB_CASE_PASSED : AEVB_CASE_FAILED, v.why);
    if (v.within)
        return 0;
    result->outputs = outputs;
    return 1;
}

/* The port did something that is no answer: it is gone now. */
static void misbehaved(run *r, aevb_case_result *result, const char *why)
{
    set_state(result, AEVB_CASE_FAILED, why);
    if (++r->misbehaved < PATIENCE)
        return;
    if (++r->hopeless >= PATIENCE) {
        r->over = 1;
        snprintf(r->conform->verdict, sizeof r->conform->verdict,
                 "the port is given up after failing to answer time after time; the last time %s", why);
    }
}

static aevb_status ask(run *r, aevb_case_result *result)
{
    const aevb_vector_test *test = result->of->test;
    char why[240] = "";
    double **outputs = alloc_outputs(test);
    if (outputs == NULL)
        return AEVB_ENOMEM;
    result->asked = 1;
    const aevb_answer_kind kind = aevb_session_ask(&r->session, result->of, outputs, why, sizeof why);
    int kept = 0;
    if (kind != AEVB_ANSWER_STRANGE)
        r->misbehaved = r->hopeless = 0;
    switch (kind) {
    case AEVB_ANSWER_OUTPUTS:
        kept = judge_outputs(r, result, outputs);
        break;
    case AEVB_ANSWER_DOMAIN_ERROR:
        result->answered = result->refused = 1;
        if (test->domain_error)
            set_state(result, AEVB_CASE_PASSED, "");
        else
            set_state(result, AEVB_CASE_FAILED, "it refuses data that are within the domain");
        break;
    case AEVB_ANSWER_UNSUPPORTED:
        set_state(result, AEVB_CASE_SKIPPED, why);
        break;
    case AEVB_ANSWER_WRONG:
        set_state(result, AEVB_CASE_FAILED, why);
        break;
    case AEVB_ANSWER_STRANGE:
        misbehaved(r, result, why);
        break;
    }
    if (!kept)
        free_outputs(outputs, test->n_expected);
    return AEVB_OK;
}

static aevb_status run_case(run *r, aevb_case_result *result)
{
    char why[240] = "";
    const char *type = result->of->group->type;
    if (r->type == NULL || strcmp(type, r->type) != 0) {
        r->type = type;
        r->misbehaved = 0;
    }
    if (r->over || r->misbehaved >= PATIENCE) {
        set_state(result, AEVB_CASE_FAILED, "not asked: the port had failed to answer too often");
        return AEVB_OK;
    }
    if (!aevb_session_start(&r->session, why, sizeof why)) {
        r->over = 1;
        snprintf(r->conform->verdict, sizeof r->conform->verdict, "the port cannot be used: %s", why);
        set_state(result, AEVB_CASE_FAILED, "not asked: the port could not be started");
        return AEVB_OK;
    }
    r->conform->greeted = 1;
    snprintf(r->conform->port, sizeof r->conform->port, "%s", r->session.hello.name);
    const char *skip = reason_to_skip(r, result->of);
    if (skip == NULL)
        return ask(r, result);
    set_state(result, AEVB_CASE_SKIPPED, skip);
    return AEVB_OK;
}

static aevb_clause_row *row_of(aevb_conform *conform, const char *clauses)
{
    for (size_t i = 0; i < conform->n_rows; i++)
        if (strcmp(conform->rows[i].clauses, clauses) == 0)
            return &conform->rows[i];
    conform->rows[conform->n_rows] = (aevb_clause_row){.clauses = clauses};
    return &conform->rows[conform->n_rows++];
}

static void count(aevb_conform *conform, const aevb_case_result *result)
{
    aevb_conform_counts *c = &conform->counts;
    aevb_clause_row *row = row_of(conform, result->of->group->clauses);
    c->total++;
    conform->left_out += result->left_out;
    c->passed += result->state == AEVB_CASE_PASSED;
    c->failed += result->state == AEVB_CASE_FAILED;
    c->skipped += result->state == AEVB_CASE_SKIPPED;
    c->expected_failures += result->state == AEVB_CASE_FAILED && result->expected_to_fail;
    c->unexpected_passes += result->state == AEVB_CASE_PASSED && result->expected_to_fail;
    row->passed += result->state == AEVB_CASE_PASSED;
    row->failed += result->state == AEVB_CASE_FAILED;
    row->skipped += result->state == AEVB_CASE_SKIPPED;
    if (!result->judged)
        return;
    row->ulps = fmax(row->ulps, result->ulps);
    if (row->worst == NULL || result->share > row->share) {
        row->share = result->share;
        row->worst = result;
    }
}

static int by_clauses(const void *a, const void *b)
{
    return strcmp(((const aevb_clause_row *)a)->clauses, ((const aevb_clause_row *)b)->clauses);
}

static aevb_status prepare(const aevb_conform_config *config, aevb_conform *conform, aevb_error *err)
{
    aevb_status status = aevb_vector_set_open(config->vectors, config->only, &conform->vectors, err);
    if (status != AEVB_OK)
        return status;
    const size_t n = conform->vectors->n_cases;
    conform->precision = config->precision;
    conform->folder = aevb_copy_text(config->vectors);
    conform->only = config->only == NULL ? NULL : aevb_copy_text(config->only);
    conform->results = aevb_alloc(n, sizeof *conform->results);
    conform->rows = aevb_alloc(n, sizeof *conform->rows);
    int *marks = aevb_alloc(n, sizeof *marks);
    if (conform->folder == NULL || (config->only != NULL && conform->only == NULL) || conform->results == NULL ||
        conform->rows == NULL || marks == NULL)
        status = aevb_fail_memory(err);
    if (status == AEVB_OK && config->expect_fail != NULL)
        status = aevb_expect_fail_read(config->expect_fail, conform->vectors, config->only != NULL, marks, err);
    for (size_t i = 0; status == AEVB_OK && i < n; i++)
        conform->results[i] = (aevb_case_result){.of = &conform->vectors->cases[i], .expected_to_fail = marks[i]};
    conform->n_results = status == AEVB_OK ? n : 0;
    aevb_free(marks);
    snprintf(conform->port, sizeof conform->port, "%s", config->port[0]);
    return status;
}

aevb_status aevb_conform_run(const aevb_conform_config *config, aevb_conform **out, aevb_error *err)
{
    aevb_conform *conform = aevb_alloc(1, sizeof *conform);
    if (conform == NULL)
        return aevb_fail_memory(err);
    const double begin = aevb_now();
    run r = {.config = config, .conform = conform,
             .session = {.argv = config->port, .precision = config->precision, .timeout = config->timeout}};
    aevb_status status = prepare(config, conform, err);
    for (size_t i = 0; status == AEVB_OK && i < conform->n_results; i++)
        if ((status = run_case(&r, &conform->results[i])) != AEVB_OK)
            aevb_fail_memory(err);
    char why[240];
    if (!aevb_session_end(&r.session, why, sizeof why) && conform->verdict[0] == '\0')
        snprintf(conform->verdict, sizeof conform->verdict, "%s", why);
    for (size_t i = 0; status == AEVB_OK && i < conform->n_results; i++)
        count(conform, &conform->results[i]);
    if (conform->n_rows > 0)
        qsort(conform->rows, conform->n_rows, sizeof *conform->rows, by_clauses);
    if (status == AEVB_OK && (status = aevb_diagnose(conform)) != AEVB_OK)
        aevb_fail_memory(err);
    if (status != AEVB_OK) {
        aevb_conform_free(conform);
        return status;
    }
    conform->seconds = aevb_now() - begin;
    *out = conform;
    return AEVB_OK;
}

void aevb_conform_free(aevb_conform *conform)
{
    if (conform == NULL)
        return;
    for (size_t i = 0; i < conform->n_results; i++)
        free_outputs(conform->results[i].outputs, conform->results[i].of->test->n_expected);
    for (size_t i = 0; i < conform->n_findings; i++)
        aevb_free(conform->findings[i].others);
    aevb_free(conform->findings);
    aevb_free(conform->results);
    aevb_free(conform->rows);
    aevb_free(conform->folder);
    aevb_free(conform->only);
    aevb_vector_set_close(conform->vectors);
    aevb_free(conform);
}

aevb_conform_counts aevb_conform_count(const aevb_conform *conform)
{
    return conform->counts;
}

int aevb_conform_ok(const aevb_conform *conform)
{
    const aevb_conform_counts *c = &conform->counts;
    return c->passed > 0 && c->failed == c->expected_failures && c->unexpected_passes == 0 &&
           conform->verdict[0] == '\0' && c->total == c->passed + c->failed + c->skipped &&
           c->total == conform->vectors->n_cases;
}
