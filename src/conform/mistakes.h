/* SPDX-License-Identifier: GPL-3.0-or-later
 * The catalogue of known mistakes: each is the reference with one or a few clauses as wrong implementations have
 * them. */
#ifndef AEVB_MISTAKES_H
#define AEVB_MISTAKES_H

#include "conform/kernel_set.h"

typedef struct aevb_mistake {
    const char *name, *explanation;
    const char *references; /* repository#number of public issues, or the article that has it */
    aevb_kernel_set wrong;  /* what differs */
    /* The wrong functions give a value that is off by as much as rounding may make this form: what is reproduced is
     * the size of the error, not the answer. */
    int noise;
} aevb_mistake;

/* Each list ends with a row whose name is NULL. */
extern const aevb_mistake aevb_mistakes_posterior[], aevb_mistakes_likelihood[], aevb_mistakes_network[],
    aevb_mistakes_objective[], aevb_mistakes_optim[];

#endif
