/* SPDX-License-Identifier: GPL-3.0-or-later
 * Data sources at the edges of what is read: each limit crossed by one, arguments that are none, kinds of files that
 * are recognised and refused. Each time the status and the one line. [DATA.1] [DATA.6] [DATA.8] */
#include "config.h"
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "aevb/data.h"
#include "format/file_in.h"
#include "idx_files.h"
#include "image_files.h"
#include "leaks.h"
#include "temp_files.h"
#include "tree_files.h"

TestSuite(data_refusals, .fini = no_leaks, .init = temp_clear, .timeout = 60);

static aevb_data_options options;

static void expect(const char *source, aevb_status status, const char *says)
{
    aevb_data data;
    aevb_error err = {.message = ""};
    const aevb_status given = aevb_data_open(source, &options, &data, &err);
    cr_expect_eq(given, status, "%s: %d instead of %d: %s", source, (int)given, (int)status, err.message);
    cr_expect(status == AEVB_OK || strstr(err.message, says) != NULL, "%s: expected %s: %s", source, says,
              err.message);
    if (given == AEVB_OK)
        aevb_data_close(&data);
}

static unsigned char filler = 200;

/* A version 1.0 NPY with that dictionary and n bytes of the filler after it; as floats they are finite. */
static unsigned char *npy_make(const char *dictionary, size_t n, size_t *length)
{
    unsigned char *bytes = calloc(1, 128 + n);
    memset(bytes, ' ', 128);
    memcpy(bytes, "\x93NUMPY\1\0\x76\0", 10);
    memcpy(bytes + 10, dictionary, strlen(dictionary));
    bytes[127] = '\n';
    memset(bytes + 128, filler, n);
    *length = 128 + n;
    return bytes;
}

static const char *write_npy(const char *name, const char *dictionary, size_t n)
{
    size_t length;
    unsigned char *bytes = npy_make(dictionary, n, &length);
    temp_write(temp_path(name), bytes, length);
    free(bytes);
    return temp_path(name);
}

/* Members of an NPZ, in a zip. */
static const char *write_npz(const char *const *names, const char *const *dictionaries, const size_t *lengths,
                             size_t n)
{
    tree_file *files = calloc(n, sizeof *files);
    for (size_t i = 0; i < n; i++) {
        size_t length;
        files[i].name = names[i];
        files[i].bytes = npy_make(dictionaries[i], lengths[i], &length);
        files[i].n = length;
    }
    const char *path = tree_write(TREE_ZIP, "a.npz", files, n);
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)files[i].bytes);
    free(files);
    return path;
}

