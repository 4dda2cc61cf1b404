/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reports: which form, where to, and the text that a terminal gets. */
#include "config.h"
#include "conform/conform_report.h"

#include <math.h>
#include <string.h>

#include "error.h"
#include "format/atomic_file.h"

enum { SHOWN_PER_CLAUSE = 3 };

void aevb_report_safe(FILE *stream, const char *text, int markup)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        const char *entity = *c == '<' ? "&lt;" : *c == '>' ? "&gt;" : *c == '&' ? "&amp;" : *c == '"' ? "&quot;" :
            *c == '\'' ? "&#39;" : NULL;
        if (*c < 0x20 || *c >= 0x7f)
            fputc('?', stream);
        else if (markup && entity != NULL)
            fputs(entity, stream);
        else
            fputc(*c, stream);
    }
}

const char *aevb_report_state(const aevb_case_result *r)
{
    if (r->state == AEVB_CASE_SKIPPED)
        return "skipped";
    if (r->state == AEVB_CASE_PASSED)
        return r->expected_to_fail ? "passed unexpectedly" : "passed";
    return r->expected_to_fail ? "failed as expected" : "failed";
}

void aevb_report_number(char text[16], int judged, double value)
{
    if (judged)
        snprintf(text, 16, "%.3g", value);
    else
        strcpy(text, "-");
}

void aevb_report_summary(const aevb_conform *conform, char *text, size_t size)
{
    const aevb_conform_counts *c = &conform->counts;
    char extra[120] = "";
    if (c->expected_failures > 0 || c->unexpected_passes > 0)
        snprintf(extra, sizeof extra, " (%zu as expected), %zu passed unexpectedly", c->expected_failures,
                 c->unexpected_passes);
    snprintf(text, size, "%s: %zu cases: %zu passed, %zu failed%s, %zu skipped",
             aevb_conform_ok(conform) ? "CONFORMS" : "DOES NOT CONFORM", c->total, c->passed, c->failed, extra,
             c->skipped);
}

static void rows(const aevb_conform *conform, FILE *stream)
{
    fprintf(stream, "%-34s %7s %7s %8s %11s %12s\n", "clause", "passed", "failed", "skipped", "worst ulps",
            "of its bound");
    for (size_t i = 0; i < conform->n_rows; i++) {
        const aevb_clause_row *row = &conform->rows[i];
        char ulps[16], share[16];
        aevb_report_number(ulps, row->worst != NULL, row->ulps);
        aevb_report_number(share, row->worst != NULL, row->share);
        fprintf(stream, "%-34s %7zu %7zu %8zu %11s %12s\n", row->clauses, row->passed, row->failed, row->skipped,
                ulps, share);
    }
}

static void failures(const aevb_conform *conform, FILE *stream)
{
    for (size_t i = 0; i < conform->n_rows; i++) {
        size_t shown = 0;
        for (size_t j = 0; j < conform->n_results; j++) {
            const aevb_case_result *r = &conform->results[j];
            const int surprise =
                (r->state == AEVB_CASE_FAILED) != r->expected_to_fail && r->state != AEVB_CASE_SKIPPED;
            if (!surprise || !r->asked || strcmp(r->of->group->clauses, conform->rows[i].clauses) != 0)
                continue;
            if (shown++ >= SHOWN_PER_CLAUSE)
                continue;
            fprintf(stream, "  %s %s (%s): ", r->of->test->id, aevb_report_state(r), r->of->test->comment);
            aevb_report_safe(stream, r->why, 0);
            fputc('\n', stream);
        }
        if (shown > SHOWN_PER_CLAUSE)
            fprintf(stream, "  ... and %zu more of %s\n", shown - SHOWN_PER_CLAUSE, conform->rows[i].clauses);
    }
}

/* Whether a case is told about with all others of the same reason: it was skipped, or not asked after all. */
static int is_grouped(const aevb_case_result *r)
{
    return r->state == AEVB_CASE_SKIPPED || !r->asked;
}

/* Each reason once, with its count. */
static void reasons(const aevb_conform *conform, FILE *stream)
{
    for (size_t i = 0; i < conform->n_results; i++) {
        const aevb_case_result *r = &conform->results[i];
        size_t count = 0, before = 0;
        for (size_t j = 0; is_grouped(r) && j < conform->n_results; j++)
            if (is_grouped(&conform->results[j]) && strcmp(conform->results[j].why, r->why) == 0) {
                count++;
                before += j < i;
            }
        if (count == 0 || before > 0)
            continue;
        fprintf(stream, "%s %zu: ", r->state == AEVB_CASE_SKIPPED ? "skipped" : "failed", count);
        aevb_report_safe(stream, r->why, 0);
        fputc('\n', stream);
    }
}

