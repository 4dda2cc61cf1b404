/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finds the known mistakes that explain the answers of a port. A mistake predicts an answer to every case. It
 * explains a failure when the port's answer is the predicted one, and is contradicted by a case that passes although
 * it predicts a failure. The mistake with the largest surplus is named, what it explains is put aside, and so on. */
#include "config.h"
#include "fp_rules.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "conform/answer_case.h"
#include "conform/case_verdict.h"
#include "conform/conform_result.h"
#include "conform/mistakes.h"

static const aevb_mistake *const lists[] = {aevb_mistakes_posterior, aevb_mistakes_likelihood, aevb_mistakes_network,
                                            aevb_mistakes_objective, aevb_mistakes_optim};

/* What a mistake means for a case. */
enum { UNTOUCHED = 0, EXPLAINS = 1, CONTRADICTED = -1 };

typedef struct suspect {
    const aevb_mistake *mistake;
    signed char *effect; /* [n_results] */
} suspect;

/* The predicted answer; room for the largest case. */
typedef struct prediction {
    double **outputs;
    size_t n_outputs;
} prediction;

static void free_prediction(prediction *p)
{
    for (size_t i = 0; p->outputs != NULL && i < p->n_outputs; i++)
        aevb_free(p->outputs[i]);
    aevb_free(p->outputs);
}

static aevb_status make_prediction(const aevb_conform *conform, prediction *p)
{
    size_t room = 1;
    p->n_outputs = 0;
    for (size_t i = 0; i < conform->n_results; i++) {
        const aevb_vector_test *test = conform->results[i].of->test;
        if (test->n_expected > p->n_outputs)
            p->n_outputs = test->n_expected;
        for (size_t e = 0; e < test->n_expected; e++)
            if (test->expected[e].array.n > room)
                room = test->expected[e].array.n;
    }
    p->outputs = aevb_alloc(p->n_outputs, sizeof *p->outputs);
    for (size_t i = 0; p->outputs != NULL && i < p->n_outputs; i++)
        if ((p->outputs[i] = aevb_alloc(room, sizeof **p->outputs)) == NULL) {
            free_prediction(p);
            return AEVB_ENOMEM;
        }
    return p->outputs == NULL ? AEVB_ENOMEM : AEVB_OK;
}

/* Whether a number of the port is the predicted one, and not just the right one. Within the bound it must be
 * predicted within the bound, too. Beyond it the prediction must account for all but 1/1000 of the error, or for all
 * but what rounding may do to the predicted value (and then still for three quarters). */
static int reproduces(const aevb_vector_expected *e, size_t i, double port, double predicted,
                      aevb_precision precision, int noise)
{
    const double u = precision == AEVB_F32 ? FLT_EPSILON / 2 : DBL_EPSILON / 2;
    const double share = aevb_vector_share(e, i, port, precision, AEVB_VECTOR_SLACK);
    if (share < 0)
        return 1;
    const double truth = e->array.data[i], tail = e->tail == NULL ? 0 : e->tail[i];
    const double error = fabs((port - truth) - tail);
    if (noise) /* predicted is the truth plus the size of the error, which the precision scales */
        return share <= 1 || error <= fabs((predicted - truth) - tail) * (u / (DBL_EPSILON / 2));
    if (share <= 1)
        return aevb_vector_share(e, i, predicted, precision, AEVB_VECTOR_SLACK) <= 1;
    if (!isfinite(port) || !isfinite(predicted))
        return port == predicted || (isnan(port) && isnan(predicted));
    const double rest = fabs(port - predicted), error_of_cond = e->cond == NULL ? 0 : u * e->cond[i];
    if (!isfinite(truth))
        return rest <= 64 * u * fabs(predicted);
    return rest <= error / 1000 || (rest <= error / 4 && rest <= 4 * error_of_cond + 64 * u * fabs(predicted));
}

static int is_diagnosable(const aevb_case_result *r)
{
    return r->state == AEVB_CASE_FAILED && r->answered &&
           (r->outputs != NULL || r->refused || r->of->test->domain_error);
}

static int effect_on(const aevb_kernel_set *set, int noise, const aevb_case_result *r, aevb_precision precision,
                     const prediction *p)
{
    const aevb_vector_test *test = r->of->test;
    if (r->state != AEVB_CASE_PASSED && !is_diagnosable(r))
        return UNTOUCHED;
    const aevb_status status = aevb_answer_case(set, r->of->group, test, p->outputs);
    if (status != AEVB_OK && status != AEVB_EDOMAIN)
        return UNTOUCHED;
    const int refused = status == AEVB_EDOMAIN;
    if (r->state == AEVB_CASE_PASSED) {
        if (noise) /* an upper limit of an error predicts no failure */
            return UNTOUCHED;
        return refused == test->domain_error && (refused || aevb_verdict_of(test, p->outputs, precision).within) ?
            UNTOUCHED : CONTRADICTED;
    }
    if (refused || r->refused || test->domain_error)
        return refused == r->refused && refused != test->domain_error ? EXPLAINS : UNTOUCHED;
    for (size_t i = 0; i < test->n_expected; i++)
        for (size_t j = 0; r->outputs[i] != NULL && j < test->expected[i].array.n; j++)
            if (!reproduces(&test->expected[i], j, r->outputs[i][j], p->outputs[i][j], precision, noise))
                return UNTOUCHED;
    return EXPLAINS;
}

