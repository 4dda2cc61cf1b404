/* SPDX-License-Identifier: GPL-3.0-or-later
 * The whole model, composed of the functions of a kernel set: what src/ref/vae.c does with the reference's own. */
#ifndef AEVB_COMPOSED_MODEL_H
#define AEVB_COMPOSED_MODEL_H

#include "conform/kernel_set.h"
#include "conform/vector_file.h"
#include "ref/vae.h"

typedef struct aevb_composed {
    const aevb_kernel_set *k;
    aevb_arch arch;
    aevb_layout layout;
    aevb_network net;
    size_t B, K;
    aevb_vae_work work;       /* everything between x, eps and the terms, and its gradients */
    aevb_adjoints adjoints;
    double *params, *grad;    /* [layout.n_params] */
    double *bound;            /* [B], for the importance-weighted bound */
    double *block;            /* holds all that */
} aevb_composed;

/* The architecture that dims and config of a group describe. EUNSUPPORTED, EFORMAT. */
aevb_status aevb_arch_of_group(const aevb_vector_group *group, aevb_arch *arch);

/* ENOMEM, EFORMAT (of an impossible architecture). */
aevb_status aevb_composed_make(aevb_composed *model, const aevb_kernel_set *k, const aevb_arch *arch, size_t B,
                               size_t K);
void aevb_composed_free(aevb_composed *model);

/* Terms from work.x, work.eps and params. */
void aevb_composed_forward(aevb_composed *model);
aevb_terms aevb_composed_terms(const aevb_composed *model);
/* grad and the gradients in work from adjoints, after a forward pass. */
void aevb_composed_backward(aevb_composed *model);

#endif
