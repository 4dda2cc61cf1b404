/* SPDX-License-Identifier: GPL-3.0-or-later
 * The built-in sprites against the clause [SPRITE.1] and the split [DATA.4]. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/data.h"
#include "aevb/rng.h"
#include "alloc.h"
#include "leaks.h"
#include "open_data.h"
#include "sha256_hex.h"

TestSuite(sprites, .fini = no_leaks);

enum { SIDE = AEVB_SPRITES_SIDE, PIXELS = SIDE * SIDE, COUNT = 12288, TRAIN = 10240 };

static uint8_t *draw_all(void)
{
    uint8_t *all = malloc((size_t)COUNT * PIXELS);
    cr_assert_not_null(all);
    memset(all, 77, (size_t)COUNT * PIXELS);
    for (size_t i = 0; i < COUNT; i++)
        aevb_sprite_draw(i, all + i * PIXELS);
    return all;
}

/* [SPRITE.1] The sums that the clause gives. */
Test(sprites, are_the_bytes_of_the_clause)
{
    static const struct { size_t index; size_t on; const char *sha; } some[] = {
        {0, 24, "617855a0368420fd53e1a8ae6fd4d48af531a9db6126852731602927ef4e56be"},
        {4315, 35, "7dd9ca39b335ca6163cec05c8d5510efae7b519f1863c1719083432503a8530a"},
        {8192, 40, "5618ec08580f66facfd3e113afa4ad293c9533a6e14047b4bff6081536b5f000"},
        {12287, 127, "62e388cd08e0edfb3a8abb9381bde04825674c07c9d53831cc83918f1072f0a2"},
    };
    char sha[65];
    uint8_t *all = draw_all();
    cr_assert_eq(aevb_sprites_count(), COUNT);
    sha256_hex(all, (size_t)COUNT * PIXELS, sha);
    cr_expect_str_eq(sha, "abaef1d113fe27463784382d595e93e6371304c957afb50af185cfff0299b206");
    for (size_t s = 0; s < sizeof some / sizeof *some; s++) {
        size_t on = 0;
        for (size_t i = 0; i < PIXELS; i++)
            on += all[some[s].index * PIXELS + i] == 255;
        cr_expect_eq(on, some[s].on);
        sha256_hex(all + some[s].index * PIXELS, PIXELS, sha);
        cr_expect_str_eq(sha, some[s].sha);
    }
    free(all);
}

static int by_content(const void *a, const void *b)
{
    return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, PIXELS);
}

/* [SPRITE.1] Two values only, an empty frame, no picture twice. */
Test(sprites, are_two_valued_inside_the_frame_and_all_different)
{
    uint8_t *all = draw_all();
    static const uint8_t *sorted[COUNT];
    size_t grey = 0, border = 0, twins = 0;
    for (size_t i = 0; i < (size_t)COUNT * PIXELS; i++) {
        size_t row = i % PIXELS / SIDE, col = i % SIDE;
        grey += all[i] != 0 && all[i] != 255;
        border += all[i] != 0 && (row == 0 || row == SIDE - 1 || col == 0 || col == SIDE - 1);
    }
    for (size_t i = 0; i < COUNT; i++)
        sorted[i] = all + i * PIXELS;
    qsort(sorted, COUNT, sizeof *sorted, by_content);
    for (size_t i = 1; i < COUNT; i++)
        twins += memcmp(sorted[i - 1], sorted[i], PIXELS) == 0;
    cr_expect_eq(grey, 0);
    cr_expect_eq(border, 0);
    cr_expect_eq(twins, 0);
    free(all);
}

/* [SPRITE.1] index = (((shape*4 + scale)*16 + rotation)*8 + x)*8 + y; x and y only move the picture. */
Test(sprites, factors_and_index_belong_together)
{
    uint32_t counts[5], f[5];
    uint8_t here[PIXELS], there[PIXELS];
    aevb_sprite_factor_counts(counts);
    static const uint32_t expected[5] = {3, 4, 16, 8, 8};
    cr_assert_eq(memcmp(counts, expected, sizeof counts), 0);
    for (size_t i = 0; i < COUNT; i++) {
        aevb_sprite_factors(i, f);
        for (int k = 0; k < 5; k++)
            cr_assert_lt(f[k], counts[k]);
        cr_assert_eq((((f[0] * 4 + f[1]) * 16 + f[2]) * 8 + f[3]) * 8 + f[4], i);
    }
    for (size_t i = 0; i + 9 < COUNT; i += 611) {
        aevb_sprite_factors(i, f);
        if (f[3] == 7 || f[4] == 7)
            continue;
        aevb_sprite_draw(i, here);
        aevb_sprite_draw(i + 9, there); /* x + 1, y + 1 */
        for (size_t p = 0; p + SIDE + 1 < PIXELS; p++)
            cr_assert_eq(here[p], there[p + SIDE + 1]);
    }
}

