/* SPDX-License-Identifier: GPL-3.0-or-later
 * Small files of every kind that is read, and the whole of their reading as one call: for tests that let something
 * fail on the way. They are the seeds of the fuzz targets, and trees, vectors and a run that are written for it. */
#ifndef STRANGER_FILES_H
#define STRANGER_FILES_H

#include <stddef.h>
#include "aevb/status.h"

typedef struct stranger {
    char name[64]; /* as in "keras_h5/decoder" */
    char path[512];
    aevb_status (*read)(const char *path, aevb_error *err); /* reads all there is and frees it again */
} stranger;

/* All of them, written or found; the list is that of the process. */
const stranger *stranger_list(size_t *n);

/* Lets the n-th call of something fail, n = 1, 2, ..., until the reading has fewer than n of them. */
typedef struct stranger_fault {
    void (*arm)(size_t n);
    int (*disarm)(void); /* whether the call was reached */
} stranger_fault;

/* Reads each file with each fault. The judge says what is right of a reading in which the fault was reached; all
 * others must end as they do without any fault. In each case a failure has one line, and no memory is left. Returns
 * how many readings were judged. */
size_t stranger_sweep(const stranger_fault *fault,
                      int (*judge)(const stranger *file, aevb_status status, const aevb_error *err));

#endif
