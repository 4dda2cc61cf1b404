/* SPDX-License-Identifier: GPL-3.0-or-later
 * What `aevb conform` judges with: units in the last place, bounds, lists of expected failures; and the diagnosis:
 * every known mistake fails golden vectors and is named for it. */
#include "config.h"
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "conform/answer_case.h"
#include "conform/case_verdict.h"
#include "conform/conform_result.h"
#include "conform/expect_fail.h"
#include "conform/mistakes.h"
#include "temp_files.h"

Test(conform, units_in_the_last_place)
{
    cr_expect_eq(aevb_ulps(1.0, 1.0, 0.0, AEVB_F64), 0.0);
    cr_expect_eq(aevb_ulps(1.0 + DBL_EPSILON, 1.0, 0.0, AEVB_F64), 1.0);
    cr_expect_eq(aevb_ulps(1.0 - DBL_EPSILON, 1.0, 0.0, AEVB_F64), 1.0); /* units of the truth, not of the answer */
    cr_expect_eq(aevb_ulps(1.0, 1.0, DBL_EPSILON / 4, AEVB_F64), 0.25);
    cr_expect_eq(aevb_ulps(2.0 + FLT_EPSILON, 2.0, 0.0, AEVB_F32), 0.5);
    cr_expect_eq(aevb_ulps(0x1p-1074, 0.0, 0.0, AEVB_F64), 1.0);
    cr_expect_eq(aevb_ulps(0x1p-149, 0.0, 0.0, AEVB_F32), 1.0);
    cr_expect_eq(aevb_ulps(0x1p-1073, 0x1p-1074, 0.0, AEVB_F64), 1.0);
    cr_expect_eq(aevb_ulps(INFINITY, INFINITY, 0.0, AEVB_F64), 0.0);
    cr_expect_eq(aevb_ulps(INFINITY, -INFINITY, 0.0, AEVB_F64), INFINITY);
    cr_expect_eq(aevb_ulps(NAN, NAN, 0.0, AEVB_F64), 0.0);
    cr_expect_eq(aevb_ulps(NAN, 1.0, 0.0, AEVB_F64), INFINITY);
    cr_expect_eq(aevb_ulps(INFINITY, 1e300, 0.0, AEVB_F32), 0.0);
}

/* One expected number, as a test of one array. */
typedef struct one {
    double data, tail, cond, floor64, floor32;
    aevb_vector_expected expected;
    aevb_vector_test test;
} one;

static aevb_verdict judge(one *o, double answer, aevb_precision precision)
{
    o->expected = (aevb_vector_expected){.array = {.name = "y", .n = 1, .data = &o->data}, .tail = &o->tail,
                                         .cond = &o->cond, .floor = {&o->floor64, &o->floor32}};
    o->test = (aevb_vector_test){.id = "one-0001", .n_expected = 1, .expected = &o->expected};
    double *outputs[] = {&answer};
    return aevb_verdict_of(&o->test, outputs, precision);
}

Test(conform, a_bound_is_twice_u_cond_and_floor)
{
    one o = {.data = 1.0, .tail = 0.0, .cond = 3.0, .floor64 = 0.0, .floor32 = 0.0};
    const double bound = 2.0 * 0x1p-53 * 3.0;
    cr_expect(judge(&o, 1.0 + bound, AEVB_F64).within);
    cr_expect_eq(judge(&o, 1.0 + bound, AEVB_F64).share, 1.0);
    cr_expect_not(judge(&o, 1.0 + bound + DBL_EPSILON, AEVB_F64).within);
    cr_expect_not(judge(&o, 1.0 - bound - DBL_EPSILON, AEVB_F64).within);
    cr_expect(judge(&o, 1.0 + 2.0 * 0x1p-24 * 3.0, AEVB_F32).within);
    cr_expect_not(judge(&o, 1.0 + 2.0 * 0x1p-24 * 3.0 + FLT_EPSILON, AEVB_F32).within);
    cr_expect_not(judge(&o, NAN, AEVB_F64).within);
    cr_expect_not(judge(&o, INFINITY, AEVB_F64).within);
    o.floor64 = 1.0;
    cr_expect(judge(&o, 3.0, AEVB_F64).within);
    cr_expect_not(judge(&o, 3.1, AEVB_F64).within);
}

