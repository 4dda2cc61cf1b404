/* SPDX-License-Identifier: GPL-3.0-or-later
 * Which layer is which: by the names of heads and sides where there are any, and by shapes that must connect. */
#include "config.h"
#include "format/import_layers.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

enum { MOST_STEPS = 100000, RANKS = 4 };
#define ANYWHERE SIZE_MAX

/* A search for arrangements of the layers that are no heads. */
typedef struct search {
    const aevb_import_layers *list;
    const aevb_import_layer *mu, *logvar; /* mu == NULL: a decoder alone */
    bool encoder_alone;
    const aevb_import_layer *out_mu, *out_logvar; /* heads of the decoder, or NULL */
    size_t z;
    const aevb_import_layer *picked[AEVB_IMPORT_LAYERS];
    size_t n_picked, n_encoder;
    size_t split; /* layers of the encoder, where that is known: as many as in the decoder; else ANYWHERE */
    unsigned long used; /* bit per layer; heads are used from the start */
    unsigned long steps;
    /* Arrangements found: 3 in the order of the list throughout, 2 so within each network, 1 any whose networks
     * mirror each other, as ours do, 0 any other. */
    unsigned found[RANKS];
    aevb_roles roles[RANKS];
} search;

/* What the names say; -1 where they do not. */
static int side_of(const aevb_import_layer *layer)
{
    return layer->side >= 0 ? layer->side : layer->head_side;
}

static bool all_used(const search *s)
{
    return s->used == (1ul << s->list->n) - 1;
}

static bool mirrored(const search *s)
{
    if (s->encoder_alone)
        return true;
    size_t n_decoder = s->n_picked - s->n_encoder - (s->out_mu == NULL);
    bool same = s->mu == NULL || s->n_encoder == n_decoder;
    for (size_t i = 0; i < s->n_encoder && same && s->mu != NULL; i++)
        same = s->picked[i]->out == s->picked[s->n_encoder + n_decoder - 1 - i]->out;
    return same;
}

static unsigned rank_of(const search *s)
{
    bool within = true, across = true;
    for (size_t i = 1; i < s->n_picked; i++)
        if (s->picked[i] < s->picked[i - 1]) {
            across = false;
            within = within && i == s->n_encoder;
        }
    return !mirrored(s) ? 0 : across ? 3 : within ? 2 : 1;
}

static void note(search *s)
{
    unsigned rank = rank_of(s);
    const bool last_is_out = !s->encoder_alone && s->out_mu == NULL;
    size_t n_decoder = s->n_picked - s->n_encoder - last_is_out;
    aevb_roles *roles = &s->roles[rank];
    if (s->n_encoder > AEVB_MAX_HIDDEN || n_decoder > AEVB_MAX_HIDDEN || s->found[rank]++ > 0)
        return;
    *roles = (aevb_roles){.mu = s->mu, .logvar = s->logvar, .n_encoder = s->n_encoder, .n_decoder = n_decoder,
                          .out = s->out_mu, .out_logvar = s->out_logvar};
    for (size_t i = 0; i < s->n_encoder; i++)
        roles->encoder[i] = s->picked[i];
    for (size_t i = 0; i < roles->n_decoder; i++)
        roles->decoder[i] = s->picked[s->n_encoder + i];
    if (last_is_out)
        roles->out = s->picked[s->n_picked - 1];
}

static size_t data_width(const search *s)
{
    if (s->mu == NULL)
        return 0;
    return s->n_encoder > 0 ? s->picked[0]->in : s->mu->in;
}

static void pick(search *s, bool decoding, size_t width);

/* What can follow a layer, or nothing yet (width 0), that puts out `width` values. */
static void go_on(search *s, bool decoding, size_t width)
{
    if (++s->steps > MOST_STEPS)
        return;
    if (!decoding && (s->split == ANYWHERE || s->split == s->n_picked) && (width == 0 || width == s->mu->in)) {
        s->n_encoder = s->n_picked;
        if (!s->encoder_alone)
            go_on(s, true, s->z);
        else if (all_used(s))
            note(s);
    }
    size_t x = decoding ? data_width(s) : 0;
    size_t least = s->n_encoder + (s->out_mu == NULL); /* a decoder has an output layer */
    if (decoding && all_used(s) && s->n_picked >= least &&
        (s->out_mu == NULL ? x == 0 || width == x
                           : (width == 0 || width == s->out_mu->in) && (x == 0 || s->out_mu->out == x)))
        note(s);
    if (decoding || s->n_picked != s->split)
        pick(s, decoding, width);
}

