/* SPDX-License-Identifier: GPL-3.0-or-later
 * For tests of children that read HDF5: other work in the child, and what must be gone afterwards. */
#ifndef HDF5_CHILDREN_H
#define HDF5_CHILDREN_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <sys/wait.h>

#include "format/hdf5_child.h"
#include "leaks.h"

enum { SIZE = 4096 }; /* of a file whose content does not matter */

static inline size_t open_files(void)
{
    size_t n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir != NULL && readdir(dir) != NULL)
        n++;
    if (dir != NULL)
        closedir(dir);
    return n;
}

static inline void nothing_is_left(void)
{
    cr_expect(waitpid(-1, NULL, 0) == -1 && errno == ECHILD, "a child is left");
    no_leaks();
}

/* Opens with other work in the child. */
static inline aevb_status open_with(void (*work)(int, void *), unsigned seconds, aevb_hdf5_child **file,
                                    aevb_error *err)
{
    static const unsigned char bytes[SIZE];
    aevb_file_in *in = NULL;
    aevb_hdf5_in_process(0); /* also where there is no libhdf5 */
    aevb_status status = aevb_file_in_memory("made", bytes, sizeof bytes, &in, err);
    if (status == AEVB_OK)
        status = aevb_hdf5_child_open_with(in, NULL, work, seconds, file, err);
    aevb_file_in_close(in);
    return status;
}

#endif
