/* SPDX-License-Identifier: GPL-3.0-or-later
 * NPY files byte by byte; tests/format_numpy.sh reads them with NumPy. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/format.h"
#include "alloc.h"
#include "leaks.h"
#include "temp_files.h"

TestSuite(npy_write, .fini = no_leaks);

static void expect_file(size_t ndim, const size_t *shape, const double *data, const char *dictionary, size_t header,
                        const unsigned char *payload, size_t n_payload)
{
    const char *path = temp_path("a.npy");
    aevb_error err = {0};
    cr_assert_eq(aevb_npy_write(path, ndim, shape, data, &err), AEVB_OK, "%s", err.message);
    size_t n, length = strlen(dictionary);
    unsigned char *bytes = temp_read(path, &n);
    cr_assert_eq(n, header + n_payload);
    cr_expect(memcmp(bytes, "\x93NUMPY\x01\x00", 8) == 0);
    cr_expect_eq(bytes[8] + 256 * bytes[9] + 10, (int)header);
    cr_expect_eq(header % 64, 0);
    cr_expect(memcmp(bytes + 10, dictionary, length) == 0, "%.*s", (int)header - 10, (char *)bytes + 10);
    for (size_t i = 10 + length; i < header - 1; i++)
        cr_expect_eq(bytes[i], ' ');
    cr_expect_eq(bytes[header - 1], '\n');
    cr_expect(n_payload == 0 || memcmp(bytes + header, payload, n_payload) == 0);
    free(bytes);
}

Test(npy_write, writes_version_1_0_for_every_rank)
{
    static const unsigned char one[] = {0, 0, 0, 0, 0, 0, 0xf0, 0x3f}; /* 1.0 = 0x3ff0000000000000, lowest first */
    static const unsigned char three[] = {0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0x80,
                                          1, 0, 0, 0, 0, 0, 0, 0};
    static const double data[] = {1.0, -0.0, 0x1p-1074};
    expect_file(0, NULL, data, "{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 128, one, sizeof one);
    expect_file(1, (size_t[]){3}, data, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", 128, three,
                sizeof three);
    expect_file(2, (size_t[]){3, 1}, data, "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 1), }", 128, three,
                sizeof three);
    expect_file(2, (size_t[]){0, 5}, NULL, "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 5), }", 128, NULL,
                0);
    expect_file(8, (size_t[]){1, 1, 1, 1, 1, 1, 3, 1}, data,
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 3, 1), }", 128, three,
                sizeof three);
    /* The longest shape that can be written has no elements. */
    expect_file(8, (size_t[]){0, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX}, NULL,
                "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 18446744073709551615, 18446744073709551615, "
                "18446744073709551615, 18446744073709551615, 18446744073709551615, 18446744073709551615, "
                "18446744073709551615), }", 256, NULL, 0);
}

Test(npy_write, writes_many_blocks_in_order)
{
    enum { N = 10001 };
    static double data[N], back[N];
    for (size_t i = 0; i < N; i++)
        data[i] = (double)i / 3.0;
    data[17] = (double)NAN;
    data[18] = (double)INFINITY;
    aevb_error err = {0};
    cr_assert_eq(aevb_npy_write(temp_path("a.npy"), 1, (size_t[]){N}, data, &err), AEVB_OK, "%s", err.message);
    size_t n;
    unsigned char *bytes = temp_read(temp_path("a.npy"), &n);
    cr_assert_eq(n, 128 + sizeof data);
    for (size_t i = 0; i < N; i++) {
        uint64_t bits = 0;
        for (size_t k = 8; k-- > 0;)
            bits = bits << 8 | bytes[128 + 8 * i + k];
        memcpy(&back[i], &bits, sizeof bits);
    }
    free(bytes);
    cr_expect(memcmp(back, data, sizeof data) == 0);
}

Test(npy_write, refuses_bad_arguments_and_sizes_that_overflow)
{
    aevb_error err = {0};
    const double x = 1.0;
    const size_t nine[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    const char *path = temp_path("a.npy");
    cr_expect_eq(aevb_npy_write(NULL, 0, NULL, &x, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_npy_write(path, 1, NULL, &x, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_npy_write(path, 1, nine, NULL, &err), AEVB_EINVAL);
    cr_expect_eq(aevb_npy_write(path, 9, nine, &x, &err), AEVB_EINVAL);
    cr_expect(strstr(err.message, "a.npy: 9 dimensions, more than 8") != NULL, "%s", err.message);
    cr_expect_eq(aevb_npy_write(path, 2, (size_t[]){SIZE_MAX / 8, 2}, &x, &err), AEVB_ENOMEM);
    cr_expect(strstr(err.message, "a.npy: the size of the array overflows") != NULL, "%s", err.message);
    cr_expect_eq(aevb_npy_write(temp_path("no/a.npy"), 0, NULL, &x, &err), AEVB_EIO);
    aevb_alloc_fail_after(1);
    cr_expect_eq(aevb_npy_write(path, 0, NULL, &x, &err), AEVB_ENOMEM);
    aevb_alloc_fail_after(0);
    cr_expect_eq(temp_count(), 0);
}