Test(data_refusals, options_that_are_none)
{
    aevb_error err = {.message = ""};
    aevb_data data;
    const aevb_limits no_ratio = {.content_bytes = 1, .inflate_ratio = 0, .json_bytes = 1, .tensors = 1, .entries = 1,
                                  .pixels = 1};
    options = aevb_data_options_default();
    cr_expect_eq(aevb_data_open(NULL, NULL, &data, &err), AEVB_EINVAL);
    cr_expect_str_eq(err.message, "no data source given");
    cr_expect_eq(aevb_data_open("sprites", NULL, NULL, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_binarise_parse("none", NULL), AEVB_EINVAL);
    cr_expect_eq(aevb_binarise_parse(NULL, &(aevb_binarise){0}), AEVB_EINVAL);
    options.range = (aevb_range)7;
    expect("sprites", AEVB_EINVAL, "range 7 does not exist");
    options = aevb_data_options_default();
    options.limits = &no_ratio;
    expect("sprites", AEVB_EINVAL, "a limit (inflate_ratio) of 0");
    options = aevb_data_options_default();
    options.text.window = 3;
    expect("sprites", AEVB_EINVAL, "sprites: is not read as text");
    options.text.window = 0;
    options.text.stride = 3;
    expect("sprites", AEVB_EINVAL, "sprites: is not read as text");
}

Test(data_refusals, steps_of_pictures_are_for_pictures)
{
    temp_write(temp_path("a.txt"), "abababababababababab", 20);
    write_npy("a.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 2), }", 40);
    const char *npz = write_npz((const char *const[]){"a.npy"}, (const char *const[]){
        "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 2), }"}, (const size_t[]){40}, 1);
    static const aevb_picture_steps steps[] = {{.crop_bottom = 2, .crop_right = 2, .scale = 1}, {.scale = 0.5},
                                               {.scale = 1, .grey = AEVB_GREY_MEAN}};
    for (size_t i = 0; i < 3; i++) {
        options = aevb_data_options_default();
        options.pictures = steps[i];
        expect("sprites", AEVB_EINVAL, "sprites: crop, scale and grey are for trees of pictures");
        expect(temp_path("a.txt"), AEVB_EINVAL, "crop, scale and grey are for trees of pictures");
        expect(temp_path("a.npy"), AEVB_EINVAL, "crop, scale and grey are for trees of pictures");
        expect(npz, AEVB_EINVAL, "a.npz: crop, scale and grey are for trees of pictures");
    }
}

/* [DATA.7] Of 2 x 3: what is beyond the picture, and what nothing is left of. */
Test(data_refusals, steps_that_do_not_fit)
{
    static const struct { aevb_picture_steps steps; aevb_status status; const char *says; } list[] = {
        {{.scale = 1}, AEVB_OK, ""},
        {{.crop_bottom = 2, .crop_right = 3, .scale = 1}, AEVB_OK, ""},
        {{.crop_top = 1, .crop_bottom = 2, .crop_left = 1, .crop_right = 3, .scale = 1}, AEVB_OK, ""},
        {{.crop_bottom = 3, .crop_right = 3, .scale = 1}, AEVB_ESHAPE,
         "2 rows and 3 columns, but rows 0:3 and columns 0:3"},
        {{.crop_bottom = 2, .crop_right = 4, .scale = 1}, AEVB_ESHAPE,
         "2 rows and 3 columns, but rows 0:2 and columns 0:4"},
        {{.crop_top = 1, .scale = 1}, AEVB_EINVAL, "a crop of rows 1:0 and columns 0:0 is empty"},
        {{.crop_bottom = 1, .scale = 1}, AEVB_EINVAL, "a crop of rows 0:1 and columns 0:0 is empty"},
        {{.crop_left = 1, .scale = 1}, AEVB_EINVAL, "a crop of rows 0:0 and columns 1:0 is empty"},
        {{.crop_right = 1, .scale = 1}, AEVB_EINVAL, "a crop of rows 0:0 and columns 0:1 is empty"},
        {{.scale = 0}, AEVB_EINVAL, "a scale of 0, must be above 0"}, {{.scale = 1.5}, AEVB_EINVAL, "a scale of 1.5"},
        {{.scale = 1, .grey = (aevb_grey_rule)7}, AEVB_EINVAL, "grey rule 7 does not exist"},
        {{.scale = 0.5}, AEVB_OK, ""},
        {{.scale = 0.4}, AEVB_ESHAPE, "nothing is left of 2 rows and 3 columns at a scale of 0.4"},
        {{.crop_bottom = 2, .crop_right = 1, .scale = 0.5}, AEVB_ESHAPE, "nothing is left of 2 rows and 1 columns"},
        {{.crop_bottom = 1, .crop_right = 1, .scale = 0.99}, AEVB_ESHAPE, "nothing is left"}};
    options = aevb_data_options_default();
    mkdir(temp_path("t"), 0777);
    for (int i = 0; i < 20; i++) {
        char name[20];
        snprintf(name, sizeof name, "t/%d.png", i);
        png_write(temp_path(name), 3, 2, (unsigned)i);
    }
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        options.pictures = list[i].steps;
        expect(temp_path("t"), list[i].status, list[i].says);
    }
}

Test(data_refusals, one_picture_is_no_data_set)
{
    static const struct { const char *bytes; int picture; } list[] = {
        {"\x89PNG\r\n", 1}, {"\xff\xd8\xff\xe0", 1}, {"P5 2 2", 1}, {"P6\n2 2", 1}, {"P1\t2 2", 1}, {"P2#c\n", 1},
        {"P3\r2", 1}, {"P7 2 2", 0}, {"P0 2 2", 0}, {"P5x2 2", 0}, {"P5", 0}, {"Q5 2 2", 0}, {"\xff\xd8\xfe\xe0", 0}};
    options = aevb_data_options_default();
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        temp_write(temp_path("p"), list[i].bytes, strlen(list[i].bytes));
        expect(temp_path("p"), AEVB_EFORMAT, list[i].picture ? "one picture is no data set" : "byte");
    }
}

