/* SPDX-License-Identifier: GPL-3.0-or-later
 * Our own engines as a port. */
#include "config.h"
#include "aevb/conform.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "conform/answer_case.h"
#include "conform/case_request.h"
#include "conform/fast_kernels.h"
#include "error.h"
#include "format/json_strict.h"

/* answered[i] is NULL where an array is left out. */
static json_t *outputs_of(const aevb_vector_test *test, double *const *answered)
{
    json_t *outputs = json_object();
    for (size_t i = 0; i < test->n_expected; i++)
        if (json_object_set_new(outputs, test->expected[i].array.name,
                                answered[i] == NULL ? json_null() : aevb_array_json(&test->expected[i].array)) != 0) {
            json_decref(outputs);
            return NULL;
        }
    return outputs;
}

/* What answers, and what it calls itself. */
typedef struct server {
    aevb_engine_config engine;
    aevb_kernel_set kernels;
    char name[128];
} server;

static json_t *answer_hello(const server *s)
{
    json_t *types = json_array();
    for (size_t i = 0; aevb_answer_type_name(i) != NULL; i++)
        json_array_append_new(types, json_string(aevb_answer_type_name(i)));
    return json_pack("{s:{s:i, s:s, s:[s], s:o}}", "hello", "protocol", AEVB_PROTOCOL, "port", s->name, "precisions",
                     aevb_precision_name(s->engine.precision), "types", types);
}

/* The answer in *out, which may be NULL when memory is out. */
static aevb_status answer_case(const server *s, json_t *request, json_t **out, aevb_error *err)
{
    aevb_vector_file *file;
    aevb_status status = aevb_vector_question(request, &file, err);
    if (status != AEVB_OK)
        return status;
    const aevb_vector_test *test = file->groups->tests;
    double **outputs = aevb_alloc(test->n_expected, sizeof *outputs);
    for (size_t i = 0; outputs != NULL && i < test->n_expected; i++)
        outputs[i] = test->expected[i].array.data;
    const aevb_kernel_set *kernels = s->engine.kind == AEVB_ENGINE_REF ? &aevb_kernel_set_ref : &s->kernels;
    status = outputs == NULL ? AEVB_ENOMEM : aevb_answer_case(kernels, file->groups, test, outputs);
    if (status == AEVB_OK)
        *out = json_pack("{s:s, s:o}", "id", test->id, "outputs", outputs_of(test, outputs));
    else if (status == AEVB_EDOMAIN)
        *out = json_pack("{s:s, s:s}", "id", test->id, "error", "domain");
    else if (status == AEVB_EUNSUPPORTED)
        *out = json_pack("{s:s, s:s}", "id", test->id, "unsupported", "no such type or setting");
    else if (status == AEVB_EFORMAT)
        *out = json_pack("{s:s, s:s}", "id", test->id, "error", "inputs are missing or of the wrong size");
    else
        *out = NULL;
    aevb_free(outputs);
    aevb_vector_close(file);
    return AEVB_OK;
}

/* Answers a line. *stop <- 1 when that was the last. */
static aevb_status answer(const server *s, const char *line, size_t n, FILE *out, int *stop, aevb_error *err)
{
    json_t *message, *reply = NULL;
    aevb_status status = aevb_json_parse("request", line, n, &message, err);
    if (status != AEVB_OK)
        return status;
    json_t *request = json_object_get(message, "case");
    if (json_object_get(message, "stop") != NULL)
        *stop = 1;
    else if (json_object_get(message, "hello") != NULL)
        reply = answer_hello(s);
    else if (json_is_object(request))
        status = answer_case(s, request, &reply, err);
    else
        status = aevb_fail(err, AEVB_EFORMAT, "request: is no hello, case or stop");
    json_decref(message);
    if (status != AEVB_OK || *stop)
        return status;
    if (reply == NULL)
        return aevb_fail_memory(err);
    const int failed = json_dumpf(reply, out, JSON_COMPACT) != 0 || fputc('\n', out) == EOF || fflush(out) != 0;
    json_decref(reply);
    return failed ? aevb_fail_errno(err, "answer", "cannot write") : AEVB_OK;
}

static aevb_status start(const aevb_engine_config *engine, server *s, aevb_error *err)
{
    s->engine = *engine;
    snprintf(s->name, sizeof s->name, "libaevb %s, reference", aevb_version());
    if (engine->kind == AEVB_ENGINE_REF && engine->precision == AEVB_F64)
        return AEVB_OK;
    if (engine->kind == AEVB_ENGINE_REF)
        return aevb_fail(err, AEVB_EINVAL, "the reference computes in f64 only");
    aevb_level level;
    const aevb_status status = aevb_level_choose(engine->level, &level, err);
    if (status != AEVB_OK)
        return status;
    if (level == AEVB_LEVEL_REF)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "AEVB_LEVEL=ref: choose the engine ref instead");
    if (engine->precision == AEVB_F32)
        aevb_fast_kernel_set_f32(level, &s->kernels);
    else
        aevb_fast_kernel_set_f64(level, &s->kernels);
    s->engine.level = (int)level;
    s->kernels.engine = &s->engine;
    snprintf(s->name, sizeof s->name, "libaevb %s, fast, %s, %s", aevb_version(),
             aevb_precision_name(engine->precision), aevb_level_name(level));
    return AEVB_OK;
}

aevb_status aevb_port_serve(const aevb_engine_config *engine, FILE *in, FILE *out, aevb_error *err)
{
    server s;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int stop = 0;
    aevb_status status = start(engine, &s, err);
    while (status == AEVB_OK && !stop && (n = getline(&line, &room, in)) >= 0)
        status = answer(&s, line, (size_t)n, out, &stop, err);
    free(line);
    return status;
}
