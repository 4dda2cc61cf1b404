/* SPDX-License-Identifier: GPL-3.0-or-later
 * PGM (plain and binary) and binary PPM pictures, up to 16 bits to the sample. [DATA.5] */
#include "config.h"
#include "data/image.h"

#include <inttypes.h>
#include <stdbool.h>

#include "alloc.h"
#include "error.h"

enum { LARGEST = 65535 };

typedef struct pnm_reader {
    const aevb_image_bytes *in;
    size_t at;
    uint32_t maxval;
} pnm_reader;

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A number after white space and comments, at most `largest`; the byte after it is left alone. */
static aevb_status read_number(pnm_reader *r, const char *what, uint32_t largest, uint32_t *out, aevb_error *err)
{
    const aevb_image_bytes *in = r->in;
    bool comment = false;
    uint64_t value = 0;
    while (r->at < in->n && (comment || is_space(in->bytes[r->at]) || in->bytes[r->at] == '#')) {
        comment = comment ? in->bytes[r->at] != '\n' && in->bytes[r->at] != '\r' : in->bytes[r->at] == '#';
        r->at++;
    }
    size_t start = r->at;
    for (; r->at < in->n && in->bytes[r->at] >= '0' && in->bytes[r->at] <= '9' && value <= largest; r->at++)
        value = 10 * value + (uint64_t)(in->bytes[r->at] - '0');
    if (r->at == start)
        return aevb_fail(err, AEVB_EFORMAT, start == in->n ? "%s: byte %zu: ends before %s"
                                                           : "%s: byte %zu: no number where %s should be",
                         in->name, start, what);
    if (value > largest)
        return aevb_fail(err, AEVB_EFORMAT, "%s: byte %zu: %s is more than %" PRIu32, in->name, start, what, largest);
    *out = (uint32_t)value;
    return AEVB_OK;
}

/* round(255 v / maxval), halves up */
static uint8_t to_byte(uint32_t v, uint32_t maxval)
{
    return (uint8_t)((510 * v + maxval) / (2 * maxval));
}

static aevb_status read_plain(pnm_reader *r, const aevb_image *image, aevb_error *err)
{
    const aevb_image_bytes *in = r->in;
    uint32_t v;
    for (size_t i = 0; i < image->rows * image->cols; i++) {
        aevb_status status = read_number(r, "a sample", r->maxval, &v, err);
        if (status != AEVB_OK)
            return status;
        image->samples[i] = to_byte(v, r->maxval);
    }
    while (r->at < in->n && is_space(in->bytes[r->at]))
        r->at++;
    return r->at == in->n ? AEVB_OK : aevb_fail(err, AEVB_EFORMAT, "%s: byte %zu: more follows the last sample",
                                                in->name, r->at);
}

/* The length was checked. */
static aevb_status read_binary(const pnm_reader *r, const aevb_image *image, aevb_error *err)
{
    const uint8_t *from = r->in->bytes + r->at;
    size_t count = image->rows * image->cols * image->channels, width = r->maxval > 255 ? 2 : 1;
    for (size_t i = 0; i < count; i++) {
        uint32_t v = width == 1 ? from[i] : (uint32_t)from[2 * i] << 8 | from[2 * i + 1];
        if (v > r->maxval)
            return aevb_fail(err, AEVB_EFORMAT, "%s: byte %zu: a sample of %" PRIu32 ", more than the largest value "
                             "of %" PRIu32 " that the header declares", r->in->name, r->at + i * width, v, r->maxval);
        image->samples[i] = to_byte(v, r->maxval);
    }
    return AEVB_OK;
}

/* Whether the bytes after the header can be, or are, the samples. */
static aevb_status check_length(const pnm_reader *r, bool plain, uint64_t samples, aevb_error *err)
{
    uint64_t have = r->in->n - r->at, need = plain ? 2 * samples - 1 : samples * (r->maxval > 255 ? 2 : 1);
    if (have < need)
        return aevb_fail(err, AEVB_EFORMAT, "%s: byte %zu: the file ends, but its header declares %" PRIu64
                         " samples", r->in->name, r->in->n, samples);
    if (!plain && have > need)
        return aevb_fail(err, AEVB_EFORMAT, "%s: byte %" PRIu64 ": %" PRIu64 " bytes follow the last sample",
                         r->in->name, r->at + need, have - need);
    return AEVB_OK;
}

aevb_status aevb_image_decode_pnm(const aevb_image_bytes *in, aevb_image *out, aevb_error *err)
{
    pnm_reader r = {.in = in, .at = 2};
    uint32_t cols, rows;
    uint8_t kind = in->bytes[1];
    if (kind != '2' && kind != '5' && kind != '6')
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: byte 1: a PNM of kind P%c; only P2, P5 and P6 are read",
                         in->name, kind);
    aevb_status status;
    if ((status = read_number(&r, "the width", INT32_MAX, &cols, err)) != AEVB_OK ||
        (status = read_number(&r, "the height", INT32_MAX, &rows, err)) != AEVB_OK ||
        (status = read_number(&r, "the largest value", LARGEST, &r.maxval, err)) != AEVB_OK)
        return status;
    if (r.maxval == 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: byte %zu: a largest value of 0", in->name, r.at - 1);
    if (r.at == in->n || !is_space(in->bytes[r.at]))
        return aevb_fail(err, AEVB_EFORMAT, "%s: byte %zu: no white space after the largest value", in->name, r.at);
    r.at++;
    size_t channels = kind == '6' ? 3 : 1;
    if (rows != 0 && cols != 0 &&
        (status = check_length(&r, kind == '2', (uint64_t)rows * cols * channels, err)) != AEVB_OK)
        return status;
    aevb_image image;
    if ((status = aevb_image_make(in, rows, cols, channels, &image, err)) != AEVB_OK)
        return status;
    status = kind == '2' ? read_plain(&r, &image, err) : read_binary(&r, &image, err);
    if (status == AEVB_OK)
        *out = image;
    else
        aevb_free(image.samples);
    return status;
}
