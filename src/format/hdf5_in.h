/* SPDX-License-Identifier: GPL-3.0-or-later
 * Reading a stranger's HDF5 file out of memory, and only what model files need of it: groups, plain arrays of
 * numbers, attributes of strings. Everything else that HDF5 can do is refused. */
#ifndef AEVB_HDF5_IN_H
#define AEVB_HDF5_IN_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/format.h"

typedef struct aevb_hdf5_in aevb_hdf5_in;

/* Walks through the size bytes of a file, which are not needed afterwards; name stands for it in messages.
 * AEVB_EFORMAT when it is damaged; AEVB_EUNSUPPORTED for links that are not hard, objects reached twice, external or
 * virtual storage, filters other than deflate, shuffle and Fletcher-32, arrays of compound, variable-length and
 * reference types, chunks larger than their array, content beyond the limits; and for any file when the library was
 * built without HDF5. To be called in a process that may crash: hdf5_child.h. */
aevb_status aevb_hdf5_open(const char *name, void *image, size_t size, const aevb_limits *limits, aevb_hdf5_in **out,
                           aevb_error *err);
void aevb_hdf5_close(aevb_hdf5_in *file); /* NULL is fine */

/* The arrays by name (strcmp); names are paths without a leading '/'. begin and end are 0. */
size_t aevb_hdf5_count(const aevb_hdf5_in *file);
const aevb_stored_tensor *aevb_hdf5_tensor(const aevb_hdf5_in *file, size_t i);
/* The values of an array of real numbers. */
aevb_status aevb_hdf5_read(const aevb_hdf5_in *file, const aevb_stored_tensor *tensor, double *out, aevb_error *err);

/* The attribute of strings of a group ("/" is the root): n strings, one after the other, each ended by
 * NUL, in one block from aevb_alloc. *text is NULL when there is no such group or attribute. */
aevb_status aevb_hdf5_strings(const aevb_hdf5_in *file, const char *group, const char *attribute, char **text,
                              size_t *n, aevb_error *err);

#endif
