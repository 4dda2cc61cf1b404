/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text as windows over an alphabet, for the categorical likelihood. [TEXT.1] [TEXT.2] */
#include "config.h"
#include "dataset.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "byte_source.h"
#include "error.h"
#include "format/inflate_limit.h"

enum { TRAIN_TENTHS = 9, LEAST_ROOM = 4096, NO_CLASS = AEVB_MAX_ALPHABET };

typedef struct text {
    const char *path;
    uint8_t *bytes; /* then the classes of them */
    size_t n;
} text;

const char *aevb_text_path(const char *source)
{
    static const char prefix[] = "text:", ending[] = ".txt";
    const size_t length = strlen(source);
    if (strncmp(source, prefix, sizeof prefix - 1) == 0)
        return source + sizeof prefix - 1;
    return length >= sizeof ending && strcmp(source + length - (sizeof ending - 1), ending) == 0 ? source : NULL;
}

/* All of an open source. The room is that of the file, and doubles as long as the limits allow what a gzip stream has
 * become. */
static aevb_status read_all(aevb_byte_source *source, const aevb_limits *limits, text *t, aevb_error *err)
{
    aevb_status status = aevb_inflate_check(source->path, limits, source->file_size, source->file_size, err);
    size_t room = 0, got = 0;
    while (status == AEVB_OK && t->n == room) {
        const size_t more = room > 0 ? 2 * room : (size_t)source->file_size + LEAST_ROOM;
        uint8_t *bytes = room > 0 ? aevb_grow(t->bytes, room, more, 1) : aevb_alloc(more, 1);
        if (bytes == NULL)
            return aevb_fail_memory(err);
        t->bytes = bytes;
        room = more;
        status = aevb_bytes_read(source, t->bytes + t->n, room - t->n, &got, err);
        if (status == AEVB_OK) {
            t->n += got;
            status = aevb_inflate_check(source->path, limits, source->file_size, t->n, err);
        }
    }
    return status == AEVB_OK ? aevb_bytes_unchanged(source, err) : status;
}

static aevb_status read_text(const char *path, const aevb_limits *limits, text *t, aevb_error *err)
{
    aevb_byte_source source;
    aevb_status status = aevb_bytes_open(path, &source, err);
    if (status != AEVB_OK)
        return status;
    t->path = path;
    status = read_all(&source, limits, t, err);
    aevb_bytes_close(&source);
    return status;
}

/* The different bytes of the text, ascending. */
static void collect(const text *t, aevb_text_windows *w)
{
    bool there[AEVB_MAX_ALPHABET] = {false};
    for (size_t i = 0; i < t->n; i++)
        there[t->bytes[i]] = true;
    for (size_t byte = 0; byte < AEVB_MAX_ALPHABET; byte++)
        if (there[byte])
            w->alphabet[w->n_alphabet++] = (uint8_t)byte;
}

static aevb_status classify(text *t, const aevb_text_windows *w, aevb_error *err)
{
    uint16_t class_of[AEVB_MAX_ALPHABET];
    for (size_t byte = 0; byte < AEVB_MAX_ALPHABET; byte++)
        class_of[byte] = NO_CLASS;
    for (size_t c = 0; c < w->n_alphabet; c++)
        class_of[w->alphabet[c]] = (uint16_t)c;
    for (size_t i = 0; i < t->n; i++) {
        const unsigned byte = t->bytes[i];
        if (class_of[byte] == NO_CLASS) {
            char shown[8] = "";
            if (byte >= 0x20 && byte < 0x7f)
                snprintf(shown, sizeof shown, " '%c'", (char)byte);
            return aevb_fail(err, AEVB_EDOMAIN, "%s: byte %zu: the character 0x%02x%s is not in the alphabet of %zu "
                             "characters that the model knows", t->path, i, byte, shown, w->n_alphabet);
        }
        t->bytes[i] = (uint8_t)class_of[byte];
    }
    return AEVB_OK;
}

/* The characters to train on, floor(9 n / 10). */
static size_t cut_of(const text *t)
{
    return t->n / 10 * TRAIN_TENTHS + t->n % 10 * TRAIN_TENTHS / 10;
}