static void findings(const aevb_conform *conform, FILE *stream)
{
    if (conform->n_diagnosed == 0)
        return;
    fprintf(stream, "\ndiagnosis of %zu failures with a readable answer:\n", conform->n_diagnosed);
    for (size_t i = 0; i < conform->n_findings; i++) {
        const aevb_finding *f = &conform->findings[i];
        fprintf(stream, "  %s: %s\n    explains %zu of them (first %s)", f->name, f->explanation, f->explained,
                f->first);
        if (f->contradicted > 0)
            fprintf(stream, "; %zu cases that pass speak against it", f->contradicted);
        fprintf(stream, "; see %s\n", f->references);
        if (f->others != NULL)
            fprintf(stream, "    the same answers come from: %s\n", f->others);
    }
    if (conform->n_unexplained > 0)
        fprintf(stream, "  no known mistake explains %zu of them\n", conform->n_unexplained);
}

void aevb_report_text(const aevb_conform *conform, FILE *stream)
{
    char summary[240];
    fputs("port ", stream);
    aevb_report_safe(stream, conform->port, 0);
    fprintf(stream, ", %s, vectors of ", conform->precision == AEVB_F32 ? "float32" : "float64");
    aevb_report_safe(stream, conform->folder, 0);
    fprintf(stream, "\n\n");
    if (conform->greeted) { /* else the verdict says it all */
        rows(conform, stream);
        fputc('\n', stream);
        failures(conform, stream);
        reasons(conform, stream);
    }
    if (conform->left_out > 0)
        fprintf(stream, "left out by the port: %zu arrays of cases that it answers otherwise\n", conform->left_out);
    findings(conform, stream);
    if (conform->verdict[0] != '\0') {
        fputs("verdict: ", stream);
        aevb_report_safe(stream, conform->verdict, 0);
        fputc('\n', stream);
    }
    aevb_report_summary(conform, summary, sizeof summary);
    fprintf(stream, "%s in %.1f s\n", summary, conform->seconds);
}

aevb_status aevb_conform_report(const aevb_conform *conform, aevb_conform_form form, FILE *stream, aevb_error *err)
{
    int memory = 0;
    switch (form) {
    case AEVB_CONFORM_TEXT: aevb_report_text(conform, stream); break;
    case AEVB_CONFORM_JSON: memory = aevb_report_json(conform, stream); break;
    case AEVB_CONFORM_HTML: aevb_report_html(conform, stream); break;
    case AEVB_CONFORM_JUNIT: aevb_report_junit(conform, stream); break;
    }
    if (memory != 0)
        return aevb_fail_memory(err);
    return fflush(stream) != 0 || ferror(stream) ? aevb_fail_errno(err, "report", "cannot write") : AEVB_OK;
}

aevb_status aevb_conform_form_of(const char *path, aevb_conform_form *out, aevb_error *err)
{
    static const struct { const char *ending; aevb_conform_form form; } forms[] = {
        {".json", AEVB_CONFORM_JSON}, {".html", AEVB_CONFORM_HTML}, {".xml", AEVB_CONFORM_JUNIT},
    };
    const char *ending = strrchr(path, '.');
    for (size_t i = 0; ending != NULL && i < sizeof forms / sizeof *forms; i++)
        if (strcmp(ending, forms[i].ending) == 0) {
            *out = forms[i].form;
            return AEVB_OK;
        }
    return aevb_fail(err, AEVB_EINVAL, "%s: the name of a report ends in .html, .xml or .json", path);
}

aevb_status aevb_conform_report_file(const aevb_conform *conform, const char *path, aevb_error *err)
{
    aevb_conform_form form;
    aevb_atomic *file;
    aevb_status status = aevb_conform_form_of(path, &form, err);
    if (status == AEVB_OK)
        status = aevb_atomic_open(path, &file, err);
    if (status != AEVB_OK)
        return status;
    status = aevb_conform_report(conform, form, aevb_atomic_file(file), err);
    if (status == AEVB_OK)
        return aevb_atomic_commit(file, err);
    aevb_atomic_discard(file);
    return status;
}
