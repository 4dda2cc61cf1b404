/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of the kernel list for matrix products; see kern_list.h. */
#ifndef AEVB_GEMM_LIST_H
#define AEVB_GEMM_LIST_H

#define AEVB_GEMM_LIST(K)

#endif