/* [DATA.8] */
Test(data_refusals, arrays_at_their_limits)
{
    static const char two_rows[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 8), }";
    aevb_limits limits = aevb_limits_default();
    options = aevb_data_options_default();
    options.limits = &limits;
    const char *path = write_npy("a.npy", two_rows, 16);
    limits.content_bytes = 16;
    expect(path, AEVB_OK, "");
    limits.content_bytes = 15;
    expect(path, AEVB_EUNSUPPORTED, "a.npy: 2 rows of 8 elements, more than the limit (content_bytes)");
    /* doubles take eight bytes in memory, whatever the file has */
    path = write_npy("b.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 8), }", 64);
    options.range = AEVB_RANGE_ANY;
    limits.content_bytes = 128;
    expect(path, AEVB_OK, "");
    limits.content_bytes = 127;
    expect(path, AEVB_EUNSUPPORTED, "2 rows of 8 elements, more than the limit");
    limits = aevb_limits_default();
    path = write_npy("c.npy", "{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 1), }", 0);
    cr_assert_eq(truncate(path, 128 + ((off_t)1 << 32)), 0);
    expect(path, AEVB_EUNSUPPORTED, "4294967296 rows of 1 elements, more than the limit");
    cr_assert_eq(remove(path), 0);
    /* more elements in a row than are read at once */
    path = write_npy("d.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 5000), }", 3 * 5000 * 8);
    expect(path, AEVB_OK, "");
}

/* [DATA.8] */
Test(data_refusals, npz_members_that_are_not_looked_at_and_too_many)
{
    static const char rows[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 2), }";
    static const char labels[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (20,), }";
    static const char wide[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 10), }";
    char names[66][200];
    const char *list[66], *dictionaries[66];
    size_t lengths[66];
    aevb_limits limits = aevb_limits_default();
    options = aevb_data_options_default();
    expect(write_npz((const char *const[]){"notes.txt", "images.npy", "labels.npy", "a", ".npy"},
                     (const char *const[]){rows, rows, labels, rows, rows}, (const size_t[]){1, 40, 20, 0, 40}, 5),
           AEVB_OK, "");
    expect(write_npz((const char *const[]){"images.npy", "labels.npy"}, (const char *const[]){rows, wide},
                     (const size_t[]){40, 20}, 2), AEVB_ESHAPE, "labels.npy: 20 labels in 2 dimensions for 20 rows");
    expect(write_npz((const char *const[]){"images.npy", "images.npy"}, (const char *const[]){rows, rows},
                     (const size_t[]){40, 40}, 2), AEVB_EFORMAT, "twice");
    for (size_t i = 0; i < 66; i++) {
        snprintf(names[i], sizeof names[i], i == 0 ? "images.npy" : "array_%zu.npy", i);
        list[i] = names[i];
        dictionaries[i] = rows;
        lengths[i] = 40;
    }
    expect(write_npz(list, dictionaries, lengths, 66), AEVB_OK, "");
    options.limits = &limits;
    limits.tensors = 65;
    expect(write_npz(list, dictionaries, lengths, 66), AEVB_EUNSUPPORTED, "a.npz: more than 65 arrays, the limit");
}

/* [DATA.8] */
Test(data_refusals, npz_names_of_any_length_are_seen)
{
    static const char rows[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (20, 2), }";
    static const char wrong[] = "{'descr': '|b1', 'fortran_order': False, 'shape': (20, 2), }";
    char longest[200];
    memset(longest, 'k', 180);
    strcpy(longest + 180, ".npy");
    options = aevb_data_options_default();
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? longest : ".npy";
        expect(write_npz(&name, (const char *const[]){rows}, (const size_t[]){40}, 1), AEVB_OK, "");
        expect(write_npz(&name, (const char *const[]){wrong}, (const size_t[]){40}, 1), AEVB_EUNSUPPORTED,
               i == 0 ? "a.npz: kkk" : "a.npz: .npy");
        expect(write_npz((const char *const[]){"b.npy", name}, (const char *const[]){rows, rows},
                         (const size_t[]){40, 40}, 2), AEVB_EFORMAT, i == 0 ? "It has b, kkk" : "It has b, ;");
    }
}