static void pick(search *s, bool decoding, size_t width)
{
    for (size_t i = 0; i < s->list->n; i++) {
        const aevb_import_layer *layer = &s->list->layers[i];
        const int side = side_of(layer);
        if (s->used & 1ul << i || (width != 0 && layer->in != width) ||
            (side >= 0 && side != (decoding ? AEVB_DECODER : AEVB_ENCODER)))
            continue;
        s->used |= 1ul << i;
        s->picked[s->n_picked++] = layer;
        size_t n_encoder = s->n_encoder;
        go_on(s, decoding, layer->out);
        s->n_encoder = n_encoder;
        s->n_picked--;
        s->used &= ~(1ul << i);
    }
}

static unsigned long bit(const aevb_import_layers *list, const aevb_import_layer *layer)
{
    return layer == NULL ? 0 : 1ul << (layer - list->layers);
}

/* The hidden layers of the encoder when the decoder has as many. */
static size_t half(const search *s)
{
    const size_t heads = s->mu == s->logvar ? 1 : 2, outs = s->out_logvar == NULL ? 1 : 2;
    const size_t no_hidden = heads + outs, n = s->list->n;
    if (s->mu == NULL || s->encoder_alone || n < no_hidden || (n - no_hidden) % 2 != 0)
        return ANYWHERE;
    return (n - no_hidden) / 2;
}

/* Runs the search; the number of arrangements of the best rank, and that one in *out. Networks that mirror each other
 * are tried first: of many layers of one width no other way may be found before there are too many steps. */
static unsigned arrange(search *s, aevb_roles *out)
{
    s->used = bit(s->list, s->mu) | bit(s->list, s->logvar) | bit(s->list, s->out_mu) | bit(s->list, s->out_logvar);
    s->split = half(s);
    go_on(s, s->mu == NULL, s->mu == NULL ? s->z : 0);
    if (s->split != ANYWHERE && s->found[0] + s->found[1] + s->found[2] + s->found[3] == 0) {
        s->split = ANYWHERE;
        go_on(s, false, 0);
    }
    for (unsigned rank = RANKS; rank-- > 0;)
        if (s->found[rank] > 0) {
            *out = s->roles[rank];
            return s->steps > MOST_STEPS && rank < 2 ? 2 : s->found[rank];
        }
    return 0;
}

/* The only layer with that head on that side (-1: any but the decoder); *n counts them. */
static const aevb_import_layer *head_of(const aevb_import_layers *list, aevb_layer_head head, bool decoder, size_t *n)
{
    const aevb_import_layer *found = NULL;
    *n = 0;
    for (size_t i = 0; i < list->n; i++)
        if (list->layers[i].head == head && (side_of(&list->layers[i]) == AEVB_DECODER) == decoder) {
            found = &list->layers[i];
            ++*n;
        }
    return *n == 1 ? found : NULL;
}

static bool same_shape(const aevb_import_layer *a, const aevb_import_layer *b)
{
    return a->in == b->in && a->out == b->out;
}

/* The mean that is not called so, where the log-variance is: the one other layer that fits in its place. */
static const aevb_import_layer *partner_of(const aevb_import_layers *list, const aevb_import_layer *logvar,
                                           bool decoder)
{
    const aevb_import_layer *found = NULL;
    for (size_t i = 0; i < list->n; i++) {
        const aevb_import_layer *layer = &list->layers[i];
        if (layer->head != AEVB_NO_HEAD || !same_shape(layer, logvar) ||
            (side_of(layer) == AEVB_DECODER) != decoder)
            continue;
        if (found != NULL)
            return NULL;
        found = layer;
    }
    return found;
}

static unsigned arrange_by_order(search *s, aevb_roles *out)
{
    unsigned ways = arrange(s, out);
    if (ways > 0)
        out->by_order = 1;
    return ways;
}

/* Ways with two layers of the same shape that follow each other as heads, or one of twice the latent width. */
static unsigned arrange_pairs(const aevb_import_layers *list, bool encoder_alone, aevb_roles *out)
{
    unsigned ways = 0;
    for (size_t i = 0; i < list->n; i++) {
        const aevb_import_layer *a = &list->layers[i], *b = a + 1;
        if (side_of(a) == AEVB_DECODER)
            continue;
        if (i + 1 < list->n && same_shape(a, b) && side_of(b) == side_of(a)) {
            search s = {.list = list, .mu = a, .logvar = b, .z = a->out, .encoder_alone = encoder_alone};
            ways += arrange_by_order(&s, out);
        }
        if (a->out % 2 == 0 && a->out > 0) {
            search s = {.list = list, .mu = a, .logvar = a, .z = a->out / 2, .encoder_alone = encoder_alone};
            ways += arrange_by_order(&s, out);
        }
    }
    return ways;
}

