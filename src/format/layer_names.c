/* SPDX-License-Identifier: GPL-3.0-or-later
 * Names as PyTorch and Keras users give them, taken apart into words. */
#include "config.h"
#include "format/layer_names.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "aevb/model.h"

static bool digit(char c)
{
    return isdigit((unsigned char)c) != 0;
}

int aevb_natural_compare(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        if (digit(*a) && digit(*b)) {
            while (*a == '0' && digit(a[1]))
                a++;
            while (*b == '0' && digit(b[1]))
                b++;
            size_t n = strspn(a, "0123456789"), m = strspn(b, "0123456789");
            int order = n != m ? (n < m ? -1 : 1) : memcmp(a, b, n);
            if (order != 0)
                return order;
            a += n;
            b += m;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

/* At the next letter, or at the end. */
static const char *to_letter(const char *name)
{
    while (*name != '\0' && !isalpha((unsigned char)*name) && (unsigned char)*name < 0x80)
        name++;
    return name;
}

int aevb_names_count(const char *a, const char *b)
{
    while (*(a = to_letter(a)) == *(b = to_letter(b)) && *a != '\0') {
        a++;
        b++;
    }
    return *a == *b;
}

static bool separator(char c)
{
    return c == '.' || c == '/' || c == '_';
}

aevb_tensor_kind aevb_tensor_kind_of(const char *name, size_t *length)
{
    static const struct { const char *ending; aevb_tensor_kind kind; } endings[] = {
        {"/vars/0", AEVB_TENSOR_KERNEL}, {"/vars/1", AEVB_TENSOR_BIAS}, {"weight", AEVB_TENSOR_WEIGHT},
        {"kernel", AEVB_TENSOR_KERNEL}, {"bias", AEVB_TENSOR_BIAS}};
    size_t n = strlen(name);
    if (n > 2 && strcmp(name + n - 2, ":0") == 0)
        n -= 2;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t m = strlen(endings[i].ending);
        bool vars = *endings[i].ending == '/';
        if (n <= m || memcmp(name + n - m, endings[i].ending, m) != 0 || (!vars && !separator(name[n - m - 1])))
            continue;
        *length = vars ? n - m : n - m - 1;
        return endings[i].kind;
    }
    return AEVB_TENSOR_OTHER;
}

/* The next word of letters in name[*at, n): lower case, cut before a capital; false at the end. */
static bool next_word(const char *name, size_t n, size_t *at, char word[32])
{
    size_t i = *at, m = 0;
    while (i < n && !isalpha((unsigned char)name[i]))
        i++;
    for (bool lower = false; i < n && isalpha((unsigned char)name[i]); i++) {
        bool capital = isupper((unsigned char)name[i]) != 0;
        if (capital && lower)
            break;
        lower = !capital;
        if (m < 31)
            word[m++] = (char)tolower((unsigned char)name[i]);
    }
    word[m] = '\0';
    *at = i;
    return m > 0;
}

static bool among(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(word, list[i]) == 0)
            return true;
    return false;
}

#define AMONG(word, list) among(word, list, sizeof(list) / sizeof(list)[0])

static const char *const means[] = {"mu", "mean", "means", "loc", "zmean", "zmu", "fcmu"};
static const char *const variances[] = {"logvar", "logvariance", "lnvar", "var", "variance", "logvars", "zlogvar",
                                        "fclogvar", "fcvar", "logv", "lv"};
static const char *const deviations[] = {"sigma", "std", "stddev", "scale", "logsigma", "logstd", "sd"};

/* By the last word of name[at, end) that speaks of a head. */
static aevb_layer_head head_in(const char *name, size_t at, size_t end)
{
    static const char *const squares[] = {"sq", "squared", "square"};
    char word[32];
    aevb_layer_head head = AEVB_NO_HEAD;
    while (next_word(name, end, &at, word)) {
        aevb_layer_head this = AMONG(word, means)        ? AEVB_MU_HEAD
                               : AMONG(word, variances)  ? AEVB_LOGVAR_HEAD
                               : AMONG(word, deviations) ? AEVB_STDDEV_HEAD
                                                         : AEVB_NO_HEAD;
        if ((this == AEVB_STDDEV_HEAD && at < end && name[at] == '2') || /* log_sigma2, log_sigma_sq */
            (head == AEVB_STDDEV_HEAD && AMONG(word, squares)))
            this = AEVB_LOGVAR_HEAD;
        if (this != AEVB_NO_HEAD)
            head = this;
    }
    return head;
}

aevb_layer_head aevb_layer_head_of(const char *name, size_t length)
{
    aevb_layer_head head = AEVB_NO_HEAD;
    for (size_t end = length, begin; end > 0 && head == AEVB_NO_HEAD; end = begin > 0 ? begin - 1 : 0) {
        begin = end;
        while (begin > 0 && name[begin - 1] != '.' && name[begin - 1] != '/')
            begin--;
        head = head_in(name, begin, end);
    }
    return head;
}

static bool begins_or_ends_with(const char *word, const char *const *list, size_t n)
{
    const size_t length = strlen(word);
    for (size_t i = 0; i < n; i++) {
        const size_t m = strlen(list[i]);
        if (length >= m && (memcmp(word, list[i], m) == 0 || strcmp(word + length - m, list[i]) == 0))
            return true;
    }
    return false;
}

#define TOUCHES(word, list) begins_or_ends_with(word, list, sizeof(list) / sizeof(list)[0])

int aevb_layer_hints_at_head(const char *name, size_t begin, size_t length)
{
    static const char *const others[] = {"m", "s", "v", "avg", "cov", "dev", "log", "prec", "precision"};
    char word[32];
    for (size_t at = begin; next_word(name, length, &at, word);)
        if (TOUCHES(word, means) || TOUCHES(word, variances) || TOUCHES(word, deviations) || AMONG(word, others))
            return 1;
    return 0;
}

int aevb_head_side_of(const char *name, size_t length)
{
    static const char *const encoders[] = {"z", "qz"};
    static const char *const decoders[] = {"x", "px", "recon", "recons", "reconstruction", "reconstructed", "out",
                                           "output"};
    char word[32];
    int side = -1;
    for (size_t at = 0; next_word(name, length, &at, word);)
        side = AMONG(word, encoders) ? AEVB_ENCODER : AMONG(word, decoders) ? AEVB_DECODER : side;
    return side;
}

int aevb_layer_side_of(const char *name, size_t length)
{
    static const char *const encoders[] = {"encoder", "enc", "encode", "inference", "recognition"};
    static const char *const decoders[] = {"decoder", "dec", "decode", "generator", "generative", "gen"};
    char word[32];
    for (size_t at = 0; next_word(name, length, &at, word);) {
        if (AMONG(word, encoders))
            return AEVB_ENCODER;
        if (AMONG(word, decoders))
            return AEVB_DECODER;
    }
    return -1;
}
