/* SPDX-License-Identifier: GPL-3.0-or-later
 * The messages between runner and port. docs/spec/protocol.md */
#ifndef AEVB_CASE_REQUEST_H
#define AEVB_CASE_REQUEST_H

#include <jansson.h>
#include "aevb/engine.h"
#include "conform/vector_set.h"

enum { AEVB_PROTOCOL = 1 };

/* Requests as lines without the newline, from aevb_alloc; NULL when memory is out. A case is what the vector file
 * says, without what is expected. */
char *aevb_request_hello(aevb_precision precision, size_t *length);
char *aevb_request_case(const aevb_vector_case *of, size_t *length);
char *aevb_request_stop(size_t *length);

/* Numbers of an array, or the bare number of a scalar. NULL when memory is out. */
json_t *aevb_array_json(const aevb_vector_array *array);

/* What a port says of itself. */
typedef struct aevb_hello {
    char name[128];
    const json_t *types; /* array of strings, owned by the message */
} aevb_hello;

/* Reads the answer to hello. 1, or 0 with the reason in why. */
int aevb_answer_hello(const json_t *message, aevb_precision precision, aevb_hello *out, char *why, size_t size);

typedef enum aevb_answer_kind {
    AEVB_ANSWER_OUTPUTS,
    AEVB_ANSWER_DOMAIN_ERROR,
    AEVB_ANSWER_UNSUPPORTED, /* why: the port's reason */
    AEVB_ANSWER_WRONG,       /* an answer to this case, but not as it should be; why says how */
    AEVB_ANSWER_STRANGE      /* no answer to this case at all */
} aevb_answer_kind;

/* Reads the answer to a case; outputs[i][0 .. test->expected[i].n - 1] are filled when the kind is OUTPUTS and the
 * test expects numbers. An array that the port leaves out is freed and NULL then. */
aevb_answer_kind aevb_answer_read(const json_t *message, const aevb_vector_test *test, double **outputs, char *why,
                                  size_t size);

#endif
