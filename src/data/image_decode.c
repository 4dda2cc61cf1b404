/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which decoder a picture needs, and how large a picture may be. */
#include "config.h"
#include "data/image.h"

#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "error.h"
#include "format/inflate_limit.h"

aevb_status aevb_image_make(const aevb_image_bytes *in, uint64_t rows, uint64_t cols, size_t channels,
                            aevb_image *out, aevb_error *err)
{
    if (rows == 0 || cols == 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: a picture of %" PRIu64 " x %" PRIu64 " pixels", in->name, rows,
                         cols);
    if (rows > in->limits->pixels / cols || rows * cols > SIZE_MAX / 4)
        return aevb_fail(err, AEVB_EUNSUPPORTED, "%s: %" PRIu64 " x %" PRIu64 " pixels are beyond the limit of "
                         "%" PRIu64 " pixels", in->name, rows, cols, in->limits->pixels);
    uint64_t samples = rows * cols * channels;
    aevb_status status = aevb_inflate_check(in->name, in->limits, in->stored, samples, err);
    if (status != AEVB_OK)
        return status;
    uint8_t *memory = aevb_alloc((size_t)samples, 1);
    if (memory == NULL)
        return aevb_fail(err, AEVB_ENOMEM, "%s: out of memory for %" PRIu64 " x %" PRIu64 " pixels", in->name, rows,
                         cols);
    *out = (aevb_image){.rows = (size_t)rows, .cols = (size_t)cols, .channels = channels, .samples = memory};
    return AEVB_OK;
}

aevb_status aevb_image_decode(const aevb_image_bytes *in, aevb_image *out, aevb_error *err)
{
    static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, jpeg[3] = {0xff, 0xd8, 0xff};
    if (in->n >= sizeof png && memcmp(in->bytes, png, sizeof png) == 0)
        return aevb_image_decode_png(in, out, err);
    if (in->n >= sizeof jpeg && memcmp(in->bytes, jpeg, sizeof jpeg) == 0)
        return aevb_image_decode_jpeg(in, out, err);
    if (in->n >= 2 && in->bytes[0] == 'P' && in->bytes[1] >= '1' && in->bytes[1] <= '7')
        return aevb_image_decode_pnm(in, out, err);
    if (in->n == 0)
        return aevb_fail(err, AEVB_EFORMAT, "%s: is empty", in->name);
    return aevb_fail(err, AEVB_EFORMAT, "%s: byte 0: begins as no PNG, JPEG or PGM picture does", in->name);
}
