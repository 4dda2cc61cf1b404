/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writing .npz files, which numpy.load opens as a dictionary of arrays: a ZIP archive with one NPY member per array.
 * The same calls make the same bytes: there are no times, owners or compression levels in them. */
#ifndef AEVB_NPZ_WRITE_H
#define AEVB_NPZ_WRITE_H

#include <stddef.h>
#include "aevb/status.h"

typedef enum aevb_npz_type {
    AEVB_NPZ_F64, /* float64 */
    AEVB_NPZ_F32, /* float32, which must hold each of the values */
    AEVB_NPZ_I64, /* int64, for whole numbers of magnitude up to 2^53 */
    AEVB_NPZ_U8   /* uint8 */
} aevb_npz_type;

typedef struct aevb_npz aevb_npz;

/* The file replaces `path` whole, or not at all (format/atomic_file.h). EIO, ENOMEM. */
AEVB_MUST_CHECK aevb_status aevb_npz_open(const char *path, aevb_npz **out, aevb_error *err);

/* Adds a C-ordered array. Names are the keys of the dictionary: not empty, and each given once (the caller sees to
 * that). After a failure only aevb_npz_discard may follow. EDOMAIN names an element that the type does not hold; EINVAL,
 * EIO, ENOMEM. */
AEVB_MUST_CHECK aevb_status aevb_npz_add(aevb_npz *npz, const char *name, aevb_npz_type type, size_t ndim,
                                         const size_t *shape, const double *data, aevb_error *err);

/* Adds a text, as an array of no dimensions whose item() in NumPy is the text as bytes. */
AEVB_MUST_CHECK aevb_status aevb_npz_add_text(aevb_npz *npz, const char *name, const char *text, aevb_error *err);

/* Writes the directory of the archive and puts the file in place. Frees npz in any case. */
AEVB_MUST_CHECK aevb_status aevb_npz_commit(aevb_npz *npz, aevb_error *err);

/* Gives up: removes what was written and frees npz. NULL is fine. */
void aevb_npz_discard(aevb_npz *npz);

#endif