static size_t count_mistakes(void)
{
    size_t n = 0;
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (const aevb_mistake *m = lists[l]; m->name != NULL; m++)
            n++;
    return n;
}

/* Cases that pass are looked at only when there is something that they could speak against. */
static void judge(const aevb_conform *conform, suspect *s, const prediction *p)
{
    const aevb_kernel_set set = aevb_kernel_set_with(&s->mistake->wrong);
    int explains = 0;
    for (int passed = 0; passed <= explains; passed++)
        for (size_t i = 0; i < conform->n_results; i++) {
            const aevb_case_result *r = &conform->results[i];
            if ((r->state == AEVB_CASE_PASSED) != passed)
                continue;
            s->effect[i] = (signed char)effect_on(&set, s->mistake->noise, r, conform->precision, p);
            explains |= s->effect[i] == EXPLAINS;
        }
}

/* A finding about what is not explained yet. */
static aevb_finding weigh(const aevb_conform *conform, const suspect *s)
{
    aevb_finding f = {s->mistake->name, s->mistake->explanation, s->mistake->references, NULL, 0, 0, NULL};
    for (size_t i = 0; i < conform->n_results; i++) {
        f.contradicted += s->effect[i] == CONTRADICTED;
        if (s->effect[i] != EXPLAINS || conform->results[i].mistake != NULL)
            continue;
        if (f.explained++ == 0)
            f.first = conform->results[i].of->test->id;
    }
    return f;
}

/* Contradictions count double: a mistake is not named for the cases that many mistakes share. */
static int better(const aevb_finding *a, const aevb_finding *b)
{
    const double of_a = (double)a->explained - 2.0 * (double)a->contradicted;
    const double of_b = (double)b->explained - 2.0 * (double)b->contradicted;
    return of_a > of_b;
}

/* Names of the suspects that explain just what the finding explains, as well as it does. */
static char *equals(const aevb_conform *conform, const suspect *suspects, size_t n, const aevb_finding *best,
                          size_t chosen)
{
    char names[256] = "";
    for (size_t s = 0; s < n; s++) {
        const aevb_finding f = weigh(conform, &suspects[s]);
        if (s == chosen || f.explained != best->explained || f.contradicted != best->contradicted)
            continue;
        size_t i = 0;
        while (i < conform->n_results &&
               (conform->results[i].mistake != NULL ||
                (suspects[s].effect[i] == EXPLAINS) == (suspects[chosen].effect[i] == EXPLAINS)))
            i++;
        const size_t used = strlen(names);
        if (i == conform->n_results && used + strlen(f.name) + 3 < sizeof names)
            snprintf(names + used, sizeof names - used, "%s%s", used == 0 ? "" : ", ", f.name);
    }
    return names[0] == '\0' ? NULL : aevb_copy_text(names);
}

static void name_best(aevb_conform *conform, const suspect *suspects, size_t n)
{
    while (conform->n_findings < n) {
        aevb_finding best = {.name = NULL};
        size_t chosen = 0;
        for (size_t s = 0; s < n; s++) {
            const aevb_finding f = weigh(conform, &suspects[s]);
            if (f.explained > f.contradicted && (best.name == NULL || better(&f, &best))) {
                best = f;
                chosen = s;
            }
        }
        if (best.name == NULL)
            return;
        best.others = equals(conform, suspects, n, &best, chosen);
        conform->findings[conform->n_findings++] = best;
        for (size_t i = 0; i < conform->n_results; i++)
            if (suspects[chosen].effect[i] == EXPLAINS && conform->results[i].mistake == NULL)
                conform->results[i].mistake = best.name;
    }
}

aevb_status aevb_diagnose(aevb_conform *conform)
{
    const size_t n = count_mistakes(), cases = conform->n_results;
    for (size_t i = 0; i < cases; i++)
        conform->n_diagnosed += is_diagnosable(&conform->results[i]) != 0;
    if (conform->n_diagnosed == 0)
        return AEVB_OK;
    prediction p = {NULL, 0};
    suspect *suspects = aevb_alloc(n, sizeof *suspects);
    signed char *effects = aevb_alloc(n * cases, 1);
    conform->findings = aevb_alloc(n, sizeof *conform->findings);
    aevb_status status = suspects == NULL || effects == NULL || conform->findings == NULL ?
        AEVB_ENOMEM : make_prediction(conform, &p);
    if (status == AEVB_OK) {
        size_t s = 0;
        for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
            for (const aevb_mistake *m = lists[l]; m->name != NULL; m++, s++) {
                suspects[s] = (suspect){m, effects + s * cases};
                judge(conform, &suspects[s], &p);
            }
        name_best(conform, suspects, n);
        for (size_t i = 0; i < cases; i++)
            conform->n_unexplained += is_diagnosable(&conform->results[i]) && conform->results[i].mistake == NULL;
        free_prediction(&p);
    }
    aevb_free(effects);
    aevb_free(suspects);
    return status;
}
