/* SPDX-License-Identifier: GPL-3.0-or-later
 * The report as JUnit XML, for continuous integration: a suite per clause, and one for the port as a whole. */
#include "config.h"
#include "conform/conform_report.h"

#include <string.h>

static void attribute(FILE *stream, const char *name, const char *value)
{
    fprintf(stream, " %s=\"", name);
    aevb_report_safe(stream, value, 1);
    fputc('"', stream);
}

/* What a JUnit reader should count as a failure. */
static int is_failure(const aevb_case_result *r)
{
    return r->state != AEVB_CASE_SKIPPED && (r->state == AEVB_CASE_FAILED) != r->expected_to_fail;
}

static void test_case(const aevb_case_result *r, FILE *stream)
{
    fputs("    <testcase", stream);
    attribute(stream, "classname", r->of->group->clauses);
    attribute(stream, "name", r->of->test->id);
    fputs(">", stream);
    if (is_failure(r)) {
        fputs("<failure", stream);
        attribute(stream, "message", r->why[0] == '\0' ? "passed unexpectedly" : r->why);
        fputs("/>", stream);
    } else if (r->state != AEVB_CASE_PASSED) {
        fputs("<skipped", stream);
        attribute(stream, "message", r->state == AEVB_CASE_FAILED ? "failed as expected" : r->why);
        fputs("/>", stream);
    }
    fputs("</testcase>\n", stream);
}

static void suite(const aevb_conform *c, const char *clauses, FILE *stream)
{
    size_t tests = 0, failed = 0, skipped = 0;
    for (size_t i = 0; i < c->n_results; i++) {
        const aevb_case_result *r = &c->results[i];
        if (strcmp(r->of->group->clauses, clauses) != 0)
            continue;
        tests++;
        failed += is_failure(r) != 0;
        skipped += r->state == AEVB_CASE_SKIPPED || (r->state == AEVB_CASE_FAILED && r->expected_to_fail);
    }
    fputs("  <testsuite", stream);
    attribute(stream, "name", clauses);
    fprintf(stream, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\">\n", tests, failed, skipped);
    for (size_t i = 0; i < c->n_results; i++)
        if (strcmp(c->results[i].of->group->clauses, clauses) == 0)
            test_case(&c->results[i], stream);
    fputs("  </testsuite>\n", stream);
}

void aevb_report_junit(const aevb_conform *c, FILE *stream)
{
    const size_t n = c->counts.total,
                 failed = c->counts.failed - c->counts.expected_failures + c->counts.unexpected_passes;
    const int fine = aevb_conform_ok(c), extra = !fine && failed == 0;
    char summary[240];
    aevb_report_summary(c, summary, sizeof summary);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", stream);
    attribute(stream, "name", c->port);
    fprintf(stream, " tests=\"%zu\" failures=\"%zu\" errors=\"%d\" time=\"%.3f\">\n", n + 1, failed, !fine,
            c->seconds);
    fprintf(stream, "  <testsuite name=\"port\" tests=\"1\" failures=\"0\" errors=\"%d\" skipped=\"0\">\n", !fine);
    fputs("    <testcase classname=\"port\" name=\"whole\">", stream);
    if (!fine) {
        fputs("<error", stream);
        attribute(stream, "message", c->verdict[0] != '\0' ? c->verdict : extra ? "nothing passed" : summary);
        fputs("/>", stream);
    }
    fputs("</testcase>\n  </testsuite>\n", stream);
    for (size_t i = 0; i < c->n_rows; i++)
        suite(c, c->rows[i].clauses, stream);
    fputs("</testsuites>\n", stream);
}
