/* SPDX-License-Identifier: GPL-3.0-or-later
 * Levels of the fast engine: names, what is supported, and that AEVB_LEVEL and a call can only lower the choice. */
#include "config.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "aevb/level.h"
#include "fast/kern.h"

static void set_env(const char *value)
{
    cr_assert_eq(setenv("AEVB_LEVEL", value, 1), 0);
}

/* A level that this CPU or this build has not; there is one on every machine (neon or avx2). */
static aevb_level unsupported(void)
{
    int level = AEVB_LEVEL_COUNT - 1;
    while (level >= 0 && aevb_level_supported((aevb_level)level))
        level--;
    cr_assert_geq(level, 0);
    return (aevb_level)level;
}

Test(level, names_go_round)
{
    for (int i = 0; i < AEVB_LEVEL_COUNT; i++) {
        aevb_level parsed = AEVB_LEVEL_REF;
        cr_expect_eq(aevb_level_parse(aevb_level_name((aevb_level)i), &parsed), AEVB_OK);
        cr_expect_eq((int)parsed, i);
    }
    aevb_level untouched = AEVB_LEVEL_NEON;
    cr_expect_eq(aevb_level_parse("avx", &untouched), AEVB_EINVAL);
    cr_expect_eq(aevb_level_parse(NULL, &untouched), AEVB_EINVAL);
    cr_expect_eq(untouched, AEVB_LEVEL_NEON);
    cr_expect_str_eq(aevb_level_name((aevb_level)17), "unknown level");
}

Test(level, tables_are_there_for_what_is_supported)
{
    for (int i = 0; i < AEVB_LEVEL_COUNT; i++) {
        const aevb_level level = (aevb_level)i;
        const int built = aevb_kern_f32_table(level) != NULL;
        cr_expect_eq(built, aevb_kern_f64_table(level) != NULL);
        cr_expect_eq(built, aevb_kern_draw_table(level) != NULL);
        cr_expect(!aevb_level_supported(level) || built);
    }
    cr_expect(aevb_level_supported(AEVB_LEVEL_PORTABLE));
    cr_expect(aevb_level_supported(aevb_level_best()));
    cr_expect_null(aevb_kern_f32_table(AEVB_LEVEL_REF));
    cr_expect_null(aevb_kern_f64_table((aevb_level)AEVB_LEVEL_COUNT));
}

Test(level, the_best_is_chosen_when_nothing_is_said)
{
    set_env("");
    aevb_level level = AEVB_LEVEL_REF;
    cr_expect_eq(aevb_level_choose(AEVB_LEVEL_BEST, &level, NULL), AEVB_OK);
    cr_expect_eq(level, aevb_level_best());
    cr_expect_eq(unsetenv("AEVB_LEVEL"), 0);
    cr_expect_eq(aevb_level_choose(AEVB_LEVEL_BEST, &level, NULL), AEVB_OK);
    cr_expect_eq(level, aevb_level_best());
}

Test(level, environment_and_call_only_lower)
{
    aevb_level level;
    set_env("portable");
    cr_expect_eq(aevb_level_choose(AEVB_LEVEL_BEST, &level, NULL), AEVB_OK);
    cr_expect_eq(level, AEVB_LEVEL_PORTABLE);
    cr_expect_eq(aevb_level_choose((int)aevb_level_best(), &level, NULL), AEVB_OK);
    cr_expect_eq(level, AEVB_LEVEL_PORTABLE);
    set_env("ref");
    cr_expect_eq(aevb_level_choose((int)aevb_level_best(), &level, NULL), AEVB_OK);
    cr_expect_eq(level, AEVB_LEVEL_REF);
    set_env(aevb_level_name(aevb_level_best()));
    cr_expect_eq(aevb_level_choose(AEVB_LEVEL_PORTABLE, &level, NULL), AEVB_OK);
    cr_expect_eq(level, AEVB_LEVEL_PORTABLE);
}

Test(level, what_is_not_there_is_refused_by_name)
{
    const aevb_level missing = unsupported();
    aevb_level level = AEVB_LEVEL_REF;
    aevb_error err = {0};
    set_env("");
    cr_expect_eq(aevb_level_choose((int)missing, &level, &err), AEVB_EUNSUPPORTED);
    cr_expect_not_null(strstr(err.message, aevb_level_name(missing)), "%s", err.message);
    cr_expect_null(strstr(err.message, "AEVB_LEVEL"), "%s", err.message);
    set_env(aevb_level_name(missing));
    cr_expect_eq(aevb_level_choose(AEVB_LEVEL_BEST, &level, &err), AEVB_EUNSUPPORTED);
    cr_expect_not_null(strstr(err.message, "AEVB_LEVEL"), "%s", err.message);
    set_env("sse9");
    cr_expect_eq(aevb_level_choose(AEVB_LEVEL_BEST, &level, &err), AEVB_EINVAL);
    cr_expect_not_null(strstr(err.message, "'sse9'"), "%s", err.message);
    set_env("");
    cr_expect_eq(aevb_level_choose(99, &level, &err), AEVB_EINVAL);
    cr_expect_eq(level, AEVB_LEVEL_REF, "left alone on failure");
}
