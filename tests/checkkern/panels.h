/* SPDX-License-Identifier: GPL-3.0-or-later
 * checkkern: matrices in panels (src/fast/gemm_list.h). Values and results are numbered as in plain matrices, whatever
 * the width of a panel, so that levels of different widths can be compared. */
#ifndef AEVB_PANELS_H
#define AEVB_PANELS_H

#include "checkkern.h"

/* Panels of P columns, `stride` numbers from one to the next: more than they need, so that there is a gap. */
typedef struct panels { size_t rows, n, P, stride; } panels;

size_t panel_of(const check *c); /* P */
panels panels_of(const check *c, size_t rows, size_t n);
size_t panels_size(panels l);                      /* numbers of all panels and gaps */
size_t place(panels l, size_t r, size_t i);        /* of element (r, i) */
double *to_panels(panels l, const double *src);    /* src[rows][n], zeros beyond n, NaN in the gaps */
buf *panels_in(check *c, panels l, const double *src);
buf *panels_inout(check *c, panels l, const double *src);
buf *panels_out(check *c, panels l);
void *from(const buf *b, size_t i);                /* memory at number i */
double *random_matrix(check *c, size_t n);

/* What is no element: gaps are as they were; columns beyond n are zero, or NaN where an infinity or NaN met their zeros,
 * and where a kernel need not write them they may be as they were. Not hashed: how many there are depends on P. */
void expect_rest(check *c, const char *what, panels l, const buf *b, int may_be_kept);

#endif
