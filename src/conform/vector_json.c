/* SPDX-License-Identifier: GPL-3.0-or-later
 * Canonical JSON for vector files. */
#include "config.h"
#include "conform/vector_json.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void aevb_vector_shortest(double d, char text[32])
{
    /* 15 digits with trailing zeros dropped are shortest whenever they are enough, but for subnormal numbers. */
    int first = fabs(d) >= DBL_MIN || d == 0 ? DBL_DIG : 1;
    for (int digits = first; digits <= DBL_DECIMAL_DIG; digits++) {
        snprintf(text, 29, "%.*g", digits, d);
        if (strtod(text, NULL) == d)
            break;
    }
    if (strpbrk(text, ".e") == NULL)
        strcat(text, ".0");
}

json_t *aevb_vector_number(double d)
{
    if (isnan(d))
        return json_string("nan");
    if (isinf(d))
        return json_string(d > 0 ? "inf" : "-inf");
    return json_real(d);
}

static int write_string(FILE *stream, const char *text)
{
    json_t *string = json_string(text);
    int status = string == NULL ? -1 : json_dumpf(string, stream, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    json_decref(string);
    return status;
}

static int write_scalar(FILE *stream, json_t *value)
{
    char text[32];
    switch (json_typeof(value)) {
    case JSON_STRING:
        return write_string(stream, json_string_value(value));
    case JSON_REAL:
        aevb_vector_shortest(json_real_value(value), text);
        return fputs(text, stream) < 0 ? -1 : 0;
    case JSON_INTEGER:
        return fprintf(stream, "%" JSON_INTEGER_FORMAT, json_integer_value(value)) < 0 ? -1 : 0;
    case JSON_TRUE:
        return fputs("true", stream) < 0 ? -1 : 0;
    case JSON_FALSE:
        return fputs("false", stream) < 0 ? -1 : 0;
    default:
        return fputs("null", stream) < 0 ? -1 : 0;
    }
}

static int is_flat(json_t *array)
{
    size_t i;
    json_t *item;
    json_array_foreach(array, i, item)
        if (json_is_object(item) || json_is_array(item))
            return 0;
    return 1;
}

static int write_value(FILE *stream, json_t *value, int level);

static int new_line(FILE *stream, int level)
{
    return fprintf(stream, "\n%*s", 2 * level, "") < 0 ? -1 : 0;
}

static int write_array(FILE *stream, json_t *array, int level)
{
    int flat = is_flat(array);
    size_t n = json_array_size(array);
    if (fputc('[', stream) == EOF)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && fputs(flat ? ", " : ",", stream) < 0)
            return -1;
        if (!flat && new_line(stream, level + 1) != 0)
            return -1;
        if (write_value(stream, json_array_get(array, i), level + 1) != 0)
            return -1;
    }
    if (!flat && new_line(stream, level) != 0)
        return -1;
    return fputc(']', stream) == EOF ? -1 : 0;
}

static int write_object(FILE *stream, json_t *object, int level)
{
    const char *separator = "";
    if (fputc('{', stream) == EOF)
        return -1;
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        if (fputs(separator, stream) < 0 || new_line(stream, level + 1) != 0 ||
            write_string(stream, json_object_iter_key(at)) != 0 || fputs(": ", stream) < 0 ||
            write_value(stream, json_object_iter_value(at), level + 1) != 0)
            return -1;
        separator = ",";
    }
    if (json_object_size(object) > 0 && new_line(stream, level) != 0)
        return -1;
    return fputc('}', stream) == EOF ? -1 : 0;
}

static int write_value(FILE *stream, json_t *value, int level)
{
    if (json_is_array(value))
        return write_array(stream, value, level);
    if (json_is_object(value))
        return write_object(stream, value, level);
    return write_scalar(stream, value);
}

int aevb_vector_write(FILE *stream, json_t *value)
{
    return write_value(stream, value, 0) != 0 || fputc('\n', stream) == EOF || fflush(stream) != 0 ? -1 : 0;
}
