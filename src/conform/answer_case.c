/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finds the type of a case, its dimensions and arrays, and calls what answers it. */
#include "config.h"
#include "conform/answer_case.h"

#include <string.h>

#include "alloc.h"
#include "conform/answer_types.h"

static const aevb_answer_type *const lists[] = {aevb_answer_kernels, aevb_answer_objectives, aevb_answer_rng,
                                              aevb_answer_models, aevb_answer_training};
enum { N_LISTS = sizeof lists / sizeof *lists };

const char *aevb_answer_type_name(size_t i)
{
    for (size_t l = 0; l < N_LISTS; l++)
        for (const aevb_answer_type *type = lists[l]; type->name != NULL; type++)
            if (i-- == 0)
                return type->name;
    return NULL;
}

static const aevb_answer_type *find_type(const char *name)
{
    for (size_t l = 0; l < N_LISTS; l++)
        for (const aevb_answer_type *type = lists[l]; type->name != NULL; type++)
            if (strcmp(type->name, name) == 0)
                return type;
    return NULL;
}

/* The next word of a list "B K Z" or "mu:BZ eps:BKZ" in name and, after the colon, shape; NULL at the end. */
static const char *next(const char *list, char name[24], char shape[8])
{
    while (*list == ' ')
        list++;
    if (*list == '\0')
        return NULL;
    size_t n = strcspn(list, ": "), s = 0;
    memcpy(name, list, n);
    name[n] = '\0';
    list += n;
    if (*list == ':') {
        s = strcspn(++list, " ");
        memcpy(shape, list, s);
        list += s;
    }
    shape[s] = '\0';
    return list;
}

/* Elements of a shape "BKZ", given the dimensions in the order of type->dims. */
static size_t size_of(const aevb_answer_type *type, const size_t *d, const char *shape)
{
    char name[24], none[8];
    size_t n = 1;
    for (; *shape != '\0'; shape++) {
        size_t i = 0;
        for (const char *at = type->dims; (at = next(at, name, none)) != NULL && name[0] != *shape; i++)
            ;
        n *= d[i];
    }
    return n;
}

/* Arrays of the case in the order of the type. What is not wanted of the outputs goes to scratch memory. */
typedef struct arrays {
    size_t d[AEVB_ANSWER_DIMS];
    const double *in[AEVB_ANSWER_ARRAYS];
    double *out[AEVB_ANSWER_ARRAYS];
    double *scratch[AEVB_ANSWER_ARRAYS];
} arrays;

static aevb_status gather_dims(const aevb_answer_type *type, const aevb_vector_group *group, arrays *a)
{
    char name[24], shape[8];
    size_t i = 0;
    for (const char *at = type->dims; (at = next(at, name, shape)) != NULL; i++)
        if ((a->d[i] = aevb_vector_dim(group, name)) == 0)
            return AEVB_EFORMAT;
    return AEVB_OK;
}

static aevb_status gather_inputs(const aevb_answer_type *type, const aevb_vector_test *test, arrays *a)
{
    char name[24], shape[8];
    size_t i = 0;
    for (const char *at = type->in; (at = next(at, name, shape)) != NULL; i++) {
        const aevb_vector_array *input = aevb_vector_input(test, name);
        if (input == NULL || input->n != size_of(type, a->d, shape))
            return AEVB_EFORMAT;
        a->in[i] = input->data;
    }
    return AEVB_OK;
}

static aevb_status gather_outputs(const aevb_answer_type *type, const aevb_vector_test *test, double *const *outputs,
                                  arrays *a)
{
    char name[24], shape[8];
    size_t i = 0;
    for (const char *at = type->out; (at = next(at, name, shape)) != NULL; i++) {
        const aevb_vector_expected *wanted = aevb_vector_wanted(test, name);
        const size_t n = size_of(type, a->d, shape);
        if (wanted == NULL)
            a->out[i] = a->scratch[i] = aevb_alloc(n, sizeof(double));
        else if (wanted->array.n != n)
            return AEVB_EFORMAT;
        else
            a->out[i] = memset(outputs[wanted - test->expected], 0, n * sizeof(double));
        if (a->out[i] == NULL)
            return AEVB_ENOMEM;
    }
    return AEVB_OK;
}

aevb_status aevb_answer_case(const aevb_kernel_set *kernels, const aevb_vector_group *group,
                             const aevb_vector_test *test, double **outputs)
{
    const aevb_answer_type *type = find_type(group->type);
    if (type == NULL)
        return AEVB_EUNSUPPORTED;
    if (type->answer_whole != NULL)
        return type->answer_whole(kernels, group, test, outputs);
    arrays a = {.d = {0}};
    aevb_status status = gather_dims(type, group, &a);
    if (status == AEVB_OK)
        status = gather_inputs(type, test, &a);
    if (status == AEVB_OK)
        status = gather_outputs(type, test, outputs, &a);
    if (status == AEVB_OK && type->has_domain && !kernels->no_domain) {
        const size_t n = test->inputs->n;
        const size_t first = aevb_ref_domain(type->likelihood, aevb_vector_dim(group, "C"), n, a.in[0]);
        status = first == n ? AEVB_OK : AEVB_EDOMAIN;
    }
    if (status == AEVB_OK)
        status = type->answer(kernels, group, a.d, a.in, a.out);
    for (size_t i = 0; i < AEVB_ANSWER_ARRAYS; i++)
        aevb_free(a.scratch[i]);
    return status;
}
