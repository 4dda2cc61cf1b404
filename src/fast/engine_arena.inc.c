/* SPDX-License-Identifier: GPL-3.0-or-later
 * Memory of layers and their panels, out of one block. */

/* Hands out consecutive parts of a block, each on a cache line; with a NULL block it only counts. */
typedef struct arena {
    real *block;
    size_t used;
} arena;

static real *take(arena *from, size_t n)
{
    const size_t line = LINE / sizeof(real);
    real *part = from->block == NULL ? NULL : from->block + from->used;
    from->used += (n + line - 1) / line * line;
    return part;
}

static size_t panel_count(const fast_engine *e, size_t n)
{
    return (n + e->P - 1) / e->P;
}

/* The distance between panels is 7 lines more than a multiple of 16, so that the same rows of neighbouring panels do
 * not fall into the same sets of the caches. */
static panels take_panels(const fast_engine *e, arena *from, size_t rows, size_t n)
{
    const size_t line = LINE / sizeof(real);
    const size_t lines = (rows * e->P + line - 1) / line;
    const size_t stride = ((lines + 8) / 16 * 16 + 7) * line;
    return (panels){ take(from, stride * panel_count(e, n)), stride };
}

static layer make_layer(fast_engine *e, const aevb_linear *flat)
{
    const layer l = { .in = flat->in, .out = flat->out, .in_panels = panel_count(e, flat->in),
                      .weights = e->n_weights, .wstride = (flat->in + 1) * e->P, .flat = *flat };
    e->n_weights += panel_count(e, l.out) * l.wstride;
    e->n_rows += l.in + 1;
    return l;
}

