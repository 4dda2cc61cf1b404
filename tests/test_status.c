/* SPDX-License-Identifier: GPL-3.0-or-later
 * Status names, error details and the allocator. */
#include "config.h"
#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "alloc.h"
#include "error.h"

Test(status, every_code_has_its_fixed_number_and_name)
{
    static const char *const names[] = {"AEVB_OK", "AEVB_EINVAL", "AEVB_ESHAPE", "AEVB_ENOMEM", "AEVB_EIO",
        "AEVB_EFORMAT", "AEVB_EUNSUPPORTED", "AEVB_EDOMAIN", "AEVB_ENONFINITE", "AEVB_EINTERRUPTED"};
    for (int i = 0; i < 10; i++)
        cr_expect_str_eq(aevb_status_name((aevb_status)i), names[i]);
    cr_expect_str_eq(aevb_status_name((aevb_status)10), "unknown status");
}

Test(status, messages_are_one_line_cut_to_fit_and_free_of_control_characters)
{
    aevb_error err = {0};
    cr_expect_eq(aevb_fail(&err, AEVB_EFORMAT, "%s: \x1b[31m\nred", "a.bin"), AEVB_EFORMAT);
    cr_expect_eq(err.status, AEVB_EFORMAT);
    cr_expect_str_eq(err.message, "a.bin: ?[31m?red");
    char longer[sizeof err.message + 100];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    cr_expect_eq(aevb_fail(&err, AEVB_EIO, "%s", longer), AEVB_EIO);
    cr_expect_eq(strlen(err.message), sizeof err.message - 1);
    cr_expect_eq(aevb_fail(NULL, AEVB_EIO, "nobody listens"), AEVB_EIO);
}

/* The first and last characters of each length stay; what is no UTF-8, and a character that the end cuts, does not. */
Test(status, messages_are_utf_8)
{
    static const struct { const char *given, *want; } cases[] = {
        {"\xc2\xa0\xdf\xbf", NULL},
        {"\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf", NULL},
        {"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", NULL},
        {"caf\xe9", "caf?"},
        {"\x80\xbf\xc0\xaf\xc1\xbf", "??????"},
        {"\xc2\x9b""31m\xc2\x80", "??31m??"}, /* control sequences of C1 */
        {"\xe0\x9f\xbf\xed\xa0\x80", "??????"},
        {"\xf0\x8f\xbf\xbf\xf4\x90\x80\x80\xf5\xff", "??????????"},
        {"\xe2\x82", "??"},
        {"\xe2\x82x\xc3", "??x?"},
    };
    aevb_error err = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        aevb_fail(&err, AEVB_EFORMAT, "%s", cases[i].given);
        cr_expect_str_eq(err.message, cases[i].want == NULL ? cases[i].given : cases[i].want);
    }
    char longer[sizeof err.message + 100];
    for (size_t i = 0; i + 1 < sizeof longer; i++)
        longer[i] = "\xe2\x82\xac"[i % 3];
    longer[sizeof longer - 1] = '\0';
    aevb_fail(&err, AEVB_EFORMAT, "x%s", longer);
    cr_expect_eq(strlen(err.message), sizeof err.message - 1);
    cr_expect_str_eq(err.message + sizeof err.message - 6, "\xe2\x82\xac??");
}

Test(alloc, checks_overflow_zeroes_aligns_and_fails_on_request)
{
    cr_assert_eq(aevb_alloc_live(), 0);
    cr_expect_null(aevb_alloc(SIZE_MAX / 2, 3));
    cr_expect_null(aevb_alloc(SIZE_MAX, 1));
    unsigned char *block = aevb_alloc(1000, 1);
    cr_assert_not_null(block);
    cr_expect_eq((uintptr_t)block % 64, 0);
    for (int i = 0; i < 1000; i++)
        cr_expect_eq(block[i], 0);
    memset(block, 7, 1000);
    block = aevb_grow(block, 1000, 2000, 1);
    cr_assert_not_null(block);
    cr_expect(block[999] == 7 && block[1000] == 0);
    cr_expect_eq(aevb_alloc_live(), 1);
    aevb_free(block);
    aevb_alloc_fail_after(2);
    block = aevb_alloc(1, 1);
    cr_expect_not_null(block);
    cr_expect_null(aevb_alloc(1, 1));
    cr_expect_null(aevb_alloc(1, 1));
    aevb_alloc_fail_after(0);
    aevb_free(block);
    aevb_free(NULL);
    cr_expect_eq(aevb_alloc_live(), 0);
}
