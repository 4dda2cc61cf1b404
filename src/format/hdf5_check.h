/* SPDX-License-Identifier: GPL-3.0-or-later
 * What an array and an attribute of an HDF5 file may be, checked before libhdf5 reads them. */
#ifndef AEVB_HDF5_CHECK_H
#define AEVB_HDF5_CHECK_H

#define H5_USE_110_API /* the oldest that is still there everywhere */
#include <hdf5.h>
#include <stdint.h>
#include "aevb/format.h"

/* libhdf5's own printing of errors and its loading of plug-ins are off between the two calls. */
typedef struct aevb_hdf5_quiet {
    H5E_auto2_t printer;
    void *printer_data;
    unsigned plugins;
} aevb_hdf5_quiet;
aevb_hdf5_quiet aevb_hdf5_begin(void);
void aevb_hdf5_end(aevb_hdf5_quiet before);

/* Fills type and shape of an open data set, and the bytes that reading it takes. stored: length of the file. Messages
 * say only what is wrong. */
aevb_status aevb_hdf5_check_array(hid_t set, const aevb_limits *limits, uint64_t stored, aevb_stored_tensor *tensor,
                                  uint64_t *bytes, aevb_error *err);

/* The bytes of the file: the superblock, and in *largest the size of the largest heap that strings can lie in. */
aevb_status aevb_hdf5_scan(const void *bytes, size_t n, uint64_t *largest, aevb_error *err);

/* The strings of an attribute, as aevb_hdf5_strings has them; largest: no string of variable length is longer. */
aevb_status aevb_hdf5_read_strings(hid_t file, const char *group, const char *attribute, uint64_t largest,
                                   char **text, size_t *n, aevb_error *err);

#endif
