/* SPDX-License-Identifier: GPL-3.0-or-later
 * Text as windows over an alphabet: alphabet, rows, split, hostile files; text in the engines; characters drawn. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aevb/data.h"
#include "aevb/engine.h"
#include "aevb/infer.h"
#include "aevb/rng.h"
#include "alloc.h"
#include "idx_files.h"
#include "leaks.h"
#include "sha256_hex.h"
#include "temp_files.h"

TestSuite(text, .fini = no_leaks, .timeout = 60);

static const aevb_gather as_it_is = {.binarise = AEVB_BINARISE_NONE};

static aevb_status open_text(const char *source, size_t window, size_t stride, const char *alphabet, aevb_data *out,
                             aevb_error *err)
{
    aevb_data_options options = aevb_data_options_default();
    options.text.window = window;
    options.text.stride = stride;
    options.text.n_alphabet = alphabet != NULL ? strlen(alphabet) : 0;
    for (size_t i = 0; i < options.text.n_alphabet; i++)
        options.text.alphabet[i] = (uint8_t)alphabet[i];
    return aevb_data_open(source, &options, out, err);
}

static aevb_data open_ok(const char *name, size_t window, size_t stride)
{
    aevb_data data;
    aevb_error err = {0};
    cr_assert_eq(open_text(temp_path(name), window, stride, NULL, &data, &err), AEVB_OK, "%s", err.message);
    return data;
}

/* n bytes of a text in which every one of the first 5 letters turns up. */
static char *letters(size_t n)
{
    char *text = malloc(n + 1);
    cr_assert_not_null(text);
    for (size_t i = 0; i < n; i++)
        text[i] = (char)('a' + (i < 5 ? 4 - i : (i * i + i / 3) % 5));
    text[n] = '\0';
    return text;
}

/* The rows of a part against the text itself, as the clause has it; C = 5. */
static void expect_rows(const aevb_dataset *part, const char *text, size_t W, size_t S)
{
    double *x = malloc(W * 5 * sizeof *x);
    for (uint32_t i = 0; i < part->n; i++) {
        cr_assert_eq(aevb_dataset_gather(part, &as_it_is, &i, 1, x), AEVB_OK);
        for (size_t k = 0; k < W * 5; k++)
            cr_assert_eq(x[k], text[i * S + k / 5] - 'a' == (int)(k % 5) ? 1.0 : 0.0, "row %u, element %zu", i, k);
    }
    free(x);
}

/* [TEXT.1] [TEXT.2] Every row of both parts for windows that touch, overlap and leave gaps, to the last that fits. */
Test(text, rows_are_the_windows_of_the_two_parts)
{
    static const size_t sizes[] = {10, 99, 100, 101, 109, 1000}, windows[] = {1, 4, 9}, strides[] = {0, 1, 3, 20};
    size_t with_test = 0;
    for (size_t s = 0; s < 6; s++)
        for (size_t w = 0; w < 3; w++)
            for (size_t k = 0; k < 4; k++) {
                const size_t n = sizes[s], W = windows[w], S = strides[k] > 0 ? strides[k] : W, cut = 9 * n / 10;
                char *text = letters(n);
                temp_write(temp_path("a.txt"), text, n);
                aevb_data data = open_ok("a.txt", W, strides[k]);
                cr_expect_str_eq(data.name, "text");
                cr_expect(data.text.window == W && data.text.stride == S && data.text.n_alphabet == 5);
                cr_expect_eq(memcmp(data.text.alphabet, "abcde", 5), 0);
                cr_expect(data.train->classes == 5 && data.train->x_dim == 5 * W);
                cr_expect_eq(data.train->n, (cut - W) / S + 1);
                expect_rows(data.train, text, W, S);
                cr_assert_eq(data.test != NULL, n - cut >= W);
                if (data.test != NULL) {
                    cr_expect_eq(data.test->n, (n - cut - W) / S + 1);
                    expect_rows(data.test, text + cut, W, S);
                    with_test++;
                }
                aevb_data_close(&data);
                free(text);
            }
    cr_expect_gt(with_test, 40);
}

