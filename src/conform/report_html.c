/* SPDX-License-Identifier: GPL-3.0-or-later
 * The report as one HTML page that needs nothing else. */
#include "config.h"
#include "conform/conform_report.h"

static void escaped(FILE *stream, const char *text)
{
    aevb_report_safe(stream, text, 1);
}

static void rows(const aevb_conform *c, FILE *stream)
{
    fputs("<table>\n<tr><th>clause</th><th>passed</th><th>failed</th><th>skipped</th><th>worst error, ulps</th>"
          "<th>share of its bound</th><th>in case</th></tr>\n", stream);
    for (size_t i = 0; i < c->n_rows; i++) {
        const aevb_clause_row *row = &c->rows[i];
        char ulps[16], share[16];
        aevb_report_number(ulps, row->worst != NULL, row->ulps);
        aevb_report_number(share, row->worst != NULL, row->share);
        fprintf(stream, "<tr%s><td>", row->failed > 0 ? " class=\"bad\"" : "");
        escaped(stream, row->clauses);
        fprintf(stream, "</td><td>%zu</td><td>%zu</td><td>%zu</td><td>%s</td><td>%s</td><td>", row->passed,
                row->failed, row->skipped, ulps, share);
        escaped(stream, row->worst == NULL ? "" : row->worst->of->test->id);
        fputs("</td></tr>\n", stream);
    }
    fputs("</table>\n<p>The share of the bound decides: up to 1 is right. An ulp is a unit in the last place of the "
          "true value; many of them are no fault where a result is a small difference of large numbers, or below the "
          "normal numbers.</p>\n", stream);
}

static void findings(const aevb_conform *c, FILE *stream)
{
    if (c->n_diagnosed == 0)
        return;
    fprintf(stream, "<h2>Diagnosis</h2>\n<p>%zu failures have an answer that can be compared with known mistakes; "
            "%zu remain unexplained.</p>\n<table>\n<tr><th>mistake</th><th>what it is</th><th>explains</th>"
            "<th>against it</th><th>see</th></tr>\n", c->n_diagnosed, c->n_unexplained);
    for (size_t i = 0; i < c->n_findings; i++) {
        const aevb_finding *f = &c->findings[i];
        fputs("<tr><td>", stream);
        escaped(stream, f->name);
        if (f->others != NULL) {
            fputs(" (or ", stream);
            escaped(stream, f->others);
            fputs(")", stream);
        }
        fputs("</td><td>", stream);
        escaped(stream, f->explanation);
        fprintf(stream, "</td><td>%zu</td><td>%zu</td><td>", f->explained, f->contradicted);
        escaped(stream, f->references);
        fputs("</td></tr>\n", stream);
    }
    fputs("</table>\n", stream);
}

static void cases(const aevb_conform *c, FILE *stream)
{
    fputs("<h2>Cases that did not pass</h2>\n<table>\n<tr><th>case</th><th>clause</th><th>state</th>"
          "<th>what it is</th><th>why</th><th>mistake</th></tr>\n", stream);
    for (size_t i = 0; i < c->n_results; i++) {
        const aevb_case_result *r = &c->results[i];
        if (r->state == AEVB_CASE_PASSED && !r->expected_to_fail)
            continue;
        const char *const cells[] = {r->of->test->id, r->of->group->clauses, aevb_report_state(r),
                                     r->of->test->comment, r->why, r->mistake == NULL ? "" : r->mistake};
        fputs("<tr>", stream);
        for (size_t j = 0; j < sizeof cells / sizeof *cells; j++) {
            fputs("<td>", stream);
            escaped(stream, cells[j]);
            fputs("</td>", stream);
        }
        fputs("</tr>\n", stream);
    }
    fputs("</table>\n", stream);
}

void aevb_report_html(const aevb_conform *c, FILE *stream)
{
    char summary[240];
    aevb_report_summary(c, summary, sizeof summary);
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Conformance of ", stream);
    escaped(stream, c->port);
    fputs("</title>\n<style>body { font-family: sans-serif; max-width: 75em; margin: 2em auto; } table { "
          "border-collapse: collapse; } td, th { border: 1px solid #999; padding: .2em .6em; text-align: left; } "
          ".bad { background: #fdd; }</style>\n</head>\n<body>\n<h1>Conformance of ", stream);
    escaped(stream, c->port);
    fprintf(stream, "</h1>\n<p>%s. Asked in %s.</p>\n", summary, c->precision == AEVB_F32 ? "float32" : "float64");
    if (c->verdict[0] != '\0') {
        fputs("<p class=\"bad\">", stream);
        escaped(stream, c->verdict);
        fputs("</p>\n", stream);
    }
    rows(c, stream);
    findings(c, stream);
    cases(c, stream);
    fputs("</body>\n</html>\n", stream);
}
