/* SPDX-License-Identifier: GPL-3.0-or-later
 * The model on a batch, every thread on its share: terms forward, gradients backward. [TERMS.1] [TERMS.2] */

static void pack_rows(const fast_engine *e, aevb_share rows, size_t n, const real *from, const real *scale, panels to)
{
    e->kern->gemm_pack(rows.end - rows.first, n, from, n, scale, to.at + rows.first * e->P, to.stride);
}

static void unpack_rows(const fast_engine *e, aevb_share rows, size_t n, panels from, real *to)
{
    e->kern->gemm_unpack(rows.end - rows.first, n, from.at + rows.first * e->P, from.stride, to, n);
}

/* mu and logvar of the batch; each thread then has those of its share of the data. */
static void encode(const fast_engine *e, const aevb_team *team)
{
    const size_t Z = e->base.arch.z_dim;
    forward_stack(e, team, &e->encoder, e->base.B);
    const aevb_share data = aevb_team_share(team, e->base.B);
    for (size_t i = 0; i < 2; i++) {
        unpack_rows(e, data, Z, e->encoder.heads[i].y, e->moments[i] + data.first * Z);
    }
}

/* Codes of all samples, and the terms that don't need the decoder. */
static void sample(const fast_engine *e, const aevb_team *team)
{
    const kernels *k = e->kern;
    const size_t Z = e->base.arch.z_dim, K = e->base.K;
    const aevb_share data = aevb_team_share(team, e->base.B);
    const size_t n = data.end - data.first, row = data.first * K;
    const real *mu = e->moments[0] + data.first * Z, *logvar = e->moments[1] + data.first * Z;
    k->kl(n * Z, mu, logvar, e->kl + data.first * Z);
    k->reparam(n, K, Z, mu, logvar, e->eps + row * Z, e->z + row * Z);
    k->logq(n, K, Z, logvar, e->eps + row * Z, e->logq + row);
    k->logpz(n * K, Z, e->z + row * Z, e->logpz + row);
    aevb_team_barrier(team);
}

/* What the decoder yields for n codes from the first on, in e->a; each thread has its share of the rows. */
static void decode(const fast_engine *e, const aevb_team *team, size_t first, size_t n)
{
    const size_t X = e->base.arch.x_dim, Z = e->base.arch.z_dim;
    const aevb_share rows = aevb_team_share(team, n);
    pack_rows(e, rows, Z, e->z + (first + rows.first) * Z, NULL, e->decoder.x);
    aevb_team_barrier(team);
    forward_stack(e, team, &e->decoder, n);
    for (size_t i = 0; i < e->decoder.n_heads; i++) {
        unpack_rows(e, rows, X, e->decoder.heads[i].y, e->a[i] + rows.first * X);
    }
}

/* log p(x|z) of n samples that all belong to consecutive data from datum on, K each but the last; row counts in e->a.
 * With slopes the gradient of each takes the place of e->a. */
static void likelihood_rows(const fast_engine *e, size_t datum, size_t row, size_t n, double *logpx, int slopes)
{
    const kernels *k = e->kern;
    const size_t X = e->base.arch.x_dim, K = e->base.K;
    const real *x = e->x + datum * X;
    real *a = e->a[0] + row * X, *b = e->a[1] == NULL ? NULL : e->a[1] + row * X;
    const double precision = 1.0 / e->base.arch.x_variance;
    const double constant = log(2.0 * 3.14159265358979323846 * e->base.arch.x_variance);
    switch (e->base.arch.likelihood) {
    case AEVB_BERNOULLI:
    case AEVB_GREY:
        if (slopes) {
            k->bernoulli_grad(n, K, X, x, a, e->ones, logpx, a);
        } else {
            k->bernoulli(n, K, X, x, a, logpx);
        }
        break;
    case AEVB_GAUSSIAN:
        if (slopes) {
            k->gaussian_grad(n, K, X, x, a, b, e->ones, logpx, a, b);
        } else {
            k->gaussian(n, K, X, x, a, b, logpx);
        }
        break;
    case AEVB_GAUSSIAN_FIXED:
        if (slopes) {
            k->gaussian_fixed_grad(n, K, X, x, a, precision, constant, e->ones, logpx, a);
        } else {
            k->gaussian_fixed(n, K, X, x, a, precision, constant, logpx);
        }
        break;
    case AEVB_CATEGORICAL:
        if (slopes) {
            k->categorical_grad(n, K, X, e->base.arch.x_classes, x, a, e->ones, logpx, a);
        } else {
            k->categorical(n, K, X, e->base.arch.x_classes, x, a, logpx);
        }
        break;
    }
}