/* [DATA.8] */
Test(data_refusals, npz_parts_and_labels_that_do_not_fit)
{
    static const char first[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 2, 3), }";
    static const char turned[] = "{'descr': '|u1', 'fortran_order': False, 'shape': (4, 3, 2), }";
    static const char labels[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }";
    options = aevb_data_options_default();
    expect(write_npz((const char *const[]){"x_train.npy", "x_test.npy"}, (const char *const[]){first, turned},
                     (const size_t[]){24, 24}, 2), AEVB_ESHAPE, "a.npz: ");
    expect(write_npz((const char *const[]){"x_train.npy", "x_test.npy"}, (const char *const[]){first, first},
                     (const size_t[]){24, 24}, 2), AEVB_OK, "");
    static const char *const kinds[] = {"'<c8'", "[('a', '<f4'), ('b', '<f4')]"}; /* complex, structured */
    for (int i = 0; i < 2; i++) {
        char other[120];
        snprintf(other, sizeof other, "{'descr': %s, 'fortran_order': False, 'shape': (4,), }", kinds[i]);
        expect(write_npz((const char *const[]){"images.npy", "labels.npy"}, (const char *const[]){first, other},
                         (const size_t[]){24, 32}, 2), AEVB_EUNSUPPORTED, "integers");
    }
    for (int negative = 0; negative < 2; negative++) { /* beyond 2^32, and below 0 */
        filler = negative ? 200 : 0x47;
        expect(write_npz((const char *const[]){"images.npy", "labels.npy"}, (const char *const[]){first, labels},
                         (const size_t[]){24, 32}, 2), AEVB_EDOMAIN,
                         negative ? "element 0 is -" : "element 0 is 2.4");
    }
}

/* [DATA.6] Parts are train and test only when there is nothing else; names may begin with "./". */
Test(data_refusals, trees_that_are_no_parts)
{
    static const struct { const char *names[3]; size_t test, labels; } list[] = {
        {{"train/a/1.png", "train/b/2.png", "test/a/1.png"}, 1, 2},
        {{"train/1.png", "test/2.png", "other/3.png"}, 0, 3},
        {{"train/1.png", "train/2.png", "other/3.png"}, 0, 2}, {{"test/1.png", "test/2.png", "other/3.png"}, 0, 2},
        {{"train/a/1.png", "train/a/2.png", "test/b/3.png"}, 1, 2},
        {{"train/b/1.png", "train/b/2.png", "test/a/3.png"}, 1, 2},
        {{"train/a-1/1.png", "train/a/2.png", "test/a/3.png"}, 1, 2},
        {{"./a/1.png", "././b/2.png", "./.c.png"}, 0, 2}};
    size_t n;
    png_write(temp_path("one.png"), 3, 2, 1);
    unsigned char *png = temp_read(temp_path("one.png"), &n);
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++) {
        tree_file files[3];
        aevb_data data;
        aevb_error err = {.message = ""};
        size_t labels = 0;
        for (size_t k = 0; k < 3; k++)
            files[k] = (tree_file){list[i].names[k], png, n};
        cr_assert_eq(aevb_data_open(tree_write(TREE_TAR, "t.tar", files, 3), NULL, &data, &err), AEVB_OK, "%s",
                     err.message);
        cr_expect_eq(data.test == NULL ? 0 : data.test->n, list[i].test, "%zu", i);
        for (size_t k = 0; k < data.train->n; k++)
            labels = data.train->labels[k] + 1 > labels ? data.train->labels[k] + 1 : labels;
        for (size_t k = 0; data.test != NULL && k < data.test->n; k++)
            labels = data.test->labels[k] + 1 > labels ? data.test->labels[k] + 1 : labels;
        cr_expect_eq(labels, list[i].labels, "%zu: %zu labels", i, labels);
        aevb_data_close(&data);
    }
    free(png);
}

/* [TEXT.1] */
Test(data_refusals, alphabets)
{
    options = aevb_data_options_default();
    temp_write(temp_path("a.txt"), "abababababababababab\x01z", 22);
    options.text.window = 2;
    options.text.n_alphabet = 2;
    options.text.alphabet[0] = 'a', options.text.alphabet[1] = 'b';
    expect(temp_path("a.txt"), AEVB_EDOMAIN, "byte 20: the character 0x01 is not in the alphabet of 2");
    temp_write(temp_path("a.txt"), "abababababababababab\xe4", 21);
    expect(temp_path("a.txt"), AEVB_EDOMAIN, "byte 20: the character 0xe4 is not in the alphabet of 2");
    temp_write(temp_path("a.txt"), "ababababababababababz", 21);
    expect(temp_path("a.txt"), AEVB_EDOMAIN, "byte 20: the character 0x7a 'z' is not in the alphabet of 2");
    options.text.n_alphabet = 257;
    expect(temp_path("a.txt"), AEVB_EINVAL, "an alphabet of 257 characters, at most 256 are possible");
}

