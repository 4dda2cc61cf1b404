/* SPDX-License-Identifier: GPL-3.0-or-later
 * The forms of a report. */
#ifndef AEVB_CONFORM_REPORT_H
#define AEVB_CONFORM_REPORT_H

#include <stdio.h>
#include "conform/conform_result.h"

void aevb_report_text(const aevb_conform *conform, FILE *stream);
int aevb_report_json(const aevb_conform *conform, FILE *stream); /* 0, or -1 when memory is out */
void aevb_report_html(const aevb_conform *conform, FILE *stream);
void aevb_report_junit(const aevb_conform *conform, FILE *stream);

/* Text of strangers: control characters and non-ASCII bytes as "?", and with markup the five characters that XML and
 * HTML reserve as entities. */
void aevb_report_safe(FILE *stream, const char *text, int markup);

/* "passed", "failed", "skipped", "failed as expected", "passed unexpectedly". */
const char *aevb_report_state(const aevb_case_result *result);
/* One line about the whole. */
void aevb_report_summary(const aevb_conform *conform, char *text, size_t size);
/* Numbers of a table: 3 digits, "inf", or "-" when nothing was judged. */
void aevb_report_number(char text[16], int judged, double value);

#endif