/* Without named heads: a VAE with heads by order; or an encoder with such, where all names say encoder; or a decoder
 * alone, a chain that leads to more values unless names say decoder: a classifier is one to fewer. Returns the number
 * of ways. */
static unsigned arrange_unnamed(const aevb_import_layers *list, aevb_roles *out)
{
    size_t n_encoder = 0, n_decoder = 0;
    for (size_t i = 0; i < list->n; i++) {
        n_encoder += list->layers[i].side == AEVB_ENCODER;
        n_decoder += list->layers[i].side == AEVB_DECODER;
    }
    unsigned ways = arrange_pairs(list, false, out);
    if (ways == 0 && n_encoder == list->n)
        ways = arrange_pairs(list, true, out);
    if (ways > 0 || n_encoder > 0)
        return ways;
    search s = {.list = list};
    ways = arrange(&s, out);
    const bool fewer = ways > 0 && out->out->out < (out->n_decoder > 0 ? out->decoder[0] : out->out)->in;
    return fewer && n_decoder == 0 ? 0 : ways;
}

/* Heads of one side, mu and logvar, and what is said of which: a VAE, where they are the encoder's; an encoder alone;
 * or a decoder alone, where they are the data's. Of the last two shapes fit one as well as the other: names tell them
 * apart, or widths, as an encoder leads to fewer values. Otherwise both are in out, and *unclear is set. */
static unsigned arrange_heads(const aevb_import_layers *list, const aevb_import_layer *mu,
                              const aevb_import_layer *logvar, aevb_roles out[2], bool *unclear)
{
    const int said = side_of(mu) >= 0 ? side_of(mu) : side_of(logvar);
    search whole = {.list = list, .mu = mu, .logvar = logvar, .z = mu->out}, encoder = whole;
    search decoder = {.list = list, .out_mu = mu, .out_logvar = logvar};
    encoder.encoder_alone = true;
    const unsigned ways = mu->side == AEVB_DECODER || logvar->side == AEVB_DECODER ? 0 : arrange(&whole, out);
    if (ways > 0)
        return ways;
    const unsigned n_encoder = said == AEVB_DECODER ? 0 : arrange(&encoder, &out[0]);
    const unsigned n_decoder = said == AEVB_ENCODER ? 0 : arrange(&decoder, &out[n_encoder > 0]);
    if (n_encoder == 0 || n_decoder == 0)
        return n_encoder + n_decoder;
    const aevb_import_layer *first = out[0].n_encoder > 0 ? out[0].encoder[0] : mu;
    *unclear = first->in <= mu->out;
    return n_encoder;
}

/* 1 when heads were told apart by order although a name hints at more. What a name shares with that of the other
 * head, or of another layer where one is both, hints at nothing. */
static bool hinted(const aevb_roles *roles)
{
    const aevb_import_layer *a = roles->mu, *b = roles->logvar;
    const aevb_import_layer *other = a != b ? b : roles->n_encoder > 0 ? roles->encoder[0] : roles->out;
    size_t begin = 0;
    if (!roles->by_order)
        return false;
    for (size_t i = 0; other != NULL && i < a->length && i < other->length && a->name[i] == other->name[i]; i++)
        if (strchr("./_", a->name[i]) != NULL)
            begin = i + 1;
    return aevb_layer_hints_at_head(a->name, begin, a->length) || aevb_layer_hints_at_head(b->name, begin, b->length);
}

/* The k-th layer that is no head of the encoder, and the part that it was put into; NULL after the last. */
static const aevb_import_layer *placed(const aevb_roles *roles, size_t k, int *part)
{
    *part = k < roles->n_encoder ? AEVB_ENCODER : AEVB_DECODER;
    if (k < roles->n_encoder)
        return roles->encoder[k];
    k -= roles->n_encoder;
    return k < roles->n_decoder ? roles->decoder[k] : k == roles->n_decoder ? roles->out : NULL;
}

/* 1 when two layers could as well stand in each other's place, and their names, which alone decide, do not count: by
 * name "fourth" is before "second". */
static bool by_words(const aevb_roles *roles)
{
    const aevb_import_layer *a, *b;
    int part_a, part_b;
    for (size_t i = 0; (a = placed(roles, i, &part_a)) != NULL; i++)
        for (size_t k = i + 1; (b = placed(roles, k, &part_b)) != NULL; k++)
            if (same_shape(a, b) && (a->side < 0 || a->side == part_b) && (b->side < 0 || b->side == part_a) &&
                !aevb_names_count(a->weight->name, b->weight->name))
                return true;
    return false;
}