static aevb_status check_windows(const text *t, const aevb_text_windows *w, aevb_error *err)
{
    const size_t C = w->n_alphabet, train = cut_of(t);
    if (w->window > AEVB_MAX_WIDTH / C)
        return aevb_fail(err, AEVB_EINVAL, "%s: windows of %zu characters out of %zu are more than the %zu values "
                         "that a row may have", t->path, w->window, C, AEVB_MAX_WIDTH);
    if (train < w->window)
        return aevb_fail(err, AEVB_EFORMAT, "%s: %zu characters, of which the first %zu are to train on: a window of "
                         "%zu does not fit", t->path, t->n, train, w->window);
    return AEVB_OK;
}

/* A data set of the windows in n >= window classes, which it takes over; NULL without memory. */
static aevb_dataset *windows_of(uint8_t *classes, size_t n, const aevb_text_windows *w)
{
    aevb_dataset *d = aevb_dataset_of_bytes(classes, (n - w->window) / w->stride + 1, w->window * w->n_alphabet);
    if (d != NULL) {
        d->classes = w->n_alphabet;
        d->step = w->stride;
    }
    return d;
}

/* Takes over t->bytes when it succeeds. */
static aevb_status part(text *t, const aevb_text_windows *w, aevb_data *out, aevb_error *err)
{
    const size_t cut = cut_of(t), rest = t->n - cut;
    aevb_dataset *test = NULL;
    if (rest >= w->window) {
        uint8_t *classes = aevb_alloc(rest, 1);
        if (classes != NULL)
            memcpy(classes, t->bytes + cut, rest);
        if (classes == NULL || (test = windows_of(classes, rest, w)) == NULL) {
            aevb_free(classes);
            return aevb_fail_memory(err);
        }
    }
    aevb_dataset *train = windows_of(t->bytes, cut, w);
    if (train == NULL) {
        aevb_dataset_free(test);
        return aevb_fail_memory(err);
    }
    out->train = train;
    out->test = test;
    return AEVB_OK;
}

/* The alphabet, classes in place of bytes, and the parts. */
static aevb_status arrange(text *t, aevb_text_windows *w, aevb_data *out, aevb_error *err)
{
    if (w->n_alphabet == 0) {
        collect(t, w);
        if (w->n_alphabet < 2)
            return aevb_fail(err, AEVB_EFORMAT, t->n == 0 ? "%s: the file is empty"
                             : "%s: one character, again and again: there is nothing to learn", t->path);
    }
    aevb_status status = check_windows(t, w, err);
    if (status == AEVB_OK)
        status = classify(t, w, err);
    return status == AEVB_OK ? part(t, w, out, err) : status;
}

aevb_status aevb_text_load(const char *path, const aevb_text_windows *windows, const aevb_limits *limits,
                           aevb_data *out, aevb_error *err)
{
    aevb_text_windows w = *windows;
    text t = {.bytes = NULL};
    w.window = w.window > 0 ? w.window : AEVB_TEXT_WINDOW;
    w.stride = w.stride > 0 ? w.stride : w.window;
    if (w.n_alphabet > AEVB_MAX_ALPHABET)
        return aevb_fail(err, AEVB_EINVAL, "an alphabet of %zu characters, at most %d are possible", w.n_alphabet,
                         AEVB_MAX_ALPHABET);
    aevb_status status = read_text(path, limits, &t, err);
    if (status == AEVB_OK)
        status = arrange(&t, &w, out, err);
    if (status != AEVB_OK) {
        aevb_free(t.bytes);
        return status;
    }
    out->text = w;
    strcpy(out->name, "text");
    return AEVB_OK;
}

aevb_status aevb_text_check(const aevb_dataset *dataset, const aevb_arch *arch, aevb_error *err)
{
    const size_t have = dataset->classes, want = arch->x_classes;
    if (have == want)
        return AEVB_OK;
    if (have == 0)
        return aevb_fail(err, AEVB_ESHAPE, "the data are no text, which a categorical model takes");
    if (want == 0)
        return aevb_fail(err, AEVB_ESHAPE, "the data are text, which only a categorical model takes, not a %s one",
                         aevb_likelihood_name(arch->likelihood));
    return aevb_fail(err, AEVB_ESHAPE, "text over %zu characters for a model of %zu classes", have, want);
}