Test(conform, what_is_not_finite)
{
    one o = {.data = NAN};
    cr_expect(judge(&o, NAN, AEVB_F64).within);
    cr_expect_not(judge(&o, 0.0, AEVB_F64).within);
    o.data = -INFINITY;
    cr_expect(judge(&o, -INFINITY, AEVB_F64).within);
    cr_expect_not(judge(&o, INFINITY, AEVB_F64).within);
    cr_expect_not(judge(&o, -DBL_MAX, AEVB_F64).within);
    o.data = 1.0;
    o.floor32 = INFINITY; /* nothing can be said */
    cr_expect_eq(judge(&o, 5.0, AEVB_F32).n_judged, 0);
    cr_expect_eq(judge(&o, 5.0, AEVB_F64).n_judged, 1);
    cr_expect_not(judge(&o, 5.0, AEVB_F64).within);
}

static aevb_vector_set *open_vectors(void)
{
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/vectors", getenv("AEVB_SRCDIR"));
    aevb_vector_set *set;
    aevb_error err = {.status = AEVB_OK};
    cr_assert_eq(aevb_vector_set_open(folder, NULL, &set, &err), AEVB_OK, "%s", err.message);
    return set;
}

Test(conform, lists_of_expected_failures)
{
    aevb_vector_set *set = open_vectors();
    int *marks = calloc(set->n_cases, sizeof *marks);
    aevb_error err = {.status = AEVB_OK};
    const char *path = temp_path("list");
    static const char two[] = "# all of this\n  kl-0003 # and why\n\n\tkl-0001\n";
    temp_write(path, two, strlen(two));
    cr_assert_eq(aevb_expect_fail_read(path, set, 0, marks, &err), AEVB_OK, "%s", err.message);
    size_t marked = 0;
    for (size_t i = 0; i < set->n_cases; i++)
        marked += marks[i] != 0;
    cr_expect_eq(marked, 2);
    cr_expect(marks[aevb_vector_set_find(set, "kl-0001") - set->cases]);
    static const struct { const char *text, *message; } wrong[] = {
        {"kl-1\n", "line 1: there is no case \"kl-1\""}, {"\nkl-0002\nkl-0002\n", "line 3: \"kl-0002\" comes twice"},
    };
    for (size_t i = 0; i < 2; i++) {
        memset(marks, 0, set->n_cases * sizeof *marks);
        temp_write(path, wrong[i].text, strlen(wrong[i].text));
        cr_expect_eq(aevb_expect_fail_read(path, set, 0, marks, &err), AEVB_EFORMAT);
        cr_expect(strstr(err.message, wrong[i].message) != NULL, "%s", err.message);
    }
    cr_expect_eq(aevb_expect_fail_read(temp_path("nowhere"), set, 0, marks, &err), AEVB_EIO);
    free(marks);
    aevb_vector_set_close(set);
}

static double **make_outputs(const aevb_vector_test *test)
{
    double **outputs = calloc(test->n_expected + 1, sizeof *outputs);
    for (size_t i = 0; i < test->n_expected; i++)
        outputs[i] = calloc(test->expected[i].array.n, sizeof **outputs);
    return outputs;
}

static void free_outputs(double **outputs, size_t n)
{
    for (size_t i = 0; outputs != NULL && i < n; i++)
        free(outputs[i]);
    free(outputs);
}

/* [MLP.1] [MLP.2] [POST.1] [TERMS.1] [TERMS.2] The model that the diagnosis composes of replaceable clauses is, with
 * none replaced, the reference's own to the bit. */
Test(conform, the_composed_model_is_the_reference)
{
    const aevb_kernel_set copy = aevb_kernel_set_ref;
    aevb_vector_set *set = open_vectors();
    size_t compared = 0;
    for (size_t c = 0; c < set->n_cases; c++) {
        const aevb_vector_case *of = &set->cases[c];
        const aevb_vector_test *test = of->test;
        if (strcmp(of->group->type, "model") != 0 && strcmp(of->group->type, "trajectory") != 0)
            continue;
        double **reference = make_outputs(test), **composed = make_outputs(test);
        const aevb_status status = aevb_answer_case(&aevb_kernel_set_ref, of->group, test, reference);
        cr_expect_eq(aevb_answer_case(&copy, of->group, test, composed), status);
        for (size_t i = 0; i < test->n_expected && status == AEVB_OK; i++) {
            const size_t n = test->expected[i].array.n;
            cr_expect_arr_eq(reference[i], composed[i], n * sizeof(double), "%s: %s", test->id,
                             test->expected[i].array.name);
            compared += n;
        }
        free_outputs(reference, test->n_expected);
        free_outputs(composed, test->n_expected);
    }
    cr_expect_gt(compared, 10000);
    aevb_vector_set_close(set);
}

