/* SPDX-License-Identifier: GPL-3.0-or-later
 * Options of data: names, defaults and checks. */
#include "config.h"
#include "aevb/data.h"

#include "error.h"

const char *aevb_grey_rule_name(aevb_grey_rule rule)
{
    static const char *const names[] = {"luma", "mean"};
    return (size_t)rule < sizeof names / sizeof *names ? names[rule] : NULL;
}

const char *aevb_range_name(aevb_range range)
{
    static const char *const names[] = {"unit", "any"};
    return (size_t)range < sizeof names / sizeof *names ? names[range] : NULL;
}

aevb_picture_steps aevb_picture_steps_none(void)
{
    return (aevb_picture_steps){.scale = 1};
}

aevb_picture_steps aevb_picture_steps_lfw(void)
{
    return (aevb_picture_steps){.crop_top = 70, .crop_bottom = 195, .crop_left = 78, .crop_right = 172, .scale = 0.5,
                                .grey = AEVB_GREY_MEAN};
}

aevb_status aevb_picture_steps_check(const aevb_picture_steps *s, aevb_error *err)
{
    int crop = s->crop_top != 0 || s->crop_bottom != 0 || s->crop_left != 0 || s->crop_right != 0;
    if (crop && (s->crop_top >= s->crop_bottom || s->crop_left >= s->crop_right))
        return aevb_fail(err, AEVB_EINVAL, "a crop of rows %zu:%zu and columns %zu:%zu is empty", s->crop_top,
                         s->crop_bottom, s->crop_left, s->crop_right);
    if (!(s->scale > 0 && s->scale <= 1))
        return aevb_fail(err, AEVB_EINVAL, "a scale of %g, must be above 0 and at most 1", s->scale);
    if (aevb_grey_rule_name(s->grey) == NULL)
        return aevb_fail(err, AEVB_EINVAL, "grey rule %d does not exist", (int)s->grey);
    return AEVB_OK;
}

aevb_data_options aevb_data_options_default(void)
{
    return (aevb_data_options){.seed = 1, .pictures = aevb_picture_steps_none()};
}
