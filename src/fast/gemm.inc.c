/* SPDX-License-Identifier: GPL-3.0-or-later
 * Matrix products (rows of gemm_list.h). */
