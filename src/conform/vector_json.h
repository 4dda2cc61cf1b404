/* SPDX-License-Identifier: GPL-3.0-or-later
 * The one way in which vector files are written: canonical JSON, shortest numbers. */
#ifndef AEVB_VECTOR_JSON_H
#define AEVB_VECTOR_JSON_H

#include <jansson.h>
#include <stdio.h>

/* Fewest significant digits that strtod reads back as d, always with a '.' or an 'e'. d is finite. */
void aevb_vector_shortest(double d, char text[32]);

/* A JSON number, or "inf", "-inf", "nan". A new reference, NULL when memory is out. */
json_t *aevb_vector_number(double d);

/* Canonical form: members in their order, two blanks per level, an array of scalars on one line, a newline at the
 * end, strings in ASCII. 0 or -1 (see errno). */
int aevb_vector_write(FILE *stream, json_t *value);

#endif
