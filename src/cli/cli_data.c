/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options that say how data are opened. */
#include "config.h"
#include "cli/cli_data.h"

#include <stdio.h>
#include <string.h>

static const char *grey_name(int i)
{
    return aevb_grey_rule_name((aevb_grey_rule)i);
}

static const char *range_name(int i)
{
    return aevb_range_name((aevb_range)i);
}

static const char *preset_name(int i)
{
    return i == 0 ? "lfw" : NULL;
}

/* "R0:R1,C0:C1" */
static void parse_crop(const struct argp_state *state, const char *text, aevb_picture_steps *steps)
{
    size_t *const number[] = {&steps->crop_top, &steps->crop_bottom, &steps->crop_left, &steps->crop_right};
    static const char *const ends[] = {":", ",", ":", ""};
    const char *at = text;
    char item[32];
    for (size_t i = 0; i < 4; i++) {
        size_t length = strspn(at, "0123456789");
        if (length == 0 || length >= sizeof item || at[length] != ends[i][0])
            argp_error(state, "--crop: '%s' is not of the form R0:R1,C0:C1", text);
        snprintf(item, sizeof item, "%.*s", (int)length, at);
        *number[i] = (size_t)aevb_cli_whole(state, "--crop", item, 0, AEVB_MAX_WIDTH);
        at += length + (i < 3);
    }
    aevb_error err = {.status = AEVB_OK};
    aevb_picture_steps crop = *steps;
    crop.scale = 1;
    if (aevb_picture_steps_check(&crop, &err) != AEVB_OK || steps->crop_bottom == 0)
        argp_error(state, "--crop: '%s' keeps nothing", text);
}

error_t aevb_cli_data_option(int key, const char *arg, const struct argp_state *state, aevb_data_options *options)
{
    switch (key) {
    case AEVB_CLI_PRESET:
        aevb_cli_choice(state, "--preset", arg, preset_name);
        options->pictures = aevb_picture_steps_lfw();
        return 0;
    case AEVB_CLI_CROP:
        parse_crop(state, arg, &options->pictures);
        return 0;
    case AEVB_CLI_SCALE:
        options->pictures.scale = aevb_cli_positive(state, "--scale", arg);
        if (options->pictures.scale > 1)
            argp_error(state, "--scale: '%s' is more than 1", arg);
        return 0;
    case AEVB_CLI_GREY:
        options->pictures.grey = (aevb_grey_rule)aevb_cli_choice(state, "--grey", arg, grey_name);
        return 0;
    case AEVB_CLI_RANGE:
        options->range = (aevb_range)aevb_cli_choice(state, "--range", arg, range_name);
        return 0;
    case AEVB_CLI_WINDOW:
        options->text.window = (size_t)aevb_cli_whole(state, "--window", arg, 1, AEVB_MAX_WIDTH);
        return 0;
    case AEVB_CLI_STRIDE:
        options->text.stride = (size_t)aevb_cli_whole(state, "--stride", arg, 1, AEVB_MAX_WIDTH);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}
