/* SPDX-License-Identifier: GPL-3.0-or-later
 * The names of labels as a file, whatever the directories are called. [DATA.6] */
#include "config.h"
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "alloc.h"
#include "leaks.h"
#include "open_data.h"
#include "temp_files.h"
#include "tree_files.h"

TestSuite(label_names, .fini = no_leaks, .init = temp_clear, .timeout = 60);

#define PGM "P5 2 2 255\n\x10\x80\xf0\xff"
#define BLACK "P5 2 2 255\n\0\0\0\0"
#define FILE_OF(path, content) {.name = (path), .bytes = (content), .n = sizeof(content) - 1}

/* One line per label, in the order of the labels. */
Test(label_names, are_a_line_each)
{
    static const tree_file files[] = {FILE_OF("plain/a.pgm", PGM), FILE_OF("two\nlines/a.pgm", PGM),
                                      FILE_OF("back\\slash/a.pgm", PGM), FILE_OF("\xc3\xa9t\xc3\xa9/a.pgm", PGM),
                                      FILE_OF("gone\x7f/a.pgm", PGM)};
    static const char want[] = "back\\x5cslash\ngone\\x7f\nplain\ntwo\\x0alines\n\xc3\xa9t\xc3\xa9\n";
    aevb_data data;
    aevb_error err = {.message = ""};
    size_t n;
    cr_assert_eq(open_data(tree_write(TREE_DIRECTORY, "odd", files, 5), 0, 1, &data, &err), AEVB_OK, "%s", err.message);
    cr_assert_eq(aevb_label_names_write(temp_path("labels.txt"), &data, &err), AEVB_OK, "%s", err.message);
    char *got = (char *)temp_read(temp_path("labels.txt"), &n);
    cr_expect(n == sizeof want - 1 && memcmp(got, want, n) == 0, "%.*s", (int)n, got);
    free(got);
    cr_expect_eq(aevb_label_names_write(temp_path("absent/labels.txt"), &data, &err), AEVB_EIO);
    cr_expect_eq(aevb_label_names_write(NULL, &data, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_label_names_write(temp_path("x"), NULL, &err), AEVB_EINVAL);
    aevb_data_close(&data);
    cr_expect_eq(aevb_label_names_write(temp_path("x"), &data, &err), AEVB_EINVAL); /* data without names */
}

/* A limit on the size of files stands in for a full disk. */
Test(label_names, on_a_full_disk)
{
    enum { MANY = 40 };
    char name[300], *names[MANY];
    aevb_data data = {.label_names = names, .n_labels = MANY};
    aevb_error err = {.message = ""};
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (size_t i = 0; i < MANY; i++)
        names[i] = name;
    signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, RLIM_INFINITY}), 0);
    cr_expect_eq(aevb_label_names_write(temp_path("labels.txt"), &data, &err), AEVB_EIO);
    cr_expect_not_null(strstr(err.message, "labels.txt: cannot write: File too large"), "%s", err.message);
    cr_expect_eq(temp_count(), 0);
}

/* Of pictures that are refused once they are read. [DATA.1] */
Test(label_names, of_black_pictures)
{
    static const tree_file files[] = {FILE_OF("a/a.pgm", BLACK), FILE_OF("b/a.pgm", BLACK)};
    aevb_data data;
    aevb_error err = {.message = ""};
    cr_expect_eq(open_data(tree_write(TREE_DIRECTORY, "black", files, 2), 0, 1, &data, &err), AEVB_EDOMAIN);
    cr_expect_not_null(strstr(err.message, "wrong scale"), "%s", err.message);
}