/* [DATA.4] as a data source: the last sixth after the permutation, labels are indices. */
Test(sprites, open_as_a_source_in_the_order_of_the_permutation)
{
    static uint32_t p[COUNT];
    uint8_t picture[PIXELS];
    aevb_data data;
    aevb_permutation(3, aevb_stream(AEVB_STREAM_SPLIT, 0), COUNT, p);
    cr_assert_eq(open_data("sprites", 0, 3, &data, NULL), AEVB_OK);
    cr_expect_str_eq(data.name, "sprites");
    const aevb_dataset *parts[2] = {data.train, data.test};
    cr_assert(parts[0]->n == TRAIN && parts[1]->n == COUNT - TRAIN);
    for (size_t s = 0, source = 0; s < 2; s++) {
        char sha[65], ours[65];
        aevb_dataset_sha256(parts[s], ours);
        cr_assert(parts[s]->x_dim == PIXELS && parts[s]->image_rows == SIDE && parts[s]->image_cols == SIDE);
        cr_assert(parts[s]->u8 != NULL && parts[s]->f64 == NULL);
        for (size_t i = 0; i < parts[s]->n; i++, source++) {
            cr_assert_eq(parts[s]->labels[i], p[source]);
            aevb_sprite_draw(p[source], picture);
            cr_assert_eq(memcmp(parts[s]->u8 + i * PIXELS, picture, PIXELS), 0);
        }
        sha256_hex(parts[s]->u8, parts[s]->n * PIXELS, sha);
        cr_expect_str_eq(ours, sha);
    }
    aevb_data_close(&data);
    cr_expect(data.train == NULL && data.test == NULL);
    aevb_data_close(&data);
}

/* The limit keeps the first rows of the training part and leaves the test part alone. */
Test(sprites, limit_keeps_the_first_rows_and_seeds_differ)
{
    aevb_data whole, few, other;
    cr_assert_eq(open_data("sprites", 0, 1, &whole, NULL), AEVB_OK);
    cr_assert_eq(open_data("sprites", 100, 1, &few, NULL), AEVB_OK);
    cr_assert_eq(open_data("sprites", TRAIN + 1, 2, &other, NULL), AEVB_OK);
    cr_expect(few.train->n == 100 && other.train->n == TRAIN);
    cr_expect_eq(memcmp(few.train->u8, whole.train->u8, 100 * PIXELS), 0);
    cr_expect_eq(memcmp(few.train->labels, whole.train->labels, 100 * sizeof(uint32_t)), 0);
    const aevb_dataset *parts[] = {whole.test, few.test, other.test, whole.train, few.train};
    char sha[5][65];
    for (size_t i = 0; i < 5; i++)
        aevb_dataset_sha256(parts[i], sha[i]);
    cr_expect_str_eq(sha[1], sha[0]);
    cr_expect_str_neq(sha[2], sha[0]);
    cr_expect_str_neq(sha[4], sha[3]);
    aevb_data_close(&whole);
    aevb_data_close(&few);
    aevb_data_close(&other);
}

Test(sprites, report_exhausted_memory_at_every_allocation)
{
    aevb_data data = {.name = "as before"};
    aevb_status status = AEVB_ENOMEM;
    size_t failures = 0;
    for (size_t n = 1; n < 100 && status == AEVB_ENOMEM; n++) {
        aevb_alloc_fail_after(n);
        status = open_data("sprites", 0, 1, &data, NULL);
        aevb_alloc_fail_after(0);
        failures += status == AEVB_ENOMEM;
        if (status == AEVB_ENOMEM)
            cr_expect(data.train == NULL && data.test == NULL && strcmp(data.name, "as before") == 0);
    }
    cr_assert_eq(status, AEVB_OK);
    cr_expect_eq(failures, 7, "rows, labels, data set; permutation, spare row, storage, test part");
    aevb_data_close(&data);
}
