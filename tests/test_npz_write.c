/* SPDX-License-Identifier: GPL-3.0-or-later
 * What an .npz file may not be made of, and that a failure leaves nothing behind; tests/format_numpy.py has NumPy read
 * what is written. */
#include "config.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "format/npz_write.h"
#include "leaks.h"
#include "temp_files.h"

TestSuite(npz_write, .fini = no_leaks);

/* Adds one array to a new file, gives up on it, and returns what the adding said. */
static aevb_status add(const char *name, aevb_npz_type type, size_t ndim, const size_t *shape, const double *data,
                       aevb_error *err)
{
    aevb_npz *npz = NULL;
    cr_assert_eq(aevb_npz_open(temp_path("a.npz"), &npz, err), AEVB_OK, "%s", err->message);
    aevb_status status = aevb_npz_add(npz, name, type, ndim, shape, data, err);
    aevb_npz_discard(npz);
    cr_expect_eq(temp_count(), 0);
    return status;
}

Test(npz_write, refuses_what_the_type_does_not_hold)
{
    aevb_error err = {0};
    const double data[] = {1.0, 0.5, 0x1p53 + 2.0, (double)NAN, 0.1};
    const size_t one = 1, two = 2, five = 5;
    cr_expect_eq(add("x", AEVB_NPZ_F64, 1, &five, data, &err), AEVB_OK);
    cr_expect_eq(add("x", AEVB_NPZ_I64, 1, &one, data, &err), AEVB_OK);
    cr_expect_eq(add("x", AEVB_NPZ_I64, 1, &two, data, &err), AEVB_EDOMAIN);
    cr_expect(strstr(err.message, "a.npz: x: element 1 is 0.5, which <i8 does not hold") != NULL, "%s", err.message);
    cr_expect_eq(add("x", AEVB_NPZ_I64, 1, &one, data + 2, &err), AEVB_EDOMAIN);
    cr_expect_eq(add("x", AEVB_NPZ_I64, 1, &one, data + 3, &err), AEVB_EDOMAIN);
    cr_expect_eq(add("x", AEVB_NPZ_F32, 1, &two, data + 3, &err), AEVB_EDOMAIN);
    cr_expect(strstr(err.message, "element 1 is 0.1") != NULL, "%s", err.message);
}

Test(npz_write, refuses_bad_names_and_shapes)
{
    static const size_t nine[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    aevb_error err = {0};
    const double x = 1.0;
    char name[600];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cr_expect_eq(add(name, AEVB_NPZ_F64, 0, NULL, &x, &err), AEVB_EINVAL);
    cr_expect_eq(add("", AEVB_NPZ_F64, 0, NULL, &x, &err), AEVB_EINVAL);
    cr_expect_eq(add("x", AEVB_NPZ_F64, 9, nine, &x, &err), AEVB_EINVAL);
    cr_expect_eq(add("x", AEVB_NPZ_F64, 2, (size_t[]){SIZE_MAX / 8, 2}, &x, &err), AEVB_ENOMEM);
}

/* Every allocation of ours fails once, or the path cannot be written: the old file stays. */
Test(npz_write, a_failure_leaves_the_old_file)
{
    const char *path = temp_path("old.npz");
    temp_write(path, "old", 3);
    aevb_error err = {0};
    aevb_npz *npz = NULL;
    size_t refused = 0;
    for (size_t n = 1;; n++) {
        aevb_alloc_fail_after(n);
        aevb_status status = aevb_npz_open(path, &npz, &err);
        aevb_alloc_fail_after(0);
        if (status == AEVB_OK)
            break;
        cr_expect_eq(status, AEVB_ENOMEM);
        refused++;
    }
    cr_expect(refused > 0);
    aevb_npz_discard(npz);
    cr_expect_eq(aevb_npz_open(temp_path("no/a.npz"), &npz, &err), AEVB_EIO);
    cr_expect_eq(aevb_npz_open(temp_dir(), &npz, &err), AEVB_EIO);
    size_t n;
    unsigned char *bytes = temp_read(path, &n);
    cr_expect(n == 3 && memcmp(bytes, "old", 3) == 0);
    free(bytes);
    cr_expect_eq(temp_count(), 1);
}

/* The directory is there only after the commit, and replaces a file of that name. */
Test(npz_write, commit_puts_it_in_place)
{
    const char *path = temp_path("a.npz");
    temp_write(path, "old", 3);
    aevb_error err = {0};
    aevb_npz *npz = NULL;
    cr_assert_eq(aevb_npz_open(path, &npz, &err), AEVB_OK);
    cr_assert_eq(aevb_npz_add(npz, "x", AEVB_NPZ_F64, 0, NULL, &(double){2.5}, &err), AEVB_OK);
    cr_assert_eq(aevb_npz_commit(npz, &err), AEVB_OK, "%s", err.message);
    size_t n;
    unsigned char *bytes = temp_read(path, &n);
    cr_assert(n > 200);
    cr_expect(memcmp(bytes, "PK\3\4", 4) == 0 && memcmp(bytes + n - 22, "PK\5\6", 4) == 0, "%zu bytes", n);
    free(bytes);
    cr_expect_eq(temp_count(), 1);
}
