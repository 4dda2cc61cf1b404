/* SPDX-License-Identifier: GPL-3.0-or-later
 * Inputs of the tests: fixed sequences of numbers that float32 holds exactly, unless said otherwise. */
#ifndef ORACLE_DRAW_H
#define ORACLE_DRAW_H

#include <stddef.h>

/* Starts the sequence of a file, so that a case added to one file leaves the others alone. */
void draw_from(const char *name);
unsigned draw_below(unsigned n);
double draw_unit(void);   /* k 2^-12 in [0, 1) */

/* How the numbers of a test are made. */
typedef enum draw_kind {
    DRAW_COARSE, /* about normal, multiples of 2^-10: short to read */
    DRAW_FINE,   /* about normal, 24 bits */
    DRAW_FULL,   /* about normal, 53 bits: for float64 only */
    DRAW_WIDE    /* magnitudes from 2^-12 to 2^12 */
} draw_kind;
extern const char *const draw_name[4];
double draw_one(draw_kind kind, double scale);
void draw(const char *input, draw_kind kind, double scale);
void draw_bits(const char *input);  /* 0 or 1 */
void draw_one_hot(const char *input, size_t C); /* one 1 in each C numbers, otherwise 0 */
void draw_grey(const char *input);  /* k / 256, with 0 and 1 among them */
void draw_indices(const char *input, unsigned n);
void draw_all(const char *input, double value);

#endif
