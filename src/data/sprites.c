/* SPDX-License-Identifier: GPL-3.0-or-later
 * The built-in data set: 12288 pictures of three shapes with known factors, made of integers only. [SPRITE.1] */
#include "config.h"
#include "dataset.h"

#include <string.h>

#include "alloc.h"
#include "error.h"

enum {
    SIDE = AEVB_SPRITES_SIDE,
    PIXELS = SIDE * SIDE,
    SHAPES = 3, SCALES = 4, TURNS = 16, PLACES = 8,
    COUNT = SHAPES * SCALES * TURNS * PLACES * PLACES,
    FIRST_PLACE = 10, /* row or column of the centre when its factor is 0 */
    ONE = 1 << 14     /* of the cosines */
};

size_t aevb_sprites_count(void)
{
    return COUNT;
}

void aevb_sprite_factor_counts(uint32_t counts[5])
{
    static const uint32_t all[5] = {SHAPES, SCALES, TURNS, PLACES, PLACES};
    memcpy(counts, all, sizeof all);
}

void aevb_sprite_factors(size_t index, uint32_t factors[5])
{
    uint32_t counts[5];
    aevb_sprite_factor_counts(counts);
    for (size_t f = 5; f-- > 0; index /= counts[f])
        factors[f] = (uint32_t)(index % counts[f]);
}

/* The point (u, v) in the turned frame, in the unit of q. */
static int inside(uint32_t shape, int64_t u, int64_t v, int64_t q)
{
    int64_t abs_u = u < 0 ? -u : u, abs_v = v < 0 ? -v : v;
    switch (shape) {
    case 0: return 2 * u >= -q && 5 * abs_v <= 2 * (q - u);                              /* triangle */
    case 1: return u >= 0 && u * u + v * v <= q * q;                                     /* half disc */
    default: return 16 * abs_u <= 11 * q && 16 * abs_v <= 11 * q && !(u > 0 && v > 0);   /* L */
    }
}

void aevb_sprite_draw(size_t index, uint8_t picture[PIXELS])
{
    /* round(2^14 cos(2 pi r / 16)); the sine is the cosine a quarter turn (r + 12) before. */
    static const int32_t cosine[TURNS] = {16384, 15137, 11585, 6270, 0, -6270, -11585, -15137,
                                          -16384, -15137, -11585, -6270, 0, 6270, 11585, 15137};
    static const int32_t half_pixels[SCALES] = {10, 13, 16, 19};
    uint32_t factors[5];
    aevb_sprite_factors(index, factors);
    int64_t c = cosine[factors[2]], s = cosine[(factors[2] + 12) % TURNS], q = (int64_t)ONE * half_pixels[factors[1]];
    for (int64_t row = 0; row < SIDE; row++) {
        for (int64_t col = 0; col < SIDE; col++) {
            int64_t dx = 2 * (col - FIRST_PLACE - factors[3]), dy = 2 * (row - FIRST_PLACE - factors[4]);
            *picture++ = inside(factors[0], c * dx + s * dy, c * dy - s * dx, q) ? 255 : 0;
        }
    }
}

aevb_status aevb_sprites_load(aevb_dataset **out, aevb_error *err)
{
    uint8_t *rows = aevb_alloc(COUNT, PIXELS);
    uint32_t *labels = aevb_alloc(COUNT, sizeof *labels);
    aevb_dataset *sprites = aevb_dataset_of_bytes(rows, COUNT, PIXELS);
    if (rows == NULL || labels == NULL || sprites == NULL) {
        aevb_free(rows);
        aevb_free(labels);
        aevb_free(sprites);
        return aevb_fail_memory(err);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        aevb_sprite_draw(i, rows + (size_t)i * PIXELS);
        labels[i] = i;
    }
    sprites->labels = labels;
    sprites->image_rows = sprites->image_cols = SIDE;
    *out = sprites;
    return AEVB_OK;
}
