/* SPDX-License-Identifier: GPL-3.0-or-later
 * The reference against every golden vector, in float64: two programs written apart, one of them with proved results.
 *
 * |answer - truth| <= slack (u cond + floor), where cond is the running error analysis of the specification's own
 * evaluation to first order. The reference evaluates just so, hence its slack is 1 + 2^-10: second-order terms are
 * below u * cond^2, far below 2^-10 of the first. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "conform/vector_file.h"
#include "ref_port.h"

#define REFERENCE_SLACK (1 + 0x1p-10)

/* What vectors/ holds. Whoever changes the vectors changes these. */
enum { FILES = 34, TESTS = 3045, WITHOUT_FUNCTION = 74 };

typedef struct tally {
    size_t files, tests, values, refused, without_function;
    double worst;
    char worst_id[64];
} tally;

static void judge(const aevb_vector_group *group, const aevb_vector_test *test, double **answers, tally *sum)
{
    ref_case c = {group, test, answers};
    ref_verdict verdict = ref_port_answer(&c);
    cr_expect_neq(verdict, REF_UNSUPPORTED, "%s: %s is not built", test->id, group->type);
    cr_expect_eq(verdict == REF_DOMAIN_ERROR, test->domain_error, "%s: domain error expected: %d", test->id,
                 test->domain_error);
    sum->tests++;
    sum->refused += verdict == REF_DOMAIN_ERROR;
    if (verdict != REF_ANSWERED || test->domain_error)
        return;
    for (size_t i = 0; i < test->n_expected; i++) {
        sum->without_function += answers[i] == NULL;
        for (size_t j = 0; answers[i] != NULL && j < test->expected[i].array.n; j++) {
            const aevb_vector_expected *e = &test->expected[i];
            double share = aevb_vector_share(e, j, answers[i][j], AEVB_F64, REFERENCE_SLACK);
            sum->values++;
            cr_expect(share >= 0 && share <= 1, "%s (%s): %s[%zu] is %.17g, true %.17g, %g times the bound", test->id,
                      group->clauses, e->array.name, j, answers[i][j], e->array.data[j], share);
            if (share > sum->worst) {
                sum->worst = share;
                strncpy(sum->worst_id, test->id, sizeof sum->worst_id - 1);
            }
        }
    }
}

static void run_test(const aevb_vector_group *group, const aevb_vector_test *test, tally *sum)
{
    double **answers = calloc(test->n_expected + 1, sizeof *answers);
    for (size_t i = 0; i < test->n_expected; i++)
        answers[i] = calloc(test->expected[i].array.n, sizeof **answers);
    judge(group, test, answers, sum);
    for (size_t i = 0; i < test->n_expected; i++)
        free(answers[i]);
    free(answers);
}

static void run_file(const char *path, tally *sum)
{
    aevb_vector_file *file;
    aevb_error err = {0};
    cr_assert_eq(aevb_vector_open(path, &file, &err), AEVB_OK, "%s", err.message);
    for (size_t g = 0; g < file->n_groups; g++)
        for (size_t t = 0; t < file->groups[g].n_tests; t++)
            run_test(&file->groups[g], &file->groups[g].tests[t], sum);
    sum->files++;
    aevb_vector_close(file);
}

Test(vectors, the_reference_is_within_the_bound_of_every_one)
{
    char folder[4096], path[8192];
    snprintf(folder, sizeof folder, "%s/vectors", getenv("AEVB_SRCDIR"));
    DIR *listing = opendir(folder);
    cr_assert_not_null(listing, "%s", folder);
    tally sum = {0};
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;) {
        size_t length = strlen(entry->d_name);
        if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        run_file(path, &sum);
    }
    closedir(listing);
    printf("# %zu tests of %zu files, %zu values, %zu refused; largest error %.3g of its bound, in %s\n", sum.tests,
           sum.files, sum.values, sum.refused, sum.worst, sum.worst_id);
    cr_expect_eq(sum.files, FILES);
    cr_expect_eq(sum.tests, TESTS);
    cr_expect_eq(sum.without_function, WITHOUT_FUNCTION, "%zu arrays have no function of ours",
                 sum.without_function);
}
