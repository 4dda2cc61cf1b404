/* SPDX-License-Identifier: GPL-3.0-or-later
 * A second opinion on every gradient: the difference quotient of the forward formula alone, with a step of 2^-300,
 * whose truncation error is near 2^-600. A gradient that disagrees is not written. */
#include "oracle.h"

#include <string.h>

#include "formulas.h"

enum { STEP_BITS = 300, DIFFERENCE_PRECISION = 2048, AGREE_BITS = 200, FLOOR_BITS = 450 };

/* Elements of each output that are compared: all of a small case, a sample of a large one. */
enum { SMALL_CASE = 4000, MOST_ELEMENTS = 400, MOST_OF_LARGE = 12 };

/* The input that this output is the gradient of, or NULL. */
static oracle_array *origin(const oracle_array *gradient, oracle_array *arrays, size_t count)
{
    if (!gradient->is_output || gradient->name[0] != 'd')
        return NULL;
    const char *name = gradient->name + (gradient->name[1] == '.' ? 2 : 1);
    for (size_t i = 0; i < count; i++)
        if (!arrays[i].is_output && strcmp(arrays[i].name, name) == 0)
            return &arrays[i];
    return NULL;
}

/* Whether the scalar has a derivative there. */
static int quotient(arb_t result, oracle_scalar *scalar, N *element)
{
    size_t mark = num_mark();
    N at = *element;
    num_at_kink = 0;
    arb_t low;
    arb_init(low);
    *element = num_add(at, num_scale2(num_d(1), -STEP_BITS));
    N right = scalar();
    *element = num_sub(at, num_scale2(num_d(1), -STEP_BITS));
    N left = scalar();
    *element = at;
    int smooth = !num_is_special(left) && !num_is_special(right) && !num_at_kink;
    arb_set(result, right->v);
    arb_set(low, left->v);
    arb_sub(result, result, low, num_prec);
    arb_mul_2exp_si(result, result, STEP_BITS - 1);
    arb_clear(low);
    num_release(mark);
    f_room_release();
    return smooth;
}

/* |quotient - value| <= 2^-200 (|value| + its error sum) + 2^-450 */
static int agrees(const arb_t quotient_of, N value)
{
    arb_t difference;
    mag_t size, limit, part;
    arb_init(difference);
    mag_init(size);
    mag_init(limit);
    mag_init(part);
    arb_sub(difference, quotient_of, value->v, num_prec);
    arb_get_mag(size, difference);
    arb_get_mag(limit, value->v);
    mag_set_d(part, value->e);
    mag_add(limit, limit, part);
    mag_mul_2exp_si(limit, limit, -AGREE_BITS);
    mag_one(part);
    mag_mul_2exp_si(part, part, -FLOOR_BITS);
    mag_add(limit, limit, part);
    int good = mag_cmp(size, limit) <= 0;
    mag_clear(part);
    mag_clear(limit);
    mag_clear(size);
    arb_clear(difference);
    return good;
}

void oracle_check_gradient(oracle_scalar *scalar)
{
    size_t count, checked = 0, skipped = 0, total = 0;
    oracle_array *arrays = oracle_arrays(&count);
    for (size_t i = 0; i < count; i++)
        total += arrays[i].n;
    size_t most = total > SMALL_CASE ? MOST_OF_LARGE : MOST_ELEMENTS;
    slong before = num_prec;
    num_prec = before > DIFFERENCE_PRECISION ? before : DIFFERENCE_PRECISION;
    arb_t difference;
    arb_init(difference);
    for (size_t i = 0; i < count; i++) {
        oracle_array *input = origin(&arrays[i], arrays, count);
        if (input == NULL)
            continue;
        size_t step = 1 + arrays[i].n / most;
        for (size_t j = 0; j < arrays[i].n; j += step) {
            N value = arrays[i].value[j];
            if (num_is_special(value) || num_is_special(input->value[j]) ||
                !quotient(difference, scalar, &input->value[j])) {
                skipped++;
                continue;
            }
            checked++;
            if (!agrees(difference, value))
                oracle_refuse("%s[%zu] = %g is not the derivative, which is %g", arrays[i].name, j,
                              num_approx(value), arf_get_d(arb_midref(difference), ARF_RND_NEAR));
        }
    }
    arb_clear(difference);
    if (checked + skipped == 0)
        oracle_refuse("no gradient was checked");
    num_prec = before;
}
