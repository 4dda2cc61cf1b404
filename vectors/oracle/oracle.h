/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writing vector files: a file has groups, a group declares its dimensions, arrays and formula, a test fills in the
 * inputs. The formula is evaluated with more and more bits until every value is proved, or the program refuses. */
#ifndef ORACLE_H
#define ORACLE_H

#include <jansson.h>
#include <stddef.h>
#include "num.h"

/* A formula reads dimensions and inputs and fills the outputs by name. */
typedef void oracle_formula(void);
/* A scalar whose gradient some outputs are: output "dmu" that of input "mu", "d.w" that of "w". */
typedef N oracle_scalar(void);

void oracle_begin(const char *directory, const char *name, const char *algorithm, const char *purpose);
void oracle_end(void);      /* writes NAME.json and schemas/NAME.schema.json */
size_t oracle_finish(void); /* demands that every note was used; the number of tests written */

/* A group. scalar may be NULL; otherwise the outputs are compared with its finite differences. */
void oracle_group(const char *type, const char *clauses, oracle_formula *formula, oracle_scalar *scalar);
void oracle_dim(const char *name, size_t value);
void oracle_text(const char *name, const char *value);     /* configuration */
void oracle_number(const char *name, double value);
void oracle_integer(const char *name, unsigned long value);
void oracle_input(const char *name, const char *shape);    /* shape: names of dimensions, "B K Z"; "" is a scalar */
void oracle_integers(const char *name, const char *shape); /* an input of integers */
void oracle_output(const char *name, const char *shape);
void oracle_integer_output(const char *name, const char *shape);

/* A test: begin, fill every input, end. flags: names of notes. */
void oracle_test(const char *flags, const char *comment, ...) __attribute__((format(printf, 2, 3)));
double *oracle_fill(const char *name);
size_t oracle_size(const char *name);
void oracle_valid(void);
void oracle_valid_in_file(void); /* arrays in a safetensors file named after the tcId */
void oracle_domain_error(void);

/* For formulas. */
size_t dim(const char *name);
const char *text(const char *name);
N number(const char *name);
const N *in(const char *name);
const double *in_exact(const char *name);
N *out(const char *name); /* NULL when the group does not declare it */

_Noreturn void oracle_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* JSON that is there or the end of the program. */
json_t *oracle_checked(json_t *value);
void oracle_put(json_t *object, const char *key, json_t *value);
void oracle_append(json_t *array, json_t *value);
/* oracle_write.c: inputs and, if wanted, outputs of a test; in a file of the folder unless tensor_file is NULL. */
void oracle_put_arrays(json_t *test, int outputs, const char *folder, const char *tensor_file);
/* oracle_round.c: d is the nearest double and tail the double nearest to value - d; 0 when the ball is too wide. */
int oracle_round(N value, double *d, double *tail);
/* oracle_difference.c: refuses when an output is not the gradient. */
void oracle_check_gradient(oracle_scalar *scalar);
/* oracle_notes.c, oracle_schema.c */
json_t *oracle_note(const char *flag); /* marks it as used; NULL for an unknown flag */
const char *oracle_unused_note(void);
json_t *oracle_schema(const char *name, json_t *file);

/* An array of the current group, for the parts above. */
typedef struct oracle_array {
    char name[24];
    const char *shape;
    size_t n;
    int is_output, is_integer;
    double *data; /* of an input */
    N *value;
} oracle_array;
oracle_array *oracle_arrays(size_t *count);

#endif
