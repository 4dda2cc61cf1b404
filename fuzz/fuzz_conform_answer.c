/* SPDX-License-Identifier: GPL-3.0-or-later
 * Fuzz target: what a port may answer to hello and to a case, read and judged by the runner. */
#include "config.h"
#include "fuzz.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "conform/case_request.h"
#include "conform/case_verdict.h"

const char *const fuzz_target = "conform_answer";

static const char question[] =
    "{\"id\": \"kl-0001\", \"type\": \"kl\", \"clauses\": \"KL.1\", \"dims\": {\"B\": 2, \"Z\": 2}, \"config\": {}, "
    "\"arrays\": {\"mu\": [\"B\", \"Z\"], \"kl\": [\"B\", \"Z\"], \"sum\": [], \"more\": [\"B\"]}, "
    "\"inputs\": {\"mu\": [0.5, -1.0, 0.0, 2.0]}}";

static aevb_vector_file *ask(void)
{
    aevb_vector_file *file = NULL;
    json_t *request = json_loads(question, 0, NULL);
    aevb_error err = {.message = ""};
    fuzz_require(request != NULL && aevb_vector_question(request, &file, &err) == AEVB_OK, "the question is wrong");
    json_decref(request);
    return file;
}

static void check_case(const json_t *message, const aevb_vector_test *test)
{
    char why[160] = "";
    double *outputs[8] = {NULL};
    for (size_t i = 0; i < test->n_expected; i++)
        outputs[i] = aevb_alloc(test->expected[i].array.n, sizeof(double));
    const aevb_answer_kind kind = aevb_answer_read(message, test, outputs, why, sizeof why);
    if (kind == AEVB_ANSWER_OUTPUTS) {
        const aevb_verdict verdict = aevb_verdict_of(test, outputs, AEVB_F64);
        fuzz_require(!isnan(verdict.share), "a verdict that is no number");
    } else if (kind != AEVB_ANSWER_DOMAIN_ERROR && kind != AEVB_ANSWER_UNSUPPORTED) {
        fuzz_require(why[0] != '\0', "an answer refused without a reason");
    }
    for (size_t i = 0; i < test->n_expected; i++)
        aevb_free(outputs[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    json_error_t error;
    /* as src/conform/conform_session.c reads a line */
    json_t *message = json_loadb((const char *)data, n, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    if (message == NULL)
        return 0;
    char why[160] = "";
    aevb_hello hello;
    if (!aevb_answer_hello(message, AEVB_F64, &hello, why, sizeof why))
        fuzz_require(why[0] != '\0', "a greeting refused without a reason");
    aevb_vector_file *file = ask();
    check_case(message, &file->groups[0].tests[0]);
    aevb_vector_close(file);
    json_decref(message);
    fuzz_require(aevb_alloc_live() == 0, "memory is left behind");
    return 0;
}