/* log p(x|z) of n samples from the first on, whose decoder output this thread has for its share. */
static void likelihood(const fast_engine *e, const aevb_team *team, size_t first, size_t n, int slopes)
{
    const size_t K = e->base.K;
    const aevb_share rows = aevb_team_share(team, n);
    for (size_t row = rows.first; row < rows.end;) {
        /* up to the end of a datum that others have begun; then all the rest at once */
        const size_t begun = (first + row) % K, left = rows.end - row;
        const size_t m = begun > 0 && K - begun < left ? K - begun : left;
        likelihood_rows(e, (first + row) / K, row, m, e->logpx + first + row, slopes);
        row += m;
    }
    aevb_team_barrier(team);
}

/* The decoder's rows go through in parts of at most e->rows. */
static size_t part_rows(const fast_engine *e, size_t first)
{
    const size_t left = e->base.B * e->base.K - first;
    return left < e->rows ? left : e->rows;
}

static int in_parts(const fast_engine *e)
{
    return e->base.B * e->base.K > e->rows;
}

/* All terms. With slopes, and unless the rows go in parts, e->a then holds the gradients of logpx. */
static void terms(const fast_engine *e, const aevb_team *team, int slopes)
{
    encode(e, team);
    sample(e, team);
    for (size_t first = 0; first < e->base.B * e->base.K; first += e->rows) {
        const size_t n = part_rows(e, first);
        decode(e, team, first, n);
        likelihood(e, team, first, n, slopes && !in_parts(e));
    }
}

/* The adjoints of n samples from the first on through the decoder, to dz; from the slopes in e->a. */
static void decoder_backward(const fast_engine *e, const aevb_team *team, size_t first, size_t n,
                             const aevb_adjoints *adjoints, const aevb_step_scalars *scalars)
{
    const size_t X = e->base.arch.x_dim, Z = e->base.arch.z_dim;
    const aevb_share rows = aevb_team_share(team, n);
    e->kern->from_f64(rows.end - rows.first, adjoints->logpx + first + rows.first, e->scale + rows.first);
    for (size_t i = 0; i < e->decoder.n_heads; i++) {
        pack_rows(e, rows, X, e->a[i] + rows.first * X, e->scale + rows.first, e->decoder.heads[i].dy);
    }
    aevb_team_barrier(team);
    backward_stack(e, team, &e->decoder, n, first > 0, scalars);
    unpack_rows(e, rows, Z, e->decoder.dx, e->dz + (first + rows.first) * Z);
    aevb_team_barrier(team);
}

/* From dz and the adjoints of the terms to those of mu and logvar. */
static void sample_backward(const fast_engine *e, const aevb_team *team, const aevb_adjoints *adjoints)
{
    const kernels *k = e->kern;
    const size_t Z = e->base.arch.z_dim, K = e->base.K;
    const aevb_share data = aevb_team_share(team, e->base.B);
    const size_t n = data.end - data.first, row = data.first * K, at = data.first * Z;
    const real *mu = e->moments[0] + at, *logvar = e->moments[1] + at;
    real *dmu = e->dmoments[0] + at, *dlogvar = e->dmoments[1] + at;
    memset(dmu, 0, n * Z * sizeof *dmu);
    memset(dlogvar, 0, n * Z * sizeof *dlogvar);
    k->logpz_backward(n * K, Z, e->z + row * Z, adjoints->logpz + row, e->dz + row * Z);
    k->reparam_backward(n, K, Z, logvar, e->eps + row * Z, e->dz + row * Z, dmu, dlogvar);
    k->logq_backward(n, K, Z, adjoints->logq + row, dlogvar);
    k->kl_backward(n * Z, mu, logvar, adjoints->kl + at, dmu, dlogvar);
    for (size_t i = 0; i < 2; i++) {
        pack_rows(e, data, Z, e->dmoments[i] + at, NULL, e->encoder.heads[i].dy);
    }
    aevb_team_barrier(team);
}

/* After terms(): the gradient into e->grad, or with scalars into an optimiser step. `slopes` as it was given there. */
static void gradient(const fast_engine *e, const aevb_team *team, int slopes, const aevb_adjoints *adjoints,
                     const aevb_step_scalars *scalars)
{
    const aevb_step_scalars *at_once = in_parts(e) ? NULL : scalars;
    for (size_t first = 0; first < e->base.B * e->base.K; first += e->rows) {
        const size_t n = part_rows(e, first);
        if (in_parts(e) || !slopes) {
            decode(e, team, first, n);
            likelihood(e, team, first, n, 1);
        }
        decoder_backward(e, team, first, n, adjoints, at_once);
    }
    sample_backward(e, team, adjoints);
    backward_stack(e, team, &e->encoder, e->base.B, 0, at_once);
    if (scalars != NULL && at_once == NULL) {
        const aevb_share part = aevb_team_share(team, e->n_weights / e->P);
        optimise(e, scalars, (part.end - part.first) * e->P, part.first * e->P, e->grad + part.first * e->P);
    }
}
