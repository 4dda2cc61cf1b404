/* SPDX-License-Identifier: GPL-3.0-or-later
 * The report as JSON. */
#include "config.h"
#include "conform/conform_report.h"

#include <jansson.h>
#include <math.h>

#include "conform/vector_json.h"

/* A string of strangers: bytes that are no UTF-8 become null. */
static json_t *text(const char *value)
{
    json_t *string = value == NULL ? NULL : json_string(value);
    return string != NULL ? string : json_null();
}

static json_t *measured(int judged, double value)
{
    return judged ? aevb_vector_number(value) : json_null();
}

static json_t *rows_json(const aevb_conform *c)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < c->n_rows; i++) {
        const aevb_clause_row *row = &c->rows[i];
        const int judged = row->worst != NULL;
        json_array_append_new(rows, json_pack("{s:s, s:I, s:I, s:I, s:o, s:o, s:o}", "clauses", row->clauses,
            "passed", (json_int_t)row->passed, "failed", (json_int_t)row->failed, "skipped", (json_int_t)row->skipped,
            "worstUlps", measured(judged, row->ulps), "worstShare", measured(judged, row->share),
            "worstCase", text(judged ? row->worst->of->test->id : NULL)));
    }
    return rows;
}

static json_t *cases_json(const aevb_conform *c)
{
    json_t *cases = json_array();
    for (size_t i = 0; i < c->n_results; i++) {
        const aevb_case_result *r = &c->results[i];
        json_array_append_new(cases, json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o}",
            "id", r->of->test->id, "clauses", r->of->group->clauses, "state", aevb_report_state(r),
            "why", r->why[0] == '\0' ? json_null() : text(r->why), "mistake", text(r->mistake),
            "ulps", measured(r->judged, r->ulps), "share", measured(r->judged, r->share)));
    }
    return cases;
}

static json_t *findings_json(const aevb_conform *c)
{
    json_t *findings = json_array();
    for (size_t i = 0; i < c->n_findings; i++) {
        const aevb_finding *f = &c->findings[i];
        json_array_append_new(findings, json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:s}", "name", f->name,
            "explanation", f->explanation, "references", f->references, "others", text(f->others), "explained",
            (json_int_t)f->explained, "contradicted", (json_int_t)f->contradicted, "first", f->first));
    }
    return findings;
}

int aevb_report_json(const aevb_conform *c, FILE *stream)
{
    json_t *report = json_pack(
        "{s:o, s:s, s:o, s:b, s:{s:I, s:I, s:I, s:I, s:I, s:I, s:I}, s:o, s:o, s:{s:I, s:I, s:o}, s:o}",
        "port", text(c->port), "precision", c->precision == AEVB_F32 ? "f32" : "f64",
        "verdict", c->verdict[0] == '\0' ? json_null() : text(c->verdict), "conforms", aevb_conform_ok(c),
        "counts", "total", (json_int_t)c->counts.total, "passed", (json_int_t)c->counts.passed,
        "failed", (json_int_t)c->counts.failed, "skipped", (json_int_t)c->counts.skipped,
        "expectedFailures", (json_int_t)c->counts.expected_failures,
        "unexpectedPasses", (json_int_t)c->counts.unexpected_passes, "arraysLeftOut", (json_int_t)c->left_out,
        "seconds", json_real(c->seconds), "clauses", rows_json(c),
        "diagnosis", "failures", (json_int_t)c->n_diagnosed, "unexplained", (json_int_t)c->n_unexplained,
        "mistakes", findings_json(c), "cases", cases_json(c));
    const int status = report == NULL ? -1 : aevb_vector_write(stream, report);
    json_decref(report);
    return status;
}