/* [TEXT.1] All 256 bytes are characters, 0 and 255 too; a name says text: when it does not end in .txt; gzip is
 * inflated; the default window is 40 characters. */
Test(text, any_byte_is_a_character)
{
    uint8_t all[2560];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)(255 - i % 256);
    size_t n;
    unsigned char *packed = gzip_make(all, sizeof all, 9, &n);
    temp_write(temp_path("bytes"), packed, n);
    free(packed);
    char source[4200];
    snprintf(source, sizeof source, "text:%s", temp_path("bytes"));
    aevb_data data;
    aevb_error err = {0};
    cr_assert_eq(aevb_data_open(source, NULL, &data, &err), AEVB_OK, "%s", err.message);
    cr_expect(data.text.n_alphabet == 256 && data.text.window == 40 && data.text.stride == 40);
    for (size_t i = 0; i < 256; i++)
        cr_expect_eq(data.text.alphabet[i], i);
    cr_expect_eq(memcmp(data.train->u8, all, 2304), 0);
    cr_expect_eq(memcmp(data.test->u8, all + 2304, 256), 0);
    aevb_data_close(&data);
}

/* The hash is that of the classes that the rows reach, so a limit changes it; the memory is that of the text, not
 * that of its windows. */
Test(text, hash_and_memory_are_of_the_text)
{
    char *text = letters(100000), hex[65], found[65];
    temp_write(temp_path("a.txt"), text, 100000);
    aevb_data_options options = aevb_data_options_default();
    options.text = (aevb_text_windows){.window = 64, .stride = 1};
    options.limit = 10;
    aevb_data data;
    cr_assert_eq(aevb_data_open(temp_path("a.txt"), &options, &data, NULL), AEVB_OK);
    cr_expect_eq(data.train->n, 10);
    for (size_t i = 0; i < 73; i++)
        text[i] = (char)(text[i] - 'a');
    sha256_hex((const uint8_t *)text, 73, hex);
    aevb_dataset_sha256(data.train, found);
    cr_expect_str_eq(found, hex);
    cr_expect_eq(data.train->step, 1);
    aevb_data_close(&data);
    free(text);
}

static void expect_refused(const char *source, size_t window, const char *alphabet, aevb_status status,
                           const char *part)
{
    aevb_data data, before;
    aevb_error err = {0};
    memset(&data, 0x5a, sizeof data);
    memcpy(&before, &data, sizeof data);
    cr_expect_eq(open_text(source, window, 0, alphabet, &data, &err), status, "%s", err.message);
    cr_expect_not_null(strstr(err.message, part), "expected \"%s\" in: %s", part, err.message);
    cr_expect_eq(memcmp(&data, &before, sizeof data), 0);
}

static const char *written(const char *name, const char *text)
{
    const char *path = temp_path(name);
    temp_write(path, text, strlen(text));
    return path;
}

/* [TEXT.1] Files that hold no text to learn, and things that are no file. */
Test(text, hostile_files_are_refused_with_the_reason)
{
    expect_refused(written("empty.txt", ""), 4, NULL, AEVB_EFORMAT, "empty.txt: the file is empty");
    expect_refused(written("one.txt", "aaaaaaaaaaaaaaaaaaaa"), 4, NULL, AEVB_EFORMAT, "one character, again and");
    expect_refused(written("short.txt", "abcd"), 4, NULL, AEVB_EFORMAT, "a window of 4 does not fit");
    expect_refused(written("short.txt", "abcdabcdab"), 10, NULL, AEVB_EFORMAT, "10 characters, of which the first 9");
    expect_refused(written("wide.txt", "abcdabcdab"), (size_t)1 << 19, NULL, AEVB_EINVAL, "windows of 524288");
    expect_refused(written("wide.txt", "abcdabcdab"), SIZE_MAX, NULL, AEVB_EINVAL, "more than the 1048576 values");
    expect_refused(temp_path("absent.txt"), 4, NULL, AEVB_EIO, "absent.txt");
    cr_assert_eq(mkfifo(temp_path("pipe.txt"), 0600), 0);
    expect_refused(temp_path("pipe.txt"), 4, NULL, AEVB_EIO, "pipe.txt");
    cr_assert_eq(mkdir(temp_path("folder.txt"), 0700), 0);
    expect_refused(temp_path("folder.txt"), 4, NULL, AEVB_EIO, "folder.txt");
    cr_assert_eq(rmdir(temp_path("folder.txt")), 0);
    expect_refused("sprites", 4, NULL, AEVB_EINVAL, "sprites: is not read as text");
}

