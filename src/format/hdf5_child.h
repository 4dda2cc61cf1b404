/* SPDX-License-Identifier: GPL-3.0-or-later
 * HDF5 files read in a child process (format/confined.h), as libhdf5 is not made for damaged files: it passes their
 * sizes to malloc, and some make it crash. The child has the file's bytes from memory, checks and reads as hdf5_in.h
 * says, and answers one request after the other; it is not trusted: its answers are checked like a file. */
#ifndef AEVB_HDF5_CHILD_H
#define AEVB_HDF5_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/format.h"
#include "format/file_in.h"

typedef struct aevb_hdf5_child aevb_hdf5_child;

/* As aevb_hdf5_open, for the whole of in. AEVB_EFORMAT when libhdf5 crashes on it, AEVB_EUNSUPPORTED when it takes
 * longer than 10 s of CPU and 1 s for each 8 MiB of file and possible content, AEVB_EIO when no process can be had.
 * The child may take 64 MiB and four times the file, and while it reads an array five times that as well; the parent
 * takes the file while it is being opened, then what it reads of it. */
aevb_status aevb_hdf5_child_open(const aevb_file_in *in, const aevb_limits *limits, aevb_hdf5_child **out,
                                 aevb_error *err);
void aevb_hdf5_child_close(aevb_hdf5_child *file); /* NULL is fine */

/* The arrays by name, and their values; attributes, as in hdf5_in.h. */
size_t aevb_hdf5_child_count(const aevb_hdf5_child *file);
const aevb_stored_tensor *aevb_hdf5_child_tensor(const aevb_hdf5_child *file, size_t i);
aevb_status aevb_hdf5_child_read(aevb_hdf5_child *file, const aevb_stored_tensor *tensor, double *out,
                                 aevb_error *err);
aevb_status aevb_hdf5_child_strings(aevb_hdf5_child *file, const char *group, const char *attribute, char **text,
                                    size_t *n, aevb_error *err);

/* --- tests and fuzzing --- */

/* 1: files that are opened from now on are read in this process; 0: in children again. */
void aevb_hdf5_in_process(int on);

/* What the child says first, and after each request: for AEVB_OK n arrays or strings and a block of text, else the
 * length of a message. Then n aevb_hdf5_record (of a listing), and the text: names, strings, values or message. */
typedef struct aevb_hdf5_answer {
    uint32_t status, present; /* present: there is such an attribute */
    uint64_t n, length;
} aevb_hdf5_answer;
typedef struct aevb_hdf5_record {
    uint32_t kind, ndim; /* kind: of hdf5_child.c's table */
    uint64_t shape[AEVB_MAX_NDIM];
} aevb_hdf5_record;

/* With other work than reading the file, and so many seconds. */
aevb_status aevb_hdf5_child_open_with(const aevb_file_in *in, const aevb_limits *limits,
                                      void (*work)(int socket, void *user), unsigned seconds, aevb_hdf5_child **out,
                                      aevb_error *err);

#endif
