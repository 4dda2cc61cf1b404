/* SPDX-License-Identifier: GPL-3.0-or-later
 * The committed vectors obey their rules, and the checks of those rules find what breaks them. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conform/vector_file.h"
#include "conform/vector_json.h"
#include "aevb/conform.h"
#include "temp_files.h"

static void vectors_folder(char folder[4096])
{
    snprintf(folder, 4096, "%s/vectors", getenv("AEVB_SRCDIR"));
}

Test(vectors_lint, the_committed_vectors_are_clean)
{
    char folder[4096];
    vectors_folder(folder);
    aevb_lint_result result;
    aevb_error err = {0};
    cr_expect_eq(aevb_vectors_lint(folder, stderr, &result, &err), AEVB_OK, "%s", err.message);
    cr_expect_geq(result.tests, 1500);
    cr_expect_eq(result.problems, 0);
}

/* Makes the temporary folder hold the schemas and a copy of kl.json in which `from` is replaced by `to` once. */
static void damage(const char *from, const char *to)
{
    char source[4096], path[4096 + 64];
    vectors_folder(source);
    temp_clear();
    snprintf(path, sizeof path, "%s/schemas", source);
    cr_assert_eq(symlink(path, temp_path("schemas")), 0);
    snprintf(path, sizeof path, "%s/kl.json", source);
    size_t n;
    char *text = (char *)temp_read(path, &n), *at = memmem(text, n, from, strlen(from));
    cr_assert_not_null(at, "%s", from);
    size_t before = (size_t)(at - text), after = n - before - strlen(from), size = before + strlen(to) + after;
    char *changed = malloc(size);
    memcpy(changed, text, before);
    memcpy(changed + before, to, strlen(to));
    memcpy(changed + size - after, at + strlen(from), after);
    temp_write(temp_path("kl.json"), changed, size);
    free(changed);
    free(text);
}

Test(vectors_lint, each_rule_finds_what_breaks_it)
{
    static const struct { const char *from, *to, *complaint; } list[] = {
        {"\"numberOfTests\": 111", "\"numberOfTests\": 110", "numberOfTests"},
        {"\"numberOfTests\": 111", "\"numberOfTests\": 111, \"numberOfTests\": 111", "duplicate"},
        {"\"kl-0002\"", "\"kl-0001\"", "twice"},
        {"\"kl-0002\"", "\"reparam-0002\"", "does not begin"},
        {"\"flags\": [\"LogvarAsSigma\"", "\"flags\": [\"Nonsense\"", "without a note"},
        {"\"NonFinite\": {", "\"Unheard\": {\n      \"bugType\": \"RANGE\",\n      \"description\": \"-\",\n"
         "      \"effect\": \"-\",\n      \"links\": [\"a/b#1\"]\n    },\n    \"NonFinite\": {", "no test uses"},
        {"\"KlSign\": {\n      \"bugType\": \"WRONG_FORMULA\"", "\"KlSign\": {\n      \"bugType\": \"SMELL\"",
         "schema"},
        {"\"FluxML/model-zoo#76\"", "\"somewhere\"", "schema"},
        {"\"specRef\": \"KL.1\"", "\"specRef\": \"KL.one\"", "schema"},
        {"\"type\": \"kl\"", "\"type\": \"lk\"", "schema"},
        {"\"result\": \"valid\"", "\"result\": \"acceptable\"", "unknown result"},
        {"\"result\": \"valid\"", "\"result\": \"valid\",\n          \"hint\": 1", "unknown member"},
        {"\"result\": \"valid\"", "\"result\": \"domain-error\"", "in spite of"},
        {"\"inputs\": {\n            \"mu\": [", "\"inputs\": {\n            \"mu\": [0.5, ", "wrong length"},
        {"\"inputs\": {\n            \"mu\": [", "\"inputs\": {\n            \"nu\": [", "undeclared"},
        {"\"Z\": 1", "\"Z\": 0", "impossible shape"},
        {"\"Z\": 1", "\"Z\": 90000000", "impossible shape"},
        {"\"nan\"", "\"NaN\"", "not a number"},
        {"0.0]", "0.00]", "canonical"},
        {"\n  \"header\"", "\n \"header\"", "canonical"},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        char *text = NULL;
        size_t length = 0;
        damage(list[i].from, list[i].to);
        FILE *report = open_memstream(&text, &length);
        aevb_lint_result result;
        cr_expect_eq(aevb_vectors_lint(temp_dir(), report, &result, NULL), AEVB_EFORMAT, "%s",
                     list[i].to);
        fclose(report);
        cr_expect_not_null(strstr(text, list[i].complaint), "%s: complains \"%s\"", list[i].to, text);
        free(text);
    }
}

Test(vectors_lint, a_folder_without_vectors_is_a_failure)
{
    aevb_lint_result result;
    cr_expect_eq(aevb_vectors_lint(temp_dir(), stderr, &result, NULL), AEVB_EFORMAT);
    cr_expect_eq(aevb_vectors_lint(temp_path("nowhere"), stderr, &result, NULL), AEVB_EIO);
}

Test(vector_score, shares_are_measured_from_the_truth_beyond_float64)
{
    double value = 1, tail = 0x1p-54, cond = 2, floor32 = INFINITY;
    aevb_vector_expected e = {.array = {.n = 1, .data = &value}, .tail = &tail, .cond = &cond};
    cr_expect_eq(aevb_vector_share(&e, 0, 1, AEVB_F64, 1), 0x1p-54 / 0x1p-52);
    cr_expect_eq(aevb_vector_share(&e, 0, 1 + 0x1p-52, AEVB_F64, 1), (0x1p-52 - 0x1p-54) / 0x1p-52);
    cr_expect_gt(aevb_vector_share(&e, 0, 1 + 0x1p-51, AEVB_F64, 1), 1);
    cr_expect_lt(aevb_vector_share(&e, 0, 1 + 0x1p-51, AEVB_F32, 1), 1);
    cr_expect_eq(aevb_vector_share(&e, 0, NAN, AEVB_F64, 1), INFINITY);
    cr_expect_eq(aevb_vector_share(&e, 0, INFINITY, AEVB_F64, 1), INFINITY);
    e.floor[AEVB_F32] = &floor32;
    cr_expect_eq(aevb_vector_share(&e, 0, 1, AEVB_F32, 1), -1);
    value = 1e300;
    cr_expect_eq(aevb_vector_share(&e, 0, INFINITY, AEVB_F32, 1), -1, "no bound, no verdict");
    value = NAN;
    cr_expect_eq(aevb_vector_share(&e, 0, NAN, AEVB_F64, 1), 0);
    cr_expect_eq(aevb_vector_share(&e, 0, 1, AEVB_F64, 1), INFINITY);
    cond = 0;
    tail = 0;
    value = 2;
    cr_expect_eq(aevb_vector_share(&e, 0, 2, AEVB_F64, 1), 0, "exact results are exact");
    cr_expect_eq(aevb_vector_share(&e, 0, nextafter(2, 3), AEVB_F64, 1), INFINITY);
}

Test(vector_json, numbers_are_the_shortest_that_read_back)
{
    static const struct { double d; const char *text; } list[] = {
        {1, "1.0"}, {-0.0, "-0.0"}, {0.1, "0.1"}, {1e23, "1e+23"}, {5e-324, "5e-324"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.7976931348623157e308, "1.7976931348623157e+308"}, {123456789012345680, "1.2345678901234568e+17"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
    };
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        char text[32];
        aevb_vector_shortest(list[i].d, text);
        cr_expect_str_eq(text, list[i].text);
    }
}