Test(data_refusals, half_of_mnist_says_what_is_missing)
{
    const uint32_t dim[] = {4, 2, 2};
    options = aevb_data_options_default();
    mkdir(temp_path("m"), 0777);
    idx_write("m/t10k-images-idx3-ubyte", 3, dim, NULL, 0);
    expect(temp_path("m"), AEVB_EIO, "no train-images-idx3-ubyte and no train-images-idx3-ubyte.gz");
    rename(temp_path("m/t10k-images-idx3-ubyte"), temp_path("m/train-images-idx3-ubyte"));
    expect(temp_path("m"), AEVB_EIO, "no t10k-images-idx3-ubyte and no t10k-images-idx3-ubyte.gz");
}

Test(data_refusals, what_is_no_regular_file)
{
    options = aevb_data_options_default();
    aevb_error err = {.message = ""};
    aevb_file_in *in = NULL;
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    const int s = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(name.sun_path, sizeof name.sun_path, "%s", temp_path("socket"));
    cr_assert_eq(bind(s, (const struct sockaddr *)&name, sizeof name), 0);
    expect(temp_path("socket"), AEVB_EIO, "socket: cannot open");
    close(s);
    cr_assert_eq(mkfifo(temp_path("fifo"), 0666), 0);
    expect(temp_path("fifo"), AEVB_EIO, "fifo: is a FIFO, not a regular file");
    expect("/dev/null", AEVB_EIO, "/dev/null: is a device, not a regular file");
    cr_expect_eq(aevb_file_in_open(temp_dir(), &in, &err), AEVB_EIO);
    cr_expect_not_null(strstr(err.message, "is a directory, not a regular file"), "%s", err.message);
}

/* Bytes in memory have an end, too, and a file that was touched has changed. */
Test(data_refusals, reading_beyond_the_end_and_changed_files)
{
    char bytes[4];
    aevb_error err = {.message = ""};
    aevb_file_in *in = NULL;
    cr_assert_eq(aevb_file_in_memory("m", "abc", 3, &in, &err), AEVB_OK);
    cr_expect_eq(aevb_file_in_read(in, 0, 3, bytes, &err), AEVB_OK);
    cr_expect_eq(aevb_file_in_read(in, 3, 0, bytes, &err), AEVB_OK);
    cr_expect_eq(aevb_file_in_read(in, 1, 3, bytes, &err), AEVB_EIO);
    cr_expect_str_eq(err.message, "m: ends at byte 3");
    cr_expect_eq(aevb_file_in_read(in, 9, 1, bytes, &err), AEVB_EIO);
    aevb_file_in_close(in);
    for (int i = 0; i < 3; i++) { /* another length, another second, another nanosecond */
        temp_write(temp_path("f"), "abc", 3);
        struct timespec times[2] = {{.tv_sec = 1000, .tv_nsec = 500}, {.tv_sec = 1000, .tv_nsec = 500}};
        cr_assert_eq(utimensat(AT_FDCWD, temp_path("f"), times, 0), 0);
        cr_assert_eq(aevb_file_in_open(temp_path("f"), &in, &err), AEVB_OK);
        cr_expect_eq(aevb_file_in_unchanged(in, &err), AEVB_OK);
        if (i == 0)
            cr_assert_eq(truncate(temp_path("f"), 2), 0);
        times[0].tv_sec = times[1].tv_sec += i == 1;
        times[0].tv_nsec = times[1].tv_nsec += i == 2;
        cr_assert_eq(utimensat(AT_FDCWD, temp_path("f"), times, 0), 0);
        cr_expect_eq(aevb_file_in_unchanged(in, &err), AEVB_EIO);
        cr_expect_not_null(strstr(err.message, "f: changed while being read"), "%s", err.message);
        aevb_file_in_close(in);
    }
}
