/* SPDX-License-Identifier: GPL-3.0-or-later
 * A program behind two pipes that answers one line with one line. It may crash, hang, flood or lie: nothing that it
 * does makes these functions wait longer than they are told, keep more than they are told, or raise a signal. */
#ifndef AEVB_PORT_PROCESS_H
#define AEVB_PORT_PROCESS_H

#include <stddef.h>
#include "aevb/status.h"

typedef struct aevb_port aevb_port;

typedef enum aevb_port_event {
    AEVB_PORT_ANSWER = 0, /* one whole line came */
    AEVB_PORT_ENDED = 1,  /* it closed its standard output, or ended */
    AEVB_PORT_LATE = 2,   /* the time is over */
    AEVB_PORT_FLOOD = 3,  /* more bytes than any answer needs */
    AEVB_PORT_UNASKED = 4 /* it wrote before it was asked */
} aevb_port_event;

/* Starts argv[0], found in PATH, with the arguments that follow, in a process group of its own. EIO: cannot be run.
 */
aevb_status aevb_port_start(char *const *argv, aevb_port **out, aevb_error *err);

/* Writes line and a newline, and waits at most `seconds` for one line of at most `most` bytes. *answer (no newline,
 * NUL-terminated) belongs to the port until the next call. After any event but AEVB_PORT_ANSWER only
 * aevb_port_end may follow. */
aevb_port_event aevb_port_ask(aevb_port *port, const char *line, size_t n, size_t most, double seconds,
                              const char **answer, size_t *length);

/* Writes a short line and a newline without waiting for anything. */
void aevb_port_tell(aevb_port *port, const char *line, size_t n);

/* Closes the port's standard input, gives it `seconds` to end by itself, then kills its process group. */
void aevb_port_end(aevb_port *port, double seconds);

/* After aevb_port_end: "ended with status 3", "was killed by signal 11 (Segmentation fault)", "was killed by us". */
void aevb_port_fate(const aevb_port *port, char *text, size_t size);
/* The last bytes that the port wrote on its standard error, NUL-terminated. */
const char *aevb_port_stderr(const aevb_port *port);

void aevb_port_free(aevb_port *port); /* ends it first, at once; NULL is fine */

#endif