/* [TEXT.1] With the alphabet of a model: its classes, and the first character that is not in it. */
Test(text, a_models_alphabet_is_kept)
{
    aevb_data data;
    aevb_error err = {0};
    cr_assert_eq(open_text(written("b.txt", "bdbdbdbdbdbdbdbdbdbd"), 2, 0, "abcd", &data, &err), AEVB_OK, "%s",
                 err.message);
    cr_expect(data.train->classes == 4 && data.train->x_dim == 8 && data.train->u8[0] == 1 && data.train->u8[1] == 3);
    aevb_data_close(&data);
    expect_refused(written("c.txt", "abcdabcdabcdabcd~dabcd\n"), 2, "abcd", AEVB_EDOMAIN,
                   "byte 16: the character 0x7e '~' is not in the alphabet of 4 characters");
    expect_refused(written("c.txt", "abcdabcdabcdabcddabcd\n"), 2, "abcd", AEVB_EDOMAIN,
                   "byte 21: the character 0x0a is");
}

/* A gzip bomb stops at the limits, and every failed allocation is ENOMEM and leaves nothing. */
Test(text, limits_and_memory)
{
    const size_t n = (size_t)64 << 20;
    uint8_t *zeros = calloc(n, 1);
    size_t packed_n;
    unsigned char *packed = gzip_make(zeros, n, 9, &packed_n);
    temp_write(temp_path("bomb.txt"), packed, packed_n);
    free(packed);
    free(zeros);
    expect_refused(temp_path("bomb.txt"), 4, NULL, AEVB_EUNSUPPORTED, "bomb.txt");
    char *text = letters(1000);
    temp_write(temp_path("a.txt"), text, 1000);
    free(text);
    size_t failed = 0;
    for (size_t nth = 1; ; nth++) {
        aevb_data data;
        aevb_error err = {0};
        aevb_alloc_fail_after(nth);
        const aevb_status status = open_text(temp_path("a.txt"), 4, 0, NULL, &data, &err);
        aevb_alloc_fail_after(0);
        if (status == AEVB_OK) {
            aevb_data_close(&data);
            break;
        }
        cr_assert_eq(status, AEVB_ENOMEM, "%zu: %s", nth, err.message);
        failed++;
    }
    cr_expect_geq(failed, 5);
}

static aevb_engine *make_engine(aevb_engine_kind kind, aevb_precision precision, const aevb_arch *arch)
{
    const aevb_engine_config config = {.kind = kind, .precision = precision, .level = -1, .threads = 2,
                                       .max_batch = 8, .max_samples = 1};
    aevb_engine *engine;
    aevb_error err = {0};
    cr_assert_eq(aevb_engine_create(&config, arch, &engine, &err), AEVB_OK, "%s", err.message);
    return engine;
}

/* [CAT.1] [CAT.3] With all parameters 0 every character has the probability 1/C, so log p(x|z) is -W log C: rows of
 * text and the same rows as numbers, in every engine. Other data and other models are refused. */
