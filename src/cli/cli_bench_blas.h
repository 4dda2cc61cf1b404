/* SPDX-License-Identifier: GPL-3.0-or-later
 * OpenBLAS, to compare our products with: loaded when a benchmark asks for it, so that no other command pays. */
#ifndef AEVB_CLI_BENCH_BLAS_H
#define AEVB_CLI_BENCH_BLAS_H

#include "aevb/bench.h"

/* Sets gemm_* of config where configure found OpenBLAS and it can be loaded. Returns its name and version, or why
 * not. */
const char *aevb_cli_bench_blas(aevb_bench_config *config);

#endif