/* The results of a port that answers with a kernel set. */
static void answer_all(aevb_conform *conform, const aevb_kernel_set *kernels)
{
    for (size_t i = 0; i < conform->n_results; i++) {
        const aevb_vector_case *of = &conform->vectors->cases[i];
        aevb_case_result *r = &conform->results[i];
        *r = (aevb_case_result){.of = of, .asked = 1, .answered = 1};
        double **outputs = make_outputs(of->test);
        const aevb_status status = aevb_answer_case(kernels, of->group, of->test, outputs);
        cr_assert(status == AEVB_OK || status == AEVB_EDOMAIN, "%s", of->test->id);
        r->refused = status == AEVB_EDOMAIN;
        const int fine = r->refused || of->test->domain_error ? r->refused == of->test->domain_error :
            aevb_verdict_of(of->test, outputs, AEVB_F64).within;
        r->state = fine ? AEVB_CASE_PASSED : AEVB_CASE_FAILED;
        if (!fine && !r->refused && !of->test->domain_error)
            r->outputs = outputs;
        else
            free_outputs(outputs, of->test->n_expected);
    }
}

static void forget(aevb_conform *conform)
{
    for (size_t i = 0; i < conform->n_results; i++)
        free_outputs(conform->results[i].outputs, conform->results[i].of->test->n_expected);
    for (size_t i = 0; i < conform->n_findings; i++)
        aevb_free(conform->findings[i].others);
    aevb_free(conform->findings);
    conform->findings = NULL;
    conform->n_findings = conform->n_diagnosed = conform->n_unexplained = 0;
}

/* Every `step`-th mistake: it fails, is named first (or as giving the same answers), and explains every failure. */
static size_t check_mistakes(size_t step)
{
    static const aevb_mistake *const lists[] = {aevb_mistakes_posterior, aevb_mistakes_likelihood,
                                                aevb_mistakes_network, aevb_mistakes_objective, aevb_mistakes_optim};
    aevb_vector_set *set = open_vectors();
    aevb_conform conform = {.vectors = set, .n_results = set->n_cases,
                            .results = calloc(set->n_cases, sizeof *conform.results)};
    size_t checked = 0, seen = 0;
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (const aevb_mistake *m = lists[l]; m->name != NULL; m++) {
            if (seen++ % step != 0)
                continue;
            const aevb_kernel_set wrong = aevb_kernel_set_with(&m->wrong);
            answer_all(&conform, &wrong);
            cr_assert_eq(aevb_diagnose(&conform), AEVB_OK);
            cr_expect_gt(conform.n_diagnosed, 0, "%s passes every vector", m->name);
            cr_assert_gt(conform.n_findings, 0, "%s is not named", m->name);
            const aevb_finding *first = conform.findings;
            cr_expect(strcmp(first->name, m->name) == 0 ||
                      (first->others != NULL && strstr(first->others, m->name) != NULL),
                      "%s is taken for %s (%zu of %zu)", m->name, first->name, first->explained, conform.n_diagnosed);
            cr_expect_eq(first->explained, conform.n_diagnosed, "%s: %zu of %zu", m->name, first->explained,
                         conform.n_diagnosed);
            cr_expect_eq(first->contradicted, 0, "%s", m->name);
            forget(&conform);
            checked++;
        }
    free(conform.results);
    aevb_vector_set_close(set);
    return checked;
}

/* One in 16, from the first of the list on; all of them when AEVB_LONG is set (make check-long). */
Test(conform, known_mistakes_fail_and_are_named)
{
    const size_t checked = check_mistakes(getenv("AEVB_LONG") != NULL ? 1 : 16);
    printf("# %zu known mistakes, each failed and named\n", checked);
    cr_expect_geq(checked, 6);
}
