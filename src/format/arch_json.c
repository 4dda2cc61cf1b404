/* SPDX-License-Identifier: GPL-3.0-or-later
 * The architecture of a model as JSON text and back, every key known, present and in range. */
#include "config.h"
#include "aevb/format.h"

#include <stdio.h>
#include <string.h>

#include "error.h"
#include "format/json_strict.h"

enum { FORMAT = 1 };

#define BAD(status, format, ...) aevb_fail(err, status, "architecture: " format, __VA_ARGS__)

static const char *const keys[] = {"format", "x_dim", "z_dim", "hidden", "activation", "likelihood", "image_rows",
                                   "image_cols", "x_variance", "x_classes", "alphabet"};
enum { N_KEYS = sizeof keys / sizeof keys[0], N_ALWAYS = 8 };

/* Which of the keys after the first N_ALWAYS an architecture has, and who has it. */
typedef struct extra_key {
    aevb_likelihood likelihood;
    int optional;
} extra_key;
static const extra_key extra_keys[N_KEYS - N_ALWAYS] = {
    {AEVB_GAUSSIAN_FIXED, 0}, {AEVB_CATEGORICAL, 0}, {AEVB_CATEGORICAL, 1},
};

/* Two hexadecimal digits for each byte. */
static json_t *alphabet_to_json(const aevb_arch *arch)
{
    char digits[2 * AEVB_MAX_ALPHABET + 1];
    for (size_t i = 0; i < arch->n_alphabet; i++)
        snprintf(digits + 2 * i, 3, "%02x", arch->alphabet[i]);
    return json_string(digits);
}

/* Adds what only this likelihood has; 0 without memory. */
static int add_extras(json_t *root, const aevb_arch *arch)
{
    if (arch->likelihood == AEVB_GAUSSIAN_FIXED)
        return json_object_set_new(root, "x_variance", json_real(arch->x_variance)) == 0;
    if (arch->likelihood != AEVB_CATEGORICAL)
        return 1;
    return json_object_set_new(root, "x_classes", json_integer((json_int_t)arch->x_classes)) == 0 &&
           (arch->n_alphabet == 0 || json_object_set_new(root, "alphabet", alphabet_to_json(arch)) == 0);
}

static json_t *hidden_to_json(const aevb_arch *arch)
{
    json_t *hidden = json_array();
    for (size_t i = 0; i < arch->n_hidden && hidden != NULL; i++)
        if (json_array_append_new(hidden, json_integer((json_int_t)arch->hidden[i])) != 0) {
            json_decref(hidden);
            hidden = NULL;
        }
    return hidden;
}

aevb_status aevb_arch_to_json(const aevb_arch *arch, char **json, aevb_error *err)
{
    if (arch == NULL || json == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_arch_to_json: NULL argument");
    aevb_status status = aevb_arch_check(arch, err);
    if (status != AEVB_OK)
        return status;
    json_t *hidden = hidden_to_json(arch);
    json_t *root = hidden == NULL ? NULL
        : json_pack("{s:i, s:I, s:I, s:o, s:s, s:s, s:I, s:I}", "format", FORMAT, "x_dim", (json_int_t)arch->x_dim,
                    "z_dim", (json_int_t)arch->z_dim, "hidden", hidden,
                    "activation", aevb_activation_name(arch->activation),
                    "likelihood", aevb_likelihood_name(arch->likelihood),
                    "image_rows", (json_int_t)arch->image_rows, "image_cols", (json_int_t)arch->image_cols);
    char *text = NULL;
    if (root == NULL || !add_extras(root, arch))
        status = aevb_fail_memory(err);
    else if ((text = json_dumps(root, JSON_COMPACT)) == NULL) /* from malloc, for the caller's free */
        status = aevb_fail_memory(err);
    else
        *json = text;
    json_decref(root);
    return status;
}

static aevb_status check_keys(const json_t *root, aevb_likelihood likelihood, aevb_error *err)
{
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)(uintptr_t)root, key, value) {
        size_t i = 0;
        while (i < N_KEYS && strcmp(keys[i], key) != 0)
            i++;
        if (i == N_KEYS)
            return BAD(AEVB_EFORMAT, "unknown key \"%.100s\"", key);
        if (i >= N_ALWAYS && likelihood != extra_keys[i - N_ALWAYS].likelihood)
            return BAD(AEVB_EFORMAT, "%s is for %s only", key,
                       aevb_likelihood_name(extra_keys[i - N_ALWAYS].likelihood));
    }
    for (size_t i = 0; i < N_KEYS; i++) {
        const extra_key *extra = i < N_ALWAYS ? NULL : &extra_keys[i - N_ALWAYS];
        if ((extra == NULL || (extra->likelihood == likelihood && !extra->optional)) &&
            json_object_get(root, keys[i]) == NULL)
            return BAD(AEVB_EFORMAT, "%s is missing", keys[i]);
    }
    return AEVB_OK;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* Absent: no alphabet. */
