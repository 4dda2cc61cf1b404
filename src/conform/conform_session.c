/* SPDX-License-Identifier: GPL-3.0-or-later
 * Talking to a port, and saying in one line what went wrong. */
#include "config.h"
#include "conform/conform_session.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "format/json_strict.h"

/* What an answer may have besides its numbers, the list of types of a greeting for one; and bytes of a number. */
enum { PLAIN_BYTES = 1 << 16, PLAIN_VALUES = 1 << 12, BYTES_PER_NUMBER = 64 };
static const double FAREWELL = 2.0; /* seconds that a port gets to end by itself */

/* The last line of what the port wrote on its standard error. */
static void add_last_words(const aevb_port *port, char *why, size_t size)
{
    char words[160];
    const char *text = aevb_port_stderr(port);
    size_t end = strlen(text);
    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == ' '))
        end--;
    size_t begin = end;
    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    if (begin == end)
        return;
    snprintf(words, sizeof words, "%.*s", (int)(end - begin < sizeof words ? end - begin : sizeof words),
             text + begin);
    const size_t n = strlen(why);
    snprintf(why + n, size - n, "; it said: %s", words);
}

/* Ends the port after an event and describes both. */
static void give_up(aevb_session *s, aevb_port_event event, char *why, size_t size)
{
    char fate[80];
    aevb_port_end(s->port, event == AEVB_PORT_ENDED ? FAREWELL : 0);
    aevb_port_fate(s->port, fate, sizeof fate);
    switch (event) {
    case AEVB_PORT_ENDED: snprintf(why, size, "it closed its output without an answer and %s", fate); break;
    case AEVB_PORT_LATE: snprintf(why, size, "it did not answer within %g seconds", s->timeout); break;
    case AEVB_PORT_FLOOD: snprintf(why, size, "it wrote more than any answer needs, without an end of line"); break;
    case AEVB_PORT_UNASKED: snprintf(why, size, "it wrote what it was not asked for"); break;
    case AEVB_PORT_ANSWER: break; /* why is about the line that came */
    }
    add_last_words(s->port, why, size);
    aevb_port_free(s->port);
    s->port = NULL;
}

/* One request, one answer of so many numbers as JSON; NULL when the port is gone. Takes the line, which may be NULL. */
static json_t *exchange(aevb_session *s, char *line, size_t n, size_t numbers, char *why, size_t size)
{
    const char *answer;
    size_t length;
    if (line == NULL) {
        snprintf(why, size, "the runner is out of memory");
        give_up(s, AEVB_PORT_ANSWER, why, size);
        return NULL;
    }
    const aevb_port_event event = aevb_port_ask(s->port, line, n, PLAIN_BYTES + numbers * BYTES_PER_NUMBER, s->timeout,
                                                &answer, &length);
    aevb_free(line);
    json_t *message = NULL;
    if (event == AEVB_PORT_ANSWER) {
        aevb_error err;
        if (aevb_json_parse_reals("at", answer, length, PLAIN_VALUES + numbers, &message, &err) != AEVB_OK)
            snprintf(why, size, "it answered \"%.40s%s\", which cannot be read: %.100s", answer,
                     length > 40 ? "..." : "", err.message);
    }
    if (message == NULL)
        give_up(s, event, why, size);
    return message;
}

int aevb_session_start(aevb_session *s, char *why, size_t size)
{
    aevb_error err;
    size_t n = 0;
    if (s->port != NULL)
        return 1;
    if (aevb_port_start(s->argv, &s->port, &err) != AEVB_OK) {
        s->port = NULL;
        snprintf(why, size, "%s", err.message);
        return 0;
    }
    char *line = aevb_request_hello(s->precision, &n);
    json_decref(s->greeting);
    s->greeting = exchange(s, line, n, 0, why, size);
    if (s->greeting == NULL)
        return 0;
    if (aevb_answer_hello(s->greeting, s->precision, &s->hello, why, size))
        return 1;
    give_up(s, AEVB_PORT_ANSWER, why, size);
    return 0;
}

aevb_answer_kind aevb_session_ask(aevb_session *s, const aevb_vector_case *of, double **outputs, char *why,
                                  size_t size)
{
    size_t n = 0, numbers = 0;
    for (size_t i = 0; i < of->test->n_expected; i++)
        numbers += of->test->expected[i].array.n;
    char *line = aevb_request_case(of, &n);
    json_t *message = exchange(s, line, n, numbers, why, size);
    if (message == NULL)
        return AEVB_ANSWER_STRANGE;
    const aevb_answer_kind kind = aevb_answer_read(message, of->test, outputs, why, size);
    json_decref(message);
    if (kind == AEVB_ANSWER_STRANGE)
        give_up(s, AEVB_PORT_ANSWER, why, size);
    return kind;
}

int aevb_session_offers(const aevb_session *s, const char *type)
{
    size_t i;
    json_t *item;
    json_array_foreach(s->hello.types, i, item)
        if (json_is_string(item) && strcmp(json_string_value(item), type) == 0)
            return 1;
    return 0;
}

int aevb_session_end(aevb_session *s, char *why, size_t size)
{
    int fine = 1;
    if (s->port != NULL) {
        char fate[80];
        size_t n = 0;
        char *line = aevb_request_stop(&n);
        if (line != NULL)
            aevb_port_tell(s->port, line, n);
        aevb_free(line);
        aevb_port_end(s->port, FAREWELL);
        aevb_port_fate(s->port, fate, sizeof fate);
        fine = strcmp(fate, "ended with status 0") == 0;
        if (!fine)
            snprintf(why, size, "told to stop, it %s", fate);
        aevb_port_free(s->port);
        s->port = NULL;
    }
    json_decref(s->greeting);
    s->greeting = NULL;
    return fine;
}
