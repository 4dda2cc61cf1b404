/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a stranger's .npz: a zip whose members are NPY arrays, held in memory. */
#ifndef AEVB_NPZ_IN_H
#define AEVB_NPZ_IN_H

#include "format/archive_in.h"
#include "format/npy_read.h"

typedef struct aevb_npz_array {
    char *name;           /* of the member without ".npy" */
    unsigned char *bytes; /* the whole NPY */
    aevb_file_in *in;     /* over them */
    aevb_npy npy;         /* when readable */
    aevb_status status;   /* AEVB_EUNSUPPORTED: of a type that is not read; why says more */
    char why[160];
} aevb_npz_array;

typedef struct aevb_npz_in {
    aevb_npz_array *arrays;
    size_t n, room;
} aevb_npz_in;

/* Adds the current member of an archive, whose name ends in ".npy": an NPY array under a name of its own.
 * AEVB_EUNSUPPORTED beyond limits->tensors. */
aevb_status aevb_npz_in_add(aevb_npz_in *npz, const char *path, aevb_archive_in *archive, const aevb_member *member,
                         const aevb_limits *limits, aevb_error *err);
void aevb_npz_in_close(aevb_npz_in *npz);

#endif
