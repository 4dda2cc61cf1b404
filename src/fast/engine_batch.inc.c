/* SPDX-License-Identifier: GPL-3.0-or-later
 * The batch and its noise: numbers of the caller or rows of a data set, and normals by index. */

/* Rows of x that a thread has filled, into the panels that the encoder reads. */
static void pack_x(const fast_engine *e, aevb_share rows)
{
    const size_t X = e->base.arch.x_dim;
    e->kern->gemm_pack(rows.end - rows.first, X, e->x + rows.first * X, X, NULL, e->encoder.x.at + rows.first * e->P,
                       e->encoder.x.stride);
}

static void fast_set_x(aevb_engine *engine, const double *x)
{
    fast_engine *e = (fast_engine *)engine;
    const size_t n = engine->B * engine->arch.x_dim;
    e->outside = aevb_ref_domain(engine->arch.likelihood, engine->arch.x_classes, n, x);
    e->kern->from_f64(n, x, e->x);
    pack_x(e, (aevb_share){ 0, engine->B });
}

static size_t fast_domain(const aevb_engine *engine)
{
    return ((const fast_engine *)engine)->outside;
}

/* As aevb_ref_domain of the rows that were asked for, before they are binarised or rounded. */
static size_t gathered_domain(const fast_engine *e, const aevb_dataset *dataset, const aevb_gather *how,
                              const uint32_t *index)
{
    const size_t B = e->base.B, X = e->base.arch.x_dim;
    const aevb_likelihood likelihood = e->base.arch.likelihood;
    if (how->binarise != AEVB_BINARISE_NONE || dataset->classes > 0 ||
        (dataset->u8 != NULL && likelihood != AEVB_BERNOULLI)) {
        return B * X;
    }
    for (size_t b = 0; b < B; b++) {
        const size_t row = index[b] * X;
        size_t i = 0;
        if (dataset->u8 != NULL) {
            while (i < X && (dataset->u8[row + i] == 0 || dataset->u8[row + i] == 255)) {
                i++;
            }
        } else {
            i = aevb_ref_domain(likelihood, e->base.arch.x_classes, X, dataset->f64 + row);
        }
        if (i < X) {
            return b * X + i;
        }
    }
    return B * X;
}

typedef struct gather_job {
    const fast_engine *e;
    const aevb_dataset *dataset;
    const aevb_gather *how;
    const uint32_t *index;
} gather_job;

static void gather_rows(void *context, const aevb_team *team)
{
    const gather_job *job = context;
    const fast_engine *e = job->e;
    const size_t X = e->base.arch.x_dim;
    const aevb_share rows = aevb_team_share(team, e->base.B);
    const size_t n = rows.end - rows.first;
    const uint32_t *index = job->index + rows.first;
    real *x = e->x + rows.first * X;
    if (job->dataset->classes > 0) {
        e->kern->gather_text(n, X, job->dataset->classes, job->dataset->step, job->dataset->u8, index, x);
    } else if (job->how->binarise == AEVB_BINARISE_DYNAMIC && job->dataset->u8 != NULL) {
        e->draw->BITS(binarise_u8)(job->how->seed, job->how->stream, n, X, job->dataset->u8, index, x);
    } else if (job->how->binarise == AEVB_BINARISE_DYNAMIC) {
        e->draw->BITS(binarise_f64)(job->how->seed, job->how->stream, n, X, job->dataset->f64, index, x);
    } else if (job->dataset->u8 != NULL) {
        e->kern->gather_u8(n, X, job->dataset->u8, index, job->how->binarise == AEVB_BINARISE_THRESHOLD, x);
    } else {
        e->kern->gather_f64(n, X, job->dataset->f64, index, job->how->binarise == AEVB_BINARISE_THRESHOLD, x);
    }
    pack_x(e, rows);
}

static aevb_status fast_gather(aevb_engine *engine, const aevb_dataset *dataset, const aevb_gather *how,
                               const uint32_t *index)
{
    fast_engine *e = (fast_engine *)engine;
    if (aevb_binarise_name(how->binarise) == NULL) {
        return AEVB_EINVAL;
    }
    e->outside = gathered_domain(e, dataset, how, index);
    aevb_team_run(e->workers, gather_rows, &(gather_job){ e, dataset, how, index });
    return AEVB_OK;
}

static void fast_set_eps(aevb_engine *engine, const double *eps)
{
    const fast_engine *e = (const fast_engine *)engine;
    e->kern->from_f64(engine->B * engine->K * engine->arch.z_dim, eps, e->eps);
}

typedef struct draw_job {
    const fast_engine *e;
    const aevb_noise *noise;
    const uint32_t *datum;
} draw_job;

static void draw_rows(void *context, const aevb_team *team)
{
    const draw_job *job = context;
    const fast_engine *e = job->e;
    const size_t Z = e->base.arch.z_dim, KZ = e->base.K * Z;
    const aevb_share rows = aevb_team_share(team, e->base.B);
    for (size_t b = rows.first; b < rows.end; b++) {
        const uint64_t first = (job->datum[b] * job->noise->stride + job->noise->first_k) * Z;
        e->draw->BITS(normal)(job->noise->seed, job->noise->stream, first, KZ, e->eps + b * KZ);
    }
}

static void fast_draw_eps(aevb_engine *engine, const aevb_noise *noise, const uint32_t *datum)
{
    const fast_engine *e = (const fast_engine *)engine;
    aevb_team_run(e->workers, draw_rows, &(draw_job){ e, noise, datum });
}
