/* SPDX-License-Identifier: GPL-3.0-or-later
 * Data sets: rows of X numbers. Bytes are kept as bytes and converted when a batch is gathered. */
#ifndef AEVB_DATA_H
#define AEVB_DATA_H

#include <stddef.h>
#include <stdint.h>
#include "aevb/limits.h"
#include "aevb/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable rows. Exactly one of u8 and f64 is set. The value of element i of row n is u8[n * X + i] / 255
 * (correctly rounded, [DATA.1]) or f64[n * X + i]. Of text (classes = C > 0) u8 are the classes of all its characters,
 * and element p C + c of row n is 1 where u8[n * step + p] is c, else 0 [TEXT.1]. labels may be NULL. */
struct aevb_storage;
typedef struct aevb_dataset {
    size_t n;                      /* rows */
    size_t x_dim;                  /* X */
    size_t image_rows, image_cols; /* rows * cols == X, or both 0 */
    uint8_t *u8;                   /* [n][X]; of text [(n - 1) * step + X / classes] */
    double *f64;                   /* [n][X] */
    uint32_t *labels;              /* [n], or NULL */
    size_t classes, step;          /* of text, else 0 */
    struct aevb_storage *storage;  /* private: the memory that both parts of a source share, or NULL */
} aevb_dataset;

AEVB_API void aevb_dataset_free(aevb_dataset *dataset); /* NULL is fine */

/* The SHA-256 in hexadecimal of the row bytes as stored (f64: little-endian doubles). */
AEVB_API void aevb_dataset_sha256(const aevb_dataset *dataset, char hex[65]);

/* How a text becomes rows [TEXT.1]. */
#define AEVB_TEXT_WINDOW 40
typedef struct aevb_text_windows {
    size_t window;         /* W, characters in a row; 0: AEVB_TEXT_WINDOW */
    size_t stride;         /* S, from row to row; 0: W */
    size_t n_alphabet;     /* 0: the alphabet is that of the file */
    uint8_t alphabet[256]; /* different bytes, ascending */
} aevb_text_windows;

/* The two parts of a data source; test may be NULL when the source has none. */
typedef struct aevb_data {
    aevb_dataset *train;
    aevb_dataset *test;
    char name[64]; /* what it was recognised as, e.g. "sprites", "mnist", "idx", "text" */
    aevb_text_windows text; /* of text, with everything filled in; else all 0 */
    char **label_names;     /* [n_labels], what each label is called: the directories of a tree of pictures, or NULL */
    size_t n_labels;
} aevb_data;

AEVB_API void aevb_data_close(aevb_data *data); /* frees both parts and the names, and clears them */

/* Writes the names of the labels, which must be there, one per line in the order of the labels; control characters and
 * backslashes as \xNN. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_label_names_write(const char *path, const aevb_data *data,
                                                            aevb_error *err);

/* How colour becomes grey [DATA.5]. */
typedef enum aevb_grey_rule {
    AEVB_GREY_LUMA = 0, /* (19595 R + 38470 G + 7471 B + 32768) >> 16 */
    AEVB_GREY_MEAN = 1  /* (R + G + B) / 3, rounded */
} aevb_grey_rule;

AEVB_API const char *aevb_grey_rule_name(aevb_grey_rule rule); /* NULL for a number that is none */

/* What is done to every picture of a tree of pictures before it is a row, in this order [DATA.7] [DATA.5]. */
typedef struct aevb_picture_steps {
    size_t crop_top, crop_bottom; /* rows crop_top..crop_bottom-1 are kept; all four 0: the whole picture */
    size_t crop_left, crop_right; /* and columns crop_left..crop_right-1 */
    double scale;                 /* above 0 and at most 1; rows and columns become floor(scale * size) */
    aevb_grey_rule grey;
} aevb_picture_steps;

AEVB_API aevb_picture_steps aevb_picture_steps_none(void); /* no crop, scale 1, luma */
/* Labelled Faces in the Wild as scikit-learn reads it: rows 70..194, columns 78..171, scale 0.5, mean [DATA.7]. */
AEVB_API aevb_picture_steps aevb_picture_steps_lfw(void);
/* EINVAL with the reason unless the steps can be done on some picture. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_picture_steps_check(const aevb_picture_steps *steps, aevb_error *err);

/* What the numbers of a source may be [DATA.1]. */
typedef enum aevb_range {
    AEVB_RANGE_UNIT = 0, /* 0..1, the largest above 1/255 */
    AEVB_RANGE_ANY = 1   /* any finite number; for the Gaussian likelihoods */
} aevb_range;

AEVB_API const char *aevb_range_name(aevb_range range); /* NULL for a number that is none */

/* How a source is opened. */
typedef struct aevb_data_options {
    size_t limit;                /* > 0 keeps the first `limit` rows of the training part */
    uint64_t seed;               /* of the split */
    aevb_range range;
    aevb_picture_steps pictures; /* for trees of pictures; other sources refuse any but aevb_picture_steps_none */
    aevb_text_windows text;      /* for text; other sources refuse a window or a stride */
    const aevb_limits *limits;   /* NULL for the defaults */
} aevb_data_options;

AEVB_API aevb_data_options aevb_data_options_default(void); /* no limit, seed 1, 0..1, no steps */

/* Opens a data source by the name "sprites", by "text:PATH" or by a path: text where the path ends in .txt, an IDX or
 * IDX.gz file, or a directory that holds the four canonical MNIST names (.gz or not; labels are optional). options may be NULL for the defaults. A single file has no
 * test part: the last tenth of its rows, after a permutation by `seed` (stream AEVB_STREAM_SPLIT), becomes one; of
 * the sprites, whose labels are their indices, the last sixth [DATA.4]. EIO, EFORMAT, EUNSUPPORTED, ESHAPE and
 * EDOMAIN (a declared scale that the data contradict, [DATA.1]) say which file. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_data_open(const char *source, const aevb_data_options *options,
                                                    aevb_data *out, aevb_error *err);

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

/* x[B][X] <- rows index[0..B-1]. EINVAL: an index >= n, or text that is to be binarised. */
AEVB_API AEVB_MUST_CHECK aevb_status aevb_dataset_gather(const aevb_dataset *dataset, const aevb_gather *how,
                                                         const uint32_t *index, size_t B, double *x);

#ifdef __cplusplus
}
#endif
#endif
