/* SPDX-License-Identifier: GPL-3.0-or-later
 * A port in operation: started, greeted, asked; started again after it has crashed, hung or talked nonsense. */
#ifndef AEVB_CONFORM_SESSION_H
#define AEVB_CONFORM_SESSION_H

#include "conform/case_request.h"
#include "conform/port_process.h"
#include "conform/vector_set.h"

typedef struct aevb_session {
    char *const *argv;
    aevb_precision precision;
    double timeout;
    aevb_port *port;  /* NULL when none runs */
    json_t *greeting; /* owns hello.types */
    aevb_hello hello;
} aevb_session;

/* Starts and greets the port, unless it runs already. 1, or 0 with the reason in why. */
int aevb_session_start(aevb_session *session, char *why, size_t size);

/* Asks about a case. STRANGE: the port had to be ended; why says what it did. */
aevb_answer_kind aevb_session_ask(aevb_session *session, const aevb_vector_case *of, double **outputs, char *why,
                                  size_t size);

/* Whether the port says that it answers this type. */
int aevb_session_offers(const aevb_session *session, const char *type);

/* Tells the port to stop, gives it a moment, and frees everything. 1 when it ended with status 0 by itself, or when
 * none was running; else 0 with the reason in why. */
int aevb_session_end(aevb_session *session, char *why, size_t size);

#endif
