/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a stranger's NPY array, versions 1.0 to 3.0, from a file or from memory (see aevb_file_in_memory). */
#ifndef AEVB_NPY_READ_H
#define AEVB_NPY_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "aevb/format.h"
#include "format/file_in.h"

typedef enum aevb_npy_type { AEVB_NPY_U1 = 0, AEVB_NPY_F2 = 1, AEVB_NPY_F4 = 2, AEVB_NPY_F8 = 3,
                             AEVB_NPY_INT = 4, AEVB_NPY_UINT = 5 /* of labels: i1 to i8, u2 to u8 */ } aevb_npy_type;

typedef struct aevb_npy {
    aevb_npy_type type;
    char descr[8];       /* as spelled in the file: "|u1", "<f4", ... */
    bool big_endian, fortran;
    unsigned width;      /* bytes of an element */
    size_t ndim;
    uint64_t shape[AEVB_MAX_NDIM];
    uint64_t count;      /* product of the shape, count * width is in the file */
    uint64_t rows, row;  /* shape[0] and the product of the others; no dimension: 1 and 1 */
    uint64_t data_begin; /* byte of the first element */
} aevb_npy;

/* Reads and checks the header: a Python dictionary of exactly descr, fortran_order and shape, nothing evaluated.
 * AEVB_EUNSUPPORTED for types other than the four above (object arrays are pickles and never loaded); AEVB_EFORMAT
 * for anything malformed and for a file that is shorter or longer than its array. */
aevb_status aevb_npy_open(const aevb_file_in *in, aevb_npy *out, aevb_error *err);
/* The same for labels, which may be integers of any width. */
aevb_status aevb_npy_open_labels(const aevb_file_in *in, aevb_npy *out, aevb_error *err);

/* Rows first .. first + n - 1 in C order whatever the order in the file: n * npy->row elements of out. The first for
 * every type, exactly (integers up to 2^53), NaN and infinities as they are; the second for AEVB_NPY_U1 only. out is
 * in an unknown state after a failure; aevb_file_in_unchanged is left to the caller. */
aevb_status aevb_npy_rows_f64(const aevb_file_in *in, const aevb_npy *npy, uint64_t first, uint64_t n, double *out,
                              aevb_error *err);
aevb_status aevb_npy_rows_u8(const aevb_file_in *in, const aevb_npy *npy, uint64_t first, uint64_t n,
                             unsigned char *out, aevb_error *err);

/* The dictionary between the prefix and the data, n bytes of it; fills type, descr, order and shape. where: "FILE:
 * header". labels: integers are fine. */
aevb_status aevb_npy_parse_dict(const char *where, const char *text, size_t n, bool labels, aevb_npy *out,
                                aevb_error *err);

#endif
