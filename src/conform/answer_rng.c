/* SPDX-License-Identifier: GPL-3.0-or-later
 * Cases about random numbers. 64-bit numbers are pairs of words, the low one first. */
#include "config.h"
#include "conform/answer_types.h"

#include "alloc.h"
#include "aevb/rng.h"

#define CALL const aevb_kernel_set *k, const aevb_vector_group *group, const size_t *d, const double *const *in, \
             double *const *out

static uint32_t word(double value)
{
    return value >= 0 && value <= UINT32_MAX ? (uint32_t)value : 0;
}

static uint64_t pair(const double *words)
{
    return (uint64_t)word(words[1]) << 32 | word(words[0]);
}

static aevb_status philox(CALL)
{
    (void)k;
    (void)group;
    uint32_t counter[4] = {0}, key[2] = {0}, words[4];
    for (size_t i = 0; i < d[0] && i < 4; i++)
        counter[i] = word(in[0][i]);
    for (size_t i = 0; i < d[1] && i < 2; i++)
        key[i] = word(in[1][i]);
    aevb_philox4x32(counter, key, words);
    for (size_t i = 0; i < d[0] && i < 4; i++)
        out[0][i] = words[i];
    return AEVB_OK;
}

static aevb_status uniform(CALL)
{
    (void)group;
    if (d[0] != 2)
        return AEVB_EFORMAT;
    k->uniform(pair(in[0]), pair(in[1]), pair(in[2]), out[0]);
    return AEVB_OK;
}

static aevb_status normal(CALL)
{
    (void)group;
    if (d[0] != 2)
        return AEVB_EFORMAT;
    k->normal(pair(in[0]), pair(in[1]), pair(in[2]), out[0]);
    return AEVB_OK;
}

static aevb_status permutation(CALL)
{
    (void)k;
    (void)group;
    if (d[0] != 2)
        return AEVB_EFORMAT;
    uint32_t *order = aevb_alloc(d[1], sizeof *order);
    if (order == NULL)
        return AEVB_ENOMEM;
    aevb_permutation(pair(in[0]), pair(in[1]), d[1], order);
    for (size_t i = 0; i < d[1]; i++)
        out[0][i] = order[i];
    aevb_free(order);
    return AEVB_OK;
}

static aevb_status normal_quantile(CALL)
{
    (void)group;
    k->quantile(d[0], in[0], out[0]);
    return AEVB_OK;
}

const aevb_answer_type aevb_answer_rng[] = {
    {"philox", "four two", "counter:f key:t", "words:f", .answer = philox},
    {"uniform", "two", "seed:t stream:t index:t", "u:", .answer = uniform},
    {"normal", "two", "seed:t stream:t index:t", "x:", .answer = normal},
    {"permutation", "two n", "seed:t stream:t", "p:n", .answer = permutation},
    {"normal-quantile", "n", "u:n", "x:n", .answer = normal_quantile},
    {.name = NULL},
};