Test(text, engines_gather_text)
{
    const aevb_arch arch = {.x_dim = 20, .z_dim = 2, .n_hidden = 1, .hidden = {3}, .activation = AEVB_TANH,
                            .likelihood = AEVB_CATEGORICAL, .x_classes = 5};
    aevb_arch grey = arch, fewer = arch;
    grey.likelihood = AEVB_GREY;
    grey.x_classes = 0;
    fewer.x_classes = 4;
    char *text = letters(100);
    temp_write(temp_path("a.txt"), text, 100);
    free(text);
    aevb_data data = open_ok("a.txt", 4, 0);
    static const uint32_t index[3] = {21, 0, 7};
    const double eps[6] = {0.0};
    double x[60];
    for (int i = 0; i < 3; i++) {
        aevb_engine *engine = make_engine(i == 0 ? AEVB_ENGINE_REF : AEVB_ENGINE_FAST,
                                          i == 2 ? AEVB_F32 : AEVB_F64, &arch);
        aevb_error err = {0};
        aevb_terms terms;
        cr_assert_eq(aevb_engine_gather(engine, data.train, &as_it_is, 3, index, &err), AEVB_OK, "%s", err.message);
        cr_assert_eq(aevb_engine_set_eps(engine, 1, eps), AEVB_OK);
        aevb_engine_forward(engine, &terms);
        for (size_t b = 0; b < 3; b++) /* a logarithm of 2 ulp and 3 sums */
            cr_expect_leq(fabs(terms.logpx[b] + 4 * log(5.0)), (i == 2 ? 0x1p-23 : 0x1p-52) * 5 * 4 * log(5.0));
        cr_assert_eq(aevb_dataset_gather(data.train, &as_it_is, index, 3, x), AEVB_OK);
        cr_expect_eq(aevb_engine_set_x(engine, 3, x, &err), AEVB_OK);
        x[33] = 1.0 - x[33];
        cr_expect_eq(aevb_engine_set_x(engine, 3, x, &err), AEVB_EDOMAIN);
        cr_expect_not_null(strstr(err.message, "datum 1, element 1"), "%s", err.message);
        const aevb_gather threshold = {.binarise = AEVB_BINARISE_THRESHOLD};
        cr_expect_eq(aevb_engine_gather(engine, data.train, &threshold, 3, index, &err), AEVB_EINVAL);
        cr_expect_eq(aevb_dataset_gather(data.train, &threshold, index, 3, x), AEVB_EINVAL);
        const aevb_dataset numbers = {.n = 22, .x_dim = 20, .u8 = data.train->u8};
        cr_expect_eq(aevb_engine_gather(engine, &numbers, &as_it_is, 1, index + 1, &err), AEVB_ESHAPE);
        aevb_engine_free(engine);
        for (int other = 0; other < 2; other++) {
            engine = make_engine(AEVB_ENGINE_REF, AEVB_F64, other == 0 ? &grey : &fewer);
            cr_expect_eq(aevb_engine_gather(engine, data.train, &as_it_is, 1, index, &err), AEVB_ESHAPE);
            aevb_engine_free(engine);
        }
    }
    aevb_data_close(&data);
}

/* [TEXT.3] The first of equals; draws by the cumulated sum; never a class of probability 0; frequencies within four
 * standard errors (a false alarm in 1 of 4000 for each of the three). */
Test(text, characters_are_chosen_and_drawn)
{
    enum { N = 20000 };
    static const double some[2][4] = {{0.25, 0.375, 0.375, 0.0}, {0.0, 0.0, 0.0, 1.0}};
    uint32_t classes[2];
    aevb_classes_likeliest(2, 4, some[0], classes);
    cr_expect(classes[0] == 1 && classes[1] == 3);
    double *p = malloc(N * 4 * sizeof *p);
    uint32_t *drawn = malloc(N * sizeof *drawn);
    size_t count[4] = {0};
    for (size_t i = 0; i < N; i++)
        memcpy(p + 4 * i, some[0], sizeof some[0]);
    aevb_classes_draw(7, 100, N, 4, p, drawn);
    for (size_t i = 0; i < N; i++) {
        const double u = aevb_uniform(7, aevb_stream(AEVB_STREAM_PRIOR, 1), 100 + i);
        cr_assert_eq(drawn[i], u < 0.25 ? 0 : u < 0.625 ? 1 : 2);
        count[drawn[i]]++;
    }
    for (size_t c = 0; c < 3; c++)
        cr_expect_leq(fabs((double)count[c] - N * some[0][c]), 4 * sqrt(N * some[0][c] * (1 - some[0][c])));
    static const double lost[3] = {0.5, 0.25, 0.0}; /* sums to less than 1: the last that is possible */
    for (uint64_t i = 0; i < 40; i++) {
        aevb_classes_draw(7, i, 1, 3, lost, classes);
        cr_expect_lt(classes[0], 2);
    }
    free(p);
    free(drawn);
}
