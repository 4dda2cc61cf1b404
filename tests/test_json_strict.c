/* SPDX-License-Identifier: GPL-3.0-or-later
 * JSON from strangers: what it may make jansson take is known before jansson sees it. */
#include "config.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "format/json_strict.h"
#include "leaks.h"

TestSuite(json_strict, .fini = no_leaks);

enum { MOST_VALUES = 1000000, BYTES_PER_VALUE = 300 };

static size_t taken;

static void *counted_malloc(size_t n)
{
    taken += n;
    return malloc(n);
}

static aevb_status parse(const char *text, size_t n, size_t levels, uint64_t values, aevb_error *err)
{
    json_t *json = NULL;
    aevb_status status = aevb_json_parse_within("text", text, n, levels, values, &json, err);
    cr_expect_eq(status == AEVB_OK, json != NULL);
    json_decref(json);
    return status;
}

static void expect(const char *text, size_t levels, uint64_t values, aevb_status want, const char *says)
{
    aevb_error err = {.message = ""};
    cr_expect_eq(parse(text, strlen(text), levels, values, &err), want, "%s: %s", text, err.message);
    cr_expect(strstr(err.message, says) != NULL, "%s: %s", text, err.message);
}

Test(json_strict, as_many_levels_and_values_as_allowed_and_no_more)
{
    expect("[[[1]]]", 3, 100, AEVB_OK, "");
    expect("[[[1]]]", 2, 100, AEVB_EFORMAT, "text byte 3: more than 2 levels of brackets");
    expect("{\"a\":{\"b\":[]}}", 2, 100, AEVB_EFORMAT, "text byte 11: more than 2 levels");
    expect("[[],[],[]]", 2, 100, AEVB_OK, "");
    expect("[1,2,3]", 1, 4, AEVB_OK, "");
    expect("[1,2,3]", 1, 3, AEVB_EUNSUPPORTED, "text byte 5: more than 3 values");
    expect("{\"a\":{\"b\":1,\"c\":2}}", 2, 4, AEVB_OK, "");
    expect("{\"a\":{\"b\":1,\"c\":2}}", 2, 3, AEVB_EUNSUPPORTED, "more than 3 values");
}

Test(json_strict, what_stands_in_strings_counts_for_nothing)
{
    expect("[\",,,,[[[[{{{{\"]", 1, 2, AEVB_OK, "");
    expect("[\"\\\",,,,[[[[\\\\\"]", 1, 2, AEVB_OK, "");
    expect("[\"\\\\\",1,2]", 1, 2, AEVB_EUNSUPPORTED, "more than 2 values");
}

Test(json_strict, broken_text_is_left_for_the_parser_to_complain_of)
{
    expect("]]]]", 1, 10, AEVB_EFORMAT, "text byte 1: '[' or '{' expected");
    expect("[\"a", 1, 10, AEVB_EFORMAT, "premature end of input");
    expect("[\"a\\", 1, 10, AEVB_EFORMAT, "invalid escape");
}

/* One megabyte of brackets used to take 45 of memory. */
Test(json_strict, memory_is_bounded_by_the_number_of_values)
{
    static const char *const units[] = {"[],", "{},", "1,", "\"\",", "{\"a\":1},", "0.5,"};
    json_set_alloc_funcs(counted_malloc, free);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const size_t unit = strlen(units[i]);
        for (size_t n = MOST_VALUES / 4; n <= MOST_VALUES; n += MOST_VALUES * 3 / 4) {
            char *text = malloc(n * unit + 3);
            text[0] = '[';
            for (size_t k = 0; k < n; k++)
                memcpy(text + 1 + k * unit, units[i], unit);
            memcpy(text + n * unit, "]", 2); /* instead of the last comma */
            aevb_error err;
            json_t *json = NULL;
            taken = 0;
            aevb_status status = aevb_json_parse("text", text, strlen(text), &json, &err);
            cr_expect_eq(status, n < MOST_VALUES ? AEVB_OK : AEVB_EUNSUPPORTED, "%s", units[i]);
            cr_expect_leq(taken, status == AEVB_OK ? 2 * n * BYTES_PER_VALUE : 0, "%s: %zu bytes for %zu", units[i],
                          taken, n);
            json_decref(json);
            free(text);
        }
    }
}
