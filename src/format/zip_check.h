/* SPDX-License-Identifier: GPL-3.0-or-later
 * The directory of a zip against its members, which libarchive leaves unchecked. */
#ifndef AEVB_ZIP_CHECK_H
#define AEVB_ZIP_CHECK_H

#include "format/file_in.h"

/* EFORMAT unless the directory ends the file, has as many entries as it says, none of which is a device, FIFO or
 * socket, and each entry has a member under the same name: two programs then see the same members. A directory in
 * Zip64 is left to libarchive. */
aevb_status aevb_zip_check(const aevb_file_in *in, aevb_error *err);

#endif
