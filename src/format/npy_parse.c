/* SPDX-License-Identifier: GPL-3.0-or-later
 * The header of an NPY file: a strict parser of the one dictionary that NumPy writes there. */
#include "config.h"
#include "format/npy_read.h"

#include <inttypes.h>
#include <string.h>

#include "error.h"

typedef struct cursor {
    const char *where; /* for messages */
    const char *text;
    size_t n, at;
    bool labels;
    aevb_npy *npy;
} cursor;

#define READ(c) ((c)->labels ? "integers, and floats of 2, 4 and 8 bytes are read" \
                             : "|u1 and floats of 2, 4 and 8 bytes are read")
#define BAD(format, ...) aevb_fail(err, AEVB_EFORMAT, "%s byte %zu: " format, c->where, c->at, __VA_ARGS__)

static char peek(cursor *c)
{
    while (c->at < c->n && c->text[c->at] == ' ')
        c->at++;
    return c->at < c->n ? c->text[c->at] : '\0';
}

static bool take(cursor *c, char want)
{
    if (peek(c) != want || c->at >= c->n)
        return false;
    c->at++;
    return true;
}

/* A quoted string without escapes; at most size - 1 characters. */
static aevb_status take_string(cursor *c, char *out, size_t size, aevb_error *err)
{
    char quote = peek(c);
    if (quote != '\'' && quote != '"')
        return BAD("%s", "a quoted string expected");
    size_t begin = c->at + 1, length = 0;
    while (begin + length < c->n && c->text[begin + length] != quote) {
        unsigned char ch = (unsigned char)c->text[begin + length];
        if (ch == '\\' || ch < 0x20 || ch > 0x7e)
            return BAD("character 0x%02x in a string", ch);
        length++;
    }
    if (begin + length >= c->n)
        return BAD("%s", "a string without end");
    if (length >= size)
        return BAD("a string of %zu characters is too long", length);
    memcpy(out, c->text + begin, length);
    out[length] = '\0';
    c->at = begin + length + 1;
    return AEVB_OK;
}

static aevb_status take_integer(cursor *c, uint64_t *out, aevb_error *err)
{
    uint64_t value = 0;
    size_t begin = (peek(c), c->at);
    while (c->at < c->n && c->text[c->at] >= '0' && c->text[c->at] <= '9') {
        unsigned digit = (unsigned)(c->text[c->at] - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return BAD("%s", "a dimension beyond 2^64");
        value = 10 * value + digit;
        c->at++;
    }
    if (c->at == begin)
        return BAD("%s", "a dimension (digits) expected");
    if (c->at - begin > 1 && c->text[begin] == '0')
        return BAD("%s", "a dimension with leading zeros");
    if (c->at < c->n && c->text[c->at] == 'L') /* as Python 2 wrote them */
        c->at++;
    *out = value;
    return AEVB_OK;
}

/* (), (3,), (3, 4), (3, 4,) */
static aevb_status take_shape(cursor *c, aevb_error *err)
{
    if (!take(c, '('))
        return BAD("%s", "'(' expected");
    while (!take(c, ')')) {
        if (c->npy->ndim == AEVB_MAX_NDIM)
            return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: more than %d dimensions", c->where, AEVB_MAX_NDIM);
        aevb_status status = take_integer(c, &c->npy->shape[c->npy->ndim], err);
        if (status != AEVB_OK)
            return status;
        c->npy->ndim++;
        bool comma = take(c, ',');
        if (!comma && (peek(c) != ')' || c->npy->ndim == 1))
            return BAD("%s", "',' expected in a tuple");
    }
    return AEVB_OK;
}

static aevb_status take_bool(cursor *c, bool *out, aevb_error *err)
{
    static const char *const words[] = {"False", "True"};
    (void)peek(c);
    for (int i = 0; i < 2; i++) {
        size_t length = strlen(words[i]);
        if (c->n - c->at >= length && memcmp(c->text + c->at, words[i], length) == 0) {
            c->at += length;
            *out = i == 1;
            return AEVB_OK;
        }
    }
    return BAD("%s", "True or False expected");
}

static aevb_status take_descr(cursor *c, aevb_error *err)
{
    static const struct { char name[3]; aevb_npy_type type; unsigned width; } types[] = {
        {"u1", AEVB_NPY_U1, 1}, {"f2", AEVB_NPY_F2, 2}, {"f4", AEVB_NPY_F4, 4}, {"f8", AEVB_NPY_F8, 8},
        {"i1", AEVB_NPY_INT, 1}, {"i2", AEVB_NPY_INT, 2}, {"i4", AEVB_NPY_INT, 4}, {"i8", AEVB_NPY_INT, 8},
        {"u2", AEVB_NPY_UINT, 2}, {"u4", AEVB_NPY_UINT, 4}, {"u8", AEVB_NPY_UINT, 8}};
    char descr[64];
    if (peek(c) == '[')
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: a structured array; %s", c->where, READ(c));
    aevb_status status = take_string(c, descr, sizeof descr, err);
    if (status != AEVB_OK)
        return status;
    if (strchr(descr, 'O') != NULL)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: dtype %s holds Python objects (a pickle), which are never "
                         "loaded", c->where, descr);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (descr[0] != '\0' && strcmp(descr + 1, types[i].name) == 0 &&
            (c->labels || types[i].type < AEVB_NPY_INT) &&
            (descr[0] == '<' || descr[0] == '>' || (descr[0] == '|' && types[i].width == 1))) {
            c->npy->type = types[i].type;
            c->npy->width = types[i].width;
            c->npy->big_endian = descr[0] == '>';
            memcpy(c->npy->descr, descr, 4);
            return AEVB_OK;
        }
    return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: dtype \"%s\"; %s", c->where, descr, READ(c));
}

/* One `key: value`; seen has one bit per key. */
static aevb_status take_item(cursor *c, unsigned *seen, aevb_error *err)
{
    static const char *const keys[] = {"descr", "fortran_order", "shape"};
    char key[32];
    aevb_status status = take_string(c, key, sizeof key, err);
    if (status != AEVB_OK)
        return status;
    unsigned k = 0;
    while (k < 3 && strcmp(key, keys[k]) != 0)
        k++;
    if (k == 3)
        return BAD("unknown key '%s'", key);
    if (*seen & 1u << k)
        return BAD("key '%s' twice", key);
    *seen |= 1u << k;
    if (!take(c, ':'))
        return BAD("%s", "':' expected");
    return k == 0 ? take_descr(c, err) : k == 1 ? take_bool(c, &c->npy->fortran, err) : take_shape(c, err);
}

aevb_status aevb_npy_parse_dict(const char *where, const char *text, size_t n, bool labels, aevb_npy *out,
                                aevb_error *err)
{
    aevb_npy npy = {.ndim = 0};
    cursor here = {.where = where, .text = text, .n = n, .labels = labels, .npy = &npy}, *c = &here;
    unsigned seen = 0;
    if (!take(c, '{'))
        return BAD("%s", "'{' expected");
    while (!take(c, '}')) {
        aevb_status status = take_item(c, &seen, err);
        if (status != AEVB_OK)
            return status;
        if (!take(c, ',') && peek(c) != '}')
            return BAD("%s", "',' or '}' expected");
    }
    if (seen != 7)
        return aevb_fail(err, AEVB_EFORMAT, "%s: not all of descr, fortran_order and shape are there", where);
    (void)peek(c);
    if (c->at < n && text[c->at] == '\n')
        c->at++;
    if (c->at != n)
        return BAD("%s", "more after the dictionary");
    *out = npy;
    return AEVB_OK;
}
