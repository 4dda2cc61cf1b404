/* SPDX-License-Identifier: GPL-3.0-or-later
 * Data sets: rows of X numbers. Bytes are kept as bytes and converted when a batch is gathered. */
#ifndef AEVB_DATA_H
#define AEVB_DATA_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable rows. Exactly one of u8 and f64 is set. The value of element i of row n is u8[n * X + i] / 255
 * (correctly rounded, [DATA.1]) or f64[n * X + i]. labels may be NULL. */
struct aevb_storage;
typedef struct aevb_dataset {
    size_t n;                      /* rows */
    size_t x_dim;                  /* X */
    size_t image_rows, image_cols; /* rows * cols == X, or both 0 */
    uint8_t *u8;                   /* [n][X] */
    double *f64;                   /* [n][X] */
    uint32_t *labels;              /* [n], or NULL */
    char sha256[65];               /* of the row bytes as stored above (f64: little-endian doubles), hex */
    struct aevb_storage *storage;  /* private: the memory that both parts of a source share, or NULL */
} aevb_dataset;

AEVB_API void aevb_dataset_free(aevb_dataset *dataset); /* NULL is fine */

/* The two parts of a data source; test may be NULL when the source has none. */
typedef struct aevb_data {
    aevb_dataset *train;
    aevb_dataset *test;
    char name[64]; /* what it was recognised as, e.g. "sprites", "mnist", "idx" */
} aevb_data;

AEVB_API void aevb_data_close(aevb_data *data); /* frees both parts and clears them */

/* Opens a data source by the name "sprites" or by a path: an IDX or IDX.gz file, or a directory that holds the four
 * canonical MNIST names (.gz or not; labels are optional). A single file has no test part: the last tenth of its
 * rows, after a permutation by `seed` (stream AEVB_STREAM_SPLIT), becomes one; of the sprites, whose labels are their
 * indices, the last sixth [DATA.4]. limit > 0 keeps the first `limit` rows of the training part. EIO, EFORMAT,
 * EUNSUPPORTED, ESHAPE and EDOMAIN (a declared scale that the data contradict, [DATA.1]) say which file. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_data_open(const char *source, size_t limit, uint64_t seed, aevb_data *out,
                                                    aevb_error *err);

/* The built-in sprites [SPRITE.1]: all AEVB_SPRITES_N pictures, in the order of their factors. Values 0 and 255. */
#define AEVB_SPRITES_SIDE 28
AEVB_API size_t aevb_sprites_count(void);
AEVB_API void aevb_sprite_draw(size_t index, uint8_t picture[AEVB_SPRITES_SIDE * AEVB_SPRITES_SIDE]);
/* Factors of a sprite: shape, scale, rotation, x, y as indices, each below its count. */
AEVB_API void aevb_sprite_factors(size_t index, uint32_t factors[5]);
AEVB_API void aevb_sprite_factor_counts(uint32_t counts[5]);

typedef enum aevb_binarise {
    AEVB_BINARISE_NONE = 0,
    AEVB_BINARISE_THRESHOLD = 1, /* x >= 1/2 -> 1 [DATA.2] */
    AEVB_BINARISE_DYNAMIC = 2    /* x > u -> 1, u of (seed, stream, n X + i) [DATA.3] */
} aevb_binarise;

AEVB_API const char *aevb_binarise_name(aevb_binarise mode);
AEVB_API AEVB_MUST_CHECK aevb_status aevb_binarise_parse(const char *name, aevb_binarise *out);

/* How the rows of a batch are turned into numbers. */
typedef struct aevb_gather {
    aevb_binarise binarise;
    uint64_t seed;   /* of the dynamic draws */
    uint64_t stream; /* aevb_stream(AEVB_STREAM_BINARISE, epoch) in training */
} aevb_gather;

/* x[B][X] <- rows index[0..B-1]. EINVAL: an index >= n. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_dataset_gather(const aevb_dataset *dataset, const aevb_gather *how,
                                                         const uint32_t *index, size_t B, double *x);

#ifdef __cplusplus
}
#endif
#endif
