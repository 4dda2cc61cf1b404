/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every reading of every kind of file, with the n-th allocation failing, for all n: a clean AEVB_ENOMEM each time,
 * and nothing is lost. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "stranger_files.h"

static size_t count, last; /* of jansson's allocations, and the first that fails */

static void ours_arm(size_t n)
{
    aevb_alloc_fail_after(n);
}

static int ours_disarm(void)
{
    return aevb_alloc_fail_after(0);
}

/* jansson takes some for bad syntax of the text, which its error code does not tell apart; and json_unpack, of a
 * question alone, does not need all that it asks for. */
static int is_enomem_or_syntax(const stranger *file, aevb_status status, const aevb_error *err)
{
    (void)err;
    return status == AEVB_ENOMEM || status == AEVB_EFORMAT ||
           (status == AEVB_OK && strcmp(file->name, "a question") == 0);
}

static int is_enomem(const stranger *file, aevb_status status, const aevb_error *err)
{
    (void)file, (void)err;
    return status == AEVB_ENOMEM;
}

static void *failing_malloc(size_t n)
{
    return ++count >= last ? NULL : malloc(n);
}

static void jansson_arm(size_t n)
{
    count = 0;
    last = n;
    json_set_alloc_funcs(failing_malloc, free);
}

static int jansson_disarm(void)
{
    json_set_alloc_funcs(malloc, free);
    return count >= last;
}

Test(failing_memory, each_allocation_of_ours)
{
    const stranger_fault ours = {ours_arm, ours_disarm};
    cr_expect_gt(stranger_sweep(&ours, is_enomem), 500);
}

Test(failing_memory, each_allocation_of_jansson)
{
    const stranger_fault jansson = {jansson_arm, jansson_disarm};
    cr_expect_gt(stranger_sweep(&jansson, is_enomem_or_syntax), 500);
}