static aevb_status get_alphabet(const json_t *value, aevb_arch *arch, aevb_error *err)
{
    const char *text = json_string_value(value);
    const size_t length = json_string_length(value);
    if (value == NULL)
        return AEVB_OK;
    if (text == NULL || length % 2 != 0 || length > 2 * AEVB_MAX_ALPHABET)
        return BAD(AEVB_EFORMAT, "alphabet is not a string of two hexadecimal digits for each of up to %d bytes",
                   AEVB_MAX_ALPHABET);
    arch->n_alphabet = length / 2;
    for (size_t i = 0; i < arch->n_alphabet; i++) {
        const int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return BAD(AEVB_EFORMAT, "byte %zu of the alphabet is not two hexadecimal digits", i);
        arch->alphabet[i] = (uint8_t)(16 * high + low);
    }
    return AEVB_OK;
}

static aevb_status get_size(const json_t *value, const char *what, size_t *out, aevb_error *err)
{
    uint64_t count;
    if (!aevb_json_count(value, &count))
        return BAD(AEVB_EFORMAT, "%s is not an integer from 0 to 2^53", what);
    *out = (size_t)count;
    return AEVB_OK;
}

static aevb_status get_hidden(const json_t *hidden, aevb_arch *arch, aevb_error *err)
{
    arch->n_hidden = json_array_size(hidden);
    if (!json_is_array(hidden) || arch->n_hidden > AEVB_MAX_HIDDEN)
        return BAD(AEVB_EFORMAT, "hidden is not an array of up to %d integers", AEVB_MAX_HIDDEN);
    aevb_status status = AEVB_OK;
    for (size_t i = 0; i < arch->n_hidden && status == AEVB_OK; i++)
        status = get_size(json_array_get(hidden, i), "a width of hidden", &arch->hidden[i], err);
    return status;
}

/* The name under key, or "" which no parser knows. */
static const char *get_name(const json_t *root, const char *key)
{
    const char *name = json_string_value(json_object_get(root, key));
    return name == NULL ? "" : name;
}

static aevb_status read_arch(const json_t *root, aevb_arch *arch, aevb_error *err)
{
    if (!json_is_object(root))
        return BAD(AEVB_EFORMAT, "%s", "is not an object");
    uint64_t format = 0;
    if (!aevb_json_count(json_object_get(root, "format"), &format))
        return BAD(AEVB_EFORMAT, "%s", "format is missing or not an integer");
    if (format != FORMAT)
        return BAD(AEVB_EUNSUPPORTED, "format %llu is not %d, which this version reads",
                         (unsigned long long)format, FORMAT);
    if (aevb_likelihood_parse(get_name(root, "likelihood"), &arch->likelihood) != AEVB_OK)
        return BAD(AEVB_EFORMAT, "likelihood \"%.100s\" is unknown", get_name(root, "likelihood"));
    int has_variance = arch->likelihood == AEVB_GAUSSIAN_FIXED;
    aevb_status status = check_keys(root, arch->likelihood, err);
    if (status != AEVB_OK)
        return status;
    if (aevb_activation_parse(get_name(root, "activation"), &arch->activation) != AEVB_OK)
        return BAD(AEVB_EFORMAT, "activation \"%.100s\" is unknown", get_name(root, "activation"));
    if (has_variance && !json_is_number(json_object_get(root, "x_variance")))
        return BAD(AEVB_EFORMAT, "%s", "x_variance is not a number");
    arch->x_variance = json_number_value(json_object_get(root, "x_variance"));
    status = get_hidden(json_object_get(root, "hidden"), arch, err);
    const struct { const char *key; size_t *to; } sizes[] = {{"x_dim", &arch->x_dim}, {"z_dim", &arch->z_dim},
        {"image_rows", &arch->image_rows}, {"image_cols", &arch->image_cols}, {"x_classes", &arch->x_classes}};
    const size_t n_sizes = sizeof sizes / sizeof sizes[0] - (arch->likelihood != AEVB_CATEGORICAL);
    for (size_t i = 0; i < n_sizes && status == AEVB_OK; i++)
        status = get_size(json_object_get(root, sizes[i].key), sizes[i].key, sizes[i].to, err);
    if (status == AEVB_OK)
        status = get_alphabet(json_object_get(root, "alphabet"), arch, err);
    if (status == AEVB_OK && (status = aevb_arch_check(arch, err)) == AEVB_EINVAL) {
        status = AEVB_EFORMAT; /* the text is wrong, not the call */
        if (err != NULL)
            err->status = status;
    }
    return status;
}

aevb_status aevb_arch_from_json(const char *json, aevb_arch *arch, aevb_error *err)
{
    if (json == NULL || arch == NULL)
        return aevb_fail(err, AEVB_EINVAL, "aevb_arch_from_json: NULL argument");
    json_t *root = NULL;
    aevb_arch arch_read = {0};
    aevb_status status = aevb_json_parse("architecture", json, strlen(json), &root, err);
    if (status == AEVB_OK)
        status = read_arch(root, &arch_read, err);
    json_decref(root);
    if (status == AEVB_OK)
        *arch = arch_read;
    return status;
}