/* Found, but not to be taken without being asked: the map to give. */
static aevb_status ask(const char *path, const aevb_roles found[2], bool unclear, aevb_error *err)
{
    static const aevb_import_layer mu = {.name = "MU", .length = 2}, logvar = {.name = "LOGVAR", .length = 6};
    char maps[2][AEVB_SHOWN_MAP];
    aevb_roles roles = found[0];
    if (!unclear && roles.mu != roles.logvar) {
        roles.mu = &mu;
        roles.logvar = &logvar;
    }
    aevb_roles_map(&roles, maps[0]);
    aevb_roles_map(&found[1], maps[1]);
    if (unclear)
        return aevb_fail(err, AEVB_EFORMAT, "%.100s: an encoder alone or a decoder alone? --map \"%s\" or --map "
                         "\"%s\"", path, maps[0], maps[1]);
    return aevb_fail(err, AEVB_EFORMAT, "%.100s: which layer is mu, and which the log-variance, is not clear by the "
                     "names \"%.*s\" and \"%.*s\"; say it by --map \"%s\"", path, (int)found->mu->length,
                     found->mu->name, (int)found->logvar->length, found->logvar->name, maps[0]);
}

aevb_status aevb_roles_find(const char *path, const aevb_import_layers *list, aevb_roles *out, aevb_error *err)
{
    size_t n_mu, n_logvar, n_out, n_out_logvar, n_stddev, n_other;
    unsigned ways = 0;
    bool unclear = false;
    aevb_roles roles[2] = {{.n_encoder = 0}, {.n_encoder = 0}};
    search s = {.list = list, .mu = head_of(list, AEVB_MU_HEAD, false, &n_mu),
                .logvar = head_of(list, AEVB_LOGVAR_HEAD, false, &n_logvar),
                .out_mu = head_of(list, AEVB_MU_HEAD, true, &n_out),
                .out_logvar = head_of(list, AEVB_LOGVAR_HEAD, true, &n_out_logvar)};
    (void)head_of(list, AEVB_STDDEV_HEAD, false, &n_stddev);
    (void)head_of(list, AEVB_STDDEV_HEAD, true, &n_other);
    if (n_mu == 0 && n_logvar == 1)
        n_mu = (s.mu = partner_of(list, s.logvar, false)) != NULL;
    if (n_out == 0 && n_out_logvar == 1)
        n_out = (s.out_mu = partner_of(list, s.out_logvar, true)) != NULL;
    const bool ours = aevb_roles_ours(list, &roles[0]);
    if (ours) {
        ways = 1;
    } else if (n_mu == 1 && n_logvar == 1 && n_out_logvar == 0) { /* a mean without a variance is an output layer */
        ways = same_shape(s.mu, s.logvar) ? arrange_heads(list, s.mu, s.logvar, roles, &unclear) : 0;
    } else if (n_mu == 1 && n_logvar == 1 && n_out == 1 && n_out_logvar == 1) {
        s.z = s.mu->out;
        ways = same_shape(s.mu, s.logvar) ? arrange(&s, roles) : 0;
    } else if (n_mu + n_logvar == 0 && n_out == 1 && n_out_logvar == 1) {
        ways = same_shape(s.out_mu, s.out_logvar) ? arrange_heads(list, s.out_mu, s.out_logvar, roles, &unclear) : 0;
    } else if (n_mu + n_logvar + n_out_logvar + n_stddev + n_other == 0) {
        ways = arrange_unnamed(list, roles);
    }
    if (ways == 1 && !ours && !list->ordered && by_words(&roles[0]))
        ways = 2;
    if (ways == 1 && (unclear || hinted(&roles[0])))
        return ask(path, roles, unclear, err);
    if (ways == 1) {
        *out = roles[0];
        return AEVB_OK;
    }
    char names[280] = "";
    for (size_t i = 0; i < list->n; i++)
        aevb_list_name(names, sizeof names, list->layers[i].name, list->layers[i].length);
    const bool no_heads = n_mu + n_logvar != 2 && n_out_logvar == 0;
    const char *why = ways > 1                 ? "more than one way to connect its layers"
                      : n_stddev + n_other > 0 ? "a head is named as a standard deviation, ours is a log-variance"
                      : no_heads               ? "no heads that are known as mu and logvar"
                                               : "its layers do not connect to a VAE, an encoder or a decoder";
    return aevb_fail(err, AEVB_EFORMAT, "%.100s: %s (--map says what is what): %s", path, why, names);
}
